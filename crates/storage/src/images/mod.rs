//! Images: one row per picture. The picture itself lies in files, which are `library`'s.

use crate::boards::{SqlShares, SqlVisibility};
use crate::time::{SqlTime, malformed};
use crate::{ReadTx, StorageError, Tx, users};
use invoke_domain::{BoardId, ImageCategory, ImageName, ImageOrigin, ImageRecord, SessionId, UserId};
use invoke_permissions::{Board, BoardFacts, Contribute, Delete, Edit, Grant, Image, ImageFacts, Scope, View};
use rusqlite::types::{FromSql, FromSqlResult, ValueRef};
use rusqlite::{OptionalExtension, Row, named_params};

pub use crate::gallery::{ImageFilter, ImageOrder, Within, count, list_names, list_page as list};

#[cfg(test)]
pub(crate) mod tests;

struct SqlOrigin(ImageOrigin);

impl FromSql for SqlOrigin {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        ImageOrigin::parse(text).map(Self).ok_or_else(|| malformed("image origin", text))
    }
}

pub(crate) struct SqlCategory(pub(crate) ImageCategory);

impl FromSql for SqlCategory {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        ImageCategory::parse(text).map(Self).ok_or_else(|| malformed("image category", text))
    }
}

/// The columns of an image, up to the one of its board.
pub(crate) const SELECT: &str = include_str!("select.sql");

pub(crate) fn row_to_image(row: &Row<'_>) -> rusqlite::Result<ImageRecord> {
    Ok(ImageRecord {
        name: ImageName(row.get("image_name")?),
        user_id: owner(row, "user_id")?,
        origin: row.get::<_, SqlOrigin>("image_origin")?.0,
        category: row.get::<_, SqlCategory>("image_category")?.0,
        width: row.get("width")?,
        height: row.get("height")?,
        session_id: row.get::<_, Option<String>>("session_id")?.map(SessionId),
        node_id: row.get("node_id")?,
        metadata: row.get("metadata")?,
        is_intermediate: flag(row, "is_intermediate")?,
        starred: flag(row, "starred")?,
        has_workflow: flag(row, "has_workflow")?,
        subfolder: row.get("image_subfolder")?,
        board_id: row.get::<_, Option<String>>("board_id")?.map(BoardId),
        created_at: row.get::<_, SqlTime>("created_at")?.0,
        updated_at: row.get::<_, SqlTime>("updated_at")?.0,
        deleted_at: row.get::<_, Option<SqlTime>>("deleted_at")?.map(|time| time.0),
    })
}

/// What was made before there were accounts belongs to `system`.
fn owner(row: &Row<'_>, column: &str) -> rusqlite::Result<UserId> {
    Ok(row.get::<_, Option<String>>(column)?.map_or_else(UserId::system, UserId))
}

fn flag(row: &Row<'_>, column: &str) -> rusqlite::Result<bool> {
    Ok(row.get::<_, Option<bool>>(column)?.unwrap_or_default())
}

/// What decides about an image; `None` when there is none of this name.
pub fn facts(tx: &ReadTx<'_>, name: &ImageName) -> Result<Option<ImageFacts>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("facts.sql"))?;
    let row = statement.query_row([name.as_str()], |row| {
        let board = match row.get::<_, Option<String>>("board_id")? {
            Some(id) => Some(BoardFacts {
                id: BoardId(id),
                owner: owner(row, "board_owner")?,
                visibility: row.get::<_, SqlVisibility>("board_visibility")?.0,
                shares: row.get::<_, SqlShares>("shares")?.0,
            }),
            None => None,
        };
        Ok(ImageFacts { name: name.clone(), owner: owner(row, "user_id")?, board })
    });
    Ok(row.optional()?)
}

/// An image; `None` when it went away since its facts were read.
pub fn get(tx: &ReadTx<'_>, grant: &Grant<Image, View>) -> Result<Option<ImageRecord>, StorageError> {
    find(tx, grant.id())
}

fn find(tx: &ReadTx<'_>, name: &ImageName) -> Result<Option<ImageRecord>, StorageError> {
    let mut statement = tx.sql().prepare_cached(concat!(include_str!("select.sql"), include_str!("get.sql")))?;
    Ok(statement.query_row([name.as_str()], row_to_image).optional()?)
}

/// How many intermediate images there are.
pub fn count_intermediates(tx: &ReadTx<'_>, scope: &Scope) -> Result<i64, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("count_intermediates.sql"))?;
    Ok(statement.query_row([scope.owner().map(UserId::as_str)], |row| row.get(0))?)
}

/// Adds a row with the current time, on the board the grant names. Everybody may have images of their own, so there is no
/// grant for that: `image.user_id` must be the one who asked. `image.board_id` and its times are not looked at.
pub fn insert(
    tx: &Tx<'_>,
    image: &ImageRecord,
    board: Option<&Grant<Board, Contribute>>,
) -> Result<ImageRecord, StorageError> {
    users::must_exist(tx, &image.user_id)?;
    tx.sql().prepare_cached(include_str!("insert.sql"))?.execute(named_params! {
        ":image_name": image.name.as_str(),
        ":image_origin": image.origin.as_str(),
        ":image_category": image.category.as_str(),
        ":width": image.width,
        ":height": image.height,
        ":session_id": image.session_id.as_ref().map(SessionId::as_str),
        ":node_id": image.node_id,
        ":metadata": image.metadata,
        ":is_intermediate": image.is_intermediate,
        ":starred": image.starred,
        ":has_workflow": image.has_workflow,
        ":user_id": image.user_id.as_str(),
        ":image_subfolder": image.subfolder,
        ":now": SqlTime(tx.now()),
    })?;
    if let Some(board) = board {
        let sql = "INSERT INTO board_images (board_id, image_name, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)";
        let values = (board.id().as_str(), image.name.as_str(), SqlTime(tx.now()));
        tx.sql().prepare_cached(sql)?.execute(values)?;
    }
    find(tx, &image.name)?.ok_or_else(|| StorageError::from(rusqlite::Error::QueryReturnedNoRows))
}

/// What to change; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageChanges {
    /// What it is for.
    pub category: Option<ImageCategory>,
    /// Kept out of the gallery or not.
    pub is_intermediate: Option<bool>,
    /// The session it belongs to.
    pub session_id: Option<SessionId>,
    /// Starred or not.
    pub starred: Option<bool>,
}

/// Changes an image.
pub fn update(tx: &Tx<'_>, grant: &Grant<Image, Edit>, changes: &ImageChanges) -> Result<(), StorageError> {
    tx.sql().prepare_cached(include_str!("update.sql"))?.execute(named_params! {
        ":image_name": grant.id().as_str(),
        ":image_category": changes.category.map(ImageCategory::as_str),
        ":is_intermediate": changes.is_intermediate,
        ":session_id": changes.session_id.as_ref().map(SessionId::as_str),
        ":starred": changes.starred,
    })?;
    Ok(())
}

/// Deletes an image's row and hands it out once more, so that its files can be found. It also leaves its board, any board
/// whose cover it was, and the history of finished moves.
pub fn delete(tx: &Tx<'_>, grant: &Grant<Image, Delete>) -> Result<Option<ImageRecord>, StorageError> {
    let name = grant.id();
    let image = find(tx, name)?;
    let sql = "DELETE FROM image_subfolder_move_items WHERE image_name = ?1";
    tx.sql().prepare_cached(sql)?.execute([name.as_str()])?;
    tx.sql().prepare_cached("DELETE FROM images WHERE image_name = ?1")?.execute([name.as_str()])?;
    Ok(image)
}
