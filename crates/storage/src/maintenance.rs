//! Looking after the file: is it whole, and is it kept tight.

use crate::{Database, StorageError};
use std::path::Path;

/// How many bytes the file had and has, journal not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSizes {
    /// Before.
    pub before: u64,
    /// Afterwards.
    pub after: u64,
}

impl Database {
    /// What is wrong with the file itself and with the references between its rows, one sentence each; nothing when it
    /// is whole.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn find_damage(&self) -> Result<Vec<String>, StorageError> {
        self.read(|tx| Ok(damage(tx.sql())?))
    }

    /// Brings everything the journal holds into the file, so that the file alone is the database: for the end of the server,
    /// after which people copy it.
    ///
    /// # Errors
    /// When another process writes for longer than the busy timeout.
    pub fn settle(&self) -> Result<(), StorageError> {
        self.with_writer(|connection| connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)"))?;
        self.put_seal_on();
        Ok(())
    }

    /// Rebuilds the file without the gaps that deleted rows left, renews the statistics its queries are planned by, and
    /// empties the journal into it. Other writers wait meanwhile; it needs as much free disk space again as the file has.
    ///
    /// # Errors
    /// When the disk is full or another process writes for longer than the busy timeout.
    pub fn rebuild(&self) -> Result<FileSizes, StorageError> {
        let before = self.path().map_or(0, size_of);
        self.with_writer(|connection| connection.execute_batch("VACUUM; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);"))?;
        Ok(FileSizes { before, after: self.path().map_or(0, size_of) })
    }
}

/// What `integrity_check` says about the file's pages, rows and indices, when it says anything but "ok".
pub(crate) fn torn(connection: &rusqlite::Connection) -> Result<Vec<String>, rusqlite::Error> {
    let mut check = connection.prepare("PRAGMA integrity_check")?;
    let lines: Vec<String> = check.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// See [`Database::find_damage`].
pub(crate) fn damage(connection: &rusqlite::Connection) -> Result<Vec<String>, rusqlite::Error> {
    let mut found = torn(connection)?;
    let mut broken = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = broken.query([])?;
    while let Some(row) = rows.next()? {
        let (table, id, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let id = id.map_or_else(|| "?".to_owned(), |id| id.to_string());
        found.push(format!("row {id} of `{table}` refers to a row of `{parent}` that does not exist"));
    }
    Ok(found)
}

fn size_of(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}
