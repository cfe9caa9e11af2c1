//! VAEs of their own.
//!
//! Reference: InvokeAI 6.14.2, `configs/vae.py`. Those of Stable Diffusion have the same shapes: their names tell them.

use super::Kind;
use super::on_disk::OnDisk;
use super::state::State;
use serde_json::Value;

const LATENTS: &str = "decoder.conv_in.weight";

fn looks_like_vae(state: &State) -> bool {
    state.any_starts(&["encoder.conv_in", "decoder.conv_in"])
}

fn is_flux2(state: &State) -> bool {
    state.has_any(&["bn.running_mean", "bn.running_var"]) || state.length(LATENTS, 1) == Some(32)
}

/// Latent channels of a VAE of the Wan family, which convolves over time as well.
fn wan_channels(state: &State) -> Option<usize> {
    let shape = state.shape(LATENTS).filter(|shape| shape.len() == 5)?;
    [16, 48].into_iter().find(|channels| *channels == shape[1])
}

fn named_wan(model: &OnDisk<'_>) -> bool {
    model.file_name().to_lowercase().contains("wan")
}

pub(super) fn wan(model: &OnDisk<'_>) -> Option<Kind> {
    if model.is_one_of(&["AutoencoderKLWan"]) {
        let channels = model.root_config().and_then(|config| config.get("z_dim")?.as_u64());
        let channels = channels.filter(|channels| [16, 48].contains(channels)).unwrap_or(16);
        return Some(Kind::new("vae", "diffusers", "wan").with("latent_channels", channels));
    }
    // With 16 channels it has the shapes of Qwen Image's.
    let channels = wan_channels(model.file()?)?;
    let found = channels != 16 || named_wan(model);
    found.then(|| Kind::new("vae", "checkpoint", "wan").with("latent_channels", channels))
}

pub(super) fn qwen_image(model: &OnDisk<'_>) -> Option<Kind> {
    let found = wan_channels(model.file()?) == Some(16) && !named_wan(model);
    found.then(|| Kind::new("vae", "checkpoint", "qwen-image"))
}

pub(super) fn anima(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    let parts = ["encoder.downsamples.", "decoder.upsamples.", "decoder.middle."];
    parts.iter().all(|part| state.any_starts(&[part])).then(|| Kind::new("vae", "checkpoint", "anima"))
}

pub(super) fn flux2(model: &OnDisk<'_>) -> Option<Kind> {
    if model.is_one_of(&["AutoencoderKLFlux2"]) {
        return Some(Kind::new("vae", "diffusers", "flux2"));
    }
    let state = model.file()?;
    (looks_like_vae(state) && is_flux2(state)).then(|| Kind::new("vae", "checkpoint", "flux2"))
}

pub(super) fn file(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    if !looks_like_vae(state) || is_flux2(state) || wan_channels(state).is_some() {
        return None;
    }
    let name = model.file_name().to_lowercase();
    let named = || {
        let words = [("xl", "sdxl"), ("sd2", "sd-2"), ("vae", "sd-1"), ("schnell_ae", "flux")];
        words.into_iter().find(|(word, _)| name.contains(word)).map(|(_, base)| base)
    };
    let base = match state.length(LATENTS, 1) {
        Some(16) => "flux",
        Some(4) => named().unwrap_or("sd-1"),
        _ => named()?,
    };
    Some(Kind::new("vae", "checkpoint", base))
}

pub(super) fn folder(model: &OnDisk<'_>) -> Option<Kind> {
    if !model.is_one_of(&["AutoencoderKL", "AutoencoderTiny"]) {
        return None;
    }
    let config = model.root_config()?;
    let scaled = config.get("scaling_factor").and_then(Value::as_f64) == Some(0.13025);
    let sized = config.get("sample_size").and_then(Value::as_u64).is_some_and(|size| [512, 1024].contains(&size));
    // `xl` at the end of a word.
    let named = regex_lite::Regex::new(r"(?i)xl\b").is_ok_and(|pattern| pattern.is_match(model.name()));
    Some(Kind::new("vae", "diffusers", if (scaled && sized) || named { "sdxl" } else { "sd-1" }))
}
