//! What can go wrong; the texts are those clients of the reference know.

use crate::{EmailProblem, PasswordProblem};
use invoke_permissions::Denied;
use invoke_storage::StorageError;

/// Why something about accounts was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The token is malformed, forged, expired, or has no expiry at all.
    #[error("Invalid or expired token")]
    InvalidToken,
    /// The token was right once; its account is gone or inactive, or the token was revoked.
    #[error("User account is inactive or does not exist")]
    AccountUnavailable,
    /// No account has this address and this password.
    #[error("Incorrect email or password")]
    IncorrectLogin,
    /// The password is right, but the account may not sign in.
    #[error("User account is disabled")]
    AccountDisabled,
    /// There is nothing to sign in to.
    #[error("Multiuser mode is disabled. Authentication is not required in single-user mode.")]
    SingleUserLogin,
    /// There is nothing to set up.
    #[error("Multiuser mode is disabled. Admin setup is not required in single-user mode.")]
    SingleUserSetup,
    /// Somebody administers the server already.
    #[error("Administrator account already configured")]
    AlreadyConfigured,
    /// The password breaks a rule.
    #[error(transparent)]
    Password(#[from] PasswordProblem),
    /// The address is none.
    #[error(transparent)]
    Email(#[from] EmailProblem),
    /// Another account has the address.
    #[error("User with email {email} already exists")]
    EmailTaken {
        /// The address.
        email: String,
    },
    /// There is no such recovery code, or no longer.
    #[error("The recovery code is wrong, used or expired")]
    RecoveryRefused,
    /// There is no such account.
    #[error("User not found")]
    UserNotFound,
    /// There is no such account to hand things to.
    #[error("The user to transfer content to was not found")]
    HeirNotFound,
    /// There is no such sign-in, or it is somebody else's.
    #[error("Session not found")]
    SignInNotFound,
    /// The change would leave nobody to administer the server.
    #[error("Cannot remove the last administrator")]
    LastAdministrator,
    /// The account that owns what belongs to nobody stays as it is.
    #[error("The system user cannot be deleted, deactivated, promoted to administrator, or given a password")]
    SystemUser,
    /// A new password was given without the current one.
    #[error("Current password is required to set a new password")]
    CurrentPasswordMissing,
    /// The current password is another one.
    #[error("Current password is incorrect")]
    CurrentPasswordIncorrect,
    /// Only administrators may do that.
    #[error("Admin privileges required")]
    NotAnAdministrator(#[source] Denied),
    /// A password could not be hashed, or its hash cannot be read.
    #[error("password hashing failed: {0}")]
    Hash(String),
    /// The database failed.
    #[error(transparent)]
    Storage(StorageError),
}

impl AuthError {
    /// Whether somebody tried a secret they do not know: such attempts are counted and slowed down.
    pub fn is_failed_attempt(&self) -> bool {
        matches!(
            self,
            Self::IncorrectLogin | Self::CurrentPasswordIncorrect | Self::AlreadyConfigured | Self::RecoveryRefused
        )
    }
}

impl From<StorageError> for AuthError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::EmailTaken { email } => Self::EmailTaken { email },
            other => Self::Storage(other),
        }
    }
}
