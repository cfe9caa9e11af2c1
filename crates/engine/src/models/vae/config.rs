//! `config.json` of a VAE folder.

use serde::Deserialize;

use super::TileSize;

/// The settings that decide an autoencoder's layers and the scale of its latents, with the reference's defaults.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names and meanings are those of the file's format")]
pub struct VaeConfig {
    pub in_channels: i64,
    pub out_channels: i64,
    pub latent_channels: i64,
    pub block_out_channels: Vec<i64>,
    pub down_block_types: Vec<String>,
    pub up_block_types: Vec<String>,
    pub layers_per_block: usize,
    pub norm_num_groups: i64,
    pub act_fn: String,
    pub scaling_factor: f64,
    /// Side of the pictures it was trained with, in pixels: the size of its tiles unless told otherwise.
    pub sample_size: SampleSize,
    pub use_quant_conv: bool,
    pub use_post_quant_conv: bool,
    pub mid_block_add_attention: bool,
}

impl Default for VaeConfig {
    fn default() -> Self {
        Self {
            in_channels: 3,
            out_channels: 3,
            latent_channels: 4,
            block_out_channels: vec![64],
            down_block_types: vec!["DownEncoderBlock2D".to_owned()],
            up_block_types: vec!["UpDecoderBlock2D".to_owned()],
            layers_per_block: 1,
            norm_num_groups: 32,
            act_fn: "silu".to_owned(),
            scaling_factor: 0.18215,
            sample_size: SampleSize::Both(32),
            use_quant_conv: true,
            use_post_quant_conv: true,
            mid_block_add_attention: true,
        }
    }
}

/// One number for both sides of a picture, or one for each.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum SampleSize {
    /// Both sides.
    Both(i64),
    /// Height and width.
    Each(Vec<i64>),
}

impl VaeConfig {
    /// The size of tiles unless told otherwise.
    pub fn tiles(&self) -> TileSize {
        let pixels = match &self.sample_size {
            SampleSize::Both(side) => *side,
            SampleSize::Each(sides) => sides.first().copied().unwrap_or_default(),
        };
        TileSize::new(pixels, pixels / self.scale())
    }

    /// How many pixels, along one side, one latent stands for.
    pub fn scale(&self) -> i64 {
        1 << (self.block_out_channels.len() - 1)
    }

    /// The reason why an autoencoder of this configuration cannot be built, if there is one.
    pub fn check(&self) -> Result<(), String> {
        let blocks = self.block_out_channels.len();
        let all_are = |types: &[String], name: &str| types.len() == blocks && types.iter().all(|own| own == name);
        let requirements = [
            (blocks > 0, "`block_out_channels` must name at least one block"),
            (
                all_are(&self.down_block_types, "DownEncoderBlock2D"),
                "`down_block_types` must be `DownEncoderBlock2D`, one per block",
            ),
            (
                all_are(&self.up_block_types, "UpDecoderBlock2D"),
                "`up_block_types` must be `UpDecoderBlock2D`, one per block",
            ),
            (self.layers_per_block > 0, "`layers_per_block` must be positive"),
            (
                self.in_channels > 0 && self.out_channels > 0 && self.latent_channels > 0,
                "`in_channels`, `out_channels` and `latent_channels` must be positive",
            ),
            (
                self.norm_num_groups > 0
                    && self.block_out_channels.iter().all(|n| *n > 0 && n % self.norm_num_groups == 0),
                "`block_out_channels` must be positive multiples of `norm_num_groups`",
            ),
            (matches!(self.act_fn.as_str(), "silu" | "swish"), "`act_fn` must be `silu`"),
            (self.scaling_factor > 0.0, "`scaling_factor` must be positive"),
        ];
        match requirements.iter().find(|(met, _)| !met) {
            Some((_, reason)) => Err((*reason).to_owned()),
            None => Ok(()),
        }
    }
}
