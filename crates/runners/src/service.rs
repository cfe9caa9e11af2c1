//! The verbs of nodes, each checked as the item's owner is now. Everything here blocks.

use crate::backlog::Backlog;
use crate::prompt_files;
use bytes::Bytes;
use invoke_domain::{BoardId, ImageCategory, ImageName, ImageOrigin, ModelKey, ModelRecord, PresetId, QueueItem};
use invoke_imaging::{Mode, Pixels};
use invoke_library::{Export, ExportFormat, Images, LibraryError, NewImage, Presets};
use invoke_model_manager::{ModelError, ModelOrder, ModelQuery, Models};
use invoke_permissions::Actor;
use invoke_queue::named_among;
use invoke_worker_protocol::Picture;
use invoke_worker_protocol::wire::{ExportImage, Failure, FoundModel, FoundPreset, StoreImage, StoredImage};
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Models of one name and type that a node is told of; it takes the first.
const MAX_FOUND: usize = 16;

/// What a node asked for, read from the wire.
#[derive(Debug)]
pub(crate) enum Question {
    LoadImage(String),
    StoreImage(Picture, Box<StoreImage>),
    FindModel(String),
    /// By name and type.
    SearchModels(String, String),
    ReadPrompts(String),
    SeeImages(Vec<String>),
    ExportImage(ExportImage),
    /// By id.
    FindPreset(String),
}

/// What it gets.
#[derive(Debug)]
pub(crate) enum Reply {
    /// The item's owner may not run anything any more.
    OwnerGone,
    Failure(Failure),
    Image(Picture, Option<String>),
    Stored(StoredImage),
    Model(FoundModel),
    Models(Vec<String>),
    Prompts(String),
    Seen(bool),
    Exported,
    Preset(FoundPreset),
}

/// Whether an item may begin.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum MayRun {
    /// It may.
    Yes,
    /// Its owner may not run anything any more.
    No,
    /// Its owner may not use this model.
    NotWith(String),
}

/// The parts of the server that nodes reach.
#[derive(Clone)]
pub(crate) struct Services {
    pub(crate) backlog: Arc<dyn Backlog>,
    pub(crate) images: Images,
    pub(crate) models: Models,
    pub(crate) presets: Presets,
    /// Where prompt files lie that nodes may read.
    pub(crate) prompts_dir: PathBuf,
}

/// Answers the questions of one item's nodes.
pub(crate) struct Desk {
    services: Services,
    item: Arc<QueueItem>,
    /// The graph of the item's session, JSON as text; goes into the files of its pictures.
    graph: OnceLock<Option<String>>,
    /// Models that were asked for, for the reports about loading them.
    models: Mutex<HashMap<String, Value>>,
}

/// A refusal in the words of the reference: for the person who owns the item, a missing image and a foreign one look
/// the same.
fn no_such_image() -> Failure {
    failure("PermissionError", "Queue user is not authorized to access this image")
}

pub(crate) fn failure(kind: &str, message: impl Into<String>) -> Failure {
    Failure { kind: kind.to_owned(), message: message.into(), traceback: String::new() }
}

impl Desk {
    pub(crate) fn new(services: Services, item: Arc<QueueItem>) -> Self {
        Self { services, item, graph: OnceLock::new(), models: Mutex::default() }
    }

    pub(crate) fn answer(&self, question: Question) -> Reply {
        let Some(owner) = self.owner() else { return Reply::OwnerGone };
        let answered = match question {
            Question::LoadImage(name) => self.load_image(&owner, &name),
            Question::StoreImage(picture, request) => self.store_image(&owner, picture, *request),
            Question::FindModel(key) => self.find_model(&owner, &key),
            Question::SearchModels(name, kind) => self.search_models(&owner, name, kind),
            Question::ReadPrompts(path) => prompt_files::read(&self.services.prompts_dir, &path).map(Reply::Prompts),
            Question::SeeImages(names) => Ok(Reply::Seen(self.sees_images(&owner, &names))),
            Question::ExportImage(export) => self.export_image(&owner, export),
            Question::FindPreset(id) => self.find_preset(&owner, id),
        };
        answered.unwrap_or_else(Reply::Failure)
    }

    /// Whether the item's owner may still run it.
    pub(crate) fn owner_may_run(&self) -> bool {
        self.owner().is_some()
    }

    /// Whether the item may begin. What cannot be checked is denied.
    pub(crate) fn may_run(&self) -> MayRun {
        let Some(owner) = self.owner() else { return MayRun::No };
        match self.services.models.hidden_from(&owner) {
            Ok(hidden) if hidden.is_empty() => MayRun::Yes,
            Ok(hidden) => {
                let session = serde_json::from_str(&self.item.session).unwrap_or_default();
                named_among(&session, &hidden).map_or(MayRun::Yes, MayRun::NotWith)
            }
            Err(error) => {
                tracing::error!(item = %self.item.id, %error, "the models of an item could not be checked");
                MayRun::No
            }
        }
    }

    /// The configuration of a model that this item asked for.
    pub(crate) fn model_config(&self, key: &str) -> Option<Value> {
        self.models.lock().get(key).cloned()
    }

    /// The owner, unless they may not run anything any more. What cannot be checked is denied.
    fn owner(&self) -> Option<Actor> {
        let checked = self.services.backlog.owner(&self.item.user_id);
        checked.unwrap_or_else(|error| {
            tracing::error!(item = %self.item.id, %error, "the owner of an item could not be read");
            None
        })
    }

    fn load_image(&self, owner: &Actor, name: &str) -> Result<Reply, Failure> {
        let name = ImageName::from(name);
        let images = &self.services.images;
        let read = || Ok((images.metadata(owner, &name)?, images.read_pixels(owner, &name)?));
        let (metadata, pixels) = read().map_err(|error: LibraryError| match error {
            LibraryError::ImageNotFound { .. } | LibraryError::Denied(_) | LibraryError::UnsafeName { .. } => {
                no_such_image()
            }
            LibraryError::FileMissing { .. } => failure("ImageFileNotFoundException", "Image file not found"),
            error => self.internal("ImageFileNotFoundException", "The image could not be read", &error),
        })?;
        let (mode, width, height) = (pixels.mode().as_str(), pixels.width(), pixels.height());
        let picture = Picture::new(mode, width, height, Bytes::from(pixels.into_data()));
        let broken = |error| self.internal("ImageFileNotFoundException", "The image could not be read", &error);
        Ok(Reply::Image(picture.map_err(broken)?, metadata))
    }

    /// What cannot be checked is not seen.
    fn sees_images(&self, owner: &Actor, names: &[String]) -> bool {
        let images = &self.services.images;
        names.iter().all(|name| images.get(owner, &ImageName::from(name.as_str())).is_ok())
    }

    fn store_image(&self, owner: &Actor, picture: Picture, request: StoreImage) -> Result<Reply, Failure> {
        let invalid = || failure("ValueError", "The picture to store is not valid");
        let mode = Mode::parse(&picture.mode).ok_or_else(invalid)?;
        let category = ImageCategory::parse(&request.category).ok_or_else(invalid)?;
        let (width, height) = (picture.width, picture.height);
        let pixels = Pixels::new(mode, width, height, picture.pixels.into()).map_err(|_| invalid())?;
        let image = NewImage {
            is_intermediate: request.is_intermediate,
            board_id: request.board_id.map(BoardId::from),
            session_id: Some(self.item.session_id.clone()),
            node_id: Some(request.node_id),
            metadata: request.metadata,
            workflow: self.item.workflow.clone(),
            graph: self.graph().cloned(),
            ..NewImage::new(pixels, ImageOrigin::Internal, category)
        };
        let stored = self.services.images.store(owner, image).map_err(|error| match error {
            LibraryError::Denied(_) => failure("PermissionError", "Queue user is not authorized to access this board"),
            error => self.internal("ImageFileSaveException", "The image could not be saved", &error),
        })?;
        Ok(Reply::Stored(StoredImage { name: stored.name.0, width, height }))
    }

    fn export_image(&self, owner: &Actor, request: ExportImage) -> Result<Reply, Failure> {
        let ExportImage { name, folder, prefix, suffix, format, quality } = request;
        let format = ExportFormat::parse(&format)
            .ok_or_else(|| failure("ValueError", format!("Pictures are not exported as `{format}`")))?;
        let quality = u8::try_from(quality).unwrap_or(u8::MAX).clamp(1, 100);
        let export = Export { folder, prefix, suffix, format, quality };
        let written = self.services.images.export(owner, &ImageName::from(name), &export);
        written.map(|_| Reply::Exported).map_err(|error| match error {
            LibraryError::ImageNotFound { .. } | LibraryError::Denied(_) => no_such_image(),
            LibraryError::UnsafeName { name, subfolder } => {
                let message =
                    format!("Exports stay within the folder `exports` of the outputs: `{name}` in `{subfolder}`");
                failure("ValueError", message)
            }
            error => self.internal("ImageFileSaveException", "The image could not be exported", &error),
        })
    }

    fn find_preset(&self, owner: &Actor, id: String) -> Result<Reply, Failure> {
        let found = self.services.presets.get(owner, &PresetId(id.clone())).map_err(|error| match error {
            LibraryError::PresetNotFound { .. } | LibraryError::Denied(_) => {
                failure("StylePresetNotFoundError", format!("Style preset with id {id} not found"))
            }
            error => self.internal("StylePresetNotFoundError", "The style preset could not be read", &error),
        })?;
        let invoke_domain::StylePreset { positive_prompt: positive, negative_prompt: negative, .. } = found.preset;
        Ok(Reply::Preset(FoundPreset { positive, negative }))
    }

    fn graph(&self) -> Option<&String> {
        let extract = || {
            let mut session: Value = serde_json::from_str(&self.item.session).ok()?;
            session.get_mut("graph").map(|graph| graph.take().to_string())
        };
        self.graph.get_or_init(extract).as_ref()
    }

    fn find_model(&self, owner: &Actor, key: &str) -> Result<Reply, Failure> {
        let model = self.services.models.get(owner, &ModelKey::from(key));
        let record: ModelRecord = model.map_err(|error| match error {
            ModelError::NotFound => failure("UnknownModelException", format!("Unknown model: {key}")),
            error => self.internal("UnknownModelException", "The model could not be found", &error),
        })?;
        let path = self.services.models.files(&record);
        let Some(path) = path.to_str().map(str::to_owned) else {
            return Err(failure("UnknownModelException", "The path of the model is not UTF-8"));
        };
        let config = record.config.to_string();
        self.models.lock().insert(key.to_owned(), record.config);
        Ok(Reply::Model(FoundModel { config, path }))
    }

    fn search_models(&self, owner: &Actor, name: String, kind: String) -> Result<Reply, Failure> {
        let query = ModelQuery { name: Some(name), kind: Some(kind), ..ModelQuery::default() };
        let found = self.services.models.list(owner, &query, ModelOrder::default(), false);
        let found = found.map_err(|error| self.internal("RuntimeError", "The models could not be searched", &error))?;
        Ok(Reply::Models(found.into_iter().take(MAX_FOUND).map(|record| record.config.to_string()).collect()))
    }

    /// An error whose details belong into the log and not to the person.
    fn internal(&self, kind: &str, message: &str, error: &dyn std::error::Error) -> Failure {
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        tracing::error!(item = %self.item.id, %error, cause, "{message}");
        failure(kind, message)
    }
}
