//! With whom a board is shared, at which level, and who decided so when. `shared_boards` of the reference says with whom
//! and whether they may edit; the levels are ours beside it. A row there without a level of ours counts as what it says.

use crate::boards::SqlLevel;
use crate::time::SqlTime;
use crate::{ReadTx, StorageError, Tx, users};
use invoke_domain::UserId;
use invoke_permissions::{Board, Edit, Grant, Share, ShareLevel};
use jiff::Timestamp;
use rusqlite::{Row, named_params, params};

/// A person a board is shared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedWith {
    /// Who.
    pub person: Person,
    /// For what.
    pub level: ShareLevel,
    /// Since when.
    pub shared_at: Timestamp,
    /// Who last decided so; absent when another program did.
    pub shared_by: Option<UserId>,
}

/// What managers of a board get to know about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Id.
    pub id: UserId,
    /// Name shown to others.
    pub display_name: Option<String>,
    /// E-mail address.
    pub email: String,
}

/// One decision about sharing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// About whom, and what they are called if the account is still there.
    pub user: (UserId, Option<String>),
    /// Whose decision, and what they are called if the account is still there.
    pub changed_by: (UserId, Option<String>),
    /// What they may do from then on; `None` for nothing.
    pub level: Option<ShareLevel>,
    /// When.
    pub changed_at: Timestamp,
}

pub(crate) fn row_to_person(row: &Row<'_>) -> rusqlite::Result<Person> {
    Ok(Person { id: UserId(row.get("user_id")?), display_name: row.get("display_name")?, email: row.get("email")? })
}

/// The people a board is shared with, by name.
pub fn list(tx: &ReadTx<'_>, grant: &Grant<Board, Edit>) -> Result<Vec<SharedWith>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("list.sql"))?;
    let rows = statement.query_map([grant.id().as_str()], |row| {
        Ok(SharedWith {
            person: row_to_person(row)?,
            level: row.get::<_, SqlLevel>("level")?.0,
            shared_at: row.get::<_, SqlTime>("shared_at")?.0,
            shared_by: row.get::<_, Option<String>>("shared_by")?.map(UserId),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The active accounts a board could still be shared with, by name.
pub fn list_candidates(tx: &ReadTx<'_>, grant: &Grant<Board, Edit>) -> Result<Vec<Person>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("candidates.sql"))?;
    Ok(statement.query_map([grant.id().as_str()], row_to_person)?.collect::<Result<_, _>>()?)
}

/// The latest decisions about a board, at most `limit`.
pub fn list_history(tx: &ReadTx<'_>, grant: &Grant<Board, Edit>, limit: u32) -> Result<Vec<Decision>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("history.sql"))?;
    let rows = statement.query_map(params![grant.id().as_str(), limit], |row| {
        Ok(Decision {
            user: (UserId(row.get("user_id")?), row.get("user_name")?),
            changed_by: (UserId(row.get("changed_by")?), row.get("changer_name")?),
            level: row.get::<_, Option<SqlLevel>>("level")?.map(|level| level.0),
            changed_at: row.get::<_, SqlTime>("changed_at")?.0,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether this is the account of somebody who may sign in.
pub fn may_share_with(tx: &ReadTx<'_>, user: &UserId) -> Result<bool, StorageError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM users WHERE user_id = ?1 AND is_active AND user_id <> 'system')";
    Ok(tx.sql().prepare_cached(sql)?.query_row([user.as_str()], |row| row.get(0))?)
}

/// Shares a board with a person, at this level instead of any other; the decision is noted as `by`'s.
pub fn insert(
    tx: &Tx<'_>,
    grant: &Grant<Board, Share>,
    user: &UserId,
    level: ShareLevel,
    by: &UserId,
) -> Result<(), StorageError> {
    users::must_exist(tx, by)?;
    let board = grant.id().as_str();
    tx.sql().prepare_cached(include_str!("put.sql"))?.execute(named_params! {
        ":board_id": board,
        ":user_id": user.as_str(),
        ":can_edit": level >= ShareLevel::Write,
        ":now": SqlTime(tx.now()),
    })?;
    tx.sql().prepare_cached(include_str!("put_level.sql"))?.execute(named_params! {
        ":board_id": board,
        ":user_id": user.as_str(),
        ":level": level.as_str(),
        ":shared_by": by.as_str(),
    })?;
    note(tx, grant, user, Some(level), by)
}

/// Shares a board with a person no longer; the decision is noted as `by`'s. Says whether it was shared with them.
pub fn delete(tx: &Tx<'_>, grant: &Grant<Board, Share>, user: &UserId, by: &UserId) -> Result<bool, StorageError> {
    let key = [grant.id().as_str(), user.as_str()];
    tx.sql().prepare_cached("DELETE FROM board_share_levels WHERE board_id = ?1 AND user_id = ?2")?.execute(key)?;
    let sql = "DELETE FROM shared_boards WHERE board_id = ?1 AND user_id = ?2";
    let was_shared = tx.sql().prepare_cached(sql)?.execute(key)? > 0;
    if was_shared {
        note(tx, grant, user, None, by)?;
    }
    Ok(was_shared)
}

fn note(
    tx: &Tx<'_>,
    grant: &Grant<Board, Share>,
    user: &UserId,
    level: Option<ShareLevel>,
    by: &UserId,
) -> Result<(), StorageError> {
    tx.sql().prepare_cached(include_str!("note.sql"))?.execute(named_params! {
        ":board_id": grant.id().as_str(),
        ":user_id": user.as_str(),
        ":level": level.map(ShareLevel::as_str),
        ":changed_by": by.as_str(),
        ":now": SqlTime(tx.now()),
    })?;
    Ok(())
}
