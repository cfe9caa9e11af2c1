//! LoRAs and their relatives (LoHa, LoKr, DoRA, IA3, full differences), of all families but Anima.
//!
//! Reference: InvokeAI 6.14.2, `configs/lora.py` and `lora_token_vector_length` in
//! `backend/model_manager/util/model_util.py`.

use super::flux_lora::{self, Format};
use super::on_disk::{OnDisk, read_state};
use super::state::{Item, State};
use super::{Kind, anima, flux2_lora};
use regex_lite::Regex;
use serde_json::json;

const PREFIXES: [&str; 5] = ["lora_te_", "lora_unet_", "lora_te1_", "lora_te2_", "lora_transformer_"];
const SUFFIXES: [&str; 8] = [
    "to_k_lora.up.weight",
    "to_q_lora.down.weight",
    "lora_A.weight",
    "lora_B.weight",
    "lokr_w1",
    "lokr_w2",
    "hada_w1_a",
    "hada_w2_a",
];
const OMI_SDXL: &str = "stable-diffusion-xl-v1-base/lora";
const OMI_FLUX: &str = "Flux.1-dev/lora";

/// What the layers of Z-Image begin with.
const Z_IMAGE: [&str; 5] = [
    "diffusion_model.layers.",
    "diffusion_model.context_refiner.",
    "diffusion_model.noise_refiner.",
    "transformer.layers.",
    "base_model.model.transformer.layers.",
];
const Z_IMAGE_KOHYA: &str =
    r"^lora_unet__(layers|context_refiner|noise_refiner)_(\d+)_(attention|feed_forward)_(to_k|to_q|to_v|w1|w2|w3)";
const QWEN_IMAGE: [&str; 3] =
    ["transformer_blocks.", "transformer.transformer_blocks.", "lora_unet_transformer_blocks_"];
/// Blocks that Qwen Image does not have.
const FLUX_BLOCKS: [&str; 7] = [
    "double_blocks.",
    "single_blocks.",
    "single_transformer_blocks.",
    "transformer.single_transformer_blocks.",
    "lora_unet_double_blocks_",
    "lora_unet_single_blocks_",
    "lora_unet_single_transformer_blocks_",
];
/// The two halves of a layer.
const HALVES: [(&str, &str); 4] = [
    ("lora_A.weight", "lora_B.weight"),
    ("lora_B.weight", "lora_A.weight"),
    ("lora_down.weight", "lora_up.weight"),
    ("lora_up.weight", "lora_down.weight"),
];

fn lycoris(base: &'static str) -> Kind {
    Kind::new("lora", "lycoris", base)
}

/// The format of the Open Model Initiative, which says what it is.
pub(super) fn omi(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    let metadata = model.metadata();
    let text = |name: &str| metadata.get(name).map(String::as_str).unwrap_or_default();
    let base = match text("modelspec.architecture") {
        OMI_SDXL => "sdxl",
        OMI_FLUX => "flux",
        _ => return None,
    };
    let omi = !text("modelspec.sai_model_spec").is_empty() && text("ot_branch") == "omi_format";
    let other = matches!(flux_lora::format(state, metadata), Some(Format::Control | Format::Diffusers));
    (omi && !other).then(|| Kind::new("lora", "omi", base))
}

/// FLUX.1 and FLUX.2.
pub(super) fn flux(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    match flux_lora::format(state, model.metadata())? {
        Format::Control => None,
        Format::Lora | Format::Diffusers if flux2_lora::is_flux2(state) => {
            Some(lycoris("flux2").with("variant", json!(flux2_lora::variant(state))))
        }
        Format::Lora | Format::Diffusers => Some(lycoris("flux")),
    }
}

/// Stable Diffusion 1, 2 and XL.
pub(super) fn stable_diffusion(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    if flux_lora::format(state, model.metadata()).is_some() || anima::has_lora_blocks(state) {
        return None;
    }
    let looks = state.any_starts(&PREFIXES) || state.any_ends(&SUFFIXES);
    looks.then(|| base(state)).flatten().map(lycoris)
}

/// diffusers' own folder with one file in it.
pub(super) fn folder(model: &OnDisk<'_>) -> Option<Kind> {
    let folder = model.folder()?;
    let own =
        ["bin", "safetensors"].into_iter().map(|extension| folder.join(format!("pytorch_lora_weights.{extension}")));
    let own = own.into_iter().find(|file| file.exists());
    let new = |base| Kind::new("lora", "diffusers", base);
    if let Some(state) = own.as_deref().and_then(read_state)
        && flux2_lora::is_flux2(&state)
    {
        return Some(new("flux2").with("variant", json!(flux2_lora::variant(&state))));
    }
    // Which of several files would tell is not known.
    let only = model.state()?;
    if flux_lora::format(only, model.metadata()).is_some() {
        return (!flux2_lora::is_flux2(only)).then(|| new("flux"));
    }
    base(&read_state(&own?)?).map(new)
}

fn base(state: &State) -> Option<&'static str> {
    match token_width(state) {
        Some(768) => Some("sd-1"),
        Some(1024) => Some("sd-2"),
        Some(1280 | 2048) => Some("sdxl"),
        _ => has_deep_sdxl_blocks(state).then_some("sdxl"),
    }
}

/// How wide the text is that a LoRA was trained with: that of its UNet's cross-attention, or of its text encoders.
fn token_width(state: &State) -> Option<usize> {
    let (mut first, mut second) = (None, None);
    for (name, item) in state.items() {
        let Item::Tensor(shape) = item else { continue };
        let told = || layer_width(state, name, shape);
        let cross = ["_attn2_to_k.", "_attn2_to_v.", "time_emb_proj.lora_down"];
        if name.starts_with("lora_unet_") && cross.iter().any(|part| name.contains(part)) {
            if let Some(width) = told() {
                return Some(width);
            }
        } else if name.contains("_self_attn_") {
            if name.starts_with("lora_te1_") {
                first = told();
            } else if name.starts_with("lora_te2_") {
                second = told();
            } else if let Some(width) = told().filter(|_| name.starts_with("lora_te_")) {
                return Some(width);
            }
        }
        if let (Some(first), Some(second)) = (first, second) {
            return Some(first + second);
        }
    }
    None
}

/// The width a layer takes, as far as one of its tensors tells.
fn layer_width(state: &State, name: &str, shape: &[usize]) -> Option<usize> {
    let (layer, part) = name.split_once('.')?;
    match part {
        "lora_down.weight" | "hada_w1_b" | "hada_w2_b" | "diff" => shape.get(1).copied(),
        part if part.contains("lokr_") => {
            // The reference does not find those that are products themselves.
            let width = |half: &str| state.length(&format!("{layer}.{half}"), 1);
            Some(width("lokr_w1")? * width("lokr_w2")?)
        }
        // IA3 scales what a layer gives.
        "weight" if !layer.contains("lora_unet_") => shape.first().copied(),
        _ => None,
    }
}

/// Whether the UNet has more than two transformer blocks in a row, which only Stable Diffusion XL has.
fn has_deep_sdxl_blocks(state: &State) -> bool {
    let pattern = Regex::new(
        r"^lora_unet_(?:(?:down_blocks|up_blocks)_\d+_attentions_\d+|mid_block_attentions_\d+|(?:input_blocks|output_blocks)_\d+_\d+|middle_block_\d+)_transformer_blocks_(\d+)_",
    );
    let Ok(pattern) = pattern else { return false };
    let index = |name: &str| pattern.captures(name)?.get(1)?.as_str().parse::<usize>().ok();
    state.names().filter_map(index).any(|index| index >= 2)
}

pub(super) fn z_image(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    let kohya = Regex::new(Z_IMAGE_KOHYA)
        .is_ok_and(|kohya| state.names().any(|name| kohya.is_match(name.split('.').next().unwrap_or_default())));
    let endings = ["lora_A.weight", "lora_B.weight", "lora_down.weight", "lora_up.weight", "dora_scale"];
    (kohya || (state.any_starts(&Z_IMAGE) && state.any_ends(&endings))).then(|| lycoris("z-image"))
}

fn has_krea2_parts(state: &State) -> bool {
    state.any_contains(&["text_fusion", "txtfusion", "time_mod_proj"])
        || (state.any_contains(&[".attn.wq."]) && state.any_contains(&[".attn.gate."]))
}

pub(super) fn krea2(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    has_krea2_parts(state).then_some(())?;
    let mut halves = 0;
    for name in state.names() {
        if let Some((half, other)) = HALVES.iter().find(|(half, _)| name.ends_with(half)) {
            halves += 1;
            // A half without the other would fail when it is loaded.
            state.has(&format!("{}{other}", &name[..name.len() - half.len()])).then_some(())?;
        }
    }
    (halves > 0).then(|| lycoris("krea-2"))
}

pub(super) fn qwen_image(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    let endings =
        ["lora_A.weight", "lora_B.weight", "lora_down.weight", "lora_up.weight", "dora_scale", "lokr_w1", "lokr_w2"];
    let found = state.any_starts(&QWEN_IMAGE)
        && state.any_ends(&endings)
        && !state.any_starts(&["diffusion_model.layers."])
        && !state.any_starts(&FLUX_BLOCKS)
        && !has_krea2_parts(state);
    found.then(|| lycoris("qwen-image"))
}
