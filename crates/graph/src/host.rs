//! What a running node may ask of the world outside its process.

use invoke_domain::{ImageCategory, ModelRecord};
use serde_json::Value;
use std::path::PathBuf;

/// The verbs of a running node. The run (its owner, its queue item) is known to the implementation, which checks every
/// verb as that owner; the node now running is known to it as well.
pub trait Host: Send + Sync {
    /// Whether the run has been cancelled. Asked at each step and each model load.
    fn is_cancelled(&self) -> bool;

    /// Reports progress of the node now running.
    fn progress(&self, progress: Progress);

    /// A model, or one of its parts, is about to be loaded into memory.
    fn model_loading(&self, model: &ModelInfo, submodel: Option<&str>);

    /// It has been loaded.
    fn model_loaded(&self, model: &ModelInfo, submodel: Option<&str>);

    /// Keeps a picture for the run's owner.
    fn store_image(&self, image: NewImage) -> Result<StoredImage, HostError>;

    /// Reads a picture that the run's owner may see.
    fn load_image(&self, name: &str) -> Result<LoadedImage, HostError>;

    /// Whether all these pictures are there and the run's owner may see them; asked before a remembered output that names
    /// them is used again.
    fn sees_images(&self, names: &[String]) -> bool {
        names.iter().all(|name| self.load_image(name).is_ok())
    }

    /// Finds a model by its key.
    fn model(&self, key: &str) -> Result<ModelInfo, HostError>;

    /// Finds models by name and type (`main`, `lora`, …), those first that a list shows first.
    fn find_models(&self, name: &str, kind: &str) -> Result<Vec<ModelRecord>, HostError>;

    /// Reads a text file of the server's folder for prompts; `path` is below that folder.
    fn read_prompts(&self, path: &str) -> Result<String, HostError>;

    /// Writes a copy of a picture into a folder of the server that people look into.
    fn export_image(&self, export: ImageExport) -> Result<(), HostError> {
        Err(HostError::missing(format!("there is no folder for exports: {}", export.folder)))
    }

    /// Reads the prompts of a style preset that the run's owner may use.
    fn style_preset(&self, id: &str) -> Result<PresetPrompts, HostError> {
        Err(HostError::missing(format!("there are no style presets: {id}")))
    }
}

/// How far the node now running has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// What it does now.
    pub message: String,
    /// From 0 to 1, where it can be told.
    pub percentage: Option<f64>,
    /// What the result looks like so far.
    pub preview: Option<Preview>,
}

/// A small JPEG of the picture in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Width of the final picture in pixels.
    pub width: u32,
    /// Height of the final picture in pixels.
    pub height: u32,
    /// JPEG bytes.
    pub jpeg: Vec<u8>,
}

/// Which channels a picture has, eight bits each, interleaved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PixelMode {
    /// Grey.
    L,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, alpha.
    Rgba,
}

impl PixelMode {
    /// Bytes of one pixel.
    pub fn channels(self) -> usize {
        match self {
            Self::L => 1,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }

    /// The name the reference's image library gives it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::L => "L",
            Self::Rgb => "RGB",
            Self::Rgba => "RGBA",
        }
    }

    /// The mode of that name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "L" => Some(Self::L),
            "RGB" => Some(Self::Rgb),
            "RGBA" => Some(Self::Rgba),
            _ => None,
        }
    }
}

/// A picture to keep.
#[derive(Debug, Clone, PartialEq)]
pub struct NewImage {
    /// Channels.
    pub mode: PixelMode,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width * height * channels` bytes, row by row.
    pub pixels: Vec<u8>,
    /// What it is for.
    pub category: ImageCategory,
    /// Kept out of the gallery.
    pub is_intermediate: bool,
    /// The board to lay it on.
    pub board_id: Option<String>,
    /// Generation metadata, a JSON object.
    pub metadata: Option<Value>,
    /// The prepared node that made it.
    pub node_id: String,
}

/// A picture that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredImage {
    /// Its name.
    pub name: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// A picture that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedImage {
    /// Channels.
    pub mode: PixelMode,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width * height * channels` bytes, row by row.
    pub pixels: Vec<u8>,
    /// Generation metadata, a JSON object.
    pub metadata: Option<Value>,
}

/// A copy of a kept picture, and where it is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageExport {
    /// The picture's name.
    pub name: String,
    /// Below the server's folder for exports; may be empty.
    pub folder: String,
    /// What the file's name begins with; the picture's own name without its end follows.
    pub prefix: String,
    /// What comes after that.
    pub suffix: String,
    /// `png`, `jpg` or `webp`.
    pub format: String,
    /// From 1 to 100, where the format loses something.
    pub quality: u8,
}

/// The prompts of a style preset; `{prompt}` stands for what somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetPrompts {
    /// What is wanted.
    pub positive: String,
    /// What is not.
    pub negative: String,
}

/// An installed model and where its files lie.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelInfo {
    /// The record.
    pub record: ModelRecord,
    /// Its file or folder, absolute.
    pub path: PathBuf,
}

/// A verb was refused or failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct HostError {
    /// Class of the error as the reference names it: `PermissionError`, `UnknownModelException`, …
    pub kind: String,
    /// One sentence.
    pub message: String,
}

impl HostError {
    /// The host has nothing of the kind.
    fn missing(message: String) -> Self {
        Self { kind: "NotImplementedError".to_owned(), message }
    }
}
