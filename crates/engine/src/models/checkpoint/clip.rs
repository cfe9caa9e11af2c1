//! `text_encoder/config.json` and `text_encoder_2/config.json`.

use serde_json::{Value, json};

use super::{Family, Shapes};
use crate::Result;

/// Width of an attention head of CLIP.
const HEAD_WIDTH: i64 = 64;
/// Stable Diffusion 2 listens to what goes into the last of OpenCLIP's layers, which its files have all the same.
const SD2_LAYERS: usize = 23;

pub(super) fn config(shapes: &Shapes<'_>, family: Family) -> Result<Value> {
    let layer = |layer: usize, rest: &str| format!("text_model.encoder.layers.{layer}.{rest}");
    let tokens = "text_model.embeddings.token_embedding.weight";
    let width = shapes.length(tokens, 1)?;
    let layers = shapes.count(|index| layer(index, "layer_norm1.weight"));
    let projection = "text_projection.weight";
    let (class, projected) = match shapes.has(projection) {
        true => ("CLIPTextModelWithProjection", shapes.length(projection, 0)?),
        false => ("CLIPTextModel", width),
    };
    // OpenAI's CLIP of Stable Diffusion 1 and the first encoder of XL, OpenCLIP of all others.
    let open_clip = family == Family::Sd2 || shapes.prefix == "text_encoder_2.";
    Ok(json!({
        "architectures": [class],
        "model_type": "clip_text_model",
        "bos_token_id": 0,
        "eos_token_id": 2,
        "pad_token_id": 1,
        "hidden_act": if open_clip { "gelu" } else { "quick_gelu" },
        "hidden_size": width,
        "intermediate_size": shapes.length(&layer(0, "mlp.fc1.weight"), 0)?,
        "layer_norm_eps": 1e-5,
        "max_position_embeddings": shapes.length("text_model.embeddings.position_embedding.weight", 0)?,
        "num_attention_heads": (width / HEAD_WIDTH).max(1),
        "num_hidden_layers": if family == Family::Sd2 { layers.min(SD2_LAYERS) } else { layers },
        "projection_dim": projected,
        "vocab_size": shapes.length(tokens, 0)?,
    }))
}
