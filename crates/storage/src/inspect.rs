//! Looking at a file before it is opened for good. Nothing here writes: a file that is refused stays as it is, to the byte,
//! and gets no companions.

use crate::upgrade::{FIRST_SUPPORTED, LAST_VERSION, NAMED};
use crate::{StorageError, migrate};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// No file, an empty one, or a database without a single table.
    Nothing,
    /// Data of an older release of the reference, at this numbered migration.
    Older { version: i64 },
    /// Data, and migrations of ours to apply.
    NeedsMigration,
    /// Data, up to date.
    UpToDate,
}

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
pub(crate) fn open_to_look(path: &Path) -> Result<Connection, StorageError> {
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
    if let Some(version) = older_version(connection)? {
        check_supported(path, connection, version)?;
        return Ok(Found::Older { version });
    }
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
        let Some(number) = number_of(id) else {
            if let Some(version) = recorded {
                let reason = format!("legacy version {version} is recorded for {id}, expected migration_{version}");
                return Err(StorageError::Inconsistent { path: path.to_owned(), reason });
            }
            continue;
        };
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

/// The last numbered migration of a file that lacks some of the reference's migrations; `None` for a file of 6.14.2 and for
/// one without any table.
pub(crate) fn older_version(connection: &Connection) -> Result<Option<i64>, rusqlite::Error> {
    if !migrate::has_table(connection, "migrations")? {
        return Ok(None);
    }
    let versions = versions(connection)?;
    let named = if migrate::has_table(connection, "applied_migrations")? {
        texts(connection, "SELECT migration_id FROM applied_migrations")?
    } else {
        BTreeSet::new()
    };
    let complete =
        (1..=LAST_VERSION).all(|version| versions.contains(&version)) && NAMED.iter().all(|id| named.contains(*id));
    Ok((!complete).then(|| versions.last().copied().unwrap_or_default()))
}

/// Refuses what is too old, and a file whose numbers have gaps.
fn check_supported(path: &Path, connection: &Connection, version: i64) -> Result<(), StorageError> {
    if version < FIRST_SUPPORTED {
        return Err(StorageError::TooOld { path: path.to_owned(), version });
    }
    let versions = versions(connection)?;
    match (1..version).find(|number| !versions.contains(number)) {
        Some(gap) => {
            let reason = format!("legacy version {version} is recorded, but {gap} is missing");
            Err(StorageError::Inconsistent { path: path.to_owned(), reason })
        }
        None => Ok(()),
    }
}

fn versions(connection: &Connection) -> Result<BTreeSet<i64>, rusqlite::Error> {
    let mut statement = connection.prepare("SELECT version FROM migrations WHERE version > 0")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

fn texts(connection: &Connection, sql: &str) -> Result<BTreeSet<String>, rusqlite::Error> {
    let mut statement = connection.prepare(sql)?;
    statement.query_map([], |row| row.get(0))?.collect()
}
