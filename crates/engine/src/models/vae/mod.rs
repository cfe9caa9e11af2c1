//! Pictures to latents and back: the autoencoders of Stable Diffusion, and the small ones distilled from them ([`TinyVaeConfig`]).
//!
//! Papers: <https://arxiv.org/abs/1312.6114>, <https://arxiv.org/abs/2112.10752>.
//! Reference: diffusers 0.40.0, `models/autoencoders/autoencoder_kl.py` `AutoencoderKL`,
//! `models/autoencoders/vae.py` `Encoder`, `Decoder`, `DiagonalGaussianDistribution`.

mod config;
mod tiling;
mod tiny;

use std::path::Path;

use serde::Deserialize;
use tch::{Kind, Tensor};

use super::checkpoint;
use crate::device::Device;
use crate::layers::{
    Attention, AttentionConfig, Conv2d, Downsample2d, GroupNorm, Padding, ResnetBlock2d, ResnetConfig, Upsample2d,
    channels_last,
};
use crate::random::Generator;
use crate::weights::Weights;
use crate::weights::names::attention;
use crate::{EngineError, Result};

pub use config::{SampleSize, VaeConfig};
pub use tiling::TileSize;
pub use tiny::TinyVaeConfig;

const CONFIG: &str = "config.json";
/// Epsilon of every norm; unlike the UNet's it is not configurable.
const EPS: f64 = 1e-6;
/// Bounds of the logarithm of the variance.
const LOG_VARIANCE: (f64, f64) = (-30.0, 20.0);

/// A loaded autoencoder.
#[derive(Debug)]
pub struct Vae {
    config: VaeConfig,
    networks: Networks,
    weights: Weights,
    bytes: u64,
}

#[derive(Debug)]
enum Networks {
    Large(Box<Large>),
    Tiny(tiny::Tiny),
}

/// `AutoencoderKL`
#[derive(Debug)]
struct Large {
    encoder: Encoder,
    quant_conv: Option<Conv2d>,
    post_quant_conv: Option<Conv2d>,
    decoder: Decoder,
}

/// What says which autoencoder a configuration is for.
#[derive(Deserialize)]
struct Class {
    #[serde(rename = "_class_name", default)]
    name: String,
}

impl Vae {
    /// Loads `config.json` and the weights from a model's `vae` folder, or a VAE that is one file.
    pub fn load(folder: &Path, device: Device, kind: Kind) -> Result<Self> {
        Self::load_from(folder, &Weights::open(folder, device, kind)?)
    }

    /// Loads `config.json` from a model's `vae` folder, or what a VAE that is one file tells of itself, and builds the
    /// autoencoder it describes from these weights.
    pub fn load_from(folder: &Path, weights: &Weights) -> Result<Self> {
        let single = folder.is_file();
        let file = if single { folder.to_owned() } else { folder.join(CONFIG) };
        let bad = |reason| EngineError::Config { file: file.clone(), reason };
        if single {
            let config: VaeConfig = checkpoint::vae(folder)?;
            config.check().map_err(bad)?;
            return Self::new(weights, config);
        }
        if checkpoint::read::<Class>(folder, CONFIG)?.name == "AutoencoderTiny" {
            let config: TinyVaeConfig = checkpoint::read(folder, CONFIG)?;
            config.check().map_err(bad)?;
            return Self::tiny(weights, &config);
        }
        let config: VaeConfig = checkpoint::read(folder, CONFIG)?;
        config.check().map_err(bad)?;
        Self::new(weights, config)
    }

    /// Builds the autoencoder of a configuration that passed its [`check`](VaeConfig::check).
    pub fn new(w: &Weights, config: VaeConfig) -> Result<Self> {
        let latent = config.latent_channels;
        let conv = |wanted, name, channels| {
            if wanted { Conv2d::new(&(w / name), channels, channels, 1).map(Some) } else { Ok(None) }
        };
        let large = Large {
            encoder: Encoder::new(&(w / "encoder"), &config)?,
            quant_conv: conv(config.use_quant_conv, "quant_conv", 2 * latent)?,
            post_quant_conv: conv(config.use_post_quant_conv, "post_quant_conv", latent)?,
            decoder: Decoder::new(&(w / "decoder"), &config)?,
        };
        let networks = Networks::Large(Box::new(large));
        Ok(Self { config, networks, bytes: w.loaded_bytes(), weights: w.clone() })
    }

    /// Builds the small autoencoder of a configuration that passed its [`check`](TinyVaeConfig::check).
    pub fn tiny(w: &Weights, config: &TinyVaeConfig) -> Result<Self> {
        let networks = Networks::Tiny(tiny::Tiny::new(w, config)?);
        let config = config.as_large();
        Ok(Self { config, networks, bytes: w.loaded_bytes(), weights: w.clone() })
    }

    /// The configuration it was built from.
    pub fn config(&self) -> &VaeConfig {
        &self.config
    }

    /// The size of its tiles unless told otherwise.
    pub fn tiles(&self) -> TileSize {
        match &self.networks {
            Networks::Large(_) => self.config.tiles(),
            Networks::Tiny(_) => tiny::TILE,
        }
    }

    /// Where it computes.
    pub fn device(&self) -> Device {
        self.weights.device()
    }

    /// The precision it computes in.
    pub fn kind(&self) -> Kind {
        self.weights.kind()
    }

    /// Bytes of its weights.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What it was built from.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Unscaled latents `(b, latent_channels, h, w)` to pictures between -1 and 1, `(b, 3, h * 8, w * 8)`, in tiles if so wanted.
    pub fn decode(&self, latents: &Tensor, tiles: Option<TileSize>) -> Result<Tensor> {
        check("latents", latents, self.config.latent_channels)?;
        match &self.networks {
            Networks::Large(large) => large.decode(latents, tiles),
            Networks::Tiny(tiny) => tiny.decode(latents, tiles),
        }
    }

    /// Pictures between -1 and 1, `(b, 3, h, w)`, to the distribution of their latents `(b, latent_channels, h / 8, w / 8)`, in
    /// tiles if so wanted. A small autoencoder has one latent for each picture.
    pub fn encode(&self, pictures: &Tensor, tiles: Option<TileSize>) -> Result<Posterior> {
        check("pictures", pictures, self.config.in_channels)?;
        match &self.networks {
            Networks::Large(large) => Posterior::new(&large.encode(pictures, tiles)?, self.config.latent_channels),
            Networks::Tiny(tiny) => {
                let mean = tiny.encode(pictures, tiles)?;
                Ok(Posterior { std: mean.f_zeros_like()?, mean })
            }
        }
    }
}

impl Large {
    /// In `tiles`, if the latents are larger than one.
    fn decode(&self, latents: &Tensor, tiles: Option<TileSize>) -> Result<Tensor> {
        let decode = |latents: &Tensor| match &self.post_quant_conv {
            Some(conv) => self.decoder.forward(&conv.forward(latents)?),
            None => self.decoder.forward(latents),
        };
        let (_, _, height, width) = latents.size4()?;
        match tiles {
            Some(size) if width > size.latents || height > size.latents => {
                tiling::tiled(latents, (size.latents, size.pixels), size.overlap, decode)
            }
            _ => decode(latents),
        }
    }

    /// Mean and logarithm of the variance, `(b, 2 latent_channels, h, w)`; in `tiles`, if the pictures are larger than one.
    fn encode(&self, pictures: &Tensor, tiles: Option<TileSize>) -> Result<Tensor> {
        let encode = |pictures: &Tensor| {
            let encoded = self.encoder.forward(pictures)?;
            match &self.quant_conv {
                Some(conv) => conv.forward(&encoded),
                None => Ok(encoded),
            }
        };
        let (_, _, height, width) = pictures.size4()?;
        match tiles {
            Some(size) if width > size.pixels || height > size.pixels => {
                tiling::tiled(pictures, (size.pixels, size.latents), size.overlap, encode)
            }
            _ => encode(pictures),
        }
    }
}

fn check(what: &'static str, tensor: &Tensor, channels: i64) -> Result<()> {
    match tensor.size()[..] {
        [_, got, _, _] if got == channels => Ok(()),
        _ => Err(EngineError::Input { what, expected: format!("(b, {channels}, h, w)"), got: tensor.size() }),
    }
}

/// The latents of a picture as independent normal distributions, unscaled.
#[derive(Debug)]
pub struct Posterior {
    /// `(b, latent_channels, h, w)`
    pub mean: Tensor,
    /// `(b, latent_channels, h, w)`
    pub std: Tensor,
}

impl Posterior {
    fn new(moments: &Tensor, channels: i64) -> Result<Self> {
        let mean = moments.f_narrow(1, 0, channels)?;
        let log_variance = moments.f_narrow(1, channels, channels)?.f_clamp(LOG_VARIANCE.0, LOG_VARIANCE.1)?;
        Ok(Self { mean, std: log_variance.f_mul_scalar(0.5)?.f_exp()? })
    }

    /// Latents drawn from the distribution.
    pub fn sample(&self, generator: &mut Generator) -> Result<Tensor> {
        let noise = generator.randn_like(&self.mean)?;
        Ok(self.mean.f_add(&self.std.f_mul(&noise)?)?)
    }
}

#[derive(Debug)]
struct Encoder {
    conv_in: Conv2d,
    down_blocks: Vec<DownBlock>,
    mid_block: MidBlock,
    conv_norm_out: GroupNorm,
    conv_out: Conv2d,
}

impl Encoder {
    fn new(w: &Weights, config: &VaeConfig) -> Result<Self> {
        let channels = &config.block_out_channels;
        let (first, last) = (channels[0], channels[channels.len() - 1]);
        let down_blocks =
            (0..channels.len()).map(|i| DownBlock::new(&(w / "down_blocks" / i), config, i)).collect::<Result<_>>()?;
        Ok(Self {
            conv_in: Conv2d::new(&(w / "conv_in"), config.in_channels, first, 3)?,
            down_blocks,
            mid_block: MidBlock::new(&(w / "mid_block"), config, last)?,
            conv_norm_out: GroupNorm::new(&(w / "conv_norm_out"), config.norm_num_groups, last, EPS)?,
            conv_out: Conv2d::new(&(w / "conv_out"), last, 2 * config.latent_channels, 3)?,
        })
    }

    /// `(b, 3, h, w)` to `(b, 2 latent_channels, h / 8, w / 8)`
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = self.conv_in.forward(&channels_last(x)?)?;
        for block in &self.down_blocks {
            x = block.forward(x)?;
        }
        let x = self.mid_block.forward(&x)?;
        self.conv_out.forward(&self.conv_norm_out.forward(&x)?.f_silu_()?)
    }
}

#[derive(Debug)]
struct Decoder {
    conv_in: Conv2d,
    mid_block: MidBlock,
    up_blocks: Vec<UpBlock>,
    conv_norm_out: GroupNorm,
    conv_out: Conv2d,
}

impl Decoder {
    fn new(w: &Weights, config: &VaeConfig) -> Result<Self> {
        let channels = &config.block_out_channels;
        let (first, last) = (channels[0], channels[channels.len() - 1]);
        let up_blocks =
            (0..channels.len()).map(|i| UpBlock::new(&(w / "up_blocks" / i), config, i)).collect::<Result<_>>()?;
        Ok(Self {
            conv_in: Conv2d::new(&(w / "conv_in"), config.latent_channels, last, 3)?,
            mid_block: MidBlock::new(&(w / "mid_block"), config, last)?,
            up_blocks,
            conv_norm_out: GroupNorm::new(&(w / "conv_norm_out"), config.norm_num_groups, first, EPS)?,
            conv_out: Conv2d::new(&(w / "conv_out"), first, config.out_channels, 3)?,
        })
    }

    /// `(b, latent_channels, h, w)` to `(b, 3, h * 8, w * 8)`
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = self.mid_block.forward(&self.conv_in.forward(&channels_last(x)?)?)?;
        for block in &self.up_blocks {
            x = block.forward(x)?;
        }
        self.conv_out.forward(&self.conv_norm_out.forward(&x)?.f_silu_()?)
    }
}

fn resnets(w: &Weights, config: &VaeConfig, count: usize, inputs: i64, outputs: i64) -> Result<Vec<ResnetBlock2d>> {
    (0..count)
        .map(|i| {
            let inputs = if i == 0 { inputs } else { outputs };
            let groups = config.norm_num_groups;
            let config = ResnetConfig { inputs, outputs, time_dim: None, groups, eps: EPS };
            ResnetBlock2d::new(&(w / "resnets" / i), config)
        })
        .collect()
}

/// `DownEncoderBlock2D`
#[derive(Debug)]
struct DownBlock {
    resnets: Vec<ResnetBlock2d>,
    downsampler: Option<Downsample2d>,
}

impl DownBlock {
    fn new(w: &Weights, config: &VaeConfig, block: usize) -> Result<Self> {
        let channels = &config.block_out_channels;
        let (inputs, outputs) = (channels[block.saturating_sub(1)], channels[block]);
        let is_last = block == channels.len() - 1;
        let downsampler =
            if is_last { None } else { Some(Downsample2d::new(&(w / "downsamplers" / 0), outputs, Padding::After)?) };
        Ok(Self { resnets: resnets(w, config, config.layers_per_block, inputs, outputs)?, downsampler })
    }

    /// `(b, inputs, h, w)` to `(b, outputs, h / 2, w / 2)`
    fn forward(&self, mut x: Tensor) -> Result<Tensor> {
        for resnet in &self.resnets {
            x = resnet.forward(&x, None)?;
        }
        match &self.downsampler {
            Some(downsampler) => downsampler.forward(&x),
            None => Ok(x),
        }
    }
}

/// `UpDecoderBlock2D`
#[derive(Debug)]
struct UpBlock {
    resnets: Vec<ResnetBlock2d>,
    upsampler: Option<Upsample2d>,
}

impl UpBlock {
    /// `block` counts from the smallest image to the largest, opposite to the configuration's list.
    fn new(w: &Weights, config: &VaeConfig, block: usize) -> Result<Self> {
        let channels = &config.block_out_channels;
        let level = channels.len() - 1 - block;
        let (inputs, outputs) = (channels[(level + 1).min(channels.len() - 1)], channels[level]);
        let upsampler = if level == 0 { None } else { Some(Upsample2d::new(&(w / "upsamplers" / 0), outputs)?) };
        Ok(Self { resnets: resnets(w, config, config.layers_per_block + 1, inputs, outputs)?, upsampler })
    }

    /// `(b, inputs, h, w)` to `(b, outputs, h * 2, w * 2)`
    fn forward(&self, mut x: Tensor) -> Result<Tensor> {
        for resnet in &self.resnets {
            x = resnet.forward(&x, None)?;
        }
        match &self.upsampler {
            Some(upsampler) => upsampler.forward(&x, None),
            None => Ok(x),
        }
    }
}

/// `UNetMidBlock2D`
#[derive(Debug)]
struct MidBlock {
    resnets: Vec<ResnetBlock2d>,
    attention: Option<PixelAttention>,
}

impl MidBlock {
    fn new(w: &Weights, config: &VaeConfig, channels: i64) -> Result<Self> {
        let attention = if config.mid_block_add_attention {
            Some(PixelAttention::new(&(w / "attentions" / 0), config.norm_num_groups, channels)?)
        } else {
            None
        };
        Ok(Self { resnets: resnets(w, config, 2, channels, channels)?, attention })
    }

    /// `(b, c, h, w)` to the same shape
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = self.resnets[0].forward(x, None)?;
        if let Some(attention) = &self.attention {
            x = attention.forward(&x)?;
        }
        self.resnets[1].forward(&x, None)
    }
}

/// Attention of every pixel to every other, with a single head.
#[derive(Debug)]
struct PixelAttention {
    group_norm: GroupNorm,
    attention: Attention,
}

impl PixelAttention {
    fn new(w: &Weights, groups: i64, channels: i64) -> Result<Self> {
        let config = AttentionConfig {
            query_dim: channels,
            context_dim: channels,
            heads: 1,
            head_dim: channels,
            qkv_bias: true,
            names: attention::of(w),
        };
        Ok(Self {
            group_norm: GroupNorm::new(&(w / "group_norm"), groups, channels, EPS)?,
            attention: Attention::new(w, config)?,
        })
    }

    /// `(b, c, h, w)` to the same shape
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, channels, height, width) = x.size4()?;
        let pixels = self.group_norm.forward(x)?.f_permute([0, 2, 3, 1])?; // (b, h, w, c)
        let tokens = pixels.f_reshape([batch, height * width, channels])?; // (b, h w, c)
        let attended = self.attention.forward(&tokens, &tokens, None)?;
        let image = attended.f_reshape([batch, height, width, channels])?.f_permute([0, 3, 1, 2])?;
        Ok(image.f_add(x)?)
    }
}
