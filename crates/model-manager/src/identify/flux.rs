//! FLUX.1 (dev, schnell, fill) and its Redux model.
//!
//! Reference: InvokeAI 6.14.2, `configs/main.py`, the classes with `FLUX` in their names, and `configs/flux_redux.py`.

use super::on_disk::OnDisk;
use super::state::State;
use super::{Kind, sdnq};
use serde_json::Value;

/// Some files keep the transformer under the name that Stable Diffusion gives its UNet.
pub(super) const PREFIXES: [&str; 2] = ["", "model.diffusion_model."];
const PIPELINES: [&str; 3] = ["FluxPipeline", "FluxFillPipeline", "FluxTransformer2DModel"];
/// Latents, a mask and what it covers, packed by four.
const FILL_CHANNELS: usize = 384;

pub(super) fn main(model: &OnDisk<'_>) -> Option<Kind> {
    folder(model).or_else(|| file(model.file()?))
}

fn folder(model: &OnDisk<'_>) -> Option<Kind> {
    if !model.is_one_of(&PIPELINES) || sdnq::is_pipeline(model) {
        return None;
    }
    let transformer = model.config("transformer/config.json")?;
    let channels = transformer.get("in_channels").and_then(Value::as_u64);
    let guided = transformer.get("guidance_embeds").and_then(Value::as_bool).unwrap_or_default();
    let variant = match (channels, guided) {
        (Some(384), _) => "dev_fill",
        (_, true) => "dev",
        (_, false) => "schnell",
    };
    Some(Kind::new("main", "diffusers", "flux").with("variant", variant).with("repo_variant", model.repo_variant()))
}

fn file(state: &State) -> Option<Kind> {
    if !looks_main(state) || super::flux2::is_transformer(state) {
        return None;
    }
    let prefixed = |name: &str| PREFIXES.iter().any(|prefix| state.has(&format!("{prefix}{name}")));
    let nf4 = prefixed("double_blocks.0.img_attn.proj.weight.quant_state.bitsandbytes__nf4");
    let format = match (state.is_gguf(), nf4) {
        (true, _) => "gguf_quantized",
        (false, true) => "bnb_quantized_nf4b",
        (false, false) if prefixed("double_blocks.0.img_attn.norm.key_norm.scale") => "checkpoint",
        (false, false) => return None,
    };
    Some(Kind::new("main", format, "flux").with("variant", file_variant(state)?))
}

/// The variant of a single file.
pub(super) fn file_variant(state: &State) -> Option<&'static str> {
    let prefixed = |name: &str| PREFIXES.iter().any(|prefix| state.has(&format!("{prefix}{name}")));
    let channels = PREFIXES.iter().find_map(|prefix| state.length(&format!("{prefix}img_in.weight"), 1))?;
    Some(match (prefixed("guidance_in.out_layer.weight"), channels) {
        (true, FILL_CHANNELS) => "dev_fill",
        (true, _) => "dev",
        (false, _) => "schnell",
    })
}

/// Whether any name is one of a main model. The IP-Adapter of XLabs has double blocks as well.
pub(super) fn looks_main(state: &State) -> bool {
    state.any_starts(&["cond_stage_model.", "first_stage_model.", "model.diffusion_model."])
        || state.names().any(|name| name.starts_with("double_blocks.") && !name.contains("ip_adapter"))
}

pub(super) fn redux(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    let parts = ["redux_down.bias", "redux_down.weight", "redux_up.bias", "redux_up.weight"];
    (state.len() == parts.len() && state.has_all(&parts)).then(|| Kind::new("flux_redux", "checkpoint", "flux"))
}
