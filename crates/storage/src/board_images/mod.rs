//! What lies on boards: each image on one at most.

use crate::time::SqlTime;
use crate::{StorageError, Tx};
use invoke_permissions::{Board, Contribute, Grant, Image, Move, Remove};
use rusqlite::named_params;

/// Puts an image on a board, away from the one it lay on.
pub fn insert(tx: &Tx<'_>, image: &Grant<Image, Move>, board: &Grant<Board, Contribute>) -> Result<(), StorageError> {
    tx.sql().prepare_cached(include_str!("put.sql"))?.execute(named_params! {
        ":board_id": board.id().as_str(),
        ":image_name": image.id().as_str(),
        ":now": SqlTime(tx.now()),
    })?;
    Ok(())
}

/// Takes an image off its board, if it lies on one.
pub fn delete(tx: &Tx<'_>, image: &Grant<Image, Remove>) -> Result<(), StorageError> {
    tx.sql().prepare_cached("DELETE FROM board_images WHERE image_name = ?1")?.execute([image.id().as_str()])?;
    Ok(())
}
