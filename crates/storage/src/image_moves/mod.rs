//! Moving image files to other folders: a job notes what it is going to do before it touches a file, so that whoever
//! starts after a crash, we or the reference, can finish it. These are the reference's tables and states.

use crate::images::SqlCategory;
use crate::time::SqlTime;
use crate::{ReadTx, StorageError, Tx};
use invoke_domain::{ImageCategory, ImageName};
use invoke_permissions::{Grant, ImageFolders, Manage};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params, params};

/// The right to move files.
pub type MoveGrant = Grant<ImageFolders, Manage>;

/// An image as far as its folder depends on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its name.
    pub name: ImageName,
    /// Where it lies.
    pub subfolder: String,
    /// What it is for.
    pub category: ImageCategory,
    /// Kept out of the gallery.
    pub is_intermediate: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// One image's move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveItem {
    /// The image.
    pub name: ImageName,
    /// Where it lies before.
    pub old_subfolder: String,
    /// Where it lies afterwards.
    pub new_subfolder: String,
}

/// What the reference's tables keep about an item beside that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovePaths {
    /// Kept out of the gallery.
    pub is_intermediate: bool,
    /// The picture before and after.
    pub image: (String, String),
    /// The thumbnail before and after.
    pub thumbnail: (String, String),
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveJob {
    /// Its number.
    pub id: i64,
    /// `planned`, `moving`, `moved`, `committed` or `error`.
    pub state: String,
    /// What went wrong.
    pub error_message: Option<String>,
}

fn row_to_job(row: &Row<'_>) -> rusqlite::Result<MoveJob> {
    Ok(MoveJob { id: row.get("id")?, state: row.get("state")?, error_message: row.get("error_message")? })
}

/// The images after `name`, by name, at most `limit`.
pub fn list_candidates(
    tx: &ReadTx<'_>,
    _grant: &MoveGrant,
    name: &ImageName,
    limit: u32,
) -> Result<Vec<Candidate>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("candidates.sql"))?;
    let rows = statement.query_map(params![name.as_str(), limit], |row| {
        Ok(Candidate {
            name: ImageName(row.get("image_name")?),
            subfolder: row.get("image_subfolder")?,
            category: row.get::<_, SqlCategory>("image_category")?.0,
            is_intermediate: row.get("is_intermediate")?,
            created_at: row.get::<_, SqlTime>("created_at")?.0,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The job begun last.
pub fn find_latest(tx: &ReadTx<'_>, _grant: &MoveGrant) -> Result<Option<MoveJob>, StorageError> {
    let sql = "SELECT id, state, error_message FROM image_subfolder_move_jobs ORDER BY id DESC LIMIT 1";
    Ok(tx.sql().prepare_cached(sql)?.query_row([], row_to_job).optional()?)
}

/// The jobs that were begun and not ended, in order.
pub fn list_unfinished(tx: &ReadTx<'_>, _grant: &MoveGrant) -> Result<Vec<i64>, StorageError> {
    let sql = "SELECT id FROM image_subfolder_move_jobs WHERE state NOT IN ('committed', 'error') ORDER BY id";
    let mut statement = tx.sql().prepare_cached(sql)?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// What a job still has to do or to commit.
pub fn list_items(tx: &ReadTx<'_>, _grant: &MoveGrant, job: i64) -> Result<Vec<MoveItem>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("list_items.sql"))?;
    let rows = statement.query_map([job], |row| {
        Ok(MoveItem {
            name: ImageName(row.get("image_name")?),
            old_subfolder: row.get("old_subfolder")?,
            new_subfolder: row.get("new_subfolder")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes a job before it touches any file; its number.
pub fn insert(tx: &Tx<'_>, _grant: &MoveGrant, items: &[(MoveItem, MovePaths)]) -> Result<i64, StorageError> {
    tx.sql().execute("INSERT INTO image_subfolder_move_jobs (state) VALUES ('moving')", [])?;
    let job = tx.sql().last_insert_rowid();
    let mut statement = tx.sql().prepare_cached(include_str!("insert_item.sql"))?;
    for (item, paths) in items {
        statement.execute(named_params! {
            ":job_id": job,
            ":image_name": item.name.as_str(),
            ":old_subfolder": item.old_subfolder,
            ":new_subfolder": item.new_subfolder,
            ":is_intermediate": paths.is_intermediate,
            ":old_path": paths.image.0,
            ":new_path": paths.image.1,
            ":old_thumbnail_path": paths.thumbnail.0,
            ":new_thumbnail_path": paths.thumbnail.1,
        })?;
    }
    Ok(job)
}

/// What became of one item's files: moved, or the reason why not.
pub type MoveOutcome = Result<(), String>;

/// Ends a job: images whose files were moved are found at their new place from now on. Files of images that were deleted
/// meanwhile are noted to be removed.
pub fn finish(
    tx: &Tx<'_>,
    _grant: &MoveGrant,
    job: i64,
    outcomes: &[(ImageName, MoveOutcome)],
) -> Result<(), StorageError> {
    let sql =
        "UPDATE image_subfolder_move_items SET state = ?3, error_message = ?4 WHERE job_id = ?1 AND image_name = ?2";
    let mut statement = tx.sql().prepare_cached(sql)?;
    for (name, outcome) in outcomes {
        let (state, message) = match outcome {
            Ok(()) => ("moved", None),
            Err(reason) => ("error", Some(reason)),
        };
        statement.execute(params![job, name.as_str(), state, message])?;
    }
    tx.sql().prepare_cached(include_str!("point_to_new.sql"))?.execute([job])?;
    tx.sql().prepare_cached(include_str!("note_gone.sql"))?.execute([job])?;
    let sql = "UPDATE image_subfolder_move_items SET state = 'committed' WHERE job_id = ?1 AND state = 'moved'";
    tx.sql().prepare_cached(sql)?.execute([job])?;
    tx.sql().prepare_cached(include_str!("finish.sql"))?.execute(named_params! { ":job_id": job })?;
    Ok(())
}
