//! CLIP: text encoders and image encoders as folders.
//!
//! Reference: InvokeAI 6.14.2, `configs/clip_embed.py`, `configs/clip_vision.py`.

use super::Kind;
use super::on_disk::{OnDisk, class_of};
use serde_json::{Map, Value};

/// A text encoder at the root, or in the folder that a pipeline has for it.
const CONFIGS: [&str; 2] = ["config.json", "text_encoder/config.json"];

/// Which size of CLIP a configuration describes.
pub(super) fn variant(config: &Map<String, Value>) -> Option<&'static str> {
    match config.get("hidden_size")?.as_u64()? {
        768 => Some("large"),
        1280 => Some("gigantic"),
        _ => None,
    }
}

pub(super) fn embed(model: &OnDisk<'_>) -> Option<Kind> {
    let config = model.first_config(&CONFIGS)?;
    let known = ["CLIPModel", "CLIPTextModel", "CLIPTextModelWithProjection"];
    known.contains(&class_of(&config)?.as_str()).then_some(())?;
    Some(Kind::new("clip_embed", "diffusers", "any").with("variant", variant(&config)?))
}

pub(super) fn vision(model: &OnDisk<'_>) -> Option<Kind> {
    let config = model.config("config.json")?;
    let found = match class_of(&config)?.as_str() {
        "CLIPVisionModelWithProjection" => true,
        "CLIPModel" => config.contains_key("vision_config"),
        _ => false,
    };
    found.then(|| Kind::new("clip_vision", "diffusers", "any"))
}
