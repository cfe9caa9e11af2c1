//! The caches of node results, one in each worker, as one: what they are told, and what they have told.

use invoke_queue::{NodeCacheChange, NodeCacheStatus};
use invoke_worker_protocol::wire::{CacheCommand, CacheStatus};
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::sync::watch;

/// Shared by all lanes. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct NodeCaches(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    wish: watch::Sender<CacheCommand>,
    /// What each lane's worker told last; nothing where none runs.
    told: Mutex<Vec<CacheStatus>>,
    entries: u64,
}

impl NodeCaches {
    pub(crate) fn new(lanes: usize, entries: u32) -> Self {
        let wish = watch::Sender::new(CacheCommand { enabled: true, clears: 0, empty_models: 0 });
        Self(Arc::new(Inner { wish, told: Mutex::new(vec![CacheStatus::default(); lanes]), entries: entries.into() }))
    }

    /// What workers are to do, and when that changes.
    pub(crate) fn wishes(&self) -> watch::Receiver<CacheCommand> {
        self.0.wish.subscribe()
    }

    /// Has workers let go of the models in memory. Says how often that was wanted by now.
    pub(crate) fn empty_models(&self) -> u64 {
        self.0.wish.send_modify(|wish| wish.empty_models += 1);
        self.0.wish.borrow().empty_models
    }

    /// What a lane's worker has told. What it knew before the last clearing does not count.
    pub(crate) fn told(&self, lane: usize, status: CacheStatus) {
        let current = status.clears >= self.0.wish.borrow().clears;
        if let Some(told) = self.0.told.lock().get_mut(lane).filter(|_| current) {
            *told = status;
        }
    }

    /// A lane's worker is gone, and its results with it.
    pub(crate) fn gone(&self, lane: usize) {
        if let Some(told) = self.0.told.lock().get_mut(lane) {
            *told = CacheStatus::default();
        }
    }

    pub(crate) fn status(&self) -> NodeCacheStatus {
        let told = self.0.told.lock();
        let sum = |part: fn(&CacheStatus) -> u64| told.iter().map(part).sum();
        NodeCacheStatus {
            size: sum(|status| status.size),
            hits: sum(|status| status.hits),
            misses: sum(|status| status.misses),
            enabled: self.0.entries > 0 && self.0.wish.borrow().enabled,
            max_size: self.0.entries.saturating_mul(told.len() as u64),
        }
    }

    pub(crate) fn change(&self, change: NodeCacheChange) {
        // As in the reference, a cache that the settings forbid cannot be switched on.
        if self.0.entries == 0 {
            return;
        }
        if change == NodeCacheChange::Clear {
            self.0.told.lock().fill(CacheStatus::default());
        }
        self.0.wish.send_modify(|wish| match change {
            NodeCacheChange::Clear => wish.clears += 1,
            NodeCacheChange::Enable => wish.enabled = true,
            NodeCacheChange::Disable => wish.enabled = false,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(size: u64, hits: u64, clears: u64) -> CacheStatus {
        CacheStatus { size, hits, misses: size, clears }
    }

    #[test]
    fn all_workers_count_as_one_cache() {
        let caches = NodeCaches::new(2, 10);
        caches.told(0, told(3, 1, 0));
        caches.told(1, told(4, 0, 0));
        let expected = NodeCacheStatus { size: 7, hits: 1, misses: 7, enabled: true, max_size: 20 };
        assert_eq!(caches.status(), expected);
        caches.gone(0);
        assert_eq!(caches.status().size, 4);
    }

    #[test]
    fn what_was_told_before_a_clearing_is_not_believed_afterwards() {
        let caches = NodeCaches::new(1, 10);
        caches.change(NodeCacheChange::Clear);
        caches.told(0, told(5, 5, 0));
        assert_eq!(caches.status().size, 0);
        caches.told(0, told(1, 0, 1));
        assert_eq!(caches.status().size, 1);
    }

    #[test]
    fn a_cache_of_no_size_stays_off() {
        let caches = NodeCaches::new(1, 0);
        caches.change(NodeCacheChange::Enable);
        assert_eq!(caches.status(), NodeCacheStatus::default());
    }
}
