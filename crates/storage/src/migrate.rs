//! Bringing a database up to date, and the copy made before. The steps and their rules are in `migrations/README.md`.

use crate::{Database, StorageError, StorageSettings};
use invoke_domain::{OsRandom, Random, SystemClock};
use jiff::{Timestamp, tz::TimeZone};
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

struct Migration {
    name: &'static str,
    sql: &'static str,
}

macro_rules! migrations {
    ($($name:literal)*) => {
        [$(Migration { name: $name, sql: include_str!(concat!("../../../migrations/", $name, ".sql")) }),*]
    };
}

static MIGRATIONS: [Migration; 4] = migrations! {
    "0001_reference_schema"
    "0002_own_tables"
    "0003_pending_file_deletions"
    "0006_boards_and_gallery"
};

const BOOKKEEPING: &str = "CREATE TABLE IF NOT EXISTS invokeai_rs_migrations (
    name TEXT NOT NULL PRIMARY KEY,
    applied_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW'))
)";

pub(crate) fn is_known(name: &str) -> bool {
    MIGRATIONS.iter().any(|migration| migration.name == name)
}

fn has_table(connection: &Connection, name: &str) -> Result<bool, rusqlite::Error> {
    connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1)",
        [name],
        |row| row.get(0),
    )
}

fn is_applied(connection: &Connection, name: &str) -> Result<bool, rusqlite::Error> {
    connection
        .query_row("SELECT EXISTS (SELECT 1 FROM invokeai_rs_migrations WHERE name = ?1)", [name], |row| row.get(0))
}

/// The migrations of ours that are still to be applied.
pub(crate) fn pending(connection: &Connection) -> Result<Vec<&'static str>, StorageError> {
    let kept = has_table(connection, "invokeai_rs_migrations")?;
    let mut names = Vec::new();
    for migration in &MIGRATIONS {
        if !kept || !is_applied(connection, migration.name)? {
            names.push(migration.name);
        }
    }
    Ok(names)
}

/// Applies what is pending, each step in a transaction. Two processes may do so at once: the second finds it done.
pub(crate) fn run(connection: &mut Connection, random: &dyn Random) -> Result<(), StorageError> {
    if pending(connection)?.is_empty() {
        return Ok(());
    }
    for migration in &MIGRATIONS {
        apply(connection, migration, random)
            .map_err(|source| StorageError::Migration { name: migration.name, source: Box::new(source) })?;
    }
    Ok(())
}

fn apply(connection: &mut Connection, migration: &Migration, random: &dyn Random) -> Result<(), rusqlite::Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(BOOKKEEPING)?;
    if is_applied(&transaction, migration.name)? {
        return Ok(());
    }
    let is_first = migration.name == MIGRATIONS[0].name;
    // A file of the reference already holds what the first step makes.
    if !is_first || !has_table(&transaction, "migrations")? {
        transaction.execute_batch(migration.sql)?;
        tracing::info!(migration = migration.name, "database migration applied");
    }
    if is_first {
        transaction.execute(
            "INSERT OR IGNORE INTO app_settings (key, value) VALUES ('jwt_secret', ?1)",
            [new_secret(random)],
        )?;
    }
    transaction.execute("INSERT INTO invokeai_rs_migrations (name) VALUES (?1)", [migration.name])?;
    transaction.commit()
}

/// 64 hexadecimal digits, the key that tokens are signed with.
fn new_secret(random: &dyn Random) -> String {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Copies the database to `invokeai_backup_<date>-<time>.db` next to it; the name carries local time, for people.
pub(crate) fn back_up(path: &Path, now: Timestamp) -> Result<PathBuf, StorageError> {
    let time = now.to_zoned(TimeZone::system()).strftime("%Y%m%d-%H%M%S").to_string();
    let mut name = format!("invokeai_backup_{time}.db");
    let mut number = 1;
    while path.with_file_name(&name).exists() {
        name = format!("invokeai_backup_{time}-{number}.db");
        number += 1;
    }
    let copy = path.with_file_name(&name);
    let partial = path.with_file_name(format!(".{name}.part"));
    let failed = |source| StorageError::File { doing: "back up the database to", path: copy.clone(), source };
    let result = copy_database(path, &partial)
        .map_err(|error| failed(Box::new(error)))
        .and_then(|()| std::fs::rename(&partial, &copy).map_err(|error| failed(Box::new(error))));
    if result.is_err() {
        // What is left of a copy that failed helps nobody; the failure itself is reported.
        let _ = std::fs::remove_file(&partial);
    }
    result?;
    tracing::info!(backup = %copy.display(), "database backed up before migrating");
    Ok(copy)
}

fn copy_database(from: &Path, to: &Path) -> Result<(), rusqlite::Error> {
    let _ = std::fs::remove_file(to);
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    source.busy_timeout(Duration::from_secs(5))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut target = Connection::open_with_flags(to, flags)?;
    let copied = Backup::new(&source, &mut target)?.run_to_completion(i32::MAX, Duration::ZERO, None);
    // The copy of a file under WAL would be one too; as a plain file it is complete without companions.
    copied.and_then(|()| target.pragma_update(None, "journal_mode", "DELETE"))
}

/// The schema of a new database as SQL text, in the order it was made.
pub fn schema() -> Result<String, StorageError> {
    let database = Database::open(&StorageSettings::memory(), Arc::new(SystemClock), &OsRandom)?;
    database.read(|tx| {
        let mut statement = tx.sql().prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")?;
        let parts: Vec<String> =
            statement.query_map([], |row| row.get(0)).and_then(Iterator::collect).map_err(StorageError::from)?;
        Ok(parts.into_iter().map(|part| part + ";\n").collect::<Vec<_>>().join("\n"))
    })
}
