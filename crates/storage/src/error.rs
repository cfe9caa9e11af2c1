//! What can go wrong with the database.

use std::path::PathBuf;

/// A failure of the database, or a file that is refused. A refused file has not been changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The file is something else.
    #[error("`{}` cannot be used as the database: file is not a database", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is a database, cut off or overwritten in places.
    #[error("`{}` cannot be used as the database: database disk image is malformed", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The file is a database of another program.
    #[error(
        "`{}` cannot be used as the database: it holds tables, but none that says which migrations were applied",
        path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a newer release.
    #[error("`{}` cannot be used: Database contains unknown applied migration IDs: {ids}", path.display())]
    UnknownMigrations {
        /// The file.
        path: PathBuf,
        /// The migrations this release does not know.
        ids: String,
    },
    /// The file was written by a newer release.
    #[error("`{}` cannot be used: Database contains unknown legacy migration version: {version}", path.display())]
    UnknownVersion {
        /// The file.
        path: PathBuf,
        /// The number this release does not know.
        version: i64,
    },
    /// The file's two records of its migrations contradict each other.
    #[error("`{}` cannot be used: Database contains inconsistent applied migration state: {reason}", path.display())]
    Inconsistent {
        /// The file.
        path: PathBuf,
        /// The contradiction.
        reason: String,
    },
    /// The file was written by an older InvokeAI release and is to be upgraded by the server, which knows the model files.
    #[error(
        "`{}` was written by an older release of InvokeAI (at migration {version} of 33); \
         start `invokeai-web` once, which upgrades it",
        path.display()
    )]
    OlderRelease {
        /// The file.
        path: PathBuf,
        /// Its last numbered migration.
        version: i64,
    },
    /// The file was written by an InvokeAI release before those that can be upgraded.
    #[error(
        "`{}` cannot be used: it was written by a release of InvokeAI before 5.0 (at migration {version}); \
         open it once with InvokeAI 6.14.2, which upgrades it",
        path.display()
    )]
    TooOld {
        /// The file.
        path: PathBuf,
        /// Its last numbered migration.
        version: i64,
    },
    /// The file is to be replaced while a program has it open.
    #[error("`{}` is in use; stop the server first", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file, its folder or its backup could not be read or written.
    #[error("cannot {doing} `{}`", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A migration failed; the file is as it was before it.
    #[error("migration `{name}` failed")]
    Migration {
        /// Which one.
        name: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A value in a row is not what its column promises.
    #[error("a column that should hold a {what} holds: {value}")]
    Malformed {
        /// What the column should hold.
        what: &'static str,
        /// What was found.
        value: String,
    },
    /// Another account has this e-mail address.
    #[error("User with email {email} already exists")]
    EmailTaken {
        /// The address.
        email: String,
    },
    /// The account something was to belong to has been removed.
    #[error("the account that was to own it does not exist")]
    OwnerGone,
    /// A transaction was begun inside another one, which would wait for itself.
    #[error("a transaction was begun inside another one")]
    Nested,
    /// A statement failed.
    #[error("the database failed")]
    Sql(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(Box::new(error))
    }
}
