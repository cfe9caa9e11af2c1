//! What accounts use, for administrators: one statement for a page of accounts.

use super::row_to_user;
use crate::{ReadTx, StorageError};
use invoke_domain::User;
use invoke_permissions::{Grant, Manage, Users};
use rusqlite::named_params;

/// An account and what it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserStatistics {
    /// The account; its last sign-in is among it.
    pub user: User,
    /// Boards it owns.
    pub boards: i64,
    /// Images it owns, without intermediate ones.
    pub images: i64,
    /// Bytes its images and thumbnails take on disk, intermediate ones included.
    pub bytes: i64,
    /// Queue items that wait.
    pub pending: i64,
    /// Queue items that run.
    pub in_progress: i64,
    /// Queue items in the history that ended well.
    pub completed: i64,
    /// Queue items in the history that failed.
    pub failed: i64,
    /// Queue items in the history that were canceled.
    pub canceled: i64,
}

/// Which accounts a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatisticsPage {
    /// Accounts to pass over, the newest first.
    pub offset: u32,
    /// Accounts to show at most.
    pub limit: u32,
    /// Show `system` as well, which owns what belongs to nobody.
    pub with_system: bool,
}

impl StatisticsPage {
    /// Every account, `system` among them.
    pub const ALL: Self = Self { offset: 0, limit: u32::MAX, with_system: true };
}

/// One page of accounts, the newest first, with what they use; and how many accounts there are in all. Of a page behind
/// the last account nothing is known, also not how many there are.
pub fn statistics(
    tx: &ReadTx<'_>,
    _grant: &Grant<Users, Manage>,
    page: StatisticsPage,
) -> Result<(Vec<UserStatistics>, i64), StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("statistics.sql"))?;
    let mut accounts = 0;
    let rows = statement.query_map(
        named_params! { ":limit": page.limit, ":offset": page.offset, ":with_system": page.with_system },
        |row| {
            accounts = row.get("accounts")?;
            Ok(UserStatistics {
                user: row_to_user(row)?,
                boards: row.get("boards")?,
                images: row.get("images")?,
                bytes: row.get("bytes")?,
                pending: row.get("pending")?,
                in_progress: row.get("in_progress")?,
                completed: row.get("completed")?,
                failed: row.get("failed")?,
                canceled: row.get("canceled")?,
            })
        },
    )?;
    let page = rows.collect::<Result<_, _>>()?;
    Ok((page, accounts))
}
