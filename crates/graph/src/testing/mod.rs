//! Nodes, a host and a context for tests that run graphs in process: counting numbers, a node that waits for a signal, one
//! that fails. The nodes that exist in the product as well have its definitions.

mod nodes;

pub use nodes::*;

use crate::{
    Host, HostError, ImageExport, LoadedImage, ModelInfo, NewImage, NodeError, NodeMeta, Observer, Prepared,
    PresetPrompts, Progress, Registry, RunContext, StoredImage,
};
use invoke_domain::{ModelRecord, Random, new_uuid};
use parking_lot::{Condvar, Mutex};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers counted up instead of random ones, so that the ids of a test are always the same.
#[derive(Debug, Default)]
pub struct CountingRandom(AtomicU64);

impl Random for CountingRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        bytes.fill(0);
        for (byte, value) in bytes.iter_mut().rev().zip(number.to_le_bytes()) {
            *byte = value;
        }
    }
}

/// Opened by the test, waited for by a node; a cancel ends the waiting as well.
#[derive(Debug, Default)]
pub struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct GateState {
    open: bool,
    cancelled: bool,
    waiting: usize,
}

impl Gate {
    /// Lets everybody through from now on.
    pub fn open(&self) {
        self.state.lock().open = true;
        self.changed.notify_all();
    }

    /// Cancels the run.
    pub fn cancel(&self) {
        self.state.lock().cancelled = true;
        self.changed.notify_all();
    }

    /// Whether the run has been cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.state.lock().cancelled
    }

    /// Returns when a node waits at the gate.
    pub fn wait_for_arrival(&self) {
        let mut state = self.state.lock();
        while state.waiting == 0 {
            self.changed.wait(&mut state);
        }
    }

    /// Waits until the gate is open; an error when the run is cancelled first.
    pub fn pass(&self) -> Result<(), NodeError> {
        let mut state = self.state.lock();
        state.waiting += 1;
        self.changed.notify_all();
        while !state.open && !state.cancelled {
            self.changed.wait(&mut state);
        }
        state.waiting -= 1;
        if state.cancelled { Err(NodeError::Cancelled) } else { Ok(()) }
    }
}

/// A host that keeps images in memory and writes down what it was told.
#[derive(Debug, Default)]
pub struct MemoryHost {
    /// Cancels the run and holds back [`WaitForGate`].
    pub gate: Gate,
    random: CountingRandom,
    images: Mutex<HashMap<String, LoadedImage>>,
    models: Mutex<HashMap<String, ModelInfo>>,
    prompts: Mutex<HashMap<String, String>>,
    presets: Mutex<HashMap<String, PresetPrompts>>,
    exports: Mutex<Vec<ImageExport>>,
    progress: Mutex<Vec<Progress>>,
}

impl MemoryHost {
    /// Makes a model known.
    pub fn add_model(&self, model: ModelInfo) {
        self.models.lock().insert(model.record.key.0.clone(), model);
    }

    /// Makes a file of prompts known.
    pub fn add_prompts(&self, path: &str, text: &str) {
        self.prompts.lock().insert(path.to_owned(), text.to_owned());
    }

    /// Makes a style preset known.
    pub fn add_preset(&self, id: &str, prompts: PresetPrompts) {
        self.presets.lock().insert(id.to_owned(), prompts);
    }

    /// What was to be exported so far.
    pub fn exports(&self) -> Vec<ImageExport> {
        self.exports.lock().clone()
    }

    /// Makes an image known.
    pub fn add_image(&self, name: &str, image: LoadedImage) {
        self.images.lock().insert(name.to_owned(), image);
    }

    /// The names of all images, sorted.
    pub fn image_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.images.lock().keys().cloned().collect();
        names.sort();
        names
    }

    /// What was reported so far.
    pub fn progress_so_far(&self) -> Vec<Progress> {
        self.progress.lock().clone()
    }
}

impl Host for MemoryHost {
    fn is_cancelled(&self) -> bool {
        self.gate.is_cancelled()
    }

    fn progress(&self, progress: Progress) {
        self.progress.lock().push(progress);
    }

    fn model_loading(&self, _: &ModelInfo, _: Option<&str>) {}

    fn model_loaded(&self, _: &ModelInfo, _: Option<&str>) {}

    fn store_image(&self, image: NewImage) -> Result<StoredImage, HostError> {
        let name = format!("{}.png", new_uuid(&self.random));
        let stored = StoredImage { name: name.clone(), width: image.width, height: image.height };
        let kept = LoadedImage {
            mode: image.mode,
            width: image.width,
            height: image.height,
            pixels: image.pixels,
            metadata: image.metadata,
        };
        self.images.lock().insert(name, kept);
        Ok(stored)
    }

    fn load_image(&self, name: &str) -> Result<LoadedImage, HostError> {
        self.images.lock().get(name).cloned().ok_or_else(|| HostError {
            kind: "PermissionError".to_owned(),
            message: "Queue user is not authorized to access this image".to_owned(),
        })
    }

    fn model(&self, key: &str) -> Result<ModelInfo, HostError> {
        self.models.lock().get(key).cloned().ok_or_else(|| HostError {
            kind: "UnknownModelException".to_owned(),
            message: format!("No model with key {key}"),
        })
    }

    fn find_models(&self, name: &str, kind: &str) -> Result<Vec<ModelRecord>, HostError> {
        let models = self.models.lock();
        let records = models.values().map(|model| &model.record);
        Ok(records.filter(|record| (record.name(), record.kind()) == (name, kind)).cloned().collect())
    }

    fn read_prompts(&self, path: &str) -> Result<String, HostError> {
        self.prompts.lock().get(path).cloned().ok_or_else(|| HostError {
            kind: "FileNotFoundError".to_owned(),
            message: format!("there is no such file for prompts: {path}"),
        })
    }

    fn export_image(&self, export: ImageExport) -> Result<(), HostError> {
        self.exports.lock().push(export);
        Ok(())
    }

    fn style_preset(&self, id: &str) -> Result<PresetPrompts, HostError> {
        self.presets.lock().get(id).cloned().ok_or_else(|| HostError {
            kind: "StylePresetNotFoundError".to_owned(),
            message: format!("Style preset with id {id} not found"),
        })
    }
}

/// The context of the nodes below.
#[derive(Debug, Clone)]
pub struct ToyContext {
    /// The world outside.
    pub host: Arc<MemoryHost>,
    /// The node now running.
    pub node: NodeMeta,
}

impl ToyContext {
    /// A context on that host.
    pub fn new(host: Arc<MemoryHost>) -> Self {
        Self { host, node: NodeMeta::default() }
    }
}

impl RunContext for ToyContext {
    fn enter(&mut self, node: &NodeMeta) {
        self.node.clone_from(node);
    }

    fn is_cancelled(&self) -> bool {
        self.host.is_cancelled()
    }
}

/// Writes down what an [`Observer`] is told: `started a`, `completed a 3`, `failed a ValueError`.
#[derive(Debug, Default)]
pub struct Log(pub Vec<String>);

impl Observer for Log {
    fn started(&mut self, node: &Prepared) {
        self.0.push(format!("started {}", node.source_id));
    }

    fn completed(&mut self, node: &Prepared, output: &Value) {
        let fields: Vec<String> = output
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(key, _)| !matches!(key.as_str(), "output_meta" | "type"))
            .map(|(_, value)| value.to_string())
            .collect();
        self.0.push(format!("completed {} {}", node.source_id, fields.join(" ")));
    }

    fn failed(&mut self, node: &Prepared, error: &NodeError) {
        self.0.push(format!("failed {} {}", node.source_id, error.kind()));
    }
}

/// All toy nodes and the three that steer the walk.
///
/// # Panics
/// When two of them share a name.
pub fn registry() -> Registry<ToyContext> {
    let fill = || {
        let mut registry = Registry::new()?;
        registry.add::<Integer>()?;
        registry.add::<Float>()?;
        registry.add::<Boolean>()?;
        registry.add::<Text>()?;
        registry.add::<Add>()?;
        registry.add::<Range>()?;
        registry.add::<IntegerCollection>()?;
        registry.add::<BooleanCollection>()?;
        registry.add::<WaitForGate>()?;
        registry.add::<Fail>()?;
        registry.add::<ToyImage>()?;
        registry.add::<ToyResize>()?;
        Ok::<_, crate::GraphError>(registry)
    };
    match fill() {
        Ok(registry) => registry,
        Err(error) => panic!("{error}"),
    }
}
