//! Who runs the queue's items.

use crate::compose::Parts;
use crate::{StartError, devices};
use invoke_api::App;
use invoke_config::Settings;
use invoke_config::sections::{Devices, Precision};
use invoke_queue::Workers;
use invoke_runners::{RunnerSettings, Runners, WorkerSettings};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Where workers come from.
pub enum WorkersFrom {
    /// Processes of `invokeai-worker`, found beside this program.
    Processes,
    /// Made by a test, in this process.
    Custom(Box<dyn FnOnce(Pieces) -> Arc<dyn Workers> + Send>),
    /// Nobody: items wait.
    Nobody,
}

impl fmt::Debug for WorkersFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Processes => "Processes",
            Self::Custom(_) => "Custom",
            Self::Nobody => "Nobody",
        })
    }
}

/// What workers work with.
#[derive(Debug, Clone)]
pub struct Pieces {
    /// The whole state of the server.
    pub app: Arc<App>,
}

/// Workers at work.
#[derive(Debug)]
pub(crate) struct Running(Option<Arc<Runners>>);

impl Running {
    /// Ends the worker processes.
    pub(crate) fn stop(&mut self, app: &App) {
        // Workers and queue hold each other.
        app.queue.forget_workers();
        let Some(runners) = self.0.take() else { return };
        match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime.block_on(runners.shutdown()),
            Err(error) => tracing::error!("the workers could not be told to end: {error}"),
        }
    }
}

/// Starts the workers and makes them known to the queue.
pub(crate) fn start(settings: &Settings, parts: Parts, app: &Arc<App>) -> Result<Running, StartError> {
    match parts.workers {
        WorkersFrom::Nobody => Ok(Running(None)),
        WorkersFrom::Custom(make) => {
            app.queue.set_workers(make(Pieces { app: Arc::clone(app) }));
            Ok(Running(None))
        }
        WorkersFrom::Processes => {
            let runners = Runners::start(
                runner_settings(settings, parts.catalogue.hash()),
                Arc::new(app.queue.clone()),
                app.images.clone(),
                app.models.clone(),
                app.presets.clone(),
                app.bus.clone(),
                parts.random,
            )?;
            app.queue.set_workers(runners.clone());
            Ok(Running(Some(runners)))
        }
    }
}

fn runner_settings(settings: &Settings, catalogue_hash: String) -> RunnerSettings {
    let scratch = settings.paths.outputs_dir.join("tensors");
    let idle_minutes = u64::try_from(settings.device.worker_idle_minutes.0).unwrap_or_default();
    RunnerSettings {
        idle: (idle_minutes > 0).then(|| Duration::from_secs(60 * idle_minutes)),
        catalogue_hash,
        prompts_dir: settings.root.join("prompts"),
        worker: WorkerSettings {
            precision: match settings.device.precision {
                Precision::Auto => "auto",
                Precision::Float16 => "float16",
                Precision::Bfloat16 => "bfloat16",
                Precision::Float32 => "float32",
            }
            .to_owned(),
            models_dirs: vec![settings.paths.models_dir.clone()],
            cache_bytes: bytes(settings.cache.max_cache_ram_gb),
            device_cache_bytes: bytes(settings.cache.max_cache_vram_gb),
            device_working_bytes: bytes(Some(settings.cache.device_working_mem_gb)),
            whole_models: !settings.cache.enable_partial_loading,
            keep_alive_seconds: seconds(settings.cache.model_cache_keep_alive_min),
            node_cache_entries: u32::try_from(settings.cache.node_cache_size.0).unwrap_or(u32::MAX),
            tiled_decode: settings.device.force_tiled_decode,
        },
        ..RunnerSettings::new(worker_binary(), wanted_devices(settings), scratch)
    }
}

/// Gigabytes to bytes; nothing to 0, which leaves the choice to the worker.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an amount of memory, 0 or more")]
fn bytes(gigabytes: Option<invoke_config::Amount>) -> u64 {
    gigabytes.map_or(0, |amount| (amount.0 * f64::from(1_u32 << 30)) as u64)
}

/// Minutes to whole seconds; any time at all is at least one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time, 0 or more")]
fn seconds(minutes: invoke_config::Amount) -> u64 {
    (minutes.0 * 60.0).ceil() as u64
}

/// `invokeai-worker` beside this program.
fn worker_binary() -> PathBuf {
    const NAME: &str = "invokeai-worker";
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join(NAME)));
    beside.unwrap_or_else(|| PathBuf::from(NAME))
}

/// The devices to work on, one worker each.
pub(crate) fn wanted_devices(settings: &Settings) -> Vec<String> {
    match (&settings.device.generation_devices, settings.device.device.0.as_str()) {
        (Devices::List(devices), _) => devices.clone(),
        (Devices::Auto, "auto") => devices::found(),
        (Devices::Auto, device) => vec![device.to_owned()],
    }
}
