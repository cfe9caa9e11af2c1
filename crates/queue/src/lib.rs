//! The queue: graphs go in as batches, items come out to workers in a fair order, and what becomes of them is kept and
//! told. Rows in, decisions out: SQL is `storage`'s, running nodes is the workers', the wire is `api`'s.
//!
//! Everything here is plain blocking code and may be called from any thread; async callers use `spawn_blocking`. Each
//! operation is one transaction; what changed is sent to the event bus after the commit, in the order of the changes.
//!
//! - From the API: [`Queue::enqueue_batch`], the readers in `read.rs`, cancelling and deleting in `cancel.rs` and
//!   `delete.rs`, [`Queue::retry`], [`Queue::pause`].
//! - From the runners: [`Queue::claim`], [`Queue::owner_may_run`], [`Queue::finish`], and at start
//!   [`Queue::recover_at_start`].
//! - To the runners: [`Workers`], told when there is something to do or to stop.

mod batch;
mod calls;
mod cancel;
mod claim;
mod delete;
mod enqueue;
mod error;
mod expand;
mod models;
mod overview;
mod read;
mod recover;
mod retry;
mod revoke;
mod settings;
mod tell;
mod workers;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use batch::{Batch, Datum, EnqueueBatch};
pub use enqueue::Enqueued;
pub use error::QueueError;
pub use invoke_graph::Outcome;
pub use invoke_permissions::QueueVisibility;
pub use invoke_storage::queue::OverviewFilter;
pub use models::named_among;
pub use overview::{Overview, UserOverview};
pub use recover::Recovered;
pub use settings::{Mode, QueueSettings, RestartPolicy};
pub use workers::{
    ConversionError, LoadedModel, ModelCacheStatus, NodeCacheChange, NodeCacheStatus, WorkerInfo, WorkerState, Workers,
};

use invoke_domain::Random;
use invoke_events::Bus;
use invoke_graph::Catalogue;
use invoke_storage::Database;
use parking_lot::RwLock;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Marks a point at which tests stop and look, or kill the server; nothing in the product.
macro_rules! reach {
    ($queue:expr, $point:ident) => {
        #[cfg(test)]
        $queue.0.breakpoints.reach(crate::testing::Point::$point);
        #[cfg(debug_assertions)]
        invoke_storage::stops::reach(stringify!($point));
    };
}
use reach;

/// The queue. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Queue(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Database,
    settings: QueueSettings,
    catalogue: Arc<Catalogue>,
    bus: Bus,
    random: Arc<dyn Random>,
    paused: AtomicBool,
    workers: RwLock<Option<Arc<dyn Workers>>>,
    #[cfg(test)]
    breakpoints: testing::Breakpoints,
}

impl Queue {
    /// The queue of a database. `catalogue` says which nodes there are. Times are the database's clock's.
    pub fn new(
        db: Database,
        settings: QueueSettings,
        catalogue: Arc<Catalogue>,
        bus: Bus,
        random: Arc<dyn Random>,
    ) -> Self {
        Self(Arc::new(Inner {
            db,
            settings,
            catalogue,
            bus,
            random,
            paused: AtomicBool::new(false),
            workers: RwLock::new(None),
            #[cfg(test)]
            breakpoints: testing::Breakpoints::default(),
        }))
    }

    /// Who is told when there is work. Without anybody, items wait.
    pub fn set_workers(&self, workers: Arc<dyn Workers>) {
        *self.0.workers.write() = Some(workers);
    }

    /// Lets go of the workers; to be called when they end, since they usually hold the queue as well.
    pub fn forget_workers(&self) {
        *self.0.workers.write() = None;
    }

    /// The devices that run items, as far as anybody runs any.
    pub fn devices(&self) -> Vec<WorkerInfo> {
        self.workers().map(|workers| workers.devices()).unwrap_or_default()
    }

    /// How the workers' caches of node results stand.
    pub fn node_cache(&self) -> NodeCacheStatus {
        self.workers().map(|workers| workers.node_cache()).unwrap_or_default()
    }

    /// Changes the workers' caches of node results. For administrators.
    pub fn change_node_cache(
        &self,
        actor: &invoke_permissions::Actor,
        change: NodeCacheChange,
    ) -> Result<(), QueueError> {
        let _ = invoke_permissions::policy::control_queue(actor)?;
        if let Some(workers) = self.workers() {
            workers.change_node_cache(change);
        }
        Ok(())
    }

    /// How the workers' memories of models stand; `None` as long as none was loaded.
    pub fn model_cache(&self) -> Option<ModelCacheStatus> {
        self.workers().and_then(|workers| workers.model_cache())
    }

    /// Has the workers let go of the models in memory; those that are in use go when they are not. For administrators.
    ///
    /// # Errors
    /// When the caller may not.
    pub fn empty_model_cache(&self, actor: &invoke_permissions::Actor) -> Result<(), QueueError> {
        let _ = invoke_permissions::policy::control_queue(actor)?;
        if let Some(workers) = self.workers() {
            workers.empty_model_cache();
        }
        Ok(())
    }

    /// Has a worker make a folder in the layout of diffusers out of a model that is one file; see
    /// [`Workers::convert_model`].
    ///
    /// # Errors
    /// When it can not be done.
    pub fn convert_model(&self, from: &std::path::Path, to: &std::path::Path) -> Result<(), ConversionError> {
        self.workers().ok_or(ConversionError::Nobody)?.convert_model(from, to)
    }

    /// The nodes that may be enqueued.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.0.catalogue
    }

    fn workers(&self) -> Option<Arc<dyn Workers>> {
        self.0.workers.read().clone()
    }

    /// Tells the workers to look for work.
    fn wake(&self) {
        if let Some(workers) = self.workers() {
            workers.wake();
        }
    }

    /// Whether no item is handed out.
    pub fn is_paused(&self) -> bool {
        self.0.paused.load(Ordering::SeqCst)
    }
}
