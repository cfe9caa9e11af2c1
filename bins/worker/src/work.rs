//! Executing sessions, one after the other, on the thread that owns the device.

use crate::host::ServerHost;
use crate::report::{Reporter, finish};
use invoke_domain::{ItemFailure, OsRandom};
use invoke_engine::Kind;
use invoke_engine::device::Device;
use invoke_graph::{Outcome, Registry, Session, run_session};
use invoke_nodes::{Context, Services};
use invoke_worker_protocol::client::RunLink;
use invoke_worker_protocol::wire::Welcome;
use std::sync::Arc;

/// Memory for models where the server names none and the machine does not tell its size.
const FALLBACK_CACHE_BYTES: u64 = 4 << 30;

/// The device, the models in memory and the nodes.
pub(crate) struct Worker {
    registry: Registry<Context>,
    services: Arc<Services>,
}

impl Worker {
    /// A worker for `device` with the server's settings.
    pub(crate) fn new(registry: Registry<Context>, device: Device, settings: &Welcome) -> Self {
        let budget = if settings.cache_bytes > 0 { settings.cache_bytes } else { half_of_the_memory() };
        let mut services = Services::new(device, budget, Arc::new(OsRandom));
        match settings.precision.as_str() {
            "float32" => services.kind = Kind::Float,
            "auto" | "" => {}
            other => {
                tracing::warn!(precision = other, kind = ?services.kind, "computing in the device's own precision")
            }
        }
        Self { registry, services: Arc::new(services) }
    }

    /// Executes a session from where it stands and reports how it went.
    pub(crate) fn execute(&mut self, link: &RunLink, session: &str) {
        let (outcome, session) = match serde_json::from_str::<Session>(session) {
            Ok(mut session) => {
                let mut context = Context::new(self.services.clone(), Arc::new(ServerHost(link.clone())));
                let mut reporter = Reporter::new(link.clone());
                let outcome = run_session(&mut session, &self.registry, &mut context, &mut reporter, &OsRandom);
                match serde_json::to_string(&session) {
                    Ok(text) => (outcome, Some(text)),
                    Err(error) => (broken("written", &error), None),
                }
            }
            Err(error) => (broken("read", &error), None),
        };
        finish(link, outcome, session);
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
