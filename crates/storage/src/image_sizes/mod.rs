//! How many bytes an image and its thumbnail take on disk; known since the file was written, or measured later. The rows go
//! with the images' rows.

use crate::{ReadTx, StorageError, Tx};
use invoke_domain::ImageName;
use rusqlite::params;

/// Notes the size of an image that has a row.
pub fn insert(tx: &Tx<'_>, name: &ImageName, bytes: u64) -> Result<(), StorageError> {
    let sql = "INSERT OR REPLACE INTO image_sizes (image_name, bytes)
               SELECT image_name, ?2 FROM images WHERE image_name = ?1";
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    tx.sql().prepare_cached(sql)?.execute(params![name.as_str(), bytes])?;
    Ok(())
}

/// Some images whose size is not known, with their folders.
pub fn list_missing(tx: &ReadTx<'_>, limit: usize) -> Result<Vec<(ImageName, String)>, StorageError> {
    let sql = "SELECT image_name, image_subfolder FROM images
               WHERE NOT EXISTS (SELECT 1 FROM image_sizes s WHERE s.image_name = images.image_name) LIMIT ?1";
    let mut statement = tx.sql().prepare_cached(sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map([limit], |row| Ok((ImageName(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
