//! Changing many items at once, limited to a scope.

use super::{json_list, owner};
use crate::{ReadTx, StorageError, Tx};
use invoke_domain::{BatchId, ItemId, ItemStatus, QueueId, UserId};
use invoke_permissions::{Grant, Operate, Queue, Scope};
use rusqlite::{Row, named_params, params};

/// Which items of a queue are meant.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// The queue.
    pub queue_id: &'a QueueId,
    /// Only these states.
    pub statuses: &'a [ItemStatus],
    /// Only these batches; `None` for all.
    pub batch_ids: Option<&'a [BatchId]>,
    /// Only this destination; `None` for all.
    pub destination: Option<&'a str>,
    /// Not these items.
    pub except: &'a [ItemId],
}

/// Every state.
const ALL: [ItemStatus; 6] = [
    ItemStatus::Pending,
    ItemStatus::InProgress,
    ItemStatus::Waiting,
    ItemStatus::Completed,
    ItemStatus::Failed,
    ItemStatus::Canceled,
];

impl<'a> Selection<'a> {
    /// All items of a queue.
    pub fn all(queue_id: &'a QueueId) -> Self {
        Self { queue_id, statuses: &ALL, batch_ids: None, destination: None, except: &[] }
    }

    /// The items that wait: for a worker, or for a called workflow.
    pub fn waiting(queue_id: &'a QueueId) -> Self {
        Self { statuses: &[ItemStatus::Pending, ItemStatus::Waiting], ..Self::all(queue_id) }
    }

    /// The items that run.
    pub fn running(queue_id: &'a QueueId) -> Self {
        Self { statuses: &[ItemStatus::InProgress], ..Self::all(queue_id) }
    }

    /// The items that have ended.
    pub fn ended(queue_id: &'a QueueId) -> Self {
        Self { statuses: &[ItemStatus::Completed, ItemStatus::Failed, ItemStatus::Canceled], ..Self::all(queue_id) }
    }
}

fn row_to_owned(row: &Row<'_>) -> rusqlite::Result<(UserId, ItemId)> {
    Ok((owner(row)?, ItemId(row.get("item_id")?)))
}

fn select(
    tx: &ReadTx<'_>,
    sql: &str,
    scope: &Scope,
    selection: &Selection<'_>,
) -> Result<Vec<(UserId, ItemId)>, StorageError> {
    let mut statement = tx.sql().prepare_cached(sql)?;
    let rows = statement.query_map(
        named_params! {
            ":queue_id": selection.queue_id.as_str(),
            ":owner": scope.owner().map(UserId::as_str),
            ":statuses": json_list(selection.statuses.iter().map(|status| status.as_str())),
            ":batch_ids": selection.batch_ids.map(|ids| json_list(ids.iter().map(|id| id.as_str()))),
            ":destination": selection.destination,
            ":except": json_list(selection.except.iter().map(|id| id.0)),
        },
        row_to_owned,
    )?;
    let mut owned: Vec<_> = rows.collect::<Result<_, _>>()?;
    owned.sort_by_key(|(_, item)| *item);
    Ok(owned)
}

/// The selected items within the scope, with their owners, in order of item.
pub fn find(tx: &ReadTx<'_>, scope: &Scope, selection: &Selection<'_>) -> Result<Vec<(UserId, ItemId)>, StorageError> {
    select(tx, include_str!("find.sql"), scope, selection)
}

/// Cancels the selected items within the scope that have not ended; returns them with their owners, in order of item.
pub fn cancel_where(
    tx: &Tx<'_>,
    scope: &Scope,
    selection: &Selection<'_>,
) -> Result<Vec<(UserId, ItemId)>, StorageError> {
    select(tx, include_str!("cancel_where.sql"), scope, selection)
}

/// Removes the selected items within the scope; returns them with their owners, in order of item.
pub fn delete_where(
    tx: &Tx<'_>,
    scope: &Scope,
    selection: &Selection<'_>,
) -> Result<Vec<(UserId, ItemId)>, StorageError> {
    select(tx, include_str!("delete_where.sql"), scope, selection)
}

/// Removes all ended items of a queue but the `keep` that ended last; returns how many were removed.
pub fn prune_to(
    tx: &Tx<'_>,
    _grant: &Grant<Queue, Operate>,
    queue_id: &QueueId,
    keep: usize,
) -> Result<usize, StorageError> {
    let keep = i64::try_from(keep).unwrap_or(i64::MAX);
    Ok(tx.sql().prepare_cached(include_str!("prune_to.sql"))?.execute(params![queue_id.as_str(), keep])?)
}
