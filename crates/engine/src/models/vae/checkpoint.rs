//! The configuration of an autoencoder that is one file and brings none: read off the shapes of its tensors.
//!
//! Reference: diffusers 0.40.0, `AutoencoderKL.from_single_file`, which takes the configuration of Stable Diffusion 1 for every
//! such file, whatever it is for. Here the shapes decide; what they do not tell is as there, the scale of latents included.

use std::path::Path;

use invoke_tensor_files::TensorFile;

use super::VaeConfig;
use crate::Result;

/// As many as the convolutions of Stable Diffusion have.
const NORM_GROUPS: i64 = 32;

/// The configuration of the autoencoder in `file`.
pub(super) fn config(file: &Path) -> Result<VaeConfig> {
    let tensors = TensorFile::open_model(file)?;
    let length = |name: &str, dimension: usize| {
        tensors.tensor(name).map(|view| view.shape.get(dimension).copied().unwrap_or_default() as i64)
    };
    let channels = |block: usize| length(&format!("encoder.down_blocks.{block}.resnets.0.conv1.weight"), 0);
    let block_out_channels: Vec<i64> = (0..).map_while(|block| channels(block).ok()).collect();
    let layer = |layer: &usize| tensors.contains(&format!("encoder.down_blocks.0.resnets.{layer}.conv1.weight"));
    let blocks = block_out_channels.len();
    Ok(VaeConfig {
        in_channels: length("encoder.conv_in.weight", 1)?,
        out_channels: length("decoder.conv_out.weight", 0)?,
        latent_channels: length("decoder.conv_in.weight", 1)?,
        layers_per_block: (0..).take_while(layer).count(),
        block_out_channels,
        down_block_types: vec!["DownEncoderBlock2D".to_owned(); blocks],
        up_block_types: vec!["UpDecoderBlock2D".to_owned(); blocks],
        norm_num_groups: NORM_GROUPS,
        use_quant_conv: tensors.contains("quant_conv.weight"),
        use_post_quant_conv: tensors.contains("post_quant_conv.weight"),
        mid_block_add_attention: tensors.contains("decoder.mid_block.attentions.0.to_q.weight"),
        ..VaeConfig::default()
    })
}
