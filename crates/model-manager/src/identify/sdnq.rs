//! Weights that SDNQ has quantised: FLUX.1, FLUX.2 and Z-Image as a file or a folder, and T5 encoders.
//!
//! Reference: InvokeAI 6.14.2, `configs/main.py` and `configs/t5_encoder.py`, the classes with `SDNQ` in their names, and
//! `backend/quantization/sdnq/detection.py`.

use super::on_disk::{OnDisk, class_of, read_config, read_state};
use super::{Kind, flux, flux2, other_main};
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

const CONFIGS: [&str; 2] = ["config.json", "model_index.json"];
/// Where a part says of which class it is.
const DECLARATIONS: [&str; 3] = ["config.json", "model_index.json", "tokenizer_config.json"];
const WEIGHTS: [&str; 6] = ["safetensors", "bin", "pt", "pth", "ckpt", "gguf"];
const TOKENIZERS: [&str; 6] =
    ["tokenizer.json", "tokenizer_config.json", "tokenizer.model", "vocab.json", "merges.txt", "spiece.model"];
/// The language model that is read for FLUX.2 and Z-Image.
pub(super) const QWEN3: &str = "Qwen3ForCausalLM";
const QWEN_TOKENIZERS: &[&str] = &["Qwen2Tokenizer", "Qwen2TokenizerFast"];
const VAES: &[&str] = &["AutoencoderKLFlux2", "AutoencoderKL"];
const T5_TOKENIZERS: &[&str] = &["T5Tokenizer", "T5TokenizerFast"];

/// A class that a pipeline names for a part: which part, which kind of model it is, and as what the part may declare itself.
struct Slot(&'static str, &'static str, &'static str, &'static [&'static str]);

const FLUX_SLOTS: &[Slot] = &[
    Slot("FluxTransformer2DModel", "transformer", "main", &["FluxTransformer2DModel"]),
    Slot("CLIPTextModel", "text_encoder", "clip_embed", &["CLIPTextModel"]),
    Slot("T5EncoderModel", "text_encoder_2", "t5_encoder", &["T5EncoderModel"]),
    Slot("AutoencoderKL", "vae", "vae", &["AutoencoderKL"]),
    Slot("CLIPTokenizer", "tokenizer", "clip_embed", &["CLIPTokenizer", "CLIPTokenizerFast"]),
    Slot("T5TokenizerFast", "tokenizer_2", "t5_encoder", T5_TOKENIZERS),
    Slot("T5Tokenizer", "tokenizer_2", "t5_encoder", T5_TOKENIZERS),
];
const FLUX2_SLOTS: &[Slot] = &[
    Slot("Flux2Transformer2DModel", "transformer", "main", &["Flux2Transformer2DModel"]),
    Slot(QWEN3, "text_encoder", "qwen3_encoder", &[QWEN3]),
    Slot("Qwen2Tokenizer", "tokenizer", "qwen3_encoder", QWEN_TOKENIZERS),
    Slot("Qwen2TokenizerFast", "tokenizer", "qwen3_encoder", QWEN_TOKENIZERS),
    Slot("AutoencoderKLFlux2", "vae", "vae", VAES),
    Slot("AutoencoderKL", "vae", "vae", VAES),
];
const Z_IMAGE_SLOTS: &[Slot] = &[
    Slot("ZImageTransformer2DModel", "transformer", "main", &["ZImageTransformer2DModel"]),
    Slot(QWEN3, "text_encoder", "qwen3_encoder", &[QWEN3]),
    Slot("Qwen2Tokenizer", "tokenizer", "qwen3_encoder", QWEN_TOKENIZERS),
    Slot("Qwen2TokenizerFast", "tokenizer", "qwen3_encoder", QWEN_TOKENIZERS),
    Slot("AutoencoderKL", "vae", "vae", VAES),
];

/// Whether a file has a weight with a scale beside it.
pub(super) fn has_scales<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let names: HashSet<&str> = names.collect();
    names.iter().any(|name| {
        let layer = name.strip_suffix(".weight");
        layer.is_some_and(|layer| names.contains(format!("{layer}.scale").as_str()))
    })
}

/// Whether the weights directly in a folder are quantised in this way, by what it says or by the names of all its files.
pub(super) fn is_quantised(folder: &Path) -> bool {
    is_marked(folder) || has_scales(tensor_names(&[folder]).iter().map(String::as_str))
}

pub(super) fn is_marked(folder: &Path) -> bool {
    let said = read_config(&folder.join("quantization_config.json"));
    said.is_some_and(|said| said.get("quant_method").is_some_and(|method| method == "sdnq"))
}

/// The names in the safetensors files directly in these folders. A file that can not be read has none.
pub(super) fn tensor_names(folders: &[&Path]) -> Vec<String> {
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten());
    let files = files.map(|entry| entry.path()).filter(|file| ends(file, "safetensors"));
    let states = files.filter_map(|file| read_state(&file));
    states.flat_map(|state| state.names().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn ends(file: &Path, extension: &str) -> bool {
    file.extension().is_some_and(|found| found == extension)
}

/// Whether a pipeline's transformer is quantised in this way, so that it is no plain pipeline.
pub(super) fn is_pipeline(model: &OnDisk<'_>) -> bool {
    model.folder().is_some_and(|folder| is_quantised(&folder.join("transformer")))
}

pub(super) fn file(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file().filter(|state| has_scales(state.names()))?;
    let new = |base, variant: &'static str| Kind::new("main", "sdnq_quantized", base).with("variant", variant);
    if state.any_starts(&["transformer_blocks.", "context_embedder."]) && flux2::is_transformer(state) {
        return Some(new("flux2", flux2::file_variant(state, model)));
    }
    if flux::looks_main(state) && !flux2::is_transformer(state) {
        return Some(new("flux", flux::file_variant(state)?));
    }
    other_main::is_z_image(state).then(|| new("z-image", "turbo"))
}

pub(super) fn folder(model: &OnDisk<'_>) -> Option<Kind> {
    let class = model.root_class()?;
    let folder = model.folder().filter(|folder| is_quantised(&folder.join("transformer")))?;
    let (base, slots) = match class.as_str() {
        "FluxPipeline" | "FluxTransformer2DModel" => ("flux", FLUX_SLOTS),
        "Flux2Pipeline" | "Flux2KleinPipeline" | "Flux2Transformer2DModel" => ("flux2", FLUX2_SLOTS),
        "ZImagePipeline" | "ZImageTransformer2DModel" => ("z-image", Z_IMAGE_SLOTS),
        _ => return None,
    };
    is_populated(&folder.join("transformer"), "transformer", base).then_some(())?;
    let variant = match base {
        "flux" => flux_variant(&model.config("transformer/config.json")?),
        "flux2" => flux2::named(flux2_variant(&model.config("transformer/config.json")?), model),
        _ => {
            let scheduler = model.config("scheduler/scheduler_config.json").unwrap_or_default();
            let shift = scheduler.get("shift").and_then(Value::as_f64).unwrap_or(3.0);
            if shift >= 5.0 { "zbase" } else { "turbo" }
        }
    };
    let kind = Kind::new("main", "sdnq_quantized", base).with("variant", variant);
    Some(kind.with("repo_variant", model.repo_variant()).with("submodels", parts(model, folder, base, slots)))
}

fn flux_variant(transformer: &Map<String, Value>) -> &'static str {
    let guided = transformer.get("guidance_embeds").and_then(Value::as_bool).unwrap_or_default();
    match (guided, transformer.get("in_channels").and_then(Value::as_u64)) {
        (true, Some(384)) => "dev_fill",
        (true, _) => "dev",
        (false, _) => "schnell",
    }
}

fn flux2_variant(transformer: &Map<String, Value>) -> &'static str {
    let number =
        |field: &str| transformer.get(field).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
    let hidden = number("attention_head_dim").unwrap_or(128) * number("num_attention_heads").unwrap_or(24);
    number("joint_attention_dim").and_then(flux2::of_context).or_else(|| flux2::of_hidden(hidden)).unwrap_or("klein_4b")
}

/// The parts that are there and are what the pipeline says they are.
fn parts(model: &OnDisk<'_>, folder: &Path, base: &str, slots: &[Slot]) -> Value {
    let mut parts = Map::new();
    for (name, value) in model.root_config().unwrap_or_default() {
        let class = match value.as_array().map(Vec::as_slice) {
            Some([_, class]) if !name.starts_with('_') => class.as_str().unwrap_or_default(),
            _ => continue,
        };
        let Some(Slot(_, part, kind, accepted)) = slots.iter().find(|slot| slot.0 == class) else { continue };
        let place = folder.join(&name);
        if is_populated(&place, part, base) && declares(&place, accepted, !part.starts_with("tokenizer")) {
            let place = place.canonicalize().unwrap_or(place);
            parts.insert((*part).to_owned(), json!({ "path_or_prefix": place, "model_type": kind, "variant": null }));
        }
    }
    Value::Object(parts)
}

/// Whether a part's folder has what is read of it; a download that was broken off leaves empty ones.
fn is_populated(place: &Path, part: &str, base: &str) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| place.join(name).is_file());
    if part.starts_with("tokenizer") {
        return has(&TOKENIZERS);
    }
    let always_quantised = part == "transformer" || (part == "text_encoder" && base != "flux");
    let readable = if always_quantised || is_quantised(place) { &WEIGHTS[..1] } else { &WEIGHTS[..] };
    let files = std::fs::read_dir(place).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files = files.filter(|file| file.is_file());
    has(&CONFIGS) && files.any(|file| readable.iter().any(|extension| ends(&file, extension)))
}

/// Whether a part's own configuration names one of these classes; `required` where saying nothing is not enough.
fn declares(place: &Path, accepted: &[&str], required: bool) -> bool {
    let mut declared: Vec<String> = Vec::new();
    for config in DECLARATIONS.into_iter().filter_map(|file| read_config(&place.join(file))) {
        let architectures = config.get("architectures").and_then(Value::as_array).cloned().unwrap_or_default();
        let classes = ["_class_name", "tokenizer_class"].into_iter().filter_map(|field| config.get(field).cloned());
        declared.extend(architectures.into_iter().chain(classes).filter_map(|class| Some(class.as_str()?.to_owned())));
    }
    if declared.is_empty() { !required } else { declared.iter().any(|class| accepted.contains(&class.as_str())) }
}

/// A T5 encoder, alone or as it lies in a pipeline.
pub(super) fn t5(model: &OnDisk<'_>) -> Option<Kind> {
    let folder = model.folder()?;
    let nested = model.has("text_encoder_2/config.json");
    let (encoder, beside): (PathBuf, PathBuf) = if nested {
        (folder.join("text_encoder_2"), folder.to_owned())
    } else {
        (folder.to_owned(), folder.parent()?.to_owned())
    };
    let class = class_of(&read_config(&encoder.join("config.json"))?)?;
    let found = class == "T5EncoderModel" && is_quantised(&encoder) && beside.join("tokenizer_2").exists();
    found.then(|| Kind::new("t5_encoder", "sdnq_quantized", "any"))
}
