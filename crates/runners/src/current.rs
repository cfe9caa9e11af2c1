//! Which item a lane is busy with, and whether it has been canceled.

use invoke_domain::ItemId;
use parking_lot::Mutex;
use tokio::sync::Notify;

/// Shared by a lane and by whoever cancels.
#[derive(Debug, Default)]
pub(crate) struct Current {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    item: Option<ItemId>,
    canceled: bool,
    /// An item is being taken from the queue: it is running for everybody else before the lane knows its number.
    claiming: bool,
    canceled_early: Vec<ItemId>,
}

impl Current {
    pub(crate) fn begin_claim(&self) {
        let mut state = self.state.lock();
        state.claiming = true;
        state.canceled_early.clear();
    }

    pub(crate) fn end_claim(&self, item: Option<ItemId>) {
        let mut state = self.state.lock();
        state.claiming = false;
        state.canceled = item.is_some_and(|item| state.canceled_early.contains(&item));
        state.item = item;
    }

    pub(crate) fn clear(&self) {
        *self.state.lock() = State::default();
    }

    pub(crate) fn cancel(&self, item: ItemId) {
        let mut state = self.state.lock();
        if state.claiming {
            state.canceled_early.push(item);
        } else if state.item == Some(item) {
            state.canceled = true;
            drop(state);
            self.changed.notify_waiters();
        }
    }

    pub(crate) fn is_canceled(&self) -> bool {
        self.state.lock().canceled
    }

    /// Resolves when the item is canceled.
    pub(crate) async fn canceled(&self) {
        loop {
            let changed = self.changed.notified();
            if self.is_canceled() {
                return;
            }
            changed.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancel_that_comes_before_the_lane_knows_its_item_counts() {
        let current = Current::default();
        current.begin_claim();
        current.cancel(ItemId(7));
        current.end_claim(Some(ItemId(7)));
        assert!(current.is_canceled());

        current.begin_claim();
        current.end_claim(Some(ItemId(7)));
        assert!(!current.is_canceled());
        current.cancel(ItemId(8));
        assert!(!current.is_canceled());
        current.cancel(ItemId(7));
        assert!(current.is_canceled());
        current.clear();
        assert!(!current.is_canceled());
    }
}
