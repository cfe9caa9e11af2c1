//! Boards: what images are sorted into. Who shares one with whom is in [`crate::board_shares`], what lies on it in
//! [`crate::board_images`].

use crate::time::{SqlTime, malformed};
use crate::{ReadTx, StorageError, Tx, users};
use invoke_domain::{BoardId, ImageName, UserId};
use invoke_permissions::{Board, BoardFacts, BoardVisibility, Delete, Edit, Grant, Scope, Share, ShareLevel, View};
use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{OptionalExtension, Row, named_params};

#[cfg(test)]
mod tests;

/// A board's visibility as its column holds it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SqlVisibility(pub(crate) BoardVisibility);

impl FromSql for SqlVisibility {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        BoardVisibility::parse(text).map(Self).ok_or_else(|| malformed("board visibility", text))
    }
}

/// A level as its column holds it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SqlLevel(pub(crate) ShareLevel);

impl FromSql for SqlLevel {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        ShareLevel::parse(text).map(Self).ok_or_else(|| malformed("share level", text))
    }
}

/// The people a board is shared with, gathered into one value: `[["user", "level"], …]`.
#[derive(Debug, Clone)]
pub(crate) struct SqlShares(pub(crate) Vec<(UserId, ShareLevel)>);

impl FromSql for SqlShares {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        let pairs: Vec<(UserId, String)> = serde_json::from_str(text).map_err(FromSqlError::other)?;
        let level = |word: String| ShareLevel::parse(&word).ok_or_else(|| malformed("share level", &word));
        pairs.into_iter().map(|(user, word)| Ok((user, level(word)?))).collect::<FromSqlResult<_>>().map(Self)
    }
}

fn owner(row: &Row<'_>) -> rusqlite::Result<UserId> {
    Ok(row.get::<_, Option<String>>("user_id")?.map_or_else(UserId::system, UserId))
}

fn row_to_facts(row: &Row<'_>) -> rusqlite::Result<BoardFacts> {
    Ok(BoardFacts {
        id: BoardId(row.get("board_id")?),
        owner: owner(row)?,
        visibility: row.get::<_, SqlVisibility>("board_visibility")?.0,
        shares: row.get::<_, SqlShares>("shares")?.0,
    })
}

/// What decides about a board.
pub fn facts(tx: &ReadTx<'_>, id: &BoardId) -> Result<Option<BoardFacts>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("facts.sql"))?;
    Ok(statement.query_row([id.as_str()], row_to_facts).optional()?)
}

/// A board as it is shown to somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardRecord {
    /// Which one.
    pub id: BoardId,
    /// Name shown to people.
    pub name: String,
    /// What it is for, in its owner's words.
    pub description: Option<String>,
    /// Owner.
    pub user_id: UserId,
    /// Name of the owner, the e-mail address where there is none; absent when the account is gone.
    pub owner_name: Option<String>,
    /// Who may see it.
    pub visibility: BoardVisibility,
    /// Put away.
    pub archived: bool,
    /// The image it is shown by: the chosen one, else the newest, starred ones first.
    pub cover: Option<ImageName>,
    /// Finished pictures on it.
    pub images: i64,
    /// Everything else on it but intermediate images.
    pub assets: i64,
    /// People it is shared with.
    pub people: i64,
    /// What the one who looks was given by sharing.
    pub level: Option<ShareLevel>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Time of deletion; always absent in practice.
    pub deleted_at: Option<Timestamp>,
}

fn row_to_board(row: &Row<'_>) -> rusqlite::Result<BoardRecord> {
    Ok(BoardRecord {
        id: BoardId(row.get("board_id")?),
        name: row.get("board_name")?,
        description: row.get("description")?,
        user_id: owner(row)?,
        owner_name: row.get("owner_name")?,
        visibility: row.get::<_, SqlVisibility>("board_visibility")?.0,
        archived: row.get::<_, Option<bool>>("archived")?.unwrap_or_default(),
        cover: row.get::<_, Option<String>>("cover")?.map(ImageName),
        images: row.get("images")?,
        assets: row.get("assets")?,
        people: row.get("people")?,
        level: row.get::<_, Option<SqlLevel>>("level")?.map(|level| level.0),
        created_at: row.get::<_, SqlTime>("created_at")?.0,
        updated_at: row.get::<_, SqlTime>("updated_at")?.0,
        deleted_at: row.get::<_, Option<SqlTime>>("deleted_at")?.map(|time| time.0),
    })
}

/// A board, as `viewer` sees it; `None` when it went away since its facts were read.
pub fn get(tx: &ReadTx<'_>, grant: &Grant<Board, View>, viewer: &UserId) -> Result<Option<BoardRecord>, StorageError> {
    let sql = concat!(include_str!("select.sql"), "WHERE b.board_id = :board");
    let values = named_params! { ":board": grant.id().as_str(), ":viewer": viewer.as_str() };
    Ok(tx.sql().prepare_cached(sql)?.query_row(values, row_to_board).optional()?)
}

/// By what boards are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoardKey {
    /// When they were made.
    CreatedAt,
    /// Their names, capital and small letters alike.
    Name,
}

/// Which boards of those in scope, in which order, and which part of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoardQuery {
    /// By what.
    pub key: BoardKey,
    /// Latest or last in the alphabet first.
    pub descending: bool,
    /// Those that were put away as well.
    pub include_archived: bool,
    /// How many to skip.
    pub offset: i64,
    /// How many to return; negative for all.
    pub limit: i64,
}

/// The boards `viewer` sees: those in scope, those everybody sees, those shared with the scope's owner.
pub fn list(
    tx: &ReadTx<'_>,
    scope: &Scope,
    viewer: &UserId,
    query: &BoardQuery,
) -> Result<Vec<BoardRecord>, StorageError> {
    macro_rules! ordered {
        ($order:literal) => {
            concat!(
                include_str!("select.sql"),
                include_str!("visible.sql"),
                "ORDER BY ",
                $order,
                " LIMIT :limit OFFSET :offset"
            )
        };
    }
    let sql = match (query.key, query.descending) {
        (BoardKey::CreatedAt, true) => ordered!("b.created_at DESC, b.rowid DESC"),
        (BoardKey::CreatedAt, false) => ordered!("b.created_at ASC, b.rowid ASC"),
        (BoardKey::Name, true) => ordered!("lower(b.board_name) DESC, b.rowid DESC"),
        (BoardKey::Name, false) => ordered!("lower(b.board_name) ASC, b.rowid ASC"),
    };
    let mut statement = tx.sql().prepare_cached(sql)?;
    let rows = statement.query_map(
        named_params! {
            ":owner": scope.owner().map(UserId::as_str),
            ":viewer": viewer.as_str(),
            ":include_archived": query.include_archived,
            ":limit": query.limit,
            ":offset": query.offset,
        },
        row_to_board,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many boards [`list`] would return without paging.
pub fn count(tx: &ReadTx<'_>, scope: &Scope, include_archived: bool) -> Result<i64, StorageError> {
    let sql = concat!("SELECT count(*) FROM boards b ", include_str!("visible.sql"));
    let values = named_params! { ":owner": scope.owner().map(UserId::as_str), ":include_archived": include_archived };
    Ok(tx.sql().prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
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
    users::must_exist(tx, &board.facts.owner)?;
    tx.sql().prepare_cached(include_str!("insert.sql"))?.execute(named_params! {
        ":board_id": board.facts.id.as_str(),
        ":board_name": board.name,
        ":user_id": board.facts.owner.as_str(),
        ":board_visibility": board.facts.visibility.as_str(),
        ":now": SqlTime(tx.now()),
    })?;
    Ok(())
}

/// What to change; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoardChanges {
    /// Name shown to people.
    pub name: Option<String>,
    /// What it is for; empty for nothing.
    pub description: Option<String>,
    /// The image it is shown by.
    pub cover: Option<ImageName>,
    /// Put away or not.
    pub archived: Option<bool>,
    /// Not for everybody any more.
    pub make_private: bool,
}

/// Changes a board.
pub fn update(tx: &Tx<'_>, grant: &Grant<Board, Edit>, changes: &BoardChanges) -> Result<(), StorageError> {
    let id = grant.id();
    tx.sql().prepare_cached(include_str!("update.sql"))?.execute(named_params! {
        ":board_id": id.as_str(),
        ":board_name": changes.name,
        ":cover_image_name": changes.cover.as_ref().map(ImageName::as_str),
        ":archived": changes.archived,
        ":board_visibility": changes.make_private.then_some(BoardVisibility::Private.as_str()),
    })?;
    match changes.description.as_deref() {
        None => {}
        Some("") => {
            tx.sql().prepare_cached("DELETE FROM board_descriptions WHERE board_id = ?1")?.execute([id.as_str()])?;
        }
        Some(text) => {
            tx.sql().prepare_cached(include_str!("describe.sql"))?.execute([id.as_str(), text])?;
        }
    }
    Ok(())
}

/// Shows a board to everybody, or no longer.
pub fn set_visibility(
    tx: &Tx<'_>,
    grant: &Grant<Board, Share>,
    visibility: BoardVisibility,
) -> Result<(), StorageError> {
    let sql = "UPDATE boards SET board_visibility = ?2 WHERE board_id = ?1";
    tx.sql().prepare_cached(sql)?.execute([grant.id().as_str(), visibility.as_str()])?;
    Ok(())
}

/// Deletes a board. What lay on it lies on none afterwards.
pub fn delete(tx: &Tx<'_>, grant: &Grant<Board, Delete>) -> Result<(), StorageError> {
    tx.sql().prepare_cached("DELETE FROM boards WHERE board_id = ?1")?.execute([grant.id().as_str()])?;
    Ok(())
}
