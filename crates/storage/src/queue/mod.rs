//! The session queue: rows in, rows out. What may be seen of an item by whom is decided elsewhere.
//!
//! Reading is here, [`claim`](claim()) in `claim.rs`, single changes in `change.rs`, bulk changes in `bulk.rs`, and what
//! happens to interrupted items at start in `recover.rs`. Times of start and completion are set by the reference's
//! triggers when the state changes.

mod bulk;
mod calls;
mod change;
mod claim;
mod counting;
mod overview;
mod recover;
mod running;
#[cfg(test)]
mod tests;

pub use bulk::{Selection, cancel_where, delete_where, find, prune_to};
pub use calls::{begun_callers, callable_workflow, called_by, chain_of, chains_under_way, resume, suspend};
pub use change::{Finish, NewBatch, NewItem, cancel, delete, finish, insert_batch, update_session};
pub use claim::{Claim, Order, claim};
pub(crate) use counting::keep as keep_counts;
pub use overview::{Overview, OverviewFilter, UserOverview, overview};
pub use recover::{Recovered, cancel_interrupted, forget_devices, release, requeue_interrupted};
pub use running::{any_running, owners_of_running, running_of};

use crate::time::{SqlTime, malformed};
use crate::{ReadTx, StorageError};
use invoke_domain::queue::StatusCounts;
use invoke_domain::{
    BatchId, BatchStatus, ItemCall, ItemFailure, ItemId, ItemStatus, QueueId, QueueItem, SessionId, UserId,
};
use invoke_permissions::{ItemFacts, Scope};
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, Row, named_params, params};

/// A state as its column holds it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SqlStatus(pub(crate) ItemStatus);

impl FromSql for SqlStatus {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        ItemStatus::parse(text).map(Self).ok_or_else(|| malformed("queue item status", text))
    }
}

impl ToSql for SqlStatus {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_str().into())
    }
}

fn owner(row: &Row<'_>) -> rusqlite::Result<UserId> {
    // The column has a default but is nullable; a row without owner belongs to nobody.
    Ok(row.get::<_, Option<String>>("user_id")?.map_or_else(UserId::system, UserId))
}

fn row_to_failure(row: &Row<'_>) -> rusqlite::Result<Option<ItemFailure>> {
    let kind: Option<String> = row.get("error_type")?;
    let message: Option<String> = row.get("error_message")?;
    let traceback: Option<String> = row.get("error_traceback")?;
    if kind.is_none() && message.is_none() && traceback.is_none() {
        return Ok(None);
    }
    let failure = ItemFailure {
        kind: kind.unwrap_or_default(),
        message: message.unwrap_or_default(),
        traceback: traceback.unwrap_or_default(),
    };
    Ok(Some(failure))
}

/// The call an item answers; a row that names only parts of one answers none.
fn row_to_call(row: &Row<'_>) -> rusqlite::Result<Option<ItemCall>> {
    let id: Option<String> = row.get("workflow_call_id")?;
    let parent: Option<i64> = row.get("parent_item_id")?;
    let (Some(id), Some(parent)) = (id, parent) else { return Ok(None) };
    Ok(Some(ItemCall {
        id,
        parent: ItemId(parent),
        parent_session: SessionId(row.get::<_, Option<String>>("parent_session_id")?.unwrap_or_default()),
        root: ItemId(row.get::<_, Option<i64>>("root_item_id")?.unwrap_or(parent)),
        depth: row.get::<_, Option<u32>>("workflow_call_depth")?.unwrap_or(1),
    }))
}

fn row_to_item(row: &Row<'_>) -> rusqlite::Result<QueueItem> {
    Ok(QueueItem {
        id: ItemId(row.get("item_id")?),
        queue_id: QueueId(row.get("queue_id")?),
        batch_id: BatchId(row.get("batch_id")?),
        session_id: SessionId(row.get("session_id")?),
        user_id: owner(row)?,
        user_display_name: row.get("user_display_name")?,
        user_email: row.get("user_email")?,
        status: row.get::<_, SqlStatus>("status")?.0,
        status_sequence: row.get::<_, Option<i64>>("status_sequence")?.unwrap_or_default(),
        priority: row.get("priority")?,
        origin: row.get("origin")?,
        destination: row.get("destination")?,
        failure: row_to_failure(row)?,
        device: row.get("device")?,
        field_values: row.get("field_values")?,
        session: row.get("session")?,
        workflow: row.get("workflow")?,
        retried_from_item_id: row.get::<_, Option<i64>>("retried_from_item_id")?.map(ItemId),
        call: row_to_call(row)?,
        created_at: row.get::<_, SqlTime>("created_at")?.0,
        updated_at: row.get::<_, SqlTime>("updated_at")?.0,
        started_at: row.get::<_, Option<SqlTime>>("started_at")?.map(|time| time.0),
        completed_at: row.get::<_, Option<SqlTime>>("completed_at")?.map(|time| time.0),
    })
}

/// An item, whatever its queue.
pub fn get(tx: &ReadTx<'_>, id: ItemId) -> Result<Option<QueueItem>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("get.sql"))?;
    Ok(statement.query_row([id.0], row_to_item).optional()?)
}

/// What decides about an item, and the queue it is in.
pub fn facts(tx: &ReadTx<'_>, id: ItemId) -> Result<Option<(ItemFacts, QueueId)>, StorageError> {
    let sql = "SELECT user_id, queue_id FROM session_queue WHERE item_id = ?1";
    let mut statement = tx.sql().prepare_cached(sql)?;
    let row = statement
        .query_row([id.0], |row| Ok((ItemFacts { id, owner: owner(row)? }, QueueId(row.get("queue_id")?))))
        .optional()?;
    Ok(row)
}

/// The state of an item.
pub fn status(tx: &ReadTx<'_>, id: ItemId) -> Result<Option<ItemStatus>, StorageError> {
    let mut statement = tx.sql().prepare_cached("SELECT status FROM session_queue WHERE item_id = ?1")?;
    Ok(statement.query_row([id.0], |row| row.get::<_, SqlStatus>(0)).optional()?.map(|status| status.0))
}

/// The items of a queue, by priority and age, optionally of one destination only.
pub fn list(
    tx: &ReadTx<'_>,
    scope: &Scope,
    queue_id: &QueueId,
    destination: Option<&str>,
) -> Result<Vec<QueueItem>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("list.sql"))?;
    let rows = statement.query_map(
        named_params! {
            ":queue_id": queue_id.as_str(),
            ":owner": scope.owner().map(UserId::as_str),
            ":destination": destination,
        },
        row_to_item,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Those of the named items that exist in the queue, in the order they were named.
pub fn list_by_ids(
    tx: &ReadTx<'_>,
    scope: &Scope,
    queue_id: &QueueId,
    ids: &[ItemId],
) -> Result<Vec<QueueItem>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("list_by_ids.sql"))?;
    let rows = statement.query_map(
        named_params! {
            ":queue_id": queue_id.as_str(),
            ":owner": scope.owner().map(UserId::as_str),
            ":ids": json_list(ids.iter().map(|id| id.0)),
        },
        row_to_item,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A list to bind as one parameter and read with `json_each`.
fn json_list<T: Into<serde_json::Value>>(items: impl Iterator<Item = T>) -> String {
    serde_json::Value::from_iter(items).to_string()
}

/// The ids of a queue's items, by time of creation; items of one batch stay in the order they were made.
pub fn list_ids(
    tx: &ReadTx<'_>,
    scope: &Scope,
    queue_id: &QueueId,
    newest_first: bool,
) -> Result<Vec<ItemId>, StorageError> {
    let sql = if newest_first { include_str!("list_ids_newest.sql") } else { include_str!("list_ids_oldest.sql") };
    let mut statement = tx.sql().prepare_cached(sql)?;
    let bound = params![queue_id.as_str(), scope.owner().map(UserId::as_str)];
    Ok(statement.query_map(bound, |row| row.get(0).map(ItemId))?.collect::<Result<_, _>>()?)
}

/// The item that runs now; the oldest, when several do.
pub fn current(tx: &ReadTx<'_>, queue_id: &QueueId) -> Result<Option<QueueItem>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("current.sql"))?;
    Ok(statement.query_row([queue_id.as_str()], row_to_item).optional()?)
}

/// The pending item of the highest priority, the oldest of these. Not always the one [`claim`](claim()) takes next.
pub fn next(tx: &ReadTx<'_>, queue_id: &QueueId) -> Result<Option<QueueItem>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("next.sql"))?;
    Ok(statement.query_row([queue_id.as_str()], row_to_item).optional()?)
}

/// The highest priority of any pending item, 0 if there is none.
pub fn highest_priority(tx: &ReadTx<'_>, queue_id: &QueueId) -> Result<i64, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("highest_priority.sql"))?;
    let highest: Option<i64> = statement.query_row([queue_id.as_str()], |row| row.get(0))?;
    Ok(highest.unwrap_or_default())
}

fn counts(tx: &ReadTx<'_>, sql: &str, bound: &[&dyn ToSql]) -> Result<StatusCounts, StorageError> {
    let mut counts = StatusCounts::default();
    let mut statement = tx.sql().prepare_cached(sql)?;
    let mut rows = statement.query(bound)?;
    while let Some(row) = rows.next()? {
        *counts.of(row.get::<_, SqlStatus>(0)?.0) = row.get(1)?;
    }
    Ok(counts)
}

/// Counts over all users' items in a queue.
pub fn count(tx: &ReadTx<'_>, queue_id: &QueueId) -> Result<StatusCounts, StorageError> {
    counts(tx, include_str!("count.sql"), &[&queue_id.as_str()])
}

/// Counts of one user's items in a queue.
pub fn count_of_user(tx: &ReadTx<'_>, queue_id: &QueueId, user: &UserId) -> Result<StatusCounts, StorageError> {
    counts(tx, include_str!("count_of_user.sql"), &[&queue_id.as_str(), &user.as_str()])
}

/// Counts of the items sent to one destination.
pub fn count_of_destination(
    tx: &ReadTx<'_>,
    scope: &Scope,
    queue_id: &QueueId,
    destination: &str,
) -> Result<StatusCounts, StorageError> {
    let owner = scope.owner().map(UserId::as_str);
    counts(tx, include_str!("count_of_destination.sql"), &[&queue_id.as_str(), &destination, &owner])
}

/// Counts of a batch, with where it came from. A batch without items in the scope counts zero everywhere.
pub fn count_of_batch(
    tx: &ReadTx<'_>,
    scope: &Scope,
    queue_id: &QueueId,
    batch_id: &BatchId,
) -> Result<BatchStatus, StorageError> {
    let owner = scope.owner().map(UserId::as_str);
    let bound: [&dyn ToSql; 3] = [&queue_id.as_str(), &batch_id.as_str(), &owner];
    let counts = counts(tx, include_str!("count_of_batch.sql"), &bound)?;
    let mut statement = tx.sql().prepare_cached(include_str!("origin_of_batch.sql"))?;
    let names = statement.query_row(&bound[..], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (origin, destination) = names.unwrap_or_default();
    Ok(BatchStatus { queue_id: queue_id.clone(), batch_id: batch_id.clone(), origin, destination, counts })
}
