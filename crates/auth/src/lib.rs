//! Accounts: who someone is, proven by a password or a token, and the rules about accounts that the API and the commands
//! share. It speaks no HTTP; [`AuthError`] says what went wrong and the API chooses the status.
//!
//! Everything here blocks (SQL, password hashing) and is plain: async callers use a thread for blocking work. Start with
//! [`Accounts`].
//!
//! - A *password* is kept as an argon2id PHC string. Hashes an existing installation brings along (bcrypt) are accepted
//!   and replaced at the next sign-in.
//! - A *token* proves identity only: role, state and epoch of the account are read again each time. It names the
//!   *sign-in* it belongs to; when that ends, so does the token.

mod accounts;
mod email;
mod error;
mod ownership;
mod password;
mod people;
mod policy;
mod recovery;
mod session;
mod sessions;
mod standing;
mod throttle;
mod token;

#[cfg(test)]
mod tests;

pub use accounts::{Accounts, AuthSettings, SignedIn, Status};
pub use email::{EmailProblem, normalize_email};
pub use error::AuthError;
pub use invoke_storage::user_sessions::{Origin, SignInId, SignInRecord};
pub use invoke_storage::users::{Content, Owned, StatisticsPage, UserStatistics};
pub use password::{HashCost, generate_password};
pub use people::{NewAccount, OwnChanges, UserChanges};
pub use policy::{PasswordPolicy, PasswordProblem};
pub use recovery::{Recovery, RecoveryCode};
pub use session::Session;
pub use standing::{Held, Standing};
pub use throttle::{Attempt, Throttle, TooOften};
