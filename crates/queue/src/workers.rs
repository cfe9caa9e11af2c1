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
