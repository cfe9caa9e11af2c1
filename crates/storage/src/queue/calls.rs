//! Called workflows: the item that calls waits for the items it has made, which are told by their `parent_item_id`.

use super::change::{set_status, update_session};
use super::json_list;
use crate::{ReadTx, StorageError, Tx};
use invoke_domain::{ItemId, ItemStatus, QueueId, UserId};
use invoke_permissions::{Grant, Operate, Queue, Scope};
use rusqlite::{OptionalExtension, Params, named_params};

fn ids(tx: &ReadTx<'_>, sql: &str, bound: impl Params) -> Result<Vec<ItemId>, StorageError> {
    let mut statement = tx.sql().prepare_cached(sql)?;
    Ok(statement.query_map(bound, |row| row.get(0).map(ItemId))?.collect::<Result<_, _>>()?)
}

/// The items and everything that belongs to the same calls: what called them, at any depth, and all that was called from
/// there. In order of item. An item without calls is alone.
pub fn chain_of(tx: &ReadTx<'_>, items: &[ItemId]) -> Result<Vec<ItemId>, StorageError> {
    ids(tx, include_str!("chain.sql"), named_params! { ":ids": json_list(items.iter().map(|id| id.0)) })
}

/// The chains of the items that run in a queue; of one that is between two of its items, when none runs.
pub fn chains_under_way(tx: &ReadTx<'_>, queue_id: &QueueId) -> Result<Vec<ItemId>, StorageError> {
    let mut running = ids(tx, include_str!("under_way.sql"), [queue_id.as_str()])?;
    if running.is_empty() {
        running = ids(tx, include_str!("next_called.sql"), [queue_id.as_str()])?;
    }
    chain_of(tx, &running)
}

/// The items of a call that have not ended, with those they have called in turn.
pub fn called_by(tx: &ReadTx<'_>, call: &str) -> Result<Vec<ItemId>, StorageError> {
    ids(tx, include_str!("called_by.sql"), [call])
}

/// Items that are to go on after a call, at the start of the server.
pub fn begun_callers(tx: &ReadTx<'_>) -> Result<Vec<ItemId>, StorageError> {
    ids(tx, include_str!("begun_callers.sql"), [])
}

/// Has an item wait for what it called. Answers whether it did: one that has ended meanwhile does not.
pub fn suspend(tx: &Tx<'_>, grant: &Grant<Queue, Operate>, id: ItemId, session: &str) -> Result<bool, StorageError> {
    update_session(tx, grant, id, session)?;
    set_status(tx, id, ItemStatus::Waiting, None, None)
}

/// Has an item that waited go on when it is its turn.
pub fn resume(tx: &Tx<'_>, grant: &Grant<Queue, Operate>, id: ItemId, session: &str) -> Result<bool, StorageError> {
    update_session(tx, grant, id, session)?;
    set_status(tx, id, ItemStatus::Pending, None, None)
}

/// A saved workflow that a node calls: its JSON as text, and whether it may be called within the scope: one's own, public
/// ones, and those that come with the program.
pub fn callable_workflow(tx: &ReadTx<'_>, scope: &Scope, id: &str) -> Result<Option<(String, bool)>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("callable_workflow.sql"))?;
    let bound = named_params! { ":id": id, ":owner": scope.owner().map(UserId::as_str) };
    Ok(statement.query_row(bound, |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}
