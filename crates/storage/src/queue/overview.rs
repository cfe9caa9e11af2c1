//! What an administrator sees of the queue: how many items of whom are in which state, the items themselves, and what is
//! needed to say how long whoever waits will wait.

use super::{SqlStatus, json_list, row_to_item};
use crate::time::to_text;
use crate::{ReadTx, StorageError};
use invoke_domain::queue::StatusCounts;
use invoke_domain::{ItemId, ItemStatus, QueueId, QueueItem, UserId};
use invoke_permissions::{Control, Grant, Queue};
use jiff::Timestamp;
use rusqlite::named_params;
use std::collections::BTreeMap;

/// Which items of a queue are meant.
#[derive(Debug, Clone, Default)]
pub struct OverviewFilter {
    /// Only these users' items; `None` for everybody's.
    pub users: Option<Vec<UserId>>,
    /// Only these states; `None` for all.
    pub statuses: Option<Vec<ItemStatus>>,
    /// Enqueued then or later.
    pub since: Option<Timestamp>,
    /// Enqueued before.
    pub until: Option<Timestamp>,
    /// So many items at most.
    pub limit: u32,
    /// So many items of the newest left out.
    pub offset: u32,
}

/// What there is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overview {
    /// Counts by user, as filtered.
    pub users: BTreeMap<UserId, StatusCounts>,
    /// The items, as filtered, the newest first, without sessions and workflows.
    pub items: Vec<QueueItem>,
    /// Whoever waits, in whatever queue, since all queues have the same workers.
    pub waiting: Vec<UserOverview>,
    /// Items that run, in whatever queue.
    pub running: u32,
    /// Seconds an item took, the mean of the last 50 that completed; `None` where none has.
    pub usual_seconds: Option<f64>,
}

/// Somebody who waits.
#[derive(Debug, Clone, PartialEq)]
pub struct UserOverview {
    /// Who.
    pub user: UserId,
    /// Items that wait.
    pub pending: u32,
    /// Place of the first among all that wait, by priority and age, from 1.
    pub first_place: u32,
    /// Place of the last.
    pub last_place: u32,
    /// The oldest item.
    pub first_item: ItemId,
    /// When an item of theirs was started last.
    pub last_start: Option<String>,
}

/// Everything of a queue that passes the filter. For administrators: see [`Control`].
pub fn overview(
    tx: &ReadTx<'_>,
    _grant: &Grant<Queue, Control>,
    queue_id: &QueueId,
    filter: &OverviewFilter,
) -> Result<Overview, StorageError> {
    let users = filter.users.as_ref().map(|users| json_list(users.iter().map(|user| user.as_str())));
    let statuses = filter.statuses.as_ref().map(|all| json_list(all.iter().map(|status| status.as_str())));
    // Texts that sort before and after all times.
    let since = filter.since.map_or_else(String::new, to_text);
    let until = filter.until.map_or_else(|| "9".to_owned(), to_text);
    let mut found = Overview::default();

    let timed = filter.since.is_some() || filter.until.is_some();
    let sql = if timed { include_str!("overview_counts.sql") } else { include_str!("overview_kept_counts.sql") };
    let mut statement = tx.sql().prepare_cached(sql)?;
    let read = |row: &rusqlite::Row<'_>| Ok((UserId(row.get(0)?), row.get::<_, SqlStatus>(1)?.0, row.get(2)?));
    let rows: Vec<(UserId, ItemStatus, i64)> = if timed {
        let bound = named_params! {
            ":queue_id": queue_id.as_str(), ":users": users, ":statuses": statuses, ":since": since, ":until": until,
        };
        statement.query_map(bound, read)?.collect::<Result<_, _>>()?
    } else {
        let bound = named_params! { ":queue_id": queue_id.as_str(), ":users": users, ":statuses": statuses };
        statement.query_map(bound, read)?.collect::<Result<_, _>>()?
    };
    for (user, status, count) in rows {
        *found.users.entry(user).or_default().of(status) = count;
    }

    let mut statement = tx.sql().prepare_cached(include_str!("overview_items.sql"))?;
    let bound = named_params! {
        ":queue_id": queue_id.as_str(), ":users": users, ":statuses": statuses, ":since": since, ":until": until,
        ":limit": filter.limit, ":offset": filter.offset,
    };
    found.items = statement.query_map(bound, row_to_item)?.collect::<Result<_, _>>()?;

    let mut statement = tx.sql().prepare_cached(include_str!("waiting_users.sql"))?;
    let waiting = statement.query_map([], |row| {
        Ok(UserOverview {
            user: UserId(row.get(0)?),
            pending: row.get(1)?,
            first_place: row.get(2)?,
            last_place: row.get(3)?,
            first_item: ItemId(row.get(4)?),
            last_start: row.get(5)?,
        })
    })?;
    found.waiting = waiting.collect::<Result<_, _>>()?;
    let running = "SELECT count(*) FROM session_queue WHERE status = 'in_progress'";
    found.running = tx.sql().prepare_cached(running)?.query_row([], |row| row.get(0))?;
    found.usual_seconds =
        tx.sql().prepare_cached(include_str!("usual_seconds.sql"))?.query_row([], |row| row.get(0))?;
    Ok(found)
}
