//! What becomes of items that were running when the server ended.

use super::change::set_status;
use crate::{StorageError, Tx};
use invoke_domain::{ItemFailure, ItemId, ItemStatus};
use invoke_permissions::{Grant, Operate, Queue};

/// What became of interrupted items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Pending again.
    pub requeued: Vec<ItemId>,
    /// Failed, since they had been interrupted before.
    pub failed: Vec<ItemId>,
    /// Canceled: parts of an interrupted item that it makes anew, or everything under the policy that says so.
    pub canceled: Vec<ItemId>,
}

fn ids(tx: &Tx<'_>, sql: &str) -> Result<Vec<ItemId>, StorageError> {
    let mut statement = tx.sql().prepare_cached(sql)?;
    Ok(statement.query_map([], |row| row.get(0).map(ItemId))?.collect::<Result<_, _>>()?)
}

fn cancel_all(tx: &Tx<'_>, ids: &[ItemId]) -> Result<(), StorageError> {
    for id in ids {
        set_status(tx, *id, ItemStatus::Canceled, None, None)?;
    }
    Ok(())
}

/// Puts interrupted items back into the queue, each once; the second time they fail with `failure`. To be called before
/// any worker runs.
pub fn requeue_interrupted(
    tx: &Tx<'_>,
    _grant: &Grant<Queue, Operate>,
    failure: &ItemFailure,
) -> Result<Recovered, StorageError> {
    let canceled = ids(tx, include_str!("called_by_interrupted.sql"))?;
    cancel_all(tx, &canceled)?;
    let mut recovered = Recovered { canceled, ..Recovered::default() };
    for id in ids(tx, include_str!("interrupted.sql"))? {
        let restarts: i64 =
            tx.sql().prepare_cached(include_str!("count_restart.sql"))?.query_row([id.0], |row| row.get(0))?;
        if restarts > 1 {
            set_status(tx, id, ItemStatus::Failed, Some(failure), None)?;
            recovered.failed.push(id);
        } else {
            tx.sql().prepare_cached(include_str!("requeue.sql"))?.execute([id.0])?;
            recovered.requeued.push(id);
        }
    }
    // Counts are kept for what may still be interrupted; of the rest they say nothing any more.
    tx.sql().prepare_cached(include_str!("forget_restarts.sql"))?.execute([])?;
    Ok(recovered)
}

/// Cancels interrupted items, as the reference does. To be called before any worker runs.
pub fn cancel_interrupted(tx: &Tx<'_>, _grant: &Grant<Queue, Operate>) -> Result<Recovered, StorageError> {
    let mut canceled = ids(tx, include_str!("called_by_interrupted.sql"))?;
    canceled.extend(ids(tx, include_str!("interrupted.sql"))?);
    canceled.sort_unstable();
    canceled.dedup();
    cancel_all(tx, &canceled)?;
    Ok(Recovered { canceled, ..Recovered::default() })
}

/// Frees items that wait from the devices they were to go on with: those workers are gone.
pub fn forget_devices(tx: &Tx<'_>, _grant: &Grant<Queue, Operate>) -> Result<(), StorageError> {
    let sql = "UPDATE session_queue SET device = NULL WHERE status = 'pending' AND device IS NOT NULL";
    tx.sql().prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// Puts a running item back into the queue, since the server ends in order; unlike an interruption that is not counted.
/// Answers whether it ran.
pub fn release(tx: &Tx<'_>, _grant: &Grant<Queue, Operate>, id: ItemId) -> Result<bool, StorageError> {
    Ok(tx.sql().prepare_cached(include_str!("release.sql"))?.execute([id.0])? > 0)
}
