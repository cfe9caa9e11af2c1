//! Why a command did nothing, in the words of the reference's commands.

use invoke_auth::{AuthError, EmailProblem, PasswordProblem};
use invoke_config::ConfigError;
use invoke_library::LibraryError;
use invoke_storage::StorageError;
use std::path::PathBuf;

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The person left the address empty.
    #[error("Error: Email is required")]
    EmailRequired,
    /// The person did not say yes.
    #[error("Deletion cancelled.")]
    Cancelled,
    /// `useradd` with one of its two arguments.
    #[error(
        "Error: Both --email and --password are required when using CLI mode\n   \
         Run without arguments for interactive mode"
    )]
    BothRequired,
    /// A change without saying whose.
    #[error("Error: --email is required when using CLI mode\n   Run without arguments for interactive mode")]
    WhoseRequired,
    /// `usermod` with an address only.
    #[error("Error: No changes specified. Use --name, --password, --admin, or --no-admin")]
    NoChanges,
    /// The new password breaks a rule.
    #[error("Password validation failed: {0}")]
    Password(#[from] PasswordProblem),
    /// There is no such account.
    #[error("Error: No user found with email '{0}'")]
    NoSuchUser(String),
    /// There is nothing to open, and nothing was made.
    #[error(
        "Error: No database found at {}\n   \
         Start the server once to make it, or name the right root directory with --root",
        .0.display()
    )]
    NoDatabase(PathBuf),
    /// The database is in the server's memory.
    #[error(
        "Error: `use_memory_db` is set: the accounts are in the memory of the server, and only its pages change them"
    )]
    InMemory,
    /// Standard input ended, or is no text.
    #[error("Error: No answer: {0}")]
    NoAnswer(String),
    /// The settings cannot be read.
    #[error("Error: {0}")]
    Settings(#[from] ConfigError),
    /// The accounts refused.
    #[error("Error: {0}")]
    Accounts(AuthError),
    /// The account is gone, but not all of its files.
    #[error("Error: {0}")]
    Files(#[from] LibraryError),
    /// The database refused or failed.
    #[error("Error: {0}")]
    Storage(#[from] StorageError),
}

impl From<AuthError> for CommandError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Password(problem) => Self::Password(problem),
            other => Self::Accounts(other),
        }
    }
}

impl From<EmailProblem> for CommandError {
    fn from(problem: EmailProblem) -> Self {
        Self::Accounts(problem.into())
    }
}

impl CommandError {
    /// The message with its causes, for those that say little alone.
    pub(crate) fn whole(&self) -> String {
        let mut text = self.to_string();
        let mut cause = match self {
            Self::Accounts(error) => std::error::Error::source(error),
            Self::Storage(error) => std::error::Error::source(error),
            Self::Files(error) => std::error::Error::source(error),
            Self::Settings(error) => std::error::Error::source(error),
            _ => None,
        };
        while let Some(error) = cause {
            let said = error.to_string();
            if !text.ends_with(&said) {
                text = format!("{text}: {said}");
            }
            cause = error.source();
        }
        text
    }
}
