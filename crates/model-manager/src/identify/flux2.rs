//! FLUX.2 (Klein, dev).
//!
//! Reference: InvokeAI 6.14.2, `configs/main.py`, the classes with `Flux2` in their names, and `configs/flux2_variant.py`.

use super::flux::{PREFIXES, looks_main};
use super::on_disk::OnDisk;
use super::state::State;
use super::{Kind, sdnq};
use serde_json::Value;

const PIPELINES: [&str; 3] = ["Flux2KleinPipeline", "Flux2Pipeline", "Flux2Transformer2DModel"];
/// What the text encoder of FLUX.1 gives; wider is FLUX.2.
const FLUX1_CONTEXT: usize = 4096;
/// 32 latent channels, packed by four.
const PACKED_CHANNELS: usize = 128;

/// A variant with the widths that tell it: of the text, of the pooled text, of the transformer.
struct Widths(&'static str, usize, usize, usize);

const VARIANTS: [Widths; 3] =
    [Widths("klein_4b", 7680, 2560, 3072), Widths("klein_9b", 12288, 4096, 4096), Widths("dev", 15360, 5120, 6144)];

pub(super) fn of_context(width: usize) -> Option<&'static str> {
    VARIANTS.iter().find(|variant| variant.1 == width).map(|variant| variant.0)
}

pub(super) fn of_pooled(width: usize) -> Option<&'static str> {
    VARIANTS.iter().find(|variant| variant.2 == width).map(|variant| variant.0)
}

pub(super) fn of_hidden(width: usize) -> Option<&'static str> {
    VARIANTS.iter().find(|variant| variant.3 == width).map(|variant| variant.0)
}

pub(super) fn main(model: &OnDisk<'_>) -> Option<Kind> {
    folder(model).or_else(|| file(model))
}

fn folder(model: &OnDisk<'_>) -> Option<Kind> {
    // A transformer alone has nothing to encode text or decode images with.
    let complete = model.has("model_index.json") || model.has("transformer");
    if !complete || !model.is_one_of(&PIPELINES) || sdnq::is_pipeline(model) {
        return None;
    }
    let config = if model.has("transformer/config.json") { "transformer/config.json" } else { "config.json" };
    let width = model.config(config)?.get("joint_attention_dim").and_then(Value::as_u64);
    let variant = width.and_then(|width| of_context(usize::try_from(width).ok()?)).unwrap_or("klein_4b");
    let kind = Kind::new("main", "diffusers", "flux2").with("variant", named(variant, model));
    Some(kind.with("repo_variant", model.repo_variant()))
}

fn file(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    if !looks_main(state) || !is_transformer(state) {
        return None;
    }
    let nf4 = "double_blocks.0.img_attn.proj.weight.quant_state.bitsandbytes__nf4";
    if PREFIXES.iter().any(|prefix| state.has(&format!("{prefix}{nf4}"))) {
        return None;
    }
    let format = if state.is_gguf() { "gguf_quantized" } else { "checkpoint" };
    Some(Kind::new("main", format, "flux2").with("variant", file_variant(state, model)))
}

/// The variant of a single file.
pub(super) fn file_variant(state: &State, model: &OnDisk<'_>) -> &'static str {
    let contexts = PREFIXES.iter().flat_map(|prefix| ["context_embedder", "txt_in"].map(|name| (prefix, name)));
    let context = contexts
        .filter_map(|(prefix, name)| state.length(&format!("{prefix}{name}.weight"), 1))
        .find(|width| of_context(*width).is_some() || *width > FLUX1_CONTEXT);
    // What is wider than FLUX.1 and of no known width counts as the smallest, as does what is known by its channels.
    named(context.and_then(of_context).unwrap_or("klein_4b"), model)
}

/// Undistilled models have the same shapes; only their names tell them.
pub(super) fn named(variant: &'static str, model: &OnDisk<'_>) -> &'static str {
    match (variant, super::name_of(model.path()).to_lowercase().contains("base")) {
        ("klein_4b", true) => "klein_4b_base",
        ("klein_9b", true) => "klein_9b_base",
        (variant, _) => variant,
    }
}

pub(super) fn is_transformer(state: &State) -> bool {
    let length = |name: &str| PREFIXES.map(|prefix| state.length(&format!("{prefix}{name}.weight"), 1));
    length("context_embedder").into_iter().flatten().any(|width| width > FLUX1_CONTEXT)
        || length("img_in").into_iter().flatten().any(|channels| channels == PACKED_CHANNELS)
}
