//! What outlives a run: the device, the models in memory, randomness.

use std::sync::Arc;

use invoke_domain::Random;
use invoke_engine::Kind;
use invoke_engine::cache::ModelCache;
use invoke_engine::device::Device;
use parking_lot::Mutex;

use crate::ResultCache;

/// One per worker, shared by the contexts of its runs.
#[derive(Debug)]
pub struct Services {
    /// Where models compute.
    pub device: Device,
    /// In which precision.
    pub kind: Kind,
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
    /// Services that compute on `device` in the precision that suits it, and keep about `budget` bytes of models
    /// and no results.
    pub fn new(device: Device, budget: u64, random: Arc<dyn Random>) -> Self {
        let results = Arc::new(Mutex::new(ResultCache::new(0)));
        let (kind, models) = (device.default_kind(), Mutex::new(ModelCache::new(budget)));
        Self { device, kind, tiled_decode: false, models, results, random }
    }
}
