//! What outlives a run: the device, the models in memory, randomness.

use std::sync::Arc;

use invoke_domain::Random;
use invoke_engine::Kind;
use invoke_engine::cache::ModelCache;
use invoke_engine::device::{Device, Precision};
use parking_lot::Mutex;

use crate::ResultCache;

/// One per worker, shared by the contexts of its runs.
#[derive(Debug)]
pub struct Services {
    /// Where models compute.
    pub device: Device,
    /// In which precision, there.
    pub kind: Kind,
    /// The precision that was asked for, for models that compute elsewhere.
    pub precision: Precision,
    /// Whether pictures are encoded and decoded in tiles also where a node does not ask for it.
    pub tiled_decode: bool,
    /// The models in memory.
    pub models: Mutex<ModelCache>,
    /// Results of nodes, for equal nodes.
    pub results: Arc<Mutex<ResultCache>>,
    /// Names, and nodes whose result is random.
    pub random: Arc<dyn Random>,
}

impl Services {
    /// Services that compute on `device` in float32, whose pixels are the reference's on every machine, and keep about
    /// `budget` bytes of models and no results.
    pub fn new(device: Device, budget: u64, random: Arc<dyn Random>) -> Self {
        let results = Arc::new(Mutex::new(ResultCache::new(0)));
        let (precision, models) = (Precision::Float32, Mutex::new(ModelCache::new(budget)));
        Self { device, kind: device.kind(precision), precision, tiled_decode: false, models, results, random }
    }

    /// The same in this precision.
    #[must_use]
    pub fn computing_in(self, precision: Precision) -> Self {
        Self { kind: self.device.kind(precision), precision, ..self }
    }
}
