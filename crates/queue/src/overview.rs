//! What administrators see of everybody's items, and how long whoever waits will probably wait.

use crate::{Mode, Queue, QueueError};
use invoke_domain::queue::StatusCounts;
use invoke_domain::{QueueId, QueueItem, UserId};
use invoke_permissions::{Actor, policy};
use invoke_storage::queue::{self, OverviewFilter, UserOverview as Waiting};
use std::collections::BTreeMap;

/// A queue as administrators see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// Counts over all that pass the filter.
    pub totals: StatusCounts,
    /// By user, those who wait included.
    pub users: BTreeMap<UserId, UserOverview>,
    /// The items that pass the filter, the newest first, without sessions.
    pub items: Vec<QueueItem>,
    /// Seconds an item took of late; `None` while none has completed.
    pub usual_seconds: Option<f64>,
}

/// One user's part of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserOverview {
    /// Counts of what passes the filter.
    pub counts: StatusCounts,
    /// Seconds until the next item of theirs probably starts; `None` when none waits or nothing is known.
    pub starts_in_seconds: Option<f64>,
    /// Seconds until all that waits has probably ended.
    pub done_in_seconds: Option<f64>,
}

impl Queue {
    /// The items of a queue by user, for administrators.
    pub fn overview(&self, actor: &Actor, queue_id: &QueueId, filter: &OverviewFilter) -> Result<Overview, QueueError> {
        let grant = policy::control_queue(actor)?;
        let found = self.0.db.read(|tx| queue::overview(tx, &grant, queue_id, filter))?;
        let mut users: BTreeMap<UserId, UserOverview> = found
            .users
            .into_iter()
            .map(|(user, counts)| (user, UserOverview { counts, ..UserOverview::default() }))
            .collect();
        let mut totals = StatusCounts::default();
        for UserOverview { counts, .. } in users.values() {
            totals.pending += counts.pending;
            totals.in_progress += counts.in_progress;
            totals.waiting += counts.waiting;
            totals.completed += counts.completed;
            totals.failed += counts.failed;
            totals.canceled += counts.canceled;
        }
        let devices = u32::try_from(self.devices().len().max(1)).unwrap_or(u32::MAX);
        for (place, waiting) in found.waiting.iter().enumerate() {
            let Some(seconds) = found.usual_seconds else { break };
            if filter.users.as_ref().is_some_and(|wanted| !wanted.contains(&waiting.user)) {
                continue;
            }
            let (before_first, before_last) = match self.0.settings.mode {
                Mode::Fifo => (waiting.first_place - 1, waiting.last_place - 1),
                Mode::RoundRobin => turns_before(&found.waiting, place),
            };
            // What runs is on average half done.
            let wait = |items: u32| (f64::from(items) + f64::from(found.running) / 2.0) / f64::from(devices) * seconds;
            let user = users.entry(waiting.user.clone()).or_default();
            user.starts_in_seconds = Some(if found.running < devices { 0.0 } else { wait(before_first) });
            user.done_in_seconds = Some(wait(before_last) + seconds);
        }
        Ok(Overview { totals, users, items: found.items, usual_seconds: found.usual_seconds })
    }
}

/// Items that start before the first and before the last of one user's, when users take turns: it is the turn of the one
/// whose last start is the longest ago, and nobody comes twice before everybody who waits has come once.
fn turns_before(waiting: &[Waiting], of: usize) -> (u32, u32) {
    let own = &waiting[of];
    let turn = |user: &Waiting| (user.last_start.clone(), user.first_item);
    let (mut first, mut last) = (0, own.pending - 1);
    for other in waiting.iter().filter(|other| other.user != own.user) {
        let earlier = turn(other) < turn(own);
        first += u32::from(earlier);
        last += other.pending.min(if earlier { own.pending } else { own.pending - 1 });
    }
    (first, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use invoke_domain::ItemId;

    fn waiting(user: &str, pending: u32, last_start: Option<&str>, first_item: i64) -> Waiting {
        let last_start = last_start.map(str::to_owned);
        let first_item = ItemId(first_item);
        Waiting { user: user.into(), pending, first_place: 1, last_place: pending, first_item, last_start }
    }

    #[test]
    fn who_takes_turns_waits_for_everybodys_turns_and_not_for_everybodys_items() {
        let all = [
            waiting("alice", 1000, Some("2026-01-01 00:00:02"), 1),
            waiting("bob", 1, Some("2026-01-01 00:00:01"), 1001),
            waiting("carol", 2, None, 1002),
        ];
        assert_eq!(turns_before(&all, 2), (0, 3), "carol, bob, alice, carol");
        assert_eq!(turns_before(&all, 1), (1, 1));
        assert_eq!(turns_before(&all, 0), (2, 1002));
    }
}
