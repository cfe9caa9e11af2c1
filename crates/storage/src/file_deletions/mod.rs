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

/// A file beside those of images, whose row went with its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedFile {
    /// What it belonged to.
    pub kind: OwnedKind,
    /// The video's file name, or the id of the workflow or preset.
    pub name: String,
    /// Folder below the folder of its kind, empty for none.
    pub subfolder: String,
}

/// What a file belonged to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnedKind {
    /// A video, with its thumbnail and sidecar.
    Video,
    /// A workflow's picture.
    WorkflowThumbnail,
    /// A style preset's picture.
    StylePresetImage,
}

impl OwnedKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::WorkflowThumbnail => "workflow_thumbnail",
            Self::StylePresetImage => "style_preset_image",
        }
    }

    fn parse(text: &str) -> Result<Self, StorageError> {
        let kinds = [Self::Video, Self::WorkflowThumbnail, Self::StylePresetImage];
        let malformed = || StorageError::Malformed { what: "kind of file", value: text.to_owned() };
        kinds.into_iter().find(|kind| kind.as_str() == text).ok_or_else(malformed)
    }
}

/// Files beside those of images that are to be removed. What has a row is never among them.
pub fn list_owned(tx: &ReadTx<'_>) -> Result<Vec<OwnedFile>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("list_owned.sql"))?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>("kind")?, row.get::<_, String>("name")?, row.get::<_, String>("subfolder")?))
    })?;
    rows.map(|row| {
        let (kind, name, subfolder) = row?;
        Ok(OwnedFile { kind: OwnedKind::parse(&kind)?, name, subfolder })
    })
    .collect()
}

/// Notes a file to be removed unless what it belongs to gets a row.
pub fn insert_owned(tx: &Tx<'_>, file: &OwnedFile) -> Result<(), StorageError> {
    let sql = "INSERT OR REPLACE INTO pending_owned_file_deletions (kind, name, subfolder) VALUES (?1, ?2, ?3)";
    tx.sql().prepare_cached(sql)?.execute([file.kind.as_str(), &file.name, &file.subfolder])?;
    Ok(())
}

/// Forgets a file, because it was removed or what it belongs to has got its row. Says whether it was noted.
pub fn delete_owned(tx: &Tx<'_>, file: &OwnedFile) -> Result<bool, StorageError> {
    let sql = "DELETE FROM pending_owned_file_deletions WHERE kind = ?1 AND name = ?2";
    Ok(tx.sql().prepare_cached(sql)?.execute([file.kind.as_str(), file.name.as_str()])? > 0)
}
