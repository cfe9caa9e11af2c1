//! Bringing a database up to date. The steps and their rules are in `migrations/README.md`.

use crate::upgrade::{self, Report};
use crate::{Database, StorageError, StorageSettings, inspect};
use invoke_domain::{OsRandom, Random, SystemClock};
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;
use std::sync::Arc;

struct Migration {
    name: &'static str,
    sql: &'static str,
}

macro_rules! migrations {
    ($($name:literal)*) => {
        [$(Migration { name: $name, sql: include_str!(concat!("../../../migrations/", $name, ".sql")) }),*]
    };
}

static MIGRATIONS: [Migration; 11] = migrations! {
    "0001_reference_schema"
    "0002_own_tables"
    "0003_pending_file_deletions"
    "0004_accounts"
    "0005_queue_counts"
    "0006_boards_and_gallery"
    "0007_model_moves"
    "0008_server_mode"
    "0009_model_access"
    "0010_shipped_models"
    "0011_word_search"
};

const BOOKKEEPING: &str = "CREATE TABLE IF NOT EXISTS invokeai_rs_migrations (
    name TEXT NOT NULL PRIMARY KEY,
    applied_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW'))
)";

pub(crate) fn is_known(name: &str) -> bool {
    MIGRATIONS.iter().any(|migration| migration.name == name)
}

pub(crate) fn has_table(connection: &Connection, name: &str) -> Result<bool, rusqlite::Error> {
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

/// Applies what is pending, all of it in one transaction: the file is up to date afterwards or as it was. Two processes may
/// do so at once: the second finds it done. A file of an older release is upgraded when `models_dir` names the folder
/// its model files lie in.
pub(crate) fn run(
    connection: &mut Connection,
    random: &dyn Random,
    models_dir: Option<&Path>,
) -> Result<Report, StorageError> {
    let older = inspect::older_version(connection)?;
    if older.is_none() && pending(connection)?.is_empty() {
        return Ok(Report::default());
    }
    // Tables of older files are rebuilt, which must not delete the rows that refer to theirs. Not possible in a transaction.
    connection.pragma_update(None, "foreign_keys", older.is_none())?;
    let done = run_all(connection, random, models_dir);
    connection.pragma_update(None, "foreign_keys", true)?;
    done
}

fn run_all(
    connection: &mut Connection,
    random: &dyn Random,
    models_dir: Option<&Path>,
) -> Result<Report, StorageError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut report = Report::default();
    if let (Some(version), Some(models_dir)) = (inspect::older_version(&transaction)?, models_dir) {
        tracing::info!("upgrading a database of an older release of InvokeAI, at migration {version}");
        report = upgrade::run(&transaction, models_dir, &new_secret(random))?;
    }
    transaction.execute_batch(BOOKKEEPING)?;
    for migration in &MIGRATIONS {
        apply(&transaction, migration, random)
            .map_err(|source| StorageError::Migration { name: migration.name, source: Box::new(source) })?;
    }
    upgrade::note_moves(&transaction, &report.moves)?;
    transaction.commit()?;
    Ok(report)
}

fn apply(connection: &Connection, migration: &Migration, random: &dyn Random) -> Result<(), rusqlite::Error> {
    if is_applied(connection, migration.name)? {
        return Ok(());
    }
    let is_first = migration.name == MIGRATIONS[0].name;
    // A file of the reference already holds what the first step makes.
    if !is_first || !has_table(connection, "migrations")? {
        connection.execute_batch(migration.sql)?;
        tracing::info!(migration = migration.name, "database migration applied");
    }
    if is_first {
        connection.execute(
            "INSERT OR IGNORE INTO app_settings (key, value) VALUES ('jwt_secret', ?1)",
            [new_secret(random)],
        )?;
    }
    connection.execute("INSERT INTO invokeai_rs_migrations (name) VALUES (?1)", [migration.name])?;
    Ok(())
}

/// 64 hexadecimal digits, the key that tokens are signed with.
fn new_secret(random: &dyn Random) -> String {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
