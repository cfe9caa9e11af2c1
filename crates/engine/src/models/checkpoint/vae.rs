//! `vae/config.json`, and that of an autoencoder that is the whole file.
//!
//! Reference: diffusers 0.40.0, `AutoencoderKL.from_single_file`, which takes the configuration of Stable Diffusion 1 for every
//! such file, whatever it is for. Here the shapes decide; what they do not tell is as there, the scale of latents included.

use serde_json::{Value, json};

use super::{Family, Shapes};
use crate::Result;

pub(super) fn config(shapes: &Shapes<'_>, family: Option<Family>) -> Result<Value> {
    let channel = |block: usize| format!("encoder.down_blocks.{block}.resnets.0.conv1.weight");
    let blocks = shapes.count(channel);
    let channels = (0..blocks).map(|block| shapes.length(&channel(block), 0)).collect::<Result<Vec<_>>>()?;
    let (scale, side) = match family {
        None | Some(Family::Sd1) => (0.18215, 512),
        Some(Family::Sd2) => (0.18215, 768),
        Some(Family::Sdxl | Family::SdxlRefiner) => (0.13025, 1_024),
    };
    Ok(json!({
        "_class_name": "AutoencoderKL",
        "act_fn": "silu",
        "block_out_channels": channels,
        "down_block_types": vec!["DownEncoderBlock2D"; blocks],
        "force_upcast": true,
        "in_channels": shapes.length("encoder.conv_in.weight", 1)?,
        "latent_channels": shapes.length("decoder.conv_in.weight", 1)?,
        "layers_per_block": shapes.count(|layer| format!("encoder.down_blocks.0.resnets.{layer}.conv1.weight")),
        "mid_block_add_attention": shapes.has("decoder.mid_block.attentions.0.to_q.weight"),
        "norm_num_groups": 32,
        "out_channels": shapes.length("decoder.conv_out.weight", 0)?,
        "sample_size": side,
        "scaling_factor": scale,
        "up_block_types": vec!["UpDecoderBlock2D"; blocks],
        "use_post_quant_conv": shapes.has("post_quant_conv.weight"),
        "use_quant_conv": shapes.has("quant_conv.weight"),
    }))
}
