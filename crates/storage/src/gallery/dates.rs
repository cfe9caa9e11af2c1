//! The days on which images were made.

use crate::{ReadTx, StorageError};
use invoke_domain::{ImageName, UserId};
use invoke_permissions::Scope;

/// A day, and what was made on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The day in UTC, `YYYY-MM-DD`.
    pub date: String,
    /// Finished pictures.
    pub images: i64,
    /// Everything else but intermediate images.
    pub assets: i64,
    /// The newest of them.
    pub cover: ImageName,
}

/// The days of the images in scope, the latest first.
pub fn list_days(tx: &ReadTx<'_>, scope: &Scope) -> Result<Vec<Day>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("dates.sql"))?;
    let rows = statement.query_map([scope.owner().map(UserId::as_str)], |row| {
        Ok(Day {
            date: row.get("date")?,
            images: row.get("images")?,
            assets: row.get("assets")?,
            cover: ImageName(row.get("cover")?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
