//! Executing sessions, one after the other, on the thread that owns the device.

use crate::host::ServerHost;
use crate::report::{Reporter, finish};
use invoke_domain::{ItemFailure, OsRandom};
use invoke_engine::Kind;
use invoke_engine::device::Device;
use invoke_graph::{Outcome, Registry, Session, run_session};
use invoke_nodes::{Context, ResultCache, Services, TensorStore};
use invoke_worker_protocol::client::RunLink;
use invoke_worker_protocol::wire::{CacheCommand, CacheStatus, Welcome};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;

/// Memory for models where the server names none and the machine does not tell its size.
const FALLBACK_CACHE_BYTES: u64 = 4 << 30;

/// The device, the models in memory and the nodes.
pub(crate) struct Worker {
    registry: Registry<Context>,
    services: Arc<Services>,
    /// What runs that wait for a called workflow have kept, by session, the oldest first.
    suspended: VecDeque<(String, TensorStore)>,
}

/// The results of nodes that a worker keeps; commands about them come while it computes.
#[derive(Clone)]
pub(crate) struct Results(Arc<Mutex<ResultCache>>);

impl Results {
    /// A cache as the server wants it.
    pub(crate) fn new(settings: &Welcome) -> Self {
        let limit = usize::try_from(settings.node_cache_entries).unwrap_or(usize::MAX);
        let results = Self(Arc::new(Mutex::new(ResultCache::new(limit))));
        results.command(settings.cache.unwrap_or(CacheCommand { enabled: true, clears: 0 }));
        results
    }

    /// Does as the server says.
    pub(crate) fn command(&self, command: CacheCommand) {
        self.0.lock().command(command.enabled, command.clears);
    }

    fn status(&self) -> CacheStatus {
        let status = self.0.lock().status();
        CacheStatus { size: status.size as u64, hits: status.hits, misses: status.misses, clears: status.clears }
    }
}

/// Runs whose tensors are kept while they wait. Chains of calls are short; more are items that were canceled, of which a
/// worker is not told.
const SUSPENDED: usize = 32;

impl Worker {
    /// A worker for `device` with the server's settings.
    pub(crate) fn new(registry: Registry<Context>, device: Device, settings: &Welcome, results: &Results) -> Self {
        let budget = if settings.cache_bytes > 0 { settings.cache_bytes } else { half_of_the_memory() };
        let mut services = Services::new(device, budget, Arc::new(OsRandom));
        match settings.precision.as_str() {
            "float32" => services.kind = Kind::Float,
            "auto" | "" => {}
            other => {
                tracing::warn!(precision = other, kind = ?services.kind, "computing in the device's own precision")
            }
        }
        services.tiled_decode = settings.tiled_decode;
        services.results = Arc::clone(&results.0);
        Self { registry, services: Arc::new(services), suspended: VecDeque::new() }
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
        link.cache_status(Results(Arc::clone(&self.services.results)).status());
        finish(link, outcome, session);
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

/// What models may fill when nobody says otherwise; the other half is for computing and for everything else.
fn half_of_the_memory() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.map_or(FALLBACK_CACHE_BYTES, |kilobytes| kilobytes * 1024 / 2)
}
