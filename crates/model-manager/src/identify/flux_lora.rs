//! In which of many layouts a LoRA of FLUX is.
//!
//! Reference: InvokeAI 6.14.2, `backend/patches/lora_conversions/formats.py` and the `is_state_dict_likely_…` functions
//! beside it.

use super::Kind;
use super::on_disk::OnDisk;
use super::state::State;
use regex_lite::Regex;
use serde_json::Value;
use std::collections::BTreeMap;

/// The layouts, as far as what a model is depends on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// diffusers' names.
    Diffusers,
    /// A LoRA that widens the input for a control image.
    Control,
    /// Any other.
    Lora,
}

const KOHYA: &str = r"^(?:lora_unet_(\w+_blocks)_(\d+)_(img_attn|img_mlp|img_mod|txt_attn|txt_mlp|txt_mod|linear1|linear2|modulation)|lora_unet_final_layer_(linear|linear1|linear2))";
const ENCODERS: &str = r"^(?:lora_te1_text_model_encoder_layers_(\d+)_(mlp|self_attn)_(\w+)|lora_te2_encoder_block_(\d+)_layer_(\d+)_(DenseReluDense|SelfAttention)_(\w+))";
const ONE_TRAINER: &str = r"^lora_transformer_(single_transformer_blocks|transformer_blocks)_(\d+)_(\w+)\.";
const CONTROL: &str = r"^(\w+\.)+(lora_A\.weight|lora_B\.weight|lora_B\.bias|scale)";
const XLABS: &str = r"^double_blocks\.(\d+)\.processor\.(qkv|proj)_lora([12])\.(down|up)\.weight";
const LYCORIS: [&str; 13] = [
    "lokr_w1",
    "lokr_w2",
    "lokr_w1_a",
    "lokr_w1_b",
    "lokr_w2_a",
    "lokr_w2_b",
    "lokr_t2",
    "hada_w1_a",
    "hada_w1_b",
    "hada_w2_a",
    "hada_w2_b",
    "hada_t1",
    "hada_t2",
];

/// The layout, `None` when it is no LoRA of FLUX. A file without any tensor passes for one.
pub(super) fn format(state: &State, metadata: &BTreeMap<String, String>) -> Option<Format> {
    if all(state, &[KOHYA, ENCODERS]) || is_one_trainer_bfl(state) || all(state, &[ONE_TRAINER, ENCODERS]) {
        Some(Format::Lora)
    } else if is_diffusers(state) {
        Some(Format::Diffusers)
    } else if is_control(state) {
        Some(Format::Control)
    } else if is_ai_toolkit(state, metadata) || all(state, &[XLABS]) || is_bfl_peft(state) {
        Some(Format::Lora)
    } else {
        None
    }
}

/// The LoRAs that FLUX Canny and Depth come as.
pub(super) fn control(model: &OnDisk<'_>) -> Option<Kind> {
    is_control(model.file()?).then(|| Kind::new("control_lora", "lycoris", "flux"))
}

/// Whether each name matches one of the patterns.
fn all(state: &State, patterns: &[&str]) -> bool {
    let patterns: Vec<Regex> = patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect();
    state.names().all(|name| patterns.iter().any(|pattern| pattern.is_match(name)))
}

fn all_end(state: &State, suffixes: &[&str]) -> bool {
    state.names().all(|name| suffixes.iter().any(|suffix| name.ends_with(suffix)))
}

/// OneTrainer's names of the original model, whose fused projections are split.
fn is_one_trainer_bfl(state: &State) -> bool {
    state.names().all(|name| name.starts_with("transformer."))
        && all_end(state, &["lora_down.weight", "lora_up.weight", "alpha"])
        && state.any_starts(&["transformer.double_blocks.", "transformer.single_blocks."])
        && state.any_contains(&[".qkv.0.", ".qkv.1.", ".qkv.2.", ".linear1.0."])
}

fn is_diffusers(state: &State) -> bool {
    if !all_end(state, &["lora_A.weight", "lora_B.weight", "lora.down.weight", "lora.up.weight"]) {
        return false;
    }
    let flux1 = ["transformer.", "base_model.model."].iter().any(|prefix| {
        ["single_transformer_blocks.0.attn.to_q.lora_", "transformer_blocks.0.attn.add_q_proj.lora_"]
            .iter()
            .all(|name| ["A", "B"].iter().all(|half| state.has(&format!("{prefix}{name}{half}.weight"))))
    });
    let blocks = || {
        ["transformer.", "base_model.model.", ""].iter().any(|prefix| {
            let single = format!("{prefix}single_transformer_blocks.");
            let double = format!("{prefix}transformer_blocks.");
            state.names().any(|name| {
                name.starts_with(&double) || (name.starts_with(&single) && name.contains("to_qkv_mlp_proj"))
            })
        })
    };
    flux1 || (state.any_contains(&["to_qkv_mlp_proj", "ff.linear_in", "ff_context.linear_in"]) && blocks())
}

fn is_control(state: &State) -> bool {
    let length = |name: &str, dimension| state.length(&format!("img_in.{name}"), dimension);
    length("lora_A.weight", 1) == Some(128)
        && length("lora_B.weight", 0) == Some(3072)
        && length("lora_B.bias", 0) == Some(3072)
        && all(state, &[CONTROL])
}

fn is_ai_toolkit(state: &State, metadata: &BTreeMap<String, String>) -> bool {
    let blocks = state.any_starts(&["diffusion_model.double_blocks.", "diffusion_model.single_blocks."]);
    if !blocks || state.any_ends(&LYCORIS) {
        return false;
    }
    if metadata.is_empty() {
        return true;
    }
    let software = metadata.get("software").map_or("{}", String::as_str);
    let software: Option<Value> = serde_json::from_str(software).ok();
    software.is_some_and(|software| software["name"] == "ai-toolkit")
}

/// The original model's names with PEFT's or LyCORIS' endings.
fn is_bfl_peft(state: &State) -> bool {
    let prefixes = ["diffusion_model.", "base_model.model."];
    let endings = [&LYCORIS[..], &["lora_A.weight", "lora_B.weight", "alpha", "dora_scale", "diff"]].concat();
    all_end(state, &endings)
        && state.names().all(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)))
        && prefixes
            .iter()
            .any(|prefix| state.any_starts(&[&format!("{prefix}double_blocks."), &format!("{prefix}single_blocks.")]))
}
