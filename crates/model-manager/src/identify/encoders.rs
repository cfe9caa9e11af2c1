//! Encoders and language models: T5, Gemma 2, UMT5, SigLIP, LLaVA, and language models for prompts.
//!
//! Reference: InvokeAI 6.14.2, `configs/{t5_encoder,gemma2_encoder,wan_t5_encoder,siglip,llava_onevision,text_llm}.py`.

use super::Kind;
use super::on_disk::{OnDisk, class_of, read_state};
use super::state::State;
use serde_json::Value;

/// The width of the one Gemma 2 that the decoder it is for takes.
const GEMMA2_WIDTH: u64 = 2304;

pub(super) fn t5(model: &OnDisk<'_>) -> Option<Kind> {
    let class = class_of(&model.config("text_encoder_2/config.json")?)?;
    (class == "T5EncoderModel").then_some(())?;
    if model.has("text_encoder_2/model.safetensors.index.json") {
        return Some(Kind::new("t5_encoder", "t5_encoder", "any"));
    }
    let files = model.weight_files();
    let [only] = files.as_slice() else { return None };
    let named = only.to_string_lossy().contains("llm_int8");
    (named && read_state(only)?.any_ends(&["SCB"])).then(|| Kind::new("t5_encoder", "bnb_quantized_int8b", "any"))
}

pub(super) fn t5_gguf(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    (is_t5_gguf(state) && state.is_gguf()).then(|| Kind::new("t5_encoder", "gguf_quantized", "any"))
}

/// Whether the names are those that llama.cpp gives a T5 encoder.
pub(super) fn is_t5_gguf(state: &State) -> bool {
    state.any_starts(&["enc.blk."]) || state.any_ends(&["enc.output_norm.weight"])
}

pub(super) fn gemma2(model: &OnDisk<'_>) -> Option<Kind> {
    let config = model.config("config.json").filter(|_| !model.has("model_index.json"))?;
    let found = class_of(&config)? == "Gemma2ForCausalLM"
        && config.get("hidden_size").and_then(Value::as_u64) == Some(GEMMA2_WIDTH)
        && (model.has("tokenizer.json") || model.has("tokenizer.model"));
    found.then(|| Kind::new("gemma2_encoder", "gemma2_encoder", "any"))
}

pub(super) fn wan_t5(model: &OnDisk<'_>) -> Option<Kind> {
    if model.has("model_index.json") || model.has("transformer") {
        return None;
    }
    let configs = ["text_encoder/config.json", "config.json"].into_iter().filter_map(|file| model.config(file));
    let kind = configs.filter_map(|config| Some(config.get("model_type")?.as_str()?.to_lowercase())).next()?;
    (kind == "umt5").then(|| Kind::new("wan_t5_encoder", "wan_t5_encoder", "any"))
}

pub(super) fn siglip(model: &OnDisk<'_>) -> Option<Kind> {
    model.is_one_of(&["SiglipModel"]).then(|| Kind::new("siglip", "diffusers", "any"))
}

pub(super) fn llava(model: &OnDisk<'_>) -> Option<Kind> {
    let found = model.is_one_of(&["LlavaOnevisionForConditionalGeneration"]);
    found.then(|| Kind::new("llava_onevision", "diffusers", "any"))
}

pub(super) fn text_llm(model: &OnDisk<'_>) -> Option<Kind> {
    let class = model.root_class()?;
    let gemma = class == "Gemma2ForCausalLM"
        && model.root_config()?.get("hidden_size").and_then(Value::as_u64) == Some(GEMMA2_WIDTH);
    let tokenizer = ["tokenizer.json", "tokenizer.model", "tokenizer_config.json"].iter().any(|file| model.has(file));
    (class.ends_with("ForCausalLM") && !gemma && tokenizer).then(|| Kind::new("text_llm", "diffusers", "any"))
}
