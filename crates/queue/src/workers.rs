//! The other side: those who run items.

use invoke_domain::ItemId;
use std::fmt::Debug;

/// What the queue tells those who run items. Calls return at once; they come after the change is in the database.
pub trait Workers: Send + Sync + Debug {
    /// There may be something to claim.
    fn wake(&self);

    /// A running item was canceled: stop it, its result is not wanted.
    fn cancel(&self, item: ItemId);

    /// The devices and what they do.
    fn devices(&self) -> Vec<WorkerInfo>;

    /// How the caches of node results stand, all workers' together.
    fn node_cache(&self) -> NodeCacheStatus {
        NodeCacheStatus::default()
    }

    /// Changes the caches of node results of all workers.
    fn change_node_cache(&self, change: NodeCacheChange) {
        let _ = change;
    }
}

/// Results of nodes that are kept for equal nodes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NodeCacheStatus {
    /// Results that are kept.
    pub size: u64,
    /// Results that were used again since the last clearing.
    pub hits: u64,
    /// Nodes that had to run since the last clearing.
    pub misses: u64,
    /// Whether results are kept.
    pub enabled: bool,
    /// Results that are kept at most.
    pub max_size: u64,
}

/// What may be done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeCacheChange {
    /// Forgets all results, and counts anew.
    Clear,
    /// Keeps results, where the settings allow any.
    Enable,
    /// Keeps none and uses none; those that are kept stay.
    Disable,
}

/// What a worker does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerState {
    /// Not running; starts when there is work.
    Asleep,
    /// Being started.
    Starting,
    /// Waits for work.
    Idle,
    /// Runs an item.
    Busy,
    /// Died; will be started again.
    Dead,
}

/// One device and its worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerInfo {
    /// The device: `cpu`, `cuda:0`, …
    pub device: String,
    /// What its worker does.
    pub state: WorkerState,
    /// The worker's process.
    pub pid: Option<u32>,
    /// The item it runs.
    pub item: Option<ItemId>,
}
