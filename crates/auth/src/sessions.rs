//! The sign-ins of an account: listing them, ending one, ending all.

use crate::accounts::Accounts;
use crate::{AuthError, Session};
use invoke_permissions::policy;
use invoke_storage::user_sessions::{self, SignInId, SignInRecord};
use invoke_storage::users;

impl Accounts {
    /// The own sign-ins that have not ended, the last used first.
    pub fn sign_ins(&self, session: &Session) -> Result<Vec<SignInRecord>, AuthError> {
        let edit = policy::edit_account(&session.actor, &session.user.id).map_err(AuthError::NotAnAdministrator)?;
        Ok(self.db.read(|tx| user_sessions::list(tx, &edit))?)
    }

    /// Ends one of the own sign-ins.
    pub fn end_sign_in(&self, session: &Session, id: &SignInId) -> Result<(), AuthError> {
        let edit = policy::edit_account(&session.actor, &session.user.id).map_err(AuthError::NotAnAdministrator)?;
        let ended = self.db.write(|tx| user_sessions::delete_of(tx, &edit, id))?;
        if ended { Ok(()) } else { Err(AuthError::SignInNotFound) }
    }

    /// Signs out everywhere: ends all sign-ins of the account and voids every token, those without a sign-in among them.
    /// With `keep_this` the caller's own sign-in goes on, with a token from [`Accounts::renew`].
    pub fn sign_out_everywhere(&self, session: &Session, keep_this: bool) -> Result<(), AuthError> {
        let edit = policy::edit_account(&session.actor, &session.user.id).map_err(AuthError::NotAnAdministrator)?;
        self.db.write(|tx| {
            users::raise_epoch(tx, &edit)?;
            user_sessions::delete_all_of(tx, &edit, session.sid.as_ref().filter(|_| keep_this))?;
            Ok(())
        })
    }
}
