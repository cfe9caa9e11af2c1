//! Anima: main model, LoRA and its ControlNet-LLLite.
//!
//! Reference: InvokeAI 6.14.2, `configs/{main,lora,controlnet}.py`, the classes with `Anima` in their names, and
//! `backend/patches/lora_conversions/anima_lora_constants.py`.

use super::Kind;
use super::on_disk::OnDisk;
use super::state::State;
use regex_lite::Regex;

const PREFIXES: [&str; 3] = ["", "net.", "model.diffusion_model."];
const PARTS: [&str; 4] = ["blocks.", "t_embedder.", "x_embedder.", "final_layer."];
const LORA_ENDINGS: [&str; 7] =
    ["lora_A.weight", "lora_B.weight", "lora_down.weight", "lora_up.weight", "dora_scale", ".lokr_w1", ".lokr_w2"];
/// Blocks of Cosmos: what Wan names alike, and what only Anima has.
const LOOSE: &str = "(cross_attn|self_attn|mlp|adaln_modulation)";
const STRICT: &str = r"(mlp[._]layer|adaln_modulation|(?:cross|self)_attn[._](?:[qkv]_proj|output_proj))";

pub(super) fn main(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    let begins = |part: &str| {
        state.names().any(|name| {
            PREFIXES.iter().any(|prefix| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(part)))
        })
    };
    let found = begins("llm_adapter.") && PARTS.iter().any(|part| begins(part));
    found.then(|| Kind::new("main", "checkpoint", "anima"))
}

pub(super) fn lora(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    (has_blocks(state, STRICT) && state.any_ends(&LORA_ENDINGS)).then(|| Kind::new("lora", "lycoris", "anima"))
}

/// Whether a LoRA has blocks that Anima has, perhaps among others.
pub(super) fn has_lora_blocks(state: &State) -> bool {
    has_blocks(state, LOOSE)
}

fn has_blocks(state: &State, part: &str) -> bool {
    let kohya = format!(r"lora_unet_(llm_adapter_)?blocks_\d+_{part}");
    let peft = format!(r"(diffusion_model|transformer|base_model\.model\.transformer)\.blocks\.\d+\.{part}");
    let pattern = Regex::new(&format!("{kohya}|{peft}"));
    pattern.is_ok_and(|pattern| state.names().any(|name| pattern.is_match(name)))
}

pub(super) fn control(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    if !state.any_starts(&["lllite_conditioning1."]) || !state.any_starts(&["lllite_dit_blocks_"]) {
        return None;
    }
    let noted = model.metadata().get("lllite.cond_in_channels").and_then(|channels| channels.parse().ok());
    let channels = noted.or_else(|| state.length("lllite_conditioning1.conv1.weight", 1))?;
    Some(Kind::new("controlnet", "checkpoint", "anima").with("cond_in_channels", channels))
}
