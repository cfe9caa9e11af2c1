//! Executing sessions, one after the other, on the thread that owns the device.

use crate::host::ServerHost;
use crate::memory;
use crate::report::{Reporter, finish};
use invoke_domain::{ItemFailure, OsRandom};
use invoke_engine::cache::ModelCache;
use invoke_engine::device::{Device, Precision};
use invoke_graph::{Outcome, Registry, Session, run_session};
use invoke_nodes::{Context, OUT_OF_MEMORY, ResultCache, Services, TensorStore};
use invoke_worker_protocol::client::RunLink;
use invoke_worker_protocol::wire::{CacheCommand, CacheStatus, LoadedModel, ModelCacheStats, Welcome};
use parking_lot::{Mutex, MutexGuard};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The device, the models in memory and the nodes.
pub(crate) struct Worker {
    registry: Registry<Context>,
    services: Arc<Services>,
    caches: Caches,
    /// What runs that wait for a called workflow have kept, by session, the oldest first.
    suspended: VecDeque<(String, TensorStore)>,
}

/// What a worker keeps beside what it works on: results of nodes, and models. Commands about them come while it computes.
#[derive(Clone)]
pub(crate) struct Caches {
    services: Arc<Services>,
    /// The last command to let models go.
    emptied: Arc<AtomicU64>,
}

impl Caches {
    /// Does as the server says. Must not be called from the thread that computes while it holds a model.
    pub(crate) fn command(&self, command: CacheCommand) {
        self.services.results.lock().command(command.enabled, command.clears);
        if self.emptied.fetch_max(command.empty_models, Ordering::Relaxed) < command.empty_models {
            match self.services.models.try_lock() {
                Some(models) => self.empty(models),
                None => {
                    let caches = self.clone();
                    // Waits for a model that is being loaded, and who calls this has other messages to read.
                    std::thread::spawn(move || caches.empty(caches.services.models.lock()));
                }
            }
        }
    }

    /// Lets all models go that are not in use.
    fn empty(&self, mut models: MutexGuard<'_, ModelCache>) {
        let gone = models.clear();
        drop(models);
        if let Err(error) = invoke_engine::memory::release(self.services.device) {
            tracing::warn!("memory of the device is not given back: {error}");
        }
        tracing::info!(models = gone, "models left the memory");
    }

    fn results(&self) -> CacheStatus {
        let status = self.services.results.lock().status();
        CacheStatus { size: status.size as u64, hits: status.hits, misses: status.misses, clears: status.clears }
    }

    fn models(&self) -> ModelCacheStats {
        // First: models that come after this are counted as those before it.
        let empty_models = self.emptied.load(Ordering::Relaxed);
        let models = self.services.models.lock();
        let stats = models.stats();
        let loaded = models.sizes().map(|(key, bytes)| LoadedModel {
            key: key.model.clone(),
            submodel: key.submodel.clone(),
            bytes,
        });
        ModelCacheStats {
            hits: stats.hits,
            misses: stats.misses,
            high_watermark: stats.high_watermark,
            cleared: stats.evicted,
            budget: stats.budget,
            loaded: loaded.collect(),
            empty_models,
        }
    }
}

/// Runs whose tensors are kept while they wait. Chains of calls are short; more are items that were canceled, of which a
/// worker is not told.
const SUSPENDED: usize = 32;

impl Worker {
    /// A worker for `device` with the server's settings.
    pub(crate) fn new(registry: Registry<Context>, device: Device, settings: &Welcome) -> Self {
        let mut services = Services::new(device, 0, Arc::new(OsRandom));
        services.models = Mutex::new(ModelCache::within(memory::limits(device, settings)));
        let precision = settings.precision.parse().unwrap_or_else(|error| {
            tracing::warn!("computing in the device's own precision: {error}");
            Precision::Auto
        });
        services = services.computing_in(precision);
        tracing::info!(%device, kind = ?services.kind, "models compute");
        services.tiled_decode = settings.tiled_decode;
        let limit = usize::try_from(settings.node_cache_entries).unwrap_or(usize::MAX);
        services.results = Arc::new(Mutex::new(ResultCache::new(limit)));
        let services = Arc::new(services);
        let begin = settings.cache.unwrap_or(CacheCommand { enabled: true, clears: 0, empty_models: 0 });
        let emptied = Arc::new(AtomicU64::new(begin.empty_models));
        let caches = Caches { services: Arc::clone(&services), emptied };
        caches.command(begin);
        Self { registry, services, caches, suspended: VecDeque::new() }
    }

    /// What it keeps, for whoever hears the server's commands.
    pub(crate) fn caches(&self) -> &Caches {
        &self.caches
    }

    /// Executes a session from where it stands and reports how it went.
    pub(crate) fn execute(&mut self, link: &RunLink, session: &str, owner: &str) {
        let (outcome, session) = match serde_json::from_str::<Session>(session) {
            Ok(mut session) => {
                let mut context = Context::new(self.services.clone(), Arc::new(ServerHost(link.clone())))
                    .owned_by(owner)
                    .with_tensors(self.resumed(&session.id));
                let mut reporter = Reporter::new(link.clone());
                let outcome = run_session(&mut session, &self.registry, &mut context, &mut reporter, &OsRandom);
                if matches!(outcome, Outcome::Waiting { .. }) {
                    self.suspend(session.id.clone(), context.into_tensors());
                }
                match serde_json::to_string(&session) {
                    Ok(text) => (outcome, Some(text)),
                    Err(error) => (broken("written", &error), None),
                }
            }
            Err(error) => (broken("read", &error), None),
        };
        if matches!(&outcome, Outcome::Failed(failure) if failure.kind == OUT_OF_MEMORY) {
            // The next run shall have all the memory there is.
            self.empty();
        }
        link.cache_status(self.caches.results());
        link.model_cache_stats(self.caches.models());
        finish(link, outcome, session);
    }

    /// Lets all models go.
    pub(crate) fn empty(&self) {
        self.caches.empty(self.services.models.lock());
    }

    fn suspend(&mut self, session: String, tensors: TensorStore) {
        if self.suspended.len() == SUSPENDED {
            self.suspended.pop_front();
        }
        self.suspended.push_back((session, tensors));
    }

    fn resumed(&mut self, session: &str) -> TensorStore {
        let place = self.suspended.iter().position(|(suspended, _)| suspended == session);
        place.and_then(|place| self.suspended.remove(place)).map(|(_, tensors)| tensors).unwrap_or_default()
    }
}

fn broken(verb: &str, error: &serde_json::Error) -> Outcome {
    let message = format!("The session can not be {verb}: {error}");
    Outcome::Failed(ItemFailure { kind: "ValueError".to_owned(), traceback: message.clone(), message })
}
