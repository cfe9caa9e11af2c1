//! Files that belong to no row and are to be removed: of images that are being stored, or that were deleted.

use crate::{ReadTx, StorageError, Tx};
use invoke_domain::ImageName;
use rusqlite::{Row, params};

/// The files of one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingDeletion {
    /// Its name.
    pub name: ImageName,
    /// Folder below the images folder, empty for none.
    pub subfolder: String,
}

/// Why files belong to no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The row is not there yet; a process may be at work on the files.
    Storing,
    /// The row is gone.
    Deleted,
}

impl Reason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Storing => "storing",
            Self::Deleted => "deleted",
        }
    }
}

fn row_to_pending(row: &Row<'_>) -> rusqlite::Result<PendingDeletion> {
    Ok(PendingDeletion { name: ImageName(row.get("image_name")?), subfolder: row.get("image_subfolder")? })
}

/// What is pending for `reason`. An image that has a row is never among them.
pub fn list(tx: &ReadTx<'_>, reason: Reason) -> Result<Vec<PendingDeletion>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("list.sql"))?;
    Ok(statement.query_map([reason.as_str()], row_to_pending)?.collect::<Result<_, _>>()?)
}

/// Notes files to be removed unless they get a row.
pub fn insert(tx: &Tx<'_>, pending: &PendingDeletion, reason: Reason) -> Result<(), StorageError> {
    let sql = "INSERT OR REPLACE INTO pending_file_deletions (image_name, image_subfolder, reason) VALUES (?1, ?2, ?3)";
    tx.sql().prepare_cached(sql)?.execute(params![pending.name.as_str(), pending.subfolder, reason.as_str()])?;
    Ok(())
}

/// Forgets files, because they were removed or have got their row. Says whether they were noted.
pub fn delete(tx: &Tx<'_>, name: &ImageName) -> Result<bool, StorageError> {
    let sql = "DELETE FROM pending_file_deletions WHERE image_name = ?1";
    Ok(tx.sql().prepare_cached(sql)?.execute([name.as_str()])? > 0)
}
