//! Removing accounts, handing over what they own, and what they use: the same for the API and the commands.

use crate::AuthError;
use crate::accounts::Accounts;
use crate::people::{keep_an_administrator, manage, manage_now};
use invoke_domain::UserId;
use invoke_permissions::Actor;
use invoke_storage::users::{self, Content, Owned, StatisticsPage, UserStatistics};

impl Accounts {
    /// Removes an account and what it owns, or hands that to another account: one transaction, so never half. The files
    /// of what was removed are noted in it for the library to sweep, which happens at the latest when the server starts
    /// next. The last administrator and `system` stay.
    pub fn delete(&self, actor: &Actor, id: &UserId, content: Content<'_>) -> Result<(), AuthError> {
        let grant = manage(actor)?;
        self.db.write(|tx| {
            manage_now(tx, actor)?;
            let user = users::get(tx, id)?.ok_or(AuthError::UserNotFound)?;
            if id.is_system() {
                return Err(AuthError::SystemUser);
            }
            keep_an_administrator(tx, &user)?;
            if let Content::Transfer(heir) = content
                && (heir == id || users::get(tx, heir)?.is_none())
            {
                return Err(AuthError::HeirNotFound);
            }
            Ok(users::delete(tx, &grant, id, content)?)
        })
    }

    /// Assigns everything `from` owns (`system`: what was made before there were accounts) to `to`, and answers how much
    /// that is. A dry run only counts.
    pub fn adopt(&self, actor: &Actor, from: &UserId, to: &UserId, dry_run: bool) -> Result<Owned, AuthError> {
        let grant = manage(actor)?;
        self.db.write(|tx| {
            manage_now(tx, actor)?;
            for id in [from, to] {
                users::get(tx, id)?.ok_or(AuthError::UserNotFound)?;
            }
            let owned = users::count_owned(tx, &grant, from)?;
            if !dry_run && from != to {
                users::adopt(tx, &grant, from, to)?;
            }
            Ok(owned)
        })
    }

    /// Gives what belongs to accounts that do not exist any more to `system`, so that administrators see it: the
    /// reference leaves such rows when it removes an account. Answers how many rows it found. For the start.
    pub fn adopt_orphans(&self) -> Result<usize, AuthError> {
        let grant = manage(&Actor::operator())?;
        Ok(self.db.write(|tx| users::adopt_orphans(tx, &grant))?)
    }

    /// How much an account owns.
    pub fn owned(&self, actor: &Actor, id: &UserId) -> Result<Owned, AuthError> {
        let grant = manage(actor)?;
        Ok(self.db.read(|tx| users::count_owned(tx, &grant, id))?)
    }

    /// A page of accounts with what they use, the newest first, and how many accounts there are.
    pub fn statistics(&self, actor: &Actor, page: StatisticsPage) -> Result<(Vec<UserStatistics>, i64), AuthError> {
        let grant = manage(actor)?;
        Ok(self.db.read(|tx| users::statistics(tx, &grant, page))?)
    }
}
