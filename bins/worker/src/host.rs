//! What nodes ask, sent to the server; every call waits for its answer.

use invoke_domain::ModelRecord;
use invoke_graph::{
    Host, HostError, ImageExport, LoadedImage, ModelInfo, NewImage, PixelMode, PresetPrompts, Progress, StoredImage,
};
use invoke_worker_protocol::Picture;
use invoke_worker_protocol::client::RunLink;
use invoke_worker_protocol::wire::{ExportImage, Failure, StoreImage};
use serde_json::Value;

/// The server, as the nodes of one run see it.
pub(crate) struct ServerHost(pub(crate) RunLink);

fn refused(failure: Failure) -> HostError {
    HostError { kind: failure.kind, message: failure.message }
}

fn broken(what: impl std::fmt::Display) -> HostError {
    HostError { kind: "ProtocolError".to_owned(), message: format!("The server's answer can not be used: {what}") }
}

impl Host for ServerHost {
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    fn progress(&self, progress: Progress) {
        let preview = progress.preview.map(|preview| (preview.width, preview.height, preview.jpeg));
        self.0.progress(&progress.message, progress.percentage, preview);
    }

    fn model_loading(&self, model: &ModelInfo, submodel: Option<&str>) {
        self.0.model_load(model.record.key.as_str(), submodel, false);
    }

    fn model_loaded(&self, model: &ModelInfo, submodel: Option<&str>) {
        self.0.model_load(model.record.key.as_str(), submodel, true);
    }

    fn store_image(&self, image: NewImage) -> Result<StoredImage, HostError> {
        let picture =
            Picture::new(image.mode.as_str(), image.width, image.height, image.pixels.into()).map_err(broken)?;
        let request = StoreImage {
            picture: None,
            category: image.category.as_str().to_owned(),
            is_intermediate: image.is_intermediate,
            board_id: image.board_id,
            metadata: image.metadata.map(|metadata| metadata.to_string()),
            node_id: image.node_id,
        };
        let stored = self.0.store_image(picture, request).map_err(refused)?;
        Ok(StoredImage { name: stored.name, width: stored.width, height: stored.height })
    }

    fn load_image(&self, name: &str) -> Result<LoadedImage, HostError> {
        let (picture, metadata) = self.0.load_image(name).map_err(refused)?;
        let mode = PixelMode::parse(&picture.mode).ok_or_else(|| broken(format!("mode {}", picture.mode)))?;
        let metadata: Option<Value> = metadata.map(|text| serde_json::from_str(&text)).transpose().map_err(broken)?;
        Ok(LoadedImage { mode, width: picture.width, height: picture.height, pixels: picture.pixels.into(), metadata })
    }

    fn sees_images(&self, names: &[String]) -> bool {
        self.0.see_images(names.to_vec()).unwrap_or(false)
    }

    fn model(&self, key: &str) -> Result<ModelInfo, HostError> {
        let found = self.0.find_model(key).map_err(refused)?;
        let config = serde_json::from_str(&found.config).map_err(broken)?;
        Ok(ModelInfo { record: ModelRecord { key: key.into(), config }, path: found.path.into() })
    }

    fn find_models(&self, name: &str, kind: &str) -> Result<Vec<ModelRecord>, HostError> {
        let configs = self.0.search_models(name, kind).map_err(refused)?;
        let record = |config: String| {
            let config: Value = serde_json::from_str(&config).map_err(broken)?;
            let key = config["key"].as_str().ok_or_else(|| broken("a model without key"))?.into();
            Ok(ModelRecord { key, config })
        };
        configs.into_iter().map(record).collect()
    }

    fn read_prompts(&self, path: &str) -> Result<String, HostError> {
        self.0.read_prompts(path).map_err(refused)
    }

    fn export_image(&self, export: ImageExport) -> Result<(), HostError> {
        let ImageExport { name, folder, prefix, suffix, format, quality } = export;
        let export = ExportImage { name, folder, prefix, suffix, format, quality: quality.into() };
        self.0.export_image(export).map_err(refused)
    }

    fn style_preset(&self, id: &str) -> Result<PresetPrompts, HostError> {
        let found = self.0.find_preset(id).map_err(refused)?;
        Ok(PresetPrompts { positive: found.positive, negative: found.negative })
    }
}
