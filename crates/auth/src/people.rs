//! The rules about changing accounts, the same for the page, the API and the commands.

use crate::accounts::Accounts;
use crate::password::Verdict;
use crate::{AuthError, PasswordProblem, Session, normalize_email};
use invoke_domain::{User, UserId};
use invoke_permissions::{Account, Actor, Edit, Grant, Manage, Users, policy};
use invoke_storage::{Tx, password_history, user_sessions, users};

/// An account to add.
#[derive(Debug, Clone)]
pub struct NewAccount<'a> {
    /// E-mail address as typed.
    pub email: &'a str,
    /// Name shown to others.
    pub display_name: Option<&'a str>,
    /// Password.
    pub password: &'a str,
    /// May administer the server.
    pub is_admin: bool,
}

/// What an administrator changes about an account; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct UserChanges<'a> {
    /// Name shown to others.
    pub display_name: Option<&'a str>,
    /// New password; voids all tokens of the account.
    pub password: Option<&'a str>,
    /// May administer the server.
    pub is_admin: Option<bool>,
    /// May sign in.
    pub is_active: Option<bool>,
}

/// What a person changes about the own account; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct OwnChanges<'a> {
    /// Name shown to others.
    pub display_name: Option<&'a str>,
    /// The password until now, needed to set a new one.
    pub current_password: Option<&'a str>,
    /// New password; voids all tokens of the account, see [`Accounts::renew`].
    pub new_password: Option<&'a str>,
}

pub(crate) fn manage(actor: &Actor) -> Result<Grant<Users, Manage>, AuthError> {
    policy::manage_users(actor).map_err(AuthError::NotAnAdministrator)
}

/// Asks again within the transaction of the change: of two administrators who remove each other at the same time, the
/// second is none any more.
pub(crate) fn manage_now(tx: &Tx<'_>, actor: &Actor) -> Result<(), AuthError> {
    if actor.user_id().is_system() {
        return Ok(());
    }
    let user = users::get(tx, actor.user_id())?.filter(|user| user.is_active).ok_or(AuthError::AccountUnavailable)?;
    manage(&Actor::user(&user)).map(drop)
}

impl Accounts {
    /// All accounts but `system`, the newest first.
    pub fn list(&self, actor: &Actor) -> Result<Vec<User>, AuthError> {
        let grant = manage(actor)?;
        let mut users = self.db.read(|tx| users::list(tx, &grant))?;
        users.retain(|user| !user.id.is_system());
        Ok(users)
    }

    /// The account `id`, `system` among them.
    pub fn get(&self, actor: &Actor, id: &UserId) -> Result<User, AuthError> {
        let _allowed = manage(actor)?;
        self.db.read(|tx| users::get(tx, id))?.ok_or(AuthError::UserNotFound)
    }

    /// Adds an account.
    pub fn create(&self, actor: &Actor, account: &NewAccount<'_>) -> Result<User, AuthError> {
        let grant = manage(actor)?;
        let email = normalize_email(account.email)?;
        let user = self.new_user(email, account.display_name, account.password, account.is_admin)?;
        self.db.write(|tx| {
            manage_now(tx, actor)?;
            self.insert(tx, &grant, &user)
        })
    }

    /// Changes an account. The last administrator stays one, and `system` gets neither password nor role.
    pub fn update(&self, actor: &Actor, id: &UserId, changes: &UserChanges<'_>) -> Result<User, AuthError> {
        let grant = manage(actor)?;
        if self.db.read(|tx| users::get(tx, id))?.is_none() {
            return Err(AuthError::UserNotFound);
        }
        let promoted = changes.is_admin == Some(true) || changes.is_active == Some(false);
        if id.is_system() && (promoted || changes.password.is_some()) {
            return Err(AuthError::SystemUser);
        }
        let hash = changes.password.map(|password| self.checked_hash(id, password)).transpose()?;
        let edit = policy::edit_account(actor, id).map_err(AuthError::NotAnAdministrator)?;
        self.db.write(|tx| {
            manage_now(tx, actor)?;
            let before = users::get(tx, id)?.ok_or(AuthError::UserNotFound)?;
            if changes.is_admin == Some(false) || changes.is_active == Some(false) {
                keep_an_administrator(tx, &before)?;
            }
            if let Some(name) = changes.display_name {
                users::update_name(tx, &edit, Some(name))?;
            }
            if let Some(hash) = &hash {
                self.set_password(tx, &edit, hash)?;
                user_sessions::delete_all_of(tx, &edit, None)?;
            }
            if changes.is_admin.is_some() || changes.is_active.is_some() {
                users::update_role(tx, &grant, id, changes.is_admin, changes.is_active)?;
            }
            users::get(tx, id)?.ok_or(AuthError::UserNotFound)
        })
    }

    /// Changes the own account. A new password needs the current one.
    pub fn update_own(&self, session: &Session, changes: &OwnChanges<'_>) -> Result<User, AuthError> {
        let id = &session.user.id;
        let (known, new) = match changes.new_password {
            Some(new) => {
                let current = changes.current_password.filter(|current| !current.is_empty());
                let current = current.ok_or(AuthError::CurrentPasswordMissing)?;
                let known = self.check_password(&session.user.email, current)?;
                let (_, known, _) = known
                    .filter(|(user, ..)| user.id == *id && user.is_active)
                    .ok_or(AuthError::CurrentPasswordIncorrect)?;
                (Some(known), Some(self.checked_hash(id, new)?))
            }
            None => (None, None),
        };
        let edit = policy::edit_account(&session.actor, id).map_err(AuthError::NotAnAdministrator)?;
        self.db.write(|tx| {
            let now = users::get(tx, id)?.ok_or(AuthError::UserNotFound)?;
            if !now.is_active || now.token_epoch != session.user.token_epoch {
                return Err(AuthError::AccountUnavailable);
            }
            if let Some(name) = changes.display_name {
                users::update_name(tx, &edit, Some(name))?;
            }
            if let Some(hash) = &new {
                // Somebody else may have set another one while this one was being checked.
                if users::password_hash(tx, id)? != known {
                    return Err(AuthError::CurrentPasswordIncorrect);
                }
                self.set_password(tx, &edit, hash)?;
                user_sessions::delete_all_of(tx, &edit, session.sid.as_ref())?;
            }
            users::get(tx, id)?.ok_or(AuthError::UserNotFound)
        })
    }

    pub(crate) fn set_password(&self, tx: &Tx<'_>, edit: &Grant<Account, Edit>, hash: &str) -> Result<(), AuthError> {
        if let Some(before) = users::password_hash(tx, edit.id())?
            && !password_history::list(tx, edit.id(), usize::MAX)?.contains(&before)
        {
            // It was set by another program, or before there was a history.
            password_history::insert(tx, edit, &before, self.settings.passwords.kept())?;
        }
        users::update_password(tx, edit, hash)?;
        Ok(password_history::insert(tx, edit, hash, self.settings.passwords.kept())?)
    }

    /// Checks a new password and hashes it.
    pub(crate) fn checked_hash(&self, id: &UserId, password: &str) -> Result<String, AuthError> {
        let rules = &self.settings.passwords;
        rules.check(password)?;
        if rules.history > 0 {
            let (current, mut former) = self.db.read(|tx| {
                let former = password_history::list(tx, id, rules.history)?;
                Ok::<_, AuthError>((users::password_hash(tx, id)?, former))
            })?;
            if let Some(current) = current.filter(|current| !former.contains(current)) {
                former.insert(0, current);
            }
            for hash in former.iter().take(rules.history) {
                if self.hasher.verify(password, Some(hash), false)? != Verdict::Wrong {
                    return Err(PasswordProblem::Reused { last: rules.history }.into());
                }
            }
        }
        self.hasher.hash(password, &*self.random)
    }
}

/// Refuses to take `user` away from those who administer the server when there is nobody else.
pub(crate) fn keep_an_administrator(tx: &Tx<'_>, user: &User) -> Result<(), AuthError> {
    if user.is_admin && user.is_active && users::count_active_admins(tx)? <= 1 {
        return Err(AuthError::LastAdministrator);
    }
    Ok(())
}
