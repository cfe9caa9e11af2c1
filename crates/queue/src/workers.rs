//! The other side: those who run items.

use invoke_domain::{ItemId, ModelKey};
use std::fmt::Debug;
use std::path::Path;

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

    /// How the workers' memories of models stand, all together; `None` as long as none was loaded.
    fn model_cache(&self) -> Option<ModelCacheStatus> {
        None
    }

    /// Has all workers let go of the models in memory.
    fn empty_model_cache(&self) {}

    /// Makes the model in the file `from` a folder in the layout of diffusers, in the empty folder `to`. Blocks until that is
    /// done.
    ///
    /// # Errors
    /// When it can not be done; what lies in `to` then is to be thrown away.
    fn convert_model(&self, from: &Path, to: &Path) -> Result<(), ConversionError> {
        let _ = (from, to);
        Err(ConversionError::Nobody)
    }
}

/// Why a model was not converted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConversionError {
    /// There are no workers that could.
    #[error("there is no worker that converts models")]
    Nobody,
    /// The worker could not, and why.
    #[error("{0}")]
    Failed(String),
}

/// Models in the memory of workers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelCacheStatus {
    /// Models that were in memory when they were needed.
    pub hits: u64,
    /// Models that had to be loaded.
    pub misses: u64,
    /// The most bytes that were ever in one worker's memory.
    pub high_watermark: u64,
    /// Models in memory now.
    pub in_cache: u64,
    /// Models let go to make room.
    pub cleared: u64,
    /// Bytes that one worker may fill.
    pub cache_size: u64,
    /// What is in memory.
    pub loaded: Vec<LoadedModel>,
}

/// A model, or a part of one, in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedModel {
    /// The model.
    pub key: ModelKey,
    /// Which part of it: `unet`, `vae`, …
    pub part: Option<String>,
    /// Bytes of its weights.
    pub bytes: u64,
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
