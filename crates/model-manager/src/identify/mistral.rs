//! The Mistral encoders of FLUX.2 dev: Mistral Small 3 with 40 layers, and its distillation with 30.
//!
//! Reference: InvokeAI 6.14.2, `configs/mistral_encoder.py`.

use super::Kind;
use super::on_disk::{OnDisk, class_of};
use super::state::State;
use serde_json::Value;

const WIDTH: u64 = 5120;
/// Llama 2 of the same shape knows fewer words.
const LEAST_WORDS: usize = 100_000;
const CLASSES: [&str; 3] = ["Mistral3ForConditionalGeneration", "MistralModel", "MistralForCausalLM"];
const EMBEDDINGS: [&str; 3] =
    ["model.embed_tokens.weight", "language_model.model.embed_tokens.weight", "token_embd.weight"];
const BEGINNINGS: [&str; 6] = [
    "model.layers.",
    "model.embed_tokens.weight",
    "language_model.model.layers.",
    "language_model.model.embed_tokens.weight",
    "blk.",
    "token_embd.weight",
];

fn of_layers(layers: u64) -> Option<&'static str> {
    match layers {
        30 => Some("cow_mistral3_small"),
        40 => Some("mistral3_24b"),
        _ => None,
    }
}

pub(super) fn folder(model: &OnDisk<'_>) -> Option<Kind> {
    if model.has("model_index.json") || model.has("transformer") {
        return None;
    }
    let nested = model.has("text_encoder/config.json");
    let config = model.config(if nested { "text_encoder/config.json" } else { "config.json" })?;
    CLASSES.contains(&class_of(&config)?.as_str()).then_some(())?;
    let number = |field: &str| {
        let own = config.get(field).filter(|value| !value.is_null());
        own.or_else(|| config.get("text_config")?.get(field)).and_then(Value::as_u64)
    };
    let variant = of_layers(number("num_hidden_layers")?).filter(|_| number("hidden_size") == Some(WIDTH))?;
    Some(Kind::new("mistral_encoder", "mistral_encoder", "any").with("variant", variant))
}

pub(super) fn file(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    let looks = state.names().any(|name| BEGINNINGS.iter().any(|begin| without_prefix(name).starts_with(begin)));
    let embedding = state.names().filter(|name| EMBEDDINGS.contains(&without_prefix(name)));
    let (words, width) = embedding
        .filter_map(|name| match state.shape(name) {
            Some([words, width, ..]) => Some((*words, *width)),
            _ => None,
        })
        .next()?;
    let fits = looks && words >= LEAST_WORDS && u64::try_from(width) == Ok(WIDTH);
    let variant = of_layers(layers(state)).filter(|_| fits)?;
    let format = if state.is_gguf() { "gguf_quantized" } else { "checkpoint" };
    Some(Kind::new("mistral_encoder", format, "any").with("variant", variant))
}

/// What some put around the model.
fn without_prefix(name: &str) -> &str {
    ["text_encoder.", "language_model."].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

/// How many layers there are, by the highest number.
fn layers(state: &State) -> u64 {
    let number = |name: &str| {
        let name = without_prefix(name);
        let rest = name.split_once(".layers.").map(|(_, rest)| rest).or_else(|| name.strip_prefix("blk."))?;
        rest.split('.').next()?.parse::<u64>().ok()
    };
    state.names().filter_map(number).max().map_or(0, |highest| highest.saturating_add(1))
}
