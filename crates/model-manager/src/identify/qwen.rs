//! Encoders of the Qwen family: Qwen 3 (text alone), Qwen 2 and 2.5 VL, Qwen 3 VL.
//!
//! Reference: InvokeAI 6.14.2, `configs/{qwen3_encoder,qwen_vl_encoder,qwen3_vl_encoder}.py`.

use super::on_disk::{OnDisk, class_of, read_config};
use super::sdnq::{self, QWEN3};
use super::state::State;
use super::{Kind, encoders};
use serde_json::{Map, Value};
use std::path::{Component, Path};

const TOKENIZERS: [&str; 3] = ["tokenizer.json", "tokenizer.model", "tokenizer_config.json"];
const QWEN3_CLASSES: [&str; 3] = ["Qwen2VLForConditionalGeneration", "Qwen2ForCausalLM", QWEN3];
const VL_CLASSES: [&str; 2] = ["Qwen2_5_VLForConditionalGeneration", "Qwen2VLForConditionalGeneration"];
const VL3_CLASSES: [&str; 2] = ["Qwen3VLModel", "Qwen3VLForConditionalGeneration"];
/// The one Qwen 3 VL that Krea 2 takes.
const VL3_WIDTH: u64 = 2560;
const VL3_LAYERS: u64 = 36;
const VL3_EMBEDDINGS: [&str; 4] = [
    "model.embed_tokens.weight",
    "model.language_model.embed_tokens.weight",
    "language_model.embed_tokens.weight",
    "embed_tokens.weight",
];

fn size_of(width: u64) -> Option<&'static str> {
    match width {
        1024 => Some("qwen3_06b"),
        2560 => Some("qwen3_4b"),
        4096 => Some("qwen3_8b"),
        _ => None,
    }
}

/// Whether names are of something that looks at pictures as well.
fn sees<'a>(mut names: impl Iterator<Item = &'a str>) -> bool {
    names.any(|name| name.starts_with("visual.") || name.starts_with("model.visual.") || name.contains(".visual."))
}

/// Norms of queries and keys, which Qwen 2 does not have.
fn has_own_norms<'a>(mut names: impl Iterator<Item = &'a str>) -> bool {
    let norms = [".self_attn.q_norm.", ".self_attn.k_norm.", ".attn_q_norm.", ".attn_k_norm."];
    names.any(|name| norms.iter().any(|norm| name.contains(norm)))
}

fn looks_text(state: &State) -> bool {
    state.any_starts(&["model.layers.0.", "model.embed_tokens.weight", "blk.0.", "token_embd.weight"])
}

fn text_width(state: &State) -> Option<u64> {
    let names = ["model.embed_tokens.weight", "token_embd.weight"];
    let first = state.names().find(|name| names.contains(name))?;
    u64::try_from(state.length(first, 1)?).ok()
}

/// Qwen 3 in one file.
pub(super) fn text_file(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file().filter(|state| looks_text(state) && !sees(state.names()))?;
    let size = text_width(state).and_then(size_of);
    let new = |format, size: &'static str| Kind::new("qwen3_encoder", format, "any").with("variant", size);
    if sdnq::has_scales(state.names()) && has_own_norms(state.names()) {
        return Some(new("sdnq_quantized", size.unwrap_or("qwen3_4b")));
    }
    // Other models that llama.cpp names alike.
    if encoders::is_t5_gguf(state) || state.any_contains(&[".post_attention_norm", ".post_ffw_norm"]) {
        return None;
    }
    Some(new(if state.is_gguf() { "gguf_quantized" } else { "checkpoint" }, size?))
}

/// A pipeline, of which an encoder is only a part.
fn is_pipeline(model: &OnDisk<'_>) -> bool {
    model.has("model_index.json") || model.has("transformer")
}

/// Qwen 3 as a folder.
pub(super) fn text_folder(model: &OnDisk<'_>) -> Option<Kind> {
    let folder = model.folder().filter(|_| !is_pipeline(model))?;
    let nested = model.has("text_encoder/config.json");
    // With a tokenizer beside it, it is a language model of its own.
    if !nested && model.has("config.json") && TOKENIZERS.iter().any(|file| model.has(file)) {
        return None;
    }
    let inner = folder.join("text_encoder");
    let places: Vec<&Path> = if inner.is_dir() { vec![folder, &inner] } else { vec![folder] };
    let names = sdnq::tensor_names(&places);
    let named = || names.iter().map(String::as_str);
    if places.iter().any(|place| sdnq::is_marked(place)) || sdnq::has_scales(named()) {
        return quantised_folder(model, &names);
    }
    let config = model.config(if nested { "text_encoder/config.json" } else { "config.json" })?;
    QWEN3_CLASSES.contains(&class_of(&config)?.as_str()).then_some(())?;
    let size = size_of(config.get("hidden_size").and_then(Value::as_u64)?)?;
    Some(Kind::new("qwen3_encoder", "qwen3_encoder", "any").with("variant", size))
}

fn quantised_folder(model: &OnDisk<'_>, names: &[String]) -> Option<Kind> {
    let configs = || ["config.json", "text_encoder/config.json"].into_iter().filter_map(|file| model.config(file));
    let declared = configs().map(|config| classes(&config)).find(|classes| !classes.is_empty());
    let named = || names.iter().map(String::as_str);
    let found = match declared {
        Some(classes) => classes.iter().any(|class| class == QWEN3),
        None => !sees(named()) && has_own_norms(named()),
    };
    found.then_some(())?;
    let width = configs().next().and_then(|config| config.get("hidden_size")?.as_u64());
    let size = width.and_then(size_of).unwrap_or("qwen3_4b");
    Some(Kind::new("qwen3_encoder", "sdnq_quantized", "any").with("variant", size))
}

/// All classes a configuration names.
fn classes(config: &Map<String, Value>) -> Vec<String> {
    let architectures = config.get("architectures").and_then(Value::as_array).cloned().unwrap_or_default();
    let all = architectures.into_iter().chain(config.get("_class_name").cloned());
    all.filter_map(|class| Some(class.as_str()?.to_owned())).collect()
}

/// Qwen 2 and 2.5 VL.
pub(super) fn vision(model: &OnDisk<'_>) -> Option<Kind> {
    let new = |format| Kind::new("qwen_vl_encoder", format, "any");
    if let Some(folder) = model.folder() {
        let whole = folder.join("text_encoder").is_dir() && folder.join("tokenizer").is_dir() && !is_pipeline(model);
        let config = model.config("text_encoder/config.json").filter(|_| whole)?;
        let known = classes(&config).iter().any(|class| VL_CLASSES.contains(&class.as_str()));
        return known.then(|| new("qwen_vl_encoder"));
    }
    let named = model.path().extension().is_some_and(|extension| extension == "safetensors");
    let state = model.file().filter(|_| named)?;
    let found = (state.has("model.embed_tokens.weight") || state.any_starts(&["model.layers."]))
        && state.any_starts(&["visual.patch_embed.", "visual.blocks."]);
    found.then(|| new("checkpoint"))
}

/// Qwen 3 VL.
pub(super) fn vision3(model: &OnDisk<'_>) -> Option<Kind> {
    let new = |format| Kind::new("qwen3_vl_encoder", format, "any");
    if let Some(folder) = model.folder() {
        return vision3_folder(model, folder).then(|| new("qwen3_vl_encoder"));
    }
    let state = model.file().filter(|_| model.extension() == "safetensors")?;
    let text =
        state.names().any(|name| name.contains(".layers.") && (name.contains("model.") || name.starts_with("layers.")));
    let embedding = VL3_EMBEDDINGS.iter().find(|name| state.has(name))?;
    let width = state.length(embedding, 1).and_then(|width| u64::try_from(width).ok());
    let whole = width == Some(VL3_WIDTH) && state.any_contains(&[".layers.35."]);
    (text && whole && sees(state.names())).then(|| new("checkpoint"))
}

fn vision3_folder(model: &OnDisk<'_>, folder: &Path) -> bool {
    if is_pipeline(model) {
        return false;
    }
    let nested = model.has("text_encoder/config.json");
    let Some(config) = model.config(if nested { "text_encoder/config.json" } else { "config.json" }) else {
        return false;
    };
    let text = config.get("text_config").and_then(Value::as_object).unwrap_or(&config);
    let number = |field: &str| text.get(field).and_then(Value::as_u64);
    let (weights, tokenizer) = if nested {
        (folder.join("text_encoder"), folder.join("tokenizer"))
    } else {
        (folder.to_owned(), folder.to_owned())
    };
    let has = |file: &str| tokenizer.join(file).exists();
    class_of(&config).is_some_and(|class| VL3_CLASSES.contains(&class.as_str()))
        && config.get("text_config").is_none_or(Value::is_object)
        && (number("hidden_size"), number("num_hidden_layers")) == (Some(VL3_WIDTH), Some(VL3_LAYERS))
        && has_all_weights(&weights)
        && (has("tokenizer.json") || (has("vocab.json") && has("merges.txt")))
}

/// Whether the weights are there: one file, or all that an index names.
fn has_all_weights(folder: &Path) -> bool {
    if ["model.safetensors", "pytorch_model.bin"].iter().any(|file| folder.join(file).is_file()) {
        return true;
    }
    let indices = ["model.safetensors.index.json", "pytorch_model.bin.index.json"];
    let Some(index) = indices.iter().find(|file| folder.join(file).is_file()) else { return false };
    let index = read_config(&folder.join(index)).unwrap_or_default();
    let Some(files) = index.get("weight_map").and_then(Value::as_object) else { return false };
    let there = |file: &Value| {
        let name = file.as_str().filter(|name| !name.is_empty());
        let inside = |name: &&str| Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        name.filter(inside).is_some_and(|name| folder.join(name).is_file())
    };
    !files.is_empty() && files.values().all(there)
}
