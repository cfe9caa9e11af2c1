//! Handing over what an account owns. Every table with a `user_id` column is named in this folder; a test compares.

use crate::{ReadTx, StorageError, Tx};
use invoke_domain::UserId;
use invoke_permissions::{Grant, Manage, Users};
use rusqlite::named_params;

/// How much an account owns. What comes with every installation is not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Owned {
    /// Boards.
    pub boards: i64,
    /// Images, intermediate ones included.
    pub images: i64,
    /// Videos.
    pub videos: i64,
    /// Workflows.
    pub workflows: i64,
    /// Style presets.
    pub style_presets: i64,
    /// System prompts.
    pub system_prompts: i64,
    /// Items of the queue that do not run, ended ones included.
    pub queue_items: i64,
}

/// What people keep: the row goes to whoever takes the account's place. What comes with every installation stays where it
/// is, and so does what runs at this moment.
const KEPT: [&str; 6] = [
    "UPDATE boards SET user_id = :to WHERE user_id = :from",
    "UPDATE images SET user_id = :to WHERE user_id = :from",
    "UPDATE videos SET user_id = :to WHERE user_id = :from",
    "UPDATE workflow_library SET user_id = :to WHERE user_id = :from AND (:from <> 'system' OR category <> 'default')",
    "UPDATE style_presets SET user_id = :to WHERE user_id = :from AND (:from <> 'system' OR type <> 'default')",
    "UPDATE system_prompts SET user_id = :to
     WHERE user_id = :from AND (:from <> 'system' OR id NOT LIKE '0f8f5b2e-1c9e-4f2a-9a4e-1f1f1f1f000_')",
];

/// Counts what an account owns.
pub fn count_owned(tx: &ReadTx<'_>, _grant: &Grant<Users, Manage>, id: &UserId) -> Result<Owned, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("count_owned.sql"))?;
    Ok(statement.query_row(named_params! { ":user_id": id.as_str() }, |row| {
        Ok(Owned {
            boards: row.get("boards")?,
            images: row.get("images")?,
            videos: row.get("videos")?,
            workflows: row.get("workflows")?,
            style_presets: row.get("style_presets")?,
            system_prompts: row.get("system_prompts")?,
            queue_items: row.get("queue_items")?,
        })
    })?)
}

/// Hands over everything [`count_owned`] counts, the history of the queue included.
pub fn adopt(tx: &Tx<'_>, grant: &Grant<Users, Manage>, from: &UserId, to: &UserId) -> Result<(), StorageError> {
    give(tx, grant, from, to)?;
    let sql = "UPDATE session_queue SET user_id = :to WHERE user_id = :from AND status <> 'in_progress'";
    tx.sql().prepare_cached(sql)?.execute(named_params! { ":from": from.as_str(), ":to": to.as_str() })?;
    Ok(())
}

/// Hands over what people keep.
pub(super) fn give(tx: &Tx<'_>, _grant: &Grant<Users, Manage>, from: &UserId, to: &UserId) -> Result<(), StorageError> {
    for sql in KEPT {
        tx.sql().prepare_cached(sql)?.execute(named_params! { ":from": from.as_str(), ":to": to.as_str() })?;
    }
    // Nobody shares with themselves.
    for sql in [
        "DELETE FROM shared_boards WHERE user_id = :to AND board_id IN (SELECT board_id FROM boards WHERE user_id = :to)",
        "DELETE FROM board_share_levels WHERE user_id = :to AND board_id IN (SELECT board_id FROM boards WHERE user_id = :to)",
    ] {
        tx.sql().prepare_cached(sql)?.execute(named_params! { ":to": to.as_str() })?;
    }
    Ok(())
}

/// Gives what belongs to accounts that do not exist to `system`: the reference leaves such rows when it removes an
/// account. Answers how many rows it found.
pub fn adopt_orphans(tx: &Tx<'_>, _grant: &Grant<Users, Manage>) -> Result<usize, StorageError> {
    let mut found = 0;
    for table in ["boards", "images", "videos", "workflow_library", "style_presets", "system_prompts", "session_queue"]
    {
        // A table's name cannot be bound; these are our own words.
        let sql = format!(
            "UPDATE {table} SET user_id = 'system'
             WHERE user_id <> 'system' AND user_id NOT IN (SELECT user_id FROM users)"
        );
        found += tx.sql().execute(&sql, [])?;
    }
    let sql = "UPDATE board_share_levels SET shared_by = 'system'
               WHERE shared_by <> 'system' AND shared_by NOT IN (SELECT user_id FROM users)";
    Ok(found + tx.sql().execute(sql, [])?)
}

/// Refuses when an account has been removed: nothing may be stored as its own any more. Asked by whatever adds a row that
/// names an owner, in the transaction that adds it, since accounts are removed while their requests are under way.
pub fn must_exist(tx: &ReadTx<'_>, id: &UserId) -> Result<(), StorageError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM users WHERE user_id = ?1)";
    let exists: bool = tx.sql().prepare_cached(sql)?.query_row([id.as_str()], |row| row.get(0))?;
    if exists { Ok(()) } else { Err(StorageError::OwnerGone) }
}
