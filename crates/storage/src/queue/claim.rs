//! Taking the next item. All queues are served by the same workers.

use super::change::set_status;
use super::{get, json_list};
use crate::{StorageError, Tx};
use invoke_domain::{ItemId, ItemStatus, ModelKey, QueueItem};
use invoke_permissions::{Grant, Operate, Queue};
use rusqlite::{OptionalExtension, named_params};

/// Whose item is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The users take turns: it is the turn of the one whose last start is the longest ago. Of this user's items the one
    /// of the highest priority is next, then the oldest.
    RoundRobin,
    /// The item of the highest priority, then the oldest, whoever owns it.
    Fifo,
}

/// Who takes an item, and how it is chosen.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Whose item is next.
    pub order: Order,
    /// The device it will run on.
    pub device: &'a str,
    /// Models already in that device's memory. Among the chosen user's items of equal priority and nearly equal age, one
    /// that names such a model goes first; empty to keep the strict order.
    pub warm_models: &'a [ModelKey],
}

/// How far ahead in item ids a warm model may reach; what bounds the wait of the item that is passed over.
const LOOK_AHEAD: i64 = 32;

/// Takes the next pending item: it becomes `in_progress` on the device. `None` when nothing is pending.
pub fn claim(
    tx: &Tx<'_>,
    _grant: &Grant<Queue, Operate>,
    claim: &Claim<'_>,
) -> Result<Option<QueueItem>, StorageError> {
    let sql = match claim.order {
        Order::RoundRobin => include_str!("claim_round_robin.sql"),
        Order::Fifo => include_str!("claim_fifo.sql"),
    };
    let chosen = tx
        .sql()
        .prepare_cached(sql)?
        .query_row(named_params! { ":device": claim.device }, |row| row.get(0))
        .optional()?;
    let Some(chosen) = chosen.map(ItemId) else { return Ok(None) };
    let id = if claim.warm_models.is_empty() { chosen } else { prefer_warm(tx, chosen, claim)? };
    set_status(tx, id, ItemStatus::InProgress, None, Some(claim.device))?;
    get(tx, id)
}

fn prefer_warm(tx: &Tx<'_>, chosen: ItemId, claim: &Claim<'_>) -> Result<ItemId, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("claim_warm.sql"))?;
    let bound = named_params! {
        ":chosen": chosen.0,
        ":look_ahead": LOOK_AHEAD,
        ":device": claim.device,
        ":models": json_list(claim.warm_models.iter().map(|key| key.as_str())),
    };
    Ok(statement.query_row(bound, |row| row.get(0).map(ItemId)).optional()?.unwrap_or(chosen))
}
