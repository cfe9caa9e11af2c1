//! The root directory a command works on: its settings, its database, the account rules over it.

use crate::CommandError;
use invoke_auth::{Accounts, AuthSettings, PasswordPolicy};
use invoke_config::sections::DatabaseSync;
use invoke_config::{LoadOptions, Settings};
use invoke_domain::{OsRandom, SystemClock, User};
use invoke_library::{Leftovers, OwnedFolders};
use invoke_permissions::Actor;
use invoke_storage::{Database, StorageSettings, users};
use jiff::SignedDuration;
use std::path::PathBuf;
use std::sync::Arc;

/// The settings of a root directory.
pub(crate) struct Place {
    settings: Settings,
}

/// A place whose database is open.
pub(crate) struct Opened {
    pub(crate) accounts: Accounts,
    pub(crate) database: Database,
    /// Commands run on the server's own machine and may do everything.
    pub(crate) operator: Actor,
    folders: OwnedFolders,
}

impl Place {
    /// The settings of `root`, or of the root the environment names. No file is made where none is.
    pub(crate) fn find(root: Option<PathBuf>) -> Result<Self, CommandError> {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let loaded = Settings::load(LoadOptions { root, environment, read_only: true, ..LoadOptions::default() })?;
        for warning in &loaded.warnings {
            eprintln!("{warning}");
        }
        Ok(Self { settings: loaded.settings })
    }

    /// The rules for new passwords: always strict in commands, and whatever else the settings ask for.
    pub(crate) fn passwords(&self) -> PasswordPolicy {
        let accounts = &self.settings.accounts;
        PasswordPolicy {
            strict: true,
            min_length: accounts.password_min_length.and_then(|length| usize::try_from(length.0).ok()),
            require_special: accounts.password_require_special,
            history: usize::try_from(accounts.password_history.0).unwrap_or_default(),
            max_age: accounts.password_max_age_days.map(|days| SignedDuration::from_hours(24 * days.0)),
        }
    }

    /// Opens the database, which must be there.
    pub(crate) fn open(&self) -> Result<Opened, CommandError> {
        let file = self.settings.database_file().ok_or(CommandError::InMemory)?;
        let is_there = std::fs::metadata(&file).is_ok_and(|about| about.is_file() && about.len() > 0);
        if !is_there {
            return Err(CommandError::NoDatabase(file));
        }
        eprintln!("Initializing database at {}", file.display());
        let clock = Arc::new(SystemClock);
        let paths = &self.settings.paths;
        // Without the models' folder a file of an older release is refused: upgrading it is the server's business.
        let storage =
            StorageSettings { sync_full: paths.database_sync == DatabaseSync::Full, ..StorageSettings::file(file) };
        let database = Database::open(&storage, clock.clone(), &OsRandom)?;
        let auth = AuthSettings {
            passwords: self.passwords(),
            // Commands sign nothing; with a key of their own they need not read or make the server's.
            secret: Some("commands sign nothing".to_owned()),
            ..AuthSettings::default()
        };
        let accounts = Accounts::new(database.clone(), auth, clock, Arc::new(OsRandom))?;
        let folders = OwnedFolders {
            outputs_dir: paths.outputs_dir.clone(),
            workflow_thumbnails_dir: paths.workflow_thumbnails_dir.clone(),
            style_presets_dir: paths.style_presets_dir.clone(),
        };
        Ok(Opened { accounts, database, operator: Actor::operator(), folders })
    }
}

impl Opened {
    /// The account with this address, as typed or in its normal form.
    pub(crate) fn user(&self, email: &str) -> Result<User, CommandError> {
        let normal = invoke_auth::normalize_email(email).unwrap_or_else(|_| email.to_owned());
        let found = self.database.read(|tx| {
            let as_typed = users::find_by_email(tx, email)?;
            Ok::<_, CommandError>(if as_typed.is_some() { as_typed } else { users::find_by_email(tx, &normal)? })
        })?;
        found.map(|(user, _)| user).ok_or_else(|| CommandError::NoSuchUser(email.to_owned()))
    }

    /// Removes the files of what was removed from the database.
    pub(crate) fn sweep(&self) -> Result<usize, CommandError> {
        Ok(Leftovers::new(self.database.clone(), self.folders.clone()).sweep()?)
    }
}
