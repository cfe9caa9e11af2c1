//! Whether a LoRA of FLUX is for FLUX.2, and for which: told from widths that the two do not share.
//!
//! Reference: InvokeAI 6.14.2, `configs/lora.py`, `_is_flux2_lora_state_dict` and `_get_flux2_lora_variant`.

use super::flux2::{of_context, of_hidden, of_pooled};
use super::state::State;

/// The width of FLUX.1's transformer, which the smallest FLUX.2 has as well.
const FLUX1_HIDDEN: usize = 3072;
/// How much wider the hidden layer of FLUX.1 is.
const FLUX1_RATIO: usize = 4;

const DIFFUSERS: [&str; 3] = ["transformer.", "base_model.model.", ""];
const ORIGINAL: [&str; 2] = ["diffusion_model.", "base_model.model."];

/// A width that a layer tells.
#[derive(Debug, Clone, Copy)]
enum Width {
    Context(usize),
    Pooled(usize),
    Hidden(usize),
}

impl Width {
    fn variant(self) -> Option<&'static str> {
        match self {
            Self::Context(width) => of_context(width),
            Self::Pooled(width) => of_pooled(width),
            Self::Hidden(width) => of_hidden(width),
        }
    }
}

pub(super) fn is_flux2(state: &State) -> bool {
    for prefix in DIFFUSERS {
        let has = |name: &str| state.has(&format!("{prefix}{name}.lora_A.weight"));
        if let Some(width) = diffusers_embedders(state, prefix) {
            return width.variant().is_some();
        }
        if has("single_transformer_blocks.0.attn.to_qkv_mlp_proj") || has("transformer_blocks.0.ff.linear_in") {
            return true;
        }
    }
    let original = |name: &str| ORIGINAL.iter().any(|prefix| name.starts_with(prefix));
    let mut hidden = None;
    for name in state.names().filter(|name| original(name)) {
        match original_width(state, name) {
            Some(Width::Hidden(FLUX1_HIDDEN)) => hidden = Some(FLUX1_HIDDEN),
            Some(Width::Hidden(_)) => return true,
            Some(width) => return width.variant().is_some(),
            None => {}
        }
    }
    if hidden.is_some() && other_ratio(state, |name| original(name), ".img_mlp.0.", "lora_B.weight") {
        return true;
    }
    if let Some(width) = state.names().find_map(|name| kohya_embedder(state, name)) {
        return width.variant().is_some();
    }
    match state.names().find_map(|name| kohya_attention(state, name)) {
        Some(FLUX1_HIDDEN) => {
            other_ratio(state, |name| name.starts_with("lora_unet_"), "_img_mlp_0.", "lora_up.weight")
        }
        Some(_) => true,
        None => false,
    }
}

/// Which FLUX.2, `None` when no layer tells.
pub(super) fn variant(state: &State) -> Option<&'static str> {
    for prefix in DIFFUSERS {
        let hidden = [
            "transformer_blocks.0.attn.to_out.0",
            "transformer_blocks.0.attn.to_add_out",
            "single_transformer_blocks.0.attn.to_qkv_mlp_proj",
        ];
        let hidden = || hidden.iter().find_map(|name| state.length(&format!("{prefix}{name}.lora_A.weight"), 1));
        if let Some(width) = diffusers_embedders(state, prefix).or_else(|| hidden().map(Width::Hidden)) {
            return width.variant();
        }
    }
    let original = state.names().filter(|name| ORIGINAL.iter().any(|prefix| name.starts_with(prefix)));
    let width = original.filter_map(|name| original_width(state, name)).next();
    let width = width.or_else(|| state.names().find_map(|name| kohya_embedder(state, name)));
    let width = width.or_else(|| state.names().find_map(|name| kohya_attention(state, name)).map(Width::Hidden));
    width?.variant()
}

fn diffusers_embedders(state: &State, prefix: &str) -> Option<Width> {
    let width = |name: &str| state.length(&format!("{prefix}{name}.lora_A.weight"), 1);
    let pooled = || width("time_text_embed.text_embedder.linear_1").map(Width::Pooled);
    width("context_embedder").map(Width::Context).or_else(pooled)
}

/// What a layer under the original model's names tells.
fn original_width(state: &State, name: &str) -> Option<Width> {
    let width = input_width(state, name, "lora_A.weight");
    if name.contains(".img_attn.proj.") {
        width.map(Width::Hidden)
    } else if name.contains("txt_in") {
        width.map(Width::Context)
    } else if name.contains("vector_in") {
        width.map(Width::Pooled)
    } else {
        None
    }
}

fn kohya_embedder(state: &State, name: &str) -> Option<Width> {
    let begins = |prefixes: [&str; 2]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    let width = input_width(state, name, "lora_down.weight");
    if begins(["lora_unet_txt_in.", "lora_unet_context_embedder."]) {
        width.map(Width::Context)
    } else if begins(["lora_unet_vector_in.", "lora_unet_time_text_embed_text_embedder_"]) {
        width.map(Width::Pooled)
    } else {
        None
    }
}

fn kohya_attention(state: &State, name: &str) -> Option<usize> {
    let attention = name.starts_with("lora_unet_") && name.contains("_img_attn_proj.");
    attention.then(|| input_width(state, name, "lora_down.weight")).flatten()
}

/// The width a layer takes, if `name` is the tensor of it that tells: the half `ending`, or the first factor of a LoKr.
fn input_width(state: &State, name: &str, ending: &str) -> Option<usize> {
    if name.ends_with(ending) {
        return state.length(name, 1);
    }
    lokr(state, name, "_b", 1)
}

/// The length of a product of two factors, if `name` is the first: whole, or the half `part` of one that is a product too.
fn lokr(state: &State, name: &str, part: &str, dimension: usize) -> Option<usize> {
    let (layer, factor) = name.rsplit_once('.')?;
    if factor != "lokr_w1" && factor.strip_prefix("lokr_w1") != Some(part) {
        return None;
    }
    let product = |ending: &str| {
        let length = |factor: &str| state.length(&format!("{layer}.{factor}{ending}"), dimension);
        Some(length("lokr_w1")? * length("lokr_w2")?)
    };
    product("").or_else(|| product(part))
}

/// Whether the hidden layer of the first block is not as much wider as FLUX.1's.
fn other_ratio(state: &State, mine: impl Fn(&str) -> bool, layer: &str, ending: &str) -> bool {
    let width = |name: &str| if name.ends_with(ending) { state.length(name, 0) } else { lokr(state, name, "_a", 0) };
    let first = state.names().filter(|name| mine(name) && name.contains(layer)).find_map(width);
    first.is_some_and(|width| width != FLUX1_HIDDEN * FLUX1_RATIO)
}
