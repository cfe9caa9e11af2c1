//! Whether a path is worth looking at: a home folder is not searched for a model.
//!
//! Reference: InvokeAI 6.14.2, `ModelConfigFactory._validate_path_looks_like_model`.

use super::on_disk::OnDisk;
use std::path::Path;

/// In the order in which they are told.
const EXTENSIONS: [&str; 7] = [".bin", ".ckpt", ".gguf", ".onnx", ".pt", ".pth", ".safetensors"];
const MAX_FILES: usize = 50;
const MAX_DEPTH: u32 = 2;
/// Beginnings and endings of the classes that diffusers and transformers export. The reference asks the libraries.
const CLASS_ENDINGS: [&str; 10] = [
    "Pipeline",
    "Model",
    "ModelWithProjection",
    "ForCausalLM",
    "ForConditionalGeneration",
    "Adapter",
    "Config",
    "Encoder",
    "Decoder",
    "Transformer2DModel",
];

/// Why a path can not be a model.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAModel {
    /// A file of another kind.
    #[error("File extension {0} is not a recognized model format. Expected one of: {list}", list = EXTENSIONS.join(", "))]
    Extension(String),
    /// A folder with too much in it.
    #[error(
        "Directory contains more than {MAX_FILES} files. This looks like a general-purpose directory rather than a \
         model. Please provide a path to a specific model file or model directory."
    )]
    TooManyFiles,
    /// A folder without weights.
    #[error(
        "No model files or config files found in directory {0}. Expected to find model files with extensions: {list} or \
         config files: config.json, model_index.json", list = EXTENSIONS.join(", ")
    )]
    NoFiles(String),
}

/// Refuses what is no model at the first glance.
///
/// # Errors
/// When it is not.
pub fn check(path: &Path) -> Result<(), NotAModel> {
    if !path.is_dir() {
        let extension =
            path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
        let known = EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str());
        return if known { Ok(()) } else { Err(NotAModel::Extension(extension)) };
    }
    if is_marked(path) {
        return Ok(());
    }
    if count_files(path, MAX_FILES + 1) > MAX_FILES {
        return Err(NotAModel::TooManyFiles);
    }
    if has_weights(path, 0) { Ok(()) } else { Err(NotAModel::NoFiles(path.display().to_string())) }
}

/// Whether the folder's own configuration names a class of diffusers or transformers.
fn is_marked(path: &Path) -> bool {
    let model = OnDisk::new(path, None);
    let class = |file: &str| {
        model.config(file).and_then(|config| super::on_disk::class_of(&config)).is_some_and(|class| {
            CLASS_ENDINGS.iter().any(|ending| class.len() > ending.len() && class.ends_with(ending))
        })
    };
    class("model_index.json")
        || class("config.json")
        || model
            .config("config.json")
            .is_some_and(|config| config.get("model_type").is_some_and(|kind| kind.is_string()))
}

/// Files below a folder, hidden ones left out, counted up to `limit`.
fn count_files(folder: &Path, limit: usize) -> usize {
    let mut open = vec![folder.to_owned()];
    let mut count = 0;
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(entry.path()),
                Ok(_) if entry.path().is_file() => count += 1,
                _ => {}
            }
            if count == limit {
                return count;
            }
        }
    }
    count
}

fn has_weights(folder: &Path, depth: u32) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() { depth < MAX_DEPTH && has_weights(&path, depth + 1) } else { check(&path).is_ok() }
    })
}
