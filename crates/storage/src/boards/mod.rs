//! Boards, as far as images on them need them.

use crate::time::{SqlTime, malformed};
use crate::{ReadTx, StorageError, Tx};
use invoke_domain::{BoardId, UserId};
use invoke_permissions::{BoardFacts, BoardVisibility};
use rusqlite::types::{FromSql, FromSqlResult, ValueRef};
use rusqlite::{OptionalExtension, Row, named_params};

/// A board's visibility as its column holds it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SqlVisibility(pub(crate) BoardVisibility);

impl FromSql for SqlVisibility {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        BoardVisibility::parse(text).map(Self).ok_or_else(|| malformed("board visibility", text))
    }
}

fn row_to_facts(row: &Row<'_>) -> rusqlite::Result<BoardFacts> {
    Ok(BoardFacts {
        id: BoardId(row.get("board_id")?),
        owner: UserId(row.get::<_, Option<String>>("user_id")?.unwrap_or_else(|| UserId::SYSTEM.to_owned())),
        visibility: row.get::<_, SqlVisibility>("board_visibility")?.0,
    })
}

/// What decides about a board.
pub fn facts(tx: &ReadTx<'_>, id: &BoardId) -> Result<Option<BoardFacts>, StorageError> {
    let sql = "SELECT board_id, user_id, board_visibility FROM boards WHERE board_id = ?1";
    Ok(tx.sql().prepare_cached(sql)?.query_row([id.as_str()], row_to_facts).optional()?)
}

/// A new board.
#[derive(Debug, Clone)]
pub struct NewBoard {
    /// What decides about it: its id, its owner, who may see it.
    pub facts: BoardFacts,
    /// Name shown to people.
    pub name: String,
}

/// Adds a board. Everybody may have boards of their own, so there is no grant for that: the owner must be the one who asked.
pub fn insert(tx: &Tx<'_>, board: &NewBoard) -> Result<(), StorageError> {
    tx.sql().prepare_cached(include_str!("insert.sql"))?.execute(named_params! {
        ":board_id": board.facts.id.as_str(),
        ":board_name": board.name,
        ":user_id": board.facts.owner.as_str(),
        ":board_visibility": board.facts.visibility.as_str(),
        ":now": SqlTime(tx.now()),
    })?;
    Ok(())
}
