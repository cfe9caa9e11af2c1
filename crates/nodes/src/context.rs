//! What a node sees while it runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use invoke_domain::{ImageCategory, ModelRecord, new_uuid};
use invoke_engine::cache::{CacheKey, CachedModel, PatchedModel};
use invoke_engine::device::Device;
use invoke_engine::patches::{Family, Lora, Part, Patches};
use invoke_engine::sampling::sd::latents_kind;
use invoke_engine::{EngineError, Kind, Tensor};
use invoke_graph::{Host, ModelInfo, NewImage, NodeError, NodeMeta, PixelMode, Preview, Progress, RunContext};
use invoke_imaging::{Mode, Pixels};
use serde_json::Value;

use crate::failure::{engine_failed, node_panicked, not_yet};
use crate::fields::{ImageField, LoRAField, ModelIdentifierField, SubModelType};
use crate::outputs::ImageOutput;
use crate::results::image_names;
use crate::{Conditioning, Services, TensorStore};

/// The context of one run: the services of its worker, the host that speaks for its owner, and the tensors made so far.
pub struct Context {
    services: Arc<Services>,
    host: Arc<dyn Host>,
    node: NodeMeta,
    tensors: TensorStore,
    /// Whose run it is: results are kept by owner.
    owner: String,
}

impl Context {
    /// A context for one run.
    pub fn new(services: Arc<Services>, host: Arc<dyn Host>) -> Self {
        Self { services, host, node: NodeMeta::default(), tensors: TensorStore::default(), owner: String::new() }
    }

    /// The same context for this owner's run.
    #[must_use]
    pub fn owned_by(mut self, owner: &str) -> Self {
        owner.clone_into(&mut self.owner);
        self
    }

    /// The same context with what an earlier part of the run has kept.
    #[must_use]
    pub fn with_tensors(mut self, tensors: TensorStore) -> Self {
        self.tensors.extend(tensors);
        self
    }

    /// What the run has kept, for a later part of it.
    pub fn into_tensors(self) -> TensorStore {
        self.tensors
    }

    /// The world outside.
    pub fn host(&self) -> &dyn Host {
        &*self.host
    }

    /// The node now running.
    pub fn node(&self) -> &NodeMeta {
        &self.node
    }

    /// What outlives the run.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// The precision models compute in.
    pub fn kind(&self) -> Kind {
        self.services.kind
    }

    /// The precision latents are kept in.
    pub fn latents_kind(&self) -> Kind {
        latents_kind(self.services.kind)
    }

    /// Where a model computes, and in which precision: on the run's device, or on the processor where its record wants that
    /// (`cpu_only`, which the reference offers for text encoders).
    pub fn place(&self, model: &ModelIdentifierField) -> Result<(Device, Kind), NodeError> {
        let record = self.host.model(&model.key)?.record;
        Ok(match record.config["cpu_only"].as_bool() {
            Some(true) => (Device::Cpu, Device::Cpu.kind(self.services.precision)),
            _ => (self.services.device, self.services.kind),
        })
    }

    /// Says what the node does now.
    pub fn progress(&self, message: impl Into<String>) {
        self.host.progress(Progress { message: message.into(), percentage: None, preview: None });
    }

    /// Says how far the node has come, between 0 and 1.
    pub fn progress_share(&self, message: impl Into<String>, share: f64) {
        self.host.progress(Progress { message: message.into(), percentage: Some(share), preview: None });
    }

    /// Says how far the node has come and what the result looks like so far.
    pub fn progress_with_preview(&self, message: &str, percentage: f64, preview: Preview) {
        let percentage = Some(percentage);
        self.host.progress(Progress { message: message.to_owned(), percentage, preview: Some(preview) });
    }

    /// Random bits.
    pub fn random_u128(&self) -> u128 {
        let mut bytes = [0; 16];
        self.services.random.fill(&mut bytes);
        u128::from_le_bytes(bytes)
    }

    /// Keeps a tensor for later nodes; gives its name.
    pub fn save_tensor(&mut self, tensor: Tensor) -> String {
        self.tensors.add(&new_uuid(&*self.services.random), tensor)
    }

    /// A tensor that an earlier node kept.
    pub fn tensor(&self, name: &str) -> Result<&Tensor, NodeError> {
        self.tensors.get(name)
    }

    /// Keeps a conditioning for later nodes; gives its name.
    pub fn save_conditioning(&mut self, conditioning: Conditioning) -> String {
        self.tensors.add_conditioning(&new_uuid(&*self.services.random), conditioning)
    }

    /// A conditioning that an earlier node kept.
    pub fn conditioning(&self, name: &str) -> Result<&Conditioning, NodeError> {
        self.tensors.conditioning(name)
    }

    /// A picture the run's owner may see.
    pub fn load_image(&self, image: &ImageField) -> Result<Pixels, NodeError> {
        let image = self.host.load_image(&image.image_name)?;
        let mode = match image.mode {
            PixelMode::L => Mode::L,
            PixelMode::Rgb => Mode::Rgb,
            PixelMode::Rgba => Mode::Rgba,
        };
        Pixels::new(mode, image.width, image.height, image.pixels).map_err(crate::image::failed)
    }

    /// The same in another mode.
    pub fn load_image_as(&self, image: &ImageField, mode: Mode) -> Result<Pixels, NodeError> {
        Ok(self.load_image(image)?.convert(mode))
    }

    /// Keeps a mask for the run's owner, among the assets.
    pub fn save_mask(&self, pixels: Pixels) -> Result<ImageOutput, NodeError> {
        self.save_image_as(pixels, ImageCategory::Mask)
    }

    /// Keeps a picture for the run's owner, on the board and with the metadata the node names.
    pub fn save_image(&self, pixels: Pixels) -> Result<ImageOutput, NodeError> {
        self.save_image_as(pixels, ImageCategory::General)
    }

    fn save_image_as(&self, pixels: Pixels, category: ImageCategory) -> Result<ImageOutput, NodeError> {
        self.progress("Saving image");
        let mode = match pixels.mode() {
            Mode::L => PixelMode::L,
            Mode::Rgb => PixelMode::Rgb,
            Mode::Rgba => PixelMode::Rgba,
        };
        let stored = self.host.store_image(NewImage {
            mode,
            width: pixels.width(),
            height: pixels.height(),
            pixels: pixels.into_data(),
            category,
            is_intermediate: self.node.is_intermediate,
            board_id: self.node.board.clone(),
            metadata: self.node.metadata.clone(),
            node_id: self.node.id.clone(),
        })?;
        Ok(ImageOutput {
            image: ImageField { image_name: stored.name },
            width: stored.width.into(),
            height: stored.height.into(),
        })
    }

    /// A model, or the part of it that the identifier names, read by `read` unless it is in memory. `read` is given the part's
    /// folder (of a model that is one file as if that were a folder), or the model's own path where no part is named.
    pub fn load_model<T: CachedModel>(
        &self,
        model: &ModelIdentifierField,
        read: impl FnOnce(&Path) -> Result<T, EngineError>,
    ) -> Result<Arc<T>, NodeError> {
        self.load_model_made(model, "", read)
    }

    /// As [`load_model`](Self::load_model), for a model that can be made in several ways; `form` tells them apart in memory.
    pub fn load_model_made<T: CachedModel>(
        &self,
        model: &ModelIdentifierField,
        form: &str,
        read: impl FnOnce(&Path) -> Result<T, EngineError>,
    ) -> Result<Arc<T>, NodeError> {
        let info = self.host.model(&model.key)?;
        let path = place_of(&info, model.submodel_type.map(SubModelType::as_str));
        self.load_from(model, &info, path, form, read)
    }

    /// A model that is one file, or a folder read as a whole, from memory or by `read`, which is given its record and path.
    pub fn load_file<T: CachedModel>(
        &self,
        model: &ModelIdentifierField,
        read: impl FnOnce(&ModelRecord, &Path) -> Result<T, EngineError>,
    ) -> Result<Arc<T>, NodeError> {
        let info = self.host.model(&model.key)?;
        self.load_from(model, &info, Ok(info.path.clone()), "", |path| read(&info.record, path))
    }

    fn load_from<T: CachedModel>(
        &self,
        model: &ModelIdentifierField,
        info: &ModelInfo,
        path: Result<PathBuf, NodeError>,
        form: &str,
        read: impl FnOnce(&Path) -> Result<T, EngineError>,
    ) -> Result<Arc<T>, NodeError> {
        self.host.check_cancelled()?;
        let part = model.submodel_type.map(SubModelType::as_str);
        let name = info.record.name();
        self.progress(match part {
            Some(part) => format!("Loading model {name} ({part})"),
            None => format!("Loading model {name}"),
        });
        // Sent also when the model is in memory.
        self.host.model_loading(info, part);
        let path = path?;
        let key = CacheKey::new(&model.key, part).made(form);
        let loaded = self.services.models.lock().get_or_load(&key, || read(&path)).map_err(engine_failed)?;
        self.host.model_loaded(info, part);
        Ok(loaded)
    }

    /// What `model` names, which was loaded as `plain` in this form, with these LoRAs on it.
    pub fn with_loras<T: PatchedModel>(
        &self,
        plain: Arc<T>,
        model: &ModelIdentifierField,
        form: &str,
        part: Part,
        loras: &[LoRAField],
    ) -> Result<Arc<T>, NodeError> {
        let patches = loras.iter().map(|LoRAField { lora, weight }| Ok((self.load_lora(lora)?, *weight)));
        let patches = Patches::new(part, patches.collect::<Result<Vec<_>, NodeError>>()?);
        if patches.is_empty() {
            return Ok(plain);
        }
        let key = CacheKey::new(&model.key, model.submodel_type.map(SubModelType::as_str))
            .made(form)
            .with_patches(loras.iter().map(|field| (field.lora.key.as_str(), field.weight)));
        self.services.models.lock().get_or_load(&key, || plain.patched(patches)).map_err(engine_failed)
    }

    fn load_lora(&self, lora: &ModelIdentifierField) -> Result<Arc<Lora>, NodeError> {
        self.load_file(lora, |record, path| {
            let family = match record.base() {
                "sd-1" | "sd-2" => Family::Sd,
                "sdxl" => Family::Sdxl,
                base => return Err(EngineError::Setting(format!("LoRAs for `{base}` are not supported yet"))),
            };
            Lora::open(path, family)
        })
    }
}

/// Where a part of a model lies: in its folder, or in its file as if that were one.
fn place_of(info: &ModelInfo, part: Option<&str>) -> Result<PathBuf, NodeError> {
    let (name, format) = (info.record.name(), info.record.format());
    if !["diffusers", "checkpoint"].contains(&format) {
        return Err(not_yet(&format!("models of format `{format}`, such as `{name}`")));
    }
    Ok(part.map_or_else(|| info.path.clone(), |part| info.path.join(part)))
}

impl RunContext for Context {
    fn enter(&mut self, node: &NodeMeta) {
        self.node.clone_from(node);
    }

    fn is_cancelled(&self) -> bool {
        self.host.is_cancelled()
    }

    fn recall(&mut self, node: &Value) -> Option<Value> {
        let recalled = self.services.results.lock().get(&self.owner, node)?;
        // Pictures may have been deleted, or may no longer be this owner's to see.
        let images = image_names(&recalled.output);
        if !images.is_empty() && !self.host.sees_images(&images) {
            self.services.results.lock().forget(&self.owner, node);
            return None;
        }
        self.tensors.extend(recalled.tensors);
        Some(recalled.output)
    }

    fn remember(&mut self, node: &Value, output: &Value) {
        self.services.results.lock().insert(&self.owner, node, output, &self.tensors);
    }

    fn panicked(&self, message: &str) -> NodeError {
        node_panicked(message)
    }
}
