//! Backups that the server makes by itself, and what `invokeai-web backup` does when it is not told otherwise.

use crate::section::section;
use crate::value::Int;
use std::path::PathBuf;

section! {
    /// Backups.
    Backups {
        /// When the server backs itself up: a cron line such as `0 2 * * *`, local time; absent for never.
        backup_schedule: Option<String> = None,
        /// Folder of backups.
        backup_dir: PathBuf = "backups".into(),
        /// Backups older than this many days are removed; 0 keeps all.
        backup_keep_days: Int<0, 36_500> = Int(30),
        /// Back up pictures too.
        backup_with_outputs: bool = false,
        /// Back up models too.
        backup_with_models: bool = false,
    }
}
