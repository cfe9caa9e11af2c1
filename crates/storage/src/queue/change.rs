//! Adding items and changing single ones.

use super::{SqlStatus, status};
use crate::time::SqlTime;
use crate::{StorageError, Tx};
use invoke_domain::{BatchId, ItemCall, ItemFailure, ItemId, ItemStatus, QueueId, SessionId};
use invoke_permissions::{Backlog, Cancel, Delete, Enqueue, Grant, Item, Operate, Queue};
use rusqlite::{named_params, params};

/// A batch to enqueue; its owner is the one named by the grant.
#[derive(Debug, Clone)]
pub struct NewBatch<'a> {
    /// The queue.
    pub queue_id: &'a QueueId,
    /// The batch's id.
    pub batch_id: &'a BatchId,
    /// Priority of all items.
    pub priority: i64,
    /// Which part of the page sent it.
    pub origin: Option<&'a str>,
    /// Where the page shows the result.
    pub destination: Option<&'a str>,
    /// The workflow it came from, JSON as text.
    pub workflow: Option<&'a str>,
    /// The call that its items answer.
    pub call: Option<&'a ItemCall>,
    /// The items, in order.
    pub items: Vec<NewItem>,
}

/// One item of a batch.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// The execution's id.
    pub session_id: SessionId,
    /// The execution state, JSON as text.
    pub session: String,
    /// The batch values of this item, a JSON list as text.
    pub field_values: Option<String>,
    /// The item this one repeats.
    pub retried_from_item_id: Option<ItemId>,
}

/// Adds the items of a batch; returns their ids in order.
pub fn insert_batch(
    tx: &Tx<'_>,
    grant: &Grant<Backlog, Enqueue>,
    batch: &NewBatch<'_>,
) -> Result<Vec<ItemId>, StorageError> {
    let now = SqlTime(tx.now());
    let mut statement = tx.sql().prepare_cached(include_str!("insert.sql"))?;
    let mut ids = Vec::with_capacity(batch.items.len());
    for item in &batch.items {
        let id = statement.insert(named_params! {
            ":queue_id": batch.queue_id.as_str(),
            ":batch_id": batch.batch_id.as_str(),
            ":session_id": item.session_id.as_str(),
            ":session": item.session,
            ":field_values": item.field_values,
            ":priority": batch.priority,
            ":workflow": batch.workflow,
            ":origin": batch.origin,
            ":destination": batch.destination,
            ":retried_from_item_id": item.retried_from_item_id.map(|id| id.0),
            ":user_id": grant.id().as_str(),
            ":workflow_call_id": batch.call.map(|call| &call.id),
            ":parent_item_id": batch.call.map(|call| call.parent.0),
            ":parent_session_id": batch.call.map(|call| call.parent_session.as_str()),
            ":root_item_id": batch.call.map(|call| call.root.0),
            ":workflow_call_depth": batch.call.map(|call| call.depth),
            ":now": now,
        })?;
        ids.push(ItemId(id));
    }
    Ok(ids)
}

/// Keeps the execution state of an item.
pub fn update_session(
    tx: &Tx<'_>,
    _grant: &Grant<Queue, Operate>,
    id: ItemId,
    session: &str,
) -> Result<(), StorageError> {
    let sql = "UPDATE session_queue SET session = ?2 WHERE item_id = ?1";
    tx.sql().prepare_cached(sql)?.execute(params![id.0, session])?;
    Ok(())
}

/// How an item ended.
#[derive(Debug, Clone, Copy)]
pub struct Finish<'a> {
    /// A final state.
    pub status: ItemStatus,
    /// Why, when it failed.
    pub failure: Option<&'a ItemFailure>,
    /// The execution state to keep, JSON as text; `None` leaves it.
    pub session: Option<&'a str>,
}

/// Ends an item. Answers whether it changed its state: one that had ended already keeps that state.
pub fn finish(
    tx: &Tx<'_>,
    grant: &Grant<Queue, Operate>,
    id: ItemId,
    finish: &Finish<'_>,
) -> Result<bool, StorageError> {
    if let Some(session) = finish.session {
        update_session(tx, grant, id, session)?;
    }
    set_status(tx, id, finish.status, finish.failure, None)
}

/// Cancels an item. Answers whether it changed its state: one that had ended already keeps that state.
pub fn cancel(tx: &Tx<'_>, grant: &Grant<Item, Cancel>) -> Result<bool, StorageError> {
    set_status(tx, *grant.id(), ItemStatus::Canceled, None, None)
}

/// Removes an item. Answers what its state was, `None` if it was not there.
pub fn delete(tx: &Tx<'_>, grant: &Grant<Item, Delete>) -> Result<Option<ItemStatus>, StorageError> {
    let before = status(tx, *grant.id())?;
    tx.sql().prepare_cached("DELETE FROM session_queue WHERE item_id = ?1")?.execute([grant.id().0])?;
    Ok(before)
}

pub(super) fn set_status(
    tx: &Tx<'_>,
    id: ItemId,
    status: ItemStatus,
    failure: Option<&ItemFailure>,
    device: Option<&str>,
) -> Result<bool, StorageError> {
    let changed = tx.sql().prepare_cached(include_str!("set_status.sql"))?.execute(named_params! {
        ":item_id": id.0,
        ":status": SqlStatus(status),
        ":error_type": failure.map(|failure| &failure.kind),
        ":error_message": failure.map(|failure| &failure.message),
        ":error_traceback": failure.map(|failure| &failure.traceback),
        ":device": device,
    })?;
    Ok(changed > 0)
}
