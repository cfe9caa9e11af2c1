//! What a file or folder is, told from its configuration files and tensor headers alone; no weight is read.
//!
//! One file per family of models: each says what it recognises a model by and which fields of the record follow. The table
//! `FAMILIES` asks them one after the other, and the first that knows the model wins; what nobody knows is `unknown`.
//!
//! Reference: InvokeAI 6.14.2, `backend/model_manager/configs/factory.py`, which asks all classes and prefers main models to
//! LoRAs, those to CLIP encoders and those to the rest. Here the order of the table is that preference.

mod anima;
mod clip;
mod control;
mod defaults;
mod embedding;
mod encoders;
mod flux;
mod flux2;
mod flux2_lora;
mod flux_lora;
mod ip_adapter;
mod looks;
mod lora;
mod mistral;
mod on_disk;
mod other_main;
mod pid;
mod qwen;
mod sdnq;
mod stable_diffusion;
mod state;
mod upscaler;
mod vae;
mod wan;

pub use looks::{NotAModel, check as looks_like_model};

use on_disk::OnDisk;
use serde_json::{Map, Value};
use std::path::Path;

/// What a family knows a model to be.
#[derive(Debug, Clone, PartialEq)]
struct Kind {
    kind: &'static str,
    format: &'static str,
    base: &'static str,
    fields: Vec<(&'static str, Value)>,
}

impl Kind {
    fn new(kind: &'static str, format: &'static str, base: &'static str) -> Self {
        Self { kind, format, base, fields: Vec::new() }
    }

    fn with(mut self, field: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((field, value.into()));
        self
    }
}

/// Says what a model is, if it is of its family.
type Family = fn(&OnDisk<'_>) -> Option<Kind>;

const FAMILIES: &[Family] = &[
    // Main models: some have a LoRA merged into them, and folders of theirs have a text encoder in them.
    stable_diffusion::folder,
    stable_diffusion::file,
    sdnq::file,
    sdnq::folder,
    flux2::main,
    flux::main,
    other_main::folder,
    other_main::file,
    anima::main,
    wan::main,
    // LoRAs.
    lora::omi,
    lora::flux,
    lora::stable_diffusion,
    lora::z_image,
    lora::krea2,
    lora::qwen_image,
    anima::lora,
    wan::lora,
    lora::folder,
    clip::embed,
    // Everything else, in the order of the reference's list.
    vae::wan,
    vae::qwen_image,
    vae::anima,
    vae::flux2,
    vae::file,
    vae::folder,
    control::file,
    control::z_image,
    anima::control,
    control::folder,
    flux_lora::control,
    sdnq::t5,
    encoders::t5,
    encoders::t5_gguf,
    encoders::gemma2,
    encoders::wan_t5,
    qwen::text_file,
    qwen::text_folder,
    qwen::vision,
    qwen::vision3,
    mistral::folder,
    mistral::file,
    pid::file,
    embedding::file,
    embedding::folder,
    ip_adapter::file,
    control::t2i_adapter,
    clip::vision,
    encoders::siglip,
    flux::redux,
    encoders::llava,
    encoders::text_llm,
    upscaler::file,
];

/// The fields of the record that depend on what the model is: `type`, `base`, `format` and those that only its kind has.
/// `name` is what its owner calls it, by default its file name. Without [`looks_like_model`] before it, any file at all
/// is taken for an unknown model.
pub fn identify(path: &Path, name: Option<&str>) -> Map<String, Value> {
    let model = OnDisk::new(path, name);
    let found = FAMILIES.iter().find_map(|family| family(&model));
    let Some(kind) = found else { return unknown() };
    let mut fields = words(kind.kind, kind.format, kind.base);
    if let Some(settings) = defaults::settings(&kind, &model) {
        fields.insert("default_settings".to_owned(), settings);
    }
    fields.extend(kind.fields.into_iter().map(|(field, value)| (field.to_owned(), value)));
    fields
}

/// The fields of a model that nobody knows.
pub fn unknown() -> Map<String, Value> {
    words("unknown", "unknown", "unknown")
}

fn words(kind: &str, format: &str, base: &str) -> Map<String, Value> {
    let words = [("type", kind), ("format", format), ("base", base)];
    words.into_iter().map(|(field, word)| (field.to_owned(), word.into())).collect()
}

/// What a model is called after its file or folder.
pub fn name_of(path: &Path) -> String {
    on_disk::model_name(path)
}
