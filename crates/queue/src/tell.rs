//! What is told about a change: built inside the transaction that made it, so that counts belong to it, and sent after
//! the commit, so that nobody hears of what did not happen.

use crate::Queue;
use invoke_domain::{ItemId, QueueId, QueueItem, QueueStatus, UserId};
use invoke_events::{Event, ItemChanged};
use invoke_permissions::Scope;
use invoke_storage::{ReadTx, StorageError, queue};

/// Events of one transaction, and the running items it canceled.
#[derive(Debug, Default)]
pub(crate) struct News {
    events: Vec<Event>,
    stopped: Vec<ItemId>,
    wake: bool,
}

impl News {
    /// An item changed its state.
    pub(crate) fn changed(&mut self, tx: &ReadTx<'_>, item: &QueueItem) -> Result<(), StorageError> {
        let batch_status = queue::count_of_batch(tx, &Scope::All, &item.queue_id, &item.batch_id)?;
        let queue_status = status_for(tx, &item.queue_id, &item.user_id, false)?;
        // Readers of the event have no use for the session's text, which may be large.
        let item = QueueItem { session: String::new(), workflow: None, ..item.clone() };
        self.events.push(Event::ItemStatusChanged(Box::new(ItemChanged { item, batch_status, queue_status })));
        Ok(())
    }

    /// A running item is to be stopped.
    pub(crate) fn stop(&mut self, item: ItemId) {
        self.stopped.push(item);
    }

    /// There may be something to claim.
    pub(crate) fn wake(&mut self) {
        self.wake = true;
    }

    /// Items were canceled or removed while they waited; nothing is told of none.
    pub(crate) fn canceled(&mut self, queue_id: &QueueId, items: Vec<(UserId, ItemId)>) {
        if !items.is_empty() {
            self.events.push(Event::ItemsCanceled { queue_id: queue_id.clone(), items });
        }
    }

    /// Anything else.
    pub(crate) fn event(&mut self, event: Event) {
        self.events.push(event);
    }
}

/// Counts over all users, the reader's own, and the running item if it is the reader's or they see all.
pub(crate) fn status_for(
    tx: &ReadTx<'_>,
    queue_id: &QueueId,
    reader: &UserId,
    sees_all: bool,
) -> Result<QueueStatus, StorageError> {
    let counts = queue::count(tx, queue_id)?;
    let own = queue::count_of_user(tx, queue_id, reader)?;
    let current = if counts.in_progress > 0 { queue::current(tx, queue_id)? } else { None };
    Ok(QueueStatus {
        queue_id: queue_id.clone(),
        current: current
            .filter(|item| sees_all || item.user_id == *reader)
            .map(|item| (item.id, item.batch_id, item.session_id)),
        counts,
        user_pending: Some(own.pending),
        user_in_progress: Some(own.in_progress),
    })
}

impl Queue {
    /// Sends what happened, and stops what was canceled.
    pub(crate) fn tell(&self, news: News) {
        for event in news.events {
            self.0.bus.send(event);
        }
        if news.wake {
            self.wake();
        }
        if let Some(workers) = self.workers().filter(|_| !news.stopped.is_empty()) {
            for item in news.stopped {
                workers.cancel(item);
            }
        }
    }
}
