//! ControlNets and T2I-Adapters.
//!
//! Reference: InvokeAI 6.14.2, `configs/controlnet.py`, `configs/t2i_adapter.py` and
//! `backend/flux/controlnet/state_dict_utils.py`.

use super::Kind;
use super::on_disk::OnDisk;
use super::state::State;
use serde_json::Value;

/// Keys whose last dimension is the width of the text, in the order in which they are asked for.
const WIDTHS: [&str; 4] = [
    "control_model.input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight",
    "controlnet_mid_block.bias",
    "input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight",
    "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight",
];
const XLABS: [&str; 6] = [
    "controlnet_blocks.0.bias",
    "controlnet_blocks.0.weight",
    "input_hint_block.0.bias",
    "input_hint_block.0.weight",
    "pos_embed_input.bias",
    "pos_embed_input.weight",
];
const INSTANTX: [&str; 4] = [
    "controlnet_blocks.0.bias",
    "controlnet_blocks.0.weight",
    "controlnet_x_embedder.bias",
    "controlnet_x_embedder.weight",
];

pub(super) fn file(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    state.any_starts(&["controlnet", "control_model", "input_blocks"]).then_some(())?;
    let base = if state.has_all(&XLABS) || state.has_all(&INSTANTX) { "flux" } else { of_width(state)? };
    Some(Kind::new("controlnet", "checkpoint", base))
}

fn of_width(state: &State) -> Option<&'static str> {
    WIDTHS.iter().find_map(|key| match state.last_length(key)? {
        768 => Some("sd-1"),
        1024 => Some("sd-2"),
        1280 | 2048 => Some("sdxl"),
        _ => None,
    })
}

pub(super) fn z_image(model: &OnDisk<'_>) -> Option<Kind> {
    let parts = ["control_layers", "control_all_x_embedder", "control_noise_refiner"];
    let found = model.file()?.names().any(|name| name.split('.').next().is_some_and(|part| parts.contains(&part)));
    found.then(|| Kind::new("controlnet", "checkpoint", "z-image"))
}

pub(super) fn folder(model: &OnDisk<'_>) -> Option<Kind> {
    let config = model.root_config()?;
    let base = match model.root_class()?.as_str() {
        "FluxControlNetModel" => "flux",
        "ControlNetModel" => match config.get("cross_attention_dim").and_then(Value::as_u64)? {
            768 => "sd-1",
            1024 => "sd-2",
            2048 => "sdxl",
            _ => return None,
        },
        _ => return None,
    };
    Some(Kind::new("controlnet", "diffusers", base).with("repo_variant", model.repo_variant()))
}

pub(super) fn t2i_adapter(model: &OnDisk<'_>) -> Option<Kind> {
    if !model.is_one_of(&["T2IAdapter"]) {
        return None;
    }
    let base = match model.root_config()?.get("adapter_type")?.as_str()? {
        "full_adapter_xl" => "sdxl",
        "full_adapter" | "light_adapter" => "sd-1",
        _ => return None,
    };
    Some(Kind::new("t2i_adapter", "diffusers", base))
}
