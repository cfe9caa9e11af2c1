//! A file or folder that is to be recognised: its name, configuration files and tensor headers, each read once.
//!
//! Reference: InvokeAI 6.14.2, `backend/model_manager/model_on_disk.py` and `configs/identification_utils.py`.

use super::state::State;
use crate::files::entries;
use invoke_tensor_files::{Format, Gguf, GgufValue, TensorFile};
use serde_json::{Map, Value};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Longest configuration file that is read.
const CONFIG_LIMIT: u64 = 1 << 20;
/// Files that hold weights.
const WEIGHTS: [&str; 6] = ["safetensors", "pt", "pth", "ckpt", "bin", "gguf"];
/// Files whose extension is no part of the model's name.
const NAMELESS: [&str; 4] = ["safetensors", "bin", "pt", "ckpt"];
/// Where a folder says what it is.
const ROOT_CONFIGS: [&str; 2] = ["model_index.json", "config.json"];

/// What is to be recognised.
pub(super) struct OnDisk<'a> {
    path: &'a Path,
    name: String,
    folder: bool,
    state: OnceCell<Option<State>>,
    metadata: OnceCell<BTreeMap<String, String>>,
}

impl<'a> OnDisk<'a> {
    /// The file or folder `path`; `name` is what its owner calls it.
    pub(super) fn new(path: &'a Path, name: Option<&str>) -> Self {
        let name = name.map_or_else(|| model_name(path), str::to_owned);
        Self { path, name, folder: path.is_dir(), state: OnceCell::new(), metadata: OnceCell::new() }
    }

    pub(super) fn path(&self) -> &Path {
        self.path
    }

    /// What the record will be called.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The name of the file or folder, with its extension.
    pub(super) fn file_name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The file's extension in small letters.
    pub(super) fn extension(&self) -> String {
        extension(self.path).to_ascii_lowercase()
    }

    /// The tensors of a model that is one file; `None` for folders and for what can not be read.
    pub(super) fn file(&self) -> Option<&State> {
        if self.folder { None } else { self.state() }
    }

    /// Whether it is a folder.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.folder.then_some(self.path)
    }

    /// The tensors of the one file of weights, wherever in a folder it lies; `None` when there are none or several.
    pub(super) fn state(&self) -> Option<&State> {
        let read = || match self.weight_files().as_slice() {
            [only] => read_state(only),
            _ => None,
        };
        self.state.get_or_init(read).as_ref()
    }

    /// Files with weights: the file itself, or all below the folder, sorted.
    pub(super) fn weight_files(&self) -> Vec<PathBuf> {
        if !self.folder {
            return vec![self.path.to_owned()];
        }
        let mut files = entries(self.path).unwrap_or_default();
        files.retain(|file| WEIGHTS.contains(&extension(file)) && file.is_file());
        files.sort();
        files
    }

    /// Texts that the writer of a single file left in its header.
    pub(super) fn metadata(&self) -> &BTreeMap<String, String> {
        self.metadata.get_or_init(|| if self.folder { BTreeMap::new() } else { read_metadata(self.path) })
    }

    /// A configuration file of a folder, by its path in it.
    pub(super) fn config(&self, file: &str) -> Option<Map<String, Value>> {
        read_config(&self.folder()?.join(file))
    }

    /// The first of several configuration files that can be read.
    pub(super) fn first_config(&self, files: &[&str]) -> Option<Map<String, Value>> {
        files.iter().find_map(|file| self.config(file))
    }

    /// The configuration at the root of a folder.
    pub(super) fn root_config(&self) -> Option<Map<String, Value>> {
        self.first_config(&ROOT_CONFIGS)
    }

    /// Which class of diffusers or transformers the root of a folder names.
    pub(super) fn root_class(&self) -> Option<String> {
        class_of(&self.root_config()?)
    }

    /// Whether the root of a folder names one of these classes.
    pub(super) fn is_one_of(&self, classes: &[&str]) -> bool {
        self.root_class().is_some_and(|class| classes.contains(&class.as_str()))
    }

    /// Whether a folder has this file or folder in it.
    pub(super) fn has(&self, entry: &str) -> bool {
        self.folder().is_some_and(|folder| folder.join(entry).exists())
    }

    /// In which form a diffusers folder has its weights, as their names say.
    pub(super) fn repo_variant(&self) -> &'static str {
        let files = self.folder().and_then(|folder| entries(folder).ok()).unwrap_or_default();
        let mut names: Vec<&str> = files
            .iter()
            .filter(|file| ["safetensors", "bin"].contains(&extension(file)))
            .filter_map(|file| file.file_name()?.to_str())
            .collect();
        names.sort_by_key(|name| (!name.ends_with(".safetensors"), *name));
        let variant = names.iter().find_map(|name| {
            if name.split('.').skip(1).any(|part| part == "fp16") {
                Some("fp16")
            } else if name.contains("openvino_model") {
                Some("openvino")
            } else {
                name.contains("flax_model").then_some("flax")
            }
        });
        variant.unwrap_or_default()
    }
}

/// What a model is called after its file or folder.
pub(super) fn model_name(path: &Path) -> String {
    let nameless = NAMELESS.contains(&extension(path));
    let name = if nameless { path.file_stem() } else { path.file_name() };
    name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

/// The names and shapes in a file of weights, which its extension must be right about.
pub(super) fn read_state(file: &Path) -> Option<State> {
    let extension = extension(file);
    if extension == "gguf" {
        return Some(State::of_gguf(&Gguf::open(file).map_err(|error| unreadable(&error)).ok()?));
    }
    if !WEIGHTS.contains(&extension) {
        return None;
    }
    let tensors = TensorFile::open(file).map_err(|error| unreadable(&error)).ok()?;
    let as_named = (extension == "safetensors") == (tensors.format() == Format::SafeTensors);
    as_named.then(|| State::of_tensors(&tensors))
}

fn unreadable(error: &dyn std::error::Error) {
    tracing::info!(%error, "the weights of a model can not be read");
}

fn read_metadata(file: &Path) -> BTreeMap<String, String> {
    if extension(file) == "gguf" {
        let texts = |gguf: Gguf| {
            let texts = gguf.metadata().iter().filter_map(|(name, value)| match value {
                GgufValue::Text(text) => Some((name.to_string(), text.to_string())),
                _ => None,
            });
            texts.collect()
        };
        return Gguf::open(file).map(texts).unwrap_or_default();
    }
    TensorFile::open(file).map(|tensors| tensors.metadata().clone()).unwrap_or_default()
}

/// Reads a JSON object.
pub(super) fn read_config(file: &Path) -> Option<Map<String, Value>> {
    let size = std::fs::metadata(file).ok()?.len();
    let bytes = (size <= CONFIG_LIMIT).then(|| std::fs::read(file).ok())??;
    serde_json::from_slice(&bytes).ok()
}

/// The class a configuration is of: diffusers' way of naming it, else transformers'.
pub(super) fn class_of(config: &Map<String, Value>) -> Option<String> {
    let class = config.get("_class_name").or_else(|| config.get("architectures")?.get(0))?;
    Some(class.as_str()?.to_owned())
}
