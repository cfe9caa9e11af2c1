//! Stable Diffusion 1, 2, XL and its refiner, as a diffusers folder or one file in the original layout.
//!
//! Reference: InvokeAI 6.14.2, `configs/main.py`, `Main_SD_Diffusers_Config_Base` and `Main_SD_Checkpoint_Config_Base`.

use super::Kind;
use super::on_disk::OnDisk;
use super::state::{Item, State};

const PIPELINES: [&str; 6] = [
    "StableDiffusionPipeline",
    "StableDiffusionInpaintPipeline",
    "StableDiffusionXLPipeline",
    "StableDiffusionXLInpaintPipeline",
    "StableDiffusionXLImg2ImgPipeline",
    "LatentConsistencyModelPipeline",
];

const UNET: &str = "model.diffusion_model.";
/// In this training step Stable Diffusion 2 was released for predicting noise; all other releases predict velocity.
const SD2_EPSILON_STEP: i64 = 220_000;

pub(super) fn folder(model: &OnDisk<'_>) -> Option<Kind> {
    if !model.is_one_of(&PIPELINES) {
        return None;
    }
    let unet = model.config("unet/config.json")?;
    let number = |key: &str| unet.get(key)?.as_i64();
    let base = match number("cross_attention_dim")? {
        768 => "sd-1",
        1024 => "sd-2",
        1280 => "sdxl-refiner",
        2048 => "sdxl",
        _ => return None,
    };
    let variant = variant(base, number("in_channels")?)?;
    let scheduler = model.config("scheduler/scheduler_config.json")?;
    let prediction = match scheduler.get("prediction_type") {
        None => "epsilon",
        Some(word) => ["epsilon", "v_prediction"].into_iter().find(|known| word == known)?,
    };
    let kind = Kind::new("main", "diffusers", base).with("prediction_type", prediction).with("variant", variant);
    Some(kind.with("repo_variant", model.repo_variant()))
}

pub(super) fn file(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    let width = |block: &str| {
        state.last_length(&format!("{UNET}input_blocks.{block}.1.transformer_blocks.0.attn2.to_k.weight"))
    };
    let base = match (width("2"), width("4")) {
        (Some(768), _) => "sd-1",
        (Some(1024), _) => "sd-2",
        (_, Some(2048)) => "sdxl",
        (_, Some(1280)) => "sdxl-refiner",
        _ => return None,
    };
    let channels = state.length(&format!("{UNET}input_blocks.0.0.weight"), 1)?;
    let variant = variant(base, i64::try_from(channels).ok()?)?;
    let prediction = if base == "sd-2" { sd2_prediction(state) } else { "epsilon" };
    Some(Kind::new("main", "checkpoint", base).with("prediction_type", prediction).with("variant", variant))
}

fn sd2_prediction(state: &State) -> &'static str {
    match state.get("global_step") {
        Some(Item::Integer(SD2_EPSILON_STEP)) => "epsilon",
        _ => "v_prediction",
    }
}

/// What a UNet takes beside latents: nothing, a depth map (Stable Diffusion 2 only), or a mask with what it covers.
fn variant(base: &str, channels: i64) -> Option<&'static str> {
    match channels {
        4 => Some("normal"),
        5 if base == "sd-2" => Some("depth"),
        9 => Some("inpaint"),
        _ => None,
    }
}
