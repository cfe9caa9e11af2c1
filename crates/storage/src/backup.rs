//! Copies of the database file: complete, consistent, made while others read and write, and there as a whole or not at all.

use crate::{Database, StorageError, inspect, maintenance};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rusqlite::backup::Backup;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Pages copied between two looks at who else wants the file.
const PAGES_AT_ONCE: i32 = 4096;

/// Copies the database to `invokeai_backup_<date>-<time>.db` next to it; the name carries local time, for people.
/// Made before the file is changed in a way that should be possible to take back.
///
/// # Errors
/// As for [`copy_file`].
pub fn copy_beside(path: &Path, now: Timestamp) -> Result<PathBuf, StorageError> {
    let time = now.to_zoned(TimeZone::system()).strftime("%Y%m%d-%H%M%S").to_string();
    let mut name = format!("invokeai_backup_{time}.db");
    let mut number = 1;
    while path.with_file_name(&name).exists() {
        name = format!("invokeai_backup_{time}-{number}.db");
        number += 1;
    }
    let copy = path.with_file_name(&name);
    copy_file(path, &copy)?;
    tracing::info!(backup = %copy.display(), "database backed up");
    Ok(copy)
}

/// Copies a database file as of one moment, whoever writes meanwhile. Under its name the copy is complete and on disk;
/// only its owner may read it, since it holds the hashes of passwords. An older file of that name is replaced.
///
/// # Errors
/// When `from` cannot be read or `to` cannot be written; nothing is left under the name then.
pub fn copy_file(from: &Path, to: &Path) -> Result<(), StorageError> {
    let failed = |source| StorageError::File { doing: "back up the database to", path: to.to_owned(), source };
    let partial = partial(to);
    let result = open_live(from)
        .and_then(|source| copy_pages(&source, &partial))
        .and_then(|()| give_name(&partial, to).map_err(Failure::from))
        .map_err(failed);
    if result.is_err() {
        // What is left of a copy that failed helps nobody; the failure itself is reported.
        let _ = fs::remove_file(&partial);
    }
    result
}

/// What a copy is called until it is complete.
fn partial(to: &Path) -> PathBuf {
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    to.with_file_name(format!(".{name}.part"))
}

fn open_live(path: &Path) -> Result<Connection, Failure> {
    let source = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    source.busy_timeout(Duration::from_secs(5))?;
    Ok(source)
}

fn copy_pages(source: &Connection, to: &Path) -> Result<(), Failure> {
    let _ = fs::remove_file(to);
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    // One reading transaction for the whole copy: writers go on, and the copy does not begin anew with each of them.
    source.execute_batch("BEGIN; SELECT count(*) FROM sqlite_master")?;
    let mut target = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // The copy is synced once, when it is complete.
    target.pragma_update(None, "synchronous", "OFF")?;
    let copied = Backup::new(source, &mut target)?.run_to_completion(PAGES_AT_ONCE, Duration::ZERO, None);
    // The copy of a file under WAL would be one too; as a plain file it is complete without companions.
    copied.and_then(|()| target.pragma_update(None, "journal_mode", "DELETE"))?;
    Ok(())
}

fn give_name(partial: &Path, to: &Path) -> std::io::Result<()> {
    fs::File::open(partial)?.sync_all()?;
    fs::rename(partial, to)?;
    fs::File::open(to.parent().unwrap_or(to))?.sync_all()
}

/// How old an unfinished copy is before it counts as left behind: no copy takes longer.
const LEFT_BEHIND: SignedDuration = SignedDuration::from_hours(6);

/// Removes what copies that were interrupted left in a folder, and leaves those that others are making now.
pub fn remove_unfinished(folder: &Path, now: Timestamp) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_copy = name.starts_with(".invokeai") && name.contains(".db.part");
        let changed =
            entry.metadata().and_then(|file| file.modified()).ok().and_then(|time| Timestamp::try_from(time).ok());
        if is_copy && changed.is_some_and(|changed| now.duration_since(changed) > LEFT_BEHIND) {
            tracing::info!(file = %entry.path().display(), "removing a copy of the database that was never finished");
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Puts a backup in the place of the database, which must not be open anywhere. The current file, if there is one, is kept
/// as `<name>.old` (`.old-1`, … when that exists) with everything its journal holds. Says where.
///
/// # Errors
/// When the backup is not whole, or a file cannot be written; the current database is in its place then.
pub fn restore(backup: &Path, database: &Path) -> Result<Option<PathBuf>, StorageError> {
    verify(backup)?;
    release(database)?;
    let failed = |source| StorageError::File { doing: "restore the database to", path: database.to_owned(), source };
    let fresh = partial(database);
    let copied = inspect::open_to_look(backup).and_then(|source| copy_pages(&source, &fresh).map_err(failed));
    if copied.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    copied?;
    let kept = if database.exists() { Some(set_aside(database)?) } else { None };
    give_name(&fresh, database).map_err(|error| failed(error.into()))?;
    Ok(kept)
}

/// Brings what the journal holds into the file, which works only when nobody else has it open. A file that is damaged may
/// fail at that, which is no error here.
///
/// # Errors
/// When another program has the file open.
pub fn release(database: &Path) -> Result<(), StorageError> {
    if !database.exists() {
        return Ok(());
    }
    let Ok(connection) = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE) else {
        return Ok(());
    };
    connection.busy_timeout(Duration::from_secs(1))?;
    match connection.pragma_update(None, "journal_mode", "DELETE").map_err(|error| error.sqlite_error_code()) {
        Err(Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) => {
            Err(StorageError::InUse { path: database.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Keeps the current database, damaged or not, under another name.
fn set_aside(database: &Path) -> Result<PathBuf, StorageError> {
    let name = database.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let names = std::iter::once(format!("{name}.old")).chain((1..).map(|number| format!("{name}.old-{number}")));
    let Some(kept) = names.map(|name| database.with_file_name(name)).find(|path| !path.exists()) else {
        unreachable!("there are more numbers than files");
    };
    let failed = |source: std::io::Error| StorageError::File {
        doing: "keep the current database as",
        path: kept.clone(),
        source: source.into(),
    };
    // The journal goes with its file: it may hold the last commits. The shared memory beside it is made anew.
    for ending in ["-wal", "-journal"] {
        let (from, to) = (with_ending(database, ending), with_ending(&kept, ending));
        if from.exists() {
            fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop)).map_err(failed)?;
        }
    }
    fs::hard_link(database, &kept).or_else(|_| fs::copy(database, &kept).map(drop)).map_err(failed)?;
    for ending in ["-wal", "-journal", "-shm"] {
        match fs::remove_file(with_ending(database, ending)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    Ok(kept)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Whether a file could take the place of the database: readable, whole, and of a release that is known.
///
/// # Errors
/// Why it could not.
pub fn verify(path: &Path) -> Result<(), StorageError> {
    if inspect::inspect(path)? == inspect::Found::Nothing {
        return Err(StorageError::Foreign { path: path.to_owned() });
    }
    let connection = inspect::open_to_look(path)?;
    match maintenance::torn(&connection)?.is_empty() {
        true => Ok(()),
        false => Err(StorageError::Damaged { path: path.to_owned() }),
    }
}

impl Database {
    /// See [`copy_file`]; a database in memory has no file to copy.
    ///
    /// # Errors
    /// As there.
    pub fn back_up(&self, to: &Path) -> Result<(), StorageError> {
        self.path().map_or(Ok(()), |path| copy_file(path, to))
    }
}
