//! `unet/config.json`, and what a ControlNet has in its place.

use serde_json::{Value, json};

use super::{Family, Shapes};
use crate::Result;

/// Stable Diffusion 1 has as many heads everywhere; its successors give each the same width.
const HEADS: i64 = 8;
const HEAD_WIDTH: i64 = 64;
/// Width of the sines of each number XL is told.
const NUMBER_WIDTH: i64 = 256;

pub(super) fn config(shapes: &Shapes<'_>, family: Family) -> Result<Value> {
    let mut config = way_down(shapes, family)?;
    let levels = shapes.count(|level| format!("up_blocks.{level}.resnets.0.conv1.weight"));
    let up = |level| attends(shapes, &format!("up_blocks.{level}"));
    let types = (0..levels).map(|level| if up(level) { "CrossAttnUpBlock2D" } else { "UpBlock2D" });
    config["_class_name"] = json!("UNet2DConditionModel");
    config["up_block_types"] = types.collect();
    config["out_channels"] = json!(shapes.length("conv_out.weight", 0)?);
    config["sample_size"] = json!(match family {
        Family::Sd1 => 64,
        Family::Sd2 => 96,
        Family::Sdxl | Family::SdxlRefiner => 128,
    });
    Ok(config)
}

pub(super) fn controlnet(shapes: &Shapes<'_>, family: Family) -> Result<Value> {
    let mut config = way_down(shapes, family)?;
    let embedding = |layer: &str| format!("controlnet_cond_embedding.{layer}.weight");
    let mut channels = vec![shapes.length(&embedding("conv_in"), 0)?];
    // Every second convolution halves the picture, and changes the channels.
    let blocks = shapes.count(|block| embedding(&format!("blocks.{block}")));
    for block in (1..blocks).step_by(2) {
        channels.push(shapes.length(&embedding(&format!("blocks.{block}")), 0)?);
    }
    config["_class_name"] = json!("ControlNetModel");
    config["conditioning_embedding_out_channels"] = json!(channels);
    config["conditioning_channels"] = json!(shapes.length(&embedding("conv_in"), 1)?);
    Ok(config)
}

/// What a UNet and a ControlNet have in common.
fn way_down(shapes: &Shapes<'_>, family: Family) -> Result<Value> {
    let levels = shapes.count(|level| format!("down_blocks.{level}.resnets.0.conv1.weight"));
    let channels = (0..levels)
        .map(|level| shapes.length(&format!("down_blocks.{level}.resnets.0.conv1.weight"), 0))
        .collect::<Result<Vec<_>>>()?;
    let depth = |layer: String| {
        let block = |block| format!("{layer}.transformer_blocks.{block}.norm1.weight");
        shapes.count(block).max(1)
    };
    let down = |level| attends(shapes, &format!("down_blocks.{level}"));
    // The last number is that of the middle, too.
    let depths = (0..levels).map(|level| match level + 1 == levels {
        true => depth("mid_block.attentions.0".to_owned()),
        false => depth(format!("down_blocks.{level}.attentions.0")),
    });
    let types = (0..levels).map(|level| if down(level) { "CrossAttnDownBlock2D" } else { "DownBlock2D" });
    let heads = match family {
        Family::Sd1 => json!(HEADS),
        _ => channels.iter().map(|channels| (channels / HEAD_WIDTH).max(1)).collect(),
    };
    // A convolution of one pixel until Stable Diffusion 2 made it a linear layer.
    let middle = "mid_block.attentions.0.proj_in.weight";
    let (mid_type, linear) = match shapes.has(middle) {
        true => ("UNetMidBlock2DCrossAttn", shapes.shape(middle)?.len() == 2),
        false => ("UNetMidBlock2D", false),
    };
    let mut config = json!({
        "act_fn": "silu",
        "attention_head_dim": heads,
        "block_out_channels": channels,
        "center_input_sample": false,
        "cross_attention_dim": prompt_width(family),
        "down_block_types": types.collect::<Vec<_>>(),
        "downsample_padding": 1,
        "flip_sin_to_cos": true,
        "freq_shift": 0,
        "in_channels": shapes.length("conv_in.weight", 1)?,
        "layers_per_block": shapes.count(|layer| format!("down_blocks.0.resnets.{layer}.conv1.weight")),
        "mid_block_scale_factor": 1,
        "mid_block_type": mid_type,
        "norm_eps": 1e-5,
        "norm_num_groups": 32,
        "transformer_layers_per_block": depths.collect::<Vec<_>>(),
        "use_linear_projection": linear,
    });
    if shapes.has("add_embedding.linear_1.weight") {
        config["addition_embed_type"] = json!("text_time");
        config["addition_time_embed_dim"] = json!(NUMBER_WIDTH);
        config["projection_class_embeddings_input_dim"] = json!(shapes.length("add_embedding.linear_1.weight", 1)?);
    }
    Ok(config)
}

/// Whether the layers of a level attend to the prompt.
fn attends(shapes: &Shapes<'_>, level: &str) -> bool {
    shapes.has(&format!("{level}.attentions.0.proj_in.weight"))
}

fn prompt_width(family: Family) -> i64 {
    match family {
        Family::Sd1 => 768,
        Family::Sd2 => 1_024,
        Family::Sdxl => 2_048,
        Family::SdxlRefiner => 1_280,
    }
}
