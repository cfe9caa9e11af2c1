//! Which items run.

use crate::{ReadTx, StorageError};
use invoke_domain::{ItemId, UserId};

/// The running items of one user, in all queues.
pub fn running_of(tx: &ReadTx<'_>, owner: &UserId) -> Result<Vec<ItemId>, StorageError> {
    let sql = "SELECT item_id FROM session_queue WHERE status = 'in_progress' AND user_id = ?1 ORDER BY item_id";
    let mut statement = tx.sql().prepare_cached(sql)?;
    Ok(statement.query_map([owner.as_str()], |row| row.get(0).map(ItemId))?.collect::<Result<_, _>>()?)
}

/// Whether any item runs, in any queue.
pub fn any_running(tx: &ReadTx<'_>) -> Result<bool, StorageError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM session_queue WHERE status = 'in_progress')";
    Ok(tx.sql().prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Who has running items, in all queues.
pub fn owners_of_running(tx: &ReadTx<'_>) -> Result<Vec<UserId>, StorageError> {
    let sql = "SELECT DISTINCT coalesce(user_id, 'system') FROM session_queue WHERE status = 'in_progress'";
    let mut statement = tx.sql().prepare_cached(sql)?;
    Ok(statement.query_map([], |row| row.get(0).map(UserId))?.collect::<Result<_, _>>()?)
}
