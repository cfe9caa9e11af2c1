//! All lanes of a server.

use crate::backlog::Backlog;
use crate::conversion::Converter;
use crate::endpoint::Endpoint;
use crate::error::RunnerError;
use crate::lane::{Bell, Lane, Shared, StopSignal};
use crate::model_cache::ModelCaches;
use crate::node_cache::NodeCaches;
use crate::scratch;
use crate::service::Services;
use crate::settings::RunnerSettings;
use crate::status::Board;
use invoke_domain::{ItemId, Random};
use invoke_events::Bus;
use invoke_library::{Images, Presets};
use invoke_model_manager::Models;
use invoke_queue::{ConversionError, ModelCacheStatus, NodeCacheChange, NodeCacheStatus, WorkerInfo, Workers};
use parking_lot::Mutex;
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Runs the queue's items on worker processes. Dropping it kills them; [`Runners::shutdown`] ends them in order.
#[derive(Debug)]
pub struct Runners {
    bells: Vec<Bell>,
    stop: watch::Sender<bool>,
    board: Board,
    node_caches: NodeCaches,
    model_caches: ModelCaches,
    converter: Converter,
    running: Mutex<Option<Running>>,
}

/// What ends with the server.
#[derive(Debug)]
struct Running {
    /// Its own: the threads that start workers live as long as the lanes (the kernel can be told to end a process with
    /// the thread that started it), and pictures on their way do not hold up answers to browsers.
    runtime: Runtime,
    lanes: Vec<JoinHandle<()>>,
    _endpoint: Endpoint,
}

impl Runners {
    /// Opens the socket for workers and begins to take items. Workers are started when the first item needs them.
    pub fn start(
        settings: RunnerSettings,
        backlog: Arc<dyn Backlog>,
        images: Images,
        models: Models,
        presets: Presets,
        bus: Bus,
        random: Arc<dyn Random>,
    ) -> Result<Arc<Self>, RunnerError> {
        scratch::prepare(&settings.scratch_dir)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("runners")
            .enable_all()
            .build()
            .map_err(RunnerError::Runtime)?;
        let endpoint = {
            let _entered = runtime.enter();
            Endpoint::open(&settings.runtime_dir, &settings.catalogue_hash, &*random)?
        };
        let board = Board::new(&settings.devices);
        let bells: Vec<Bell> = settings.devices.iter().map(|_| Bell::default()).collect();
        let node_caches = NodeCaches::new(settings.devices.len(), settings.worker.node_cache_entries);
        let model_caches = ModelCaches::new(settings.devices.len());
        let converter = Converter::new(&settings);
        let (stop, _) = watch::channel(false);
        let shared = Arc::new(Shared {
            services: Services { backlog, images, models, presets, prompts_dir: settings.prompts_dir.clone() },
            settings,
            bus,
            random,
            door: endpoint.door().clone(),
            socket: endpoint.socket().to_owned(),
            board: board.clone(),
            node_caches: node_caches.clone(),
            model_caches: model_caches.clone(),
        });
        let lane = |(index, bell): (usize, &Bell)| {
            runtime.spawn(Lane::new(shared.clone(), index, bell.clone(), StopSignal(stop.subscribe())).work())
        };
        let lanes = bells.iter().enumerate().map(lane).collect();
        let running = Mutex::new(Some(Running { runtime, lanes, _endpoint: endpoint }));
        Ok(Arc::new(Self { bells, stop, board, node_caches, model_caches, converter, running }))
    }

    /// What each device does, as it changes.
    pub fn watch(&self) -> watch::Receiver<Vec<WorkerInfo>> {
        self.board.watch()
    }

    /// Ends all workers. Items under way are pending again: the next start of the server takes them up.
    pub async fn shutdown(&self) {
        self.stop.send_replace(true);
        let running = self.running.lock().take();
        if let Some(Running { runtime, lanes, _endpoint }) = running {
            for lane in lanes {
                if let Err(error) = lane.await {
                    tracing::error!(%error, "a lane of workers broke");
                }
            }
            runtime.shutdown_background();
        }
    }
}

impl Workers for Runners {
    fn wake(&self) {
        for bell in &self.bells {
            bell.wake.notify_one();
        }
    }

    fn cancel(&self, item: ItemId) {
        for bell in &self.bells {
            bell.current.cancel(item);
        }
    }

    fn devices(&self) -> Vec<WorkerInfo> {
        self.board.watch().borrow().clone()
    }

    fn node_cache(&self) -> NodeCacheStatus {
        self.node_caches.status()
    }

    fn change_node_cache(&self, change: NodeCacheChange) {
        self.node_caches.change(change);
    }

    fn model_cache(&self) -> Option<ModelCacheStatus> {
        self.model_caches.status()
    }

    fn empty_model_cache(&self) {
        self.model_caches.emptied(self.node_caches.empty_models());
    }

    fn convert_model(&self, from: &Path, to: &Path) -> Result<(), ConversionError> {
        self.converter.convert(from, to)
    }
}

impl Drop for Runners {
    fn drop(&mut self) {
        // Dropping a runtime waits, which is forbidden where async code drops this.
        if let Some(running) = self.running.lock().take() {
            running.runtime.shutdown_background();
        }
    }
}
