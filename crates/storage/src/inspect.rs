//! Looking at a file before it is opened for good. Nothing here writes: a file that is refused stays as it is, to the byte,
//! and gets no companions.

use crate::{StorageError, migrate};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// No file, an empty one, or a database without a single table.
    Nothing,
    /// Data, and migrations of ours to apply.
    NeedsMigration,
    /// Data, up to date.
    UpToDate,
}

/// The last numbered migration of the reference.
const LAST_VERSION: i64 = 33;

/// The reference's migrations that have no number.
const NAMED: [&str; 7] = [
    "2026_07_01_add_session_queue_device",
    "2026_07_01_add_videos_tables",
    "2026_07_01_add_workflow_call_queue_metadata",
    "2026_07_03_round_robin_indexes",
    "2026_07_10_create_system_prompts",
    "2026_07_31_add_user_token_epoch",
    "2026_08_08_demote_system_user",
];

/// Says what the file is, or why it is refused.
pub(crate) fn inspect(path: &Path) -> Result<Found, StorageError> {
    if std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == 0) || !path.exists() {
        return Ok(Found::Nothing);
    }
    let look = || look(path, &open_to_look(path)?);
    look().map_err(|error| name_the_file(error, path))
}

/// Opens the file so that looking leaves no trace. Without a journal beside it the file is all there is, and SQLite may
/// take it as unchanging; otherwise the last commits are in the journal and must be read from there.
fn open_to_look(path: &Path) -> Result<Connection, StorageError> {
    let has_journal = ["-wal", "-journal"].iter().any(|ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        std::fs::metadata(name).is_ok_and(|file| file.len() > 0)
    });
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = if has_journal {
        Connection::open_with_flags(path, flags)?
    } else {
        let address = format!("file:{}?immutable=1", percent_encoded(path));
        Connection::open_with_flags(address, flags | OpenFlags::SQLITE_OPEN_URI)?
    };
    Ok(connection)
}

fn percent_encoded(path: &Path) -> String {
    let mut text = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => text.push(char::from(*byte)),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

fn name_the_file(error: StorageError, path: &Path) -> StorageError {
    let StorageError::Sql(source) = error else { return error };
    let path = path.to_owned();
    match source.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code) {
        Some(ErrorCode::NotADatabase) => StorageError::NotADatabase { path },
        Some(ErrorCode::DatabaseCorrupt) => StorageError::Damaged { path },
        _ => StorageError::File { doing: "read", path, source },
    }
}

fn look(path: &Path, connection: &Connection) -> Result<Found, StorageError> {
    let tables = texts(connection, "SELECT name FROM sqlite_master WHERE type = 'table'")?;
    if tables.is_empty() {
        return Ok(Found::Nothing);
    }
    if !tables.contains("migrations") {
        return Err(StorageError::Foreign { path: path.to_owned() });
    }
    check_ours(path, connection, &tables)?;
    check_versions(path, connection)?;
    if tables.contains("applied_migrations") {
        check_applied(path, connection)?;
    }
    check_current(path, connection, &tables)?;
    if migrate::pending(connection)?.is_empty() { Ok(Found::UpToDate) } else { Ok(Found::NeedsMigration) }
}

fn check_ours(path: &Path, connection: &Connection, tables: &BTreeSet<String>) -> Result<(), StorageError> {
    if !tables.contains("invokeai_rs_migrations") {
        return Ok(());
    }
    let applied = texts(connection, "SELECT name FROM invokeai_rs_migrations")?;
    refuse_unknown(path, applied.iter().filter(|name| !migrate::is_known(name)))
}

fn refuse_unknown<'a>(path: &Path, unknown: impl Iterator<Item = &'a String>) -> Result<(), StorageError> {
    let ids: Vec<&str> = unknown.map(String::as_str).collect();
    if ids.is_empty() {
        return Ok(());
    }
    Err(StorageError::UnknownMigrations { path: path.to_owned(), ids: ids.join(", ") })
}

fn check_versions(path: &Path, connection: &Connection) -> Result<(), StorageError> {
    match versions(connection)?.into_iter().find(|version| *version > LAST_VERSION) {
        Some(version) => Err(StorageError::UnknownVersion { path: path.to_owned(), version }),
        None => Ok(()),
    }
}

/// The number in `migration_<number>`, if it is one the reference knows.
fn number_of(id: &str) -> Option<i64> {
    (1..=LAST_VERSION).find(|number| id.strip_prefix("migration_") == Some(number.to_string().as_str()))
}

fn check_applied(path: &Path, connection: &Connection) -> Result<(), StorageError> {
    let mut statement = connection.prepare("SELECT migration_id, legacy_version FROM applied_migrations ORDER BY 1")?;
    let rows: Vec<(String, Option<i64>)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let known = |id: &str| number_of(id).is_some() || NAMED.contains(&id);
    refuse_unknown(path, rows.iter().map(|(id, _)| id).filter(|id| !known(id)))?;
    let versions = versions(connection)?;
    for (id, recorded) in &rows {
        let Some(number) = number_of(id) else { continue };
        let reason = if *recorded != Some(number) {
            let recorded = recorded.map_or_else(|| "None".to_owned(), |version| version.to_string());
            format!("{id} is recorded with legacy version {recorded}, expected {number}")
        } else if !versions.contains(&number) {
            format!("{id} is applied, but legacy version {number} is missing")
        } else {
            continue;
        };
        return Err(StorageError::Inconsistent { path: path.to_owned(), reason });
    }
    Ok(())
}

fn check_current(path: &Path, connection: &Connection, tables: &BTreeSet<String>) -> Result<(), StorageError> {
    let versions = versions(connection)?;
    let named = if tables.contains("applied_migrations") {
        texts(connection, "SELECT migration_id FROM applied_migrations")?
    } else {
        BTreeSet::new()
    };
    let complete =
        (1..=LAST_VERSION).all(|version| versions.contains(&version)) && NAMED.iter().all(|id| named.contains(*id));
    if complete {
        return Ok(());
    }
    let version = versions.last().copied().unwrap_or_default();
    Err(StorageError::OlderRelease { path: path.to_owned(), version })
}

fn versions(connection: &Connection) -> Result<BTreeSet<i64>, StorageError> {
    let mut statement = connection.prepare("SELECT version FROM migrations WHERE version > 0")?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn texts(connection: &Connection, sql: &str) -> Result<BTreeSet<String>, StorageError> {
    let mut statement = connection.prepare(sql)?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}
