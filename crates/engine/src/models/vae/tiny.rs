//! A small autoencoder distilled from a large one: TAESD.
//!
//! Code: <https://github.com/madebyollin/taesd>. Reference: diffusers 0.40.0, `models/autoencoders/autoencoder_tiny.py`
//! `AutoencoderTiny`, `models/autoencoders/vae.py` `EncoderTiny`, `DecoderTiny`.

use serde::Deserialize;
use tch::{Kind, Tensor};

use super::{TileSize, VaeConfig};
use crate::layers::Conv2d;
use crate::weights::Weights;
use crate::{EngineError, Result};

/// Latents beyond this are brought back softly.
const LATENT_BOUND: f64 = 3.0;
/// Pixels, along one side, per latent.
const SCALE: i64 = 8;
/// Tiles unless told otherwise.
pub(super) const TILE: TileSize = TileSize { pixels: 512, latents: 64, overlap: 0.125 };

/// The settings that decide its layers, with the reference's defaults.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names and meanings are those of the file's format")]
pub struct TinyVaeConfig {
    pub in_channels: i64,
    pub out_channels: i64,
    pub latent_channels: i64,
    pub encoder_block_out_channels: Vec<i64>,
    pub decoder_block_out_channels: Vec<i64>,
    pub num_encoder_blocks: Vec<usize>,
    pub num_decoder_blocks: Vec<usize>,
    pub act_fn: String,
    pub upsample_fn: String,
    pub upsampling_scaling_factor: i64,
    pub scaling_factor: f64,
}

impl Default for TinyVaeConfig {
    fn default() -> Self {
        Self {
            in_channels: 3,
            out_channels: 3,
            latent_channels: 4,
            encoder_block_out_channels: vec![64; 4],
            decoder_block_out_channels: vec![64; 4],
            num_encoder_blocks: vec![1, 3, 3, 3],
            num_decoder_blocks: vec![3, 3, 3, 1],
            act_fn: "relu".to_owned(),
            upsample_fn: "nearest".to_owned(),
            upsampling_scaling_factor: 2,
            scaling_factor: 1.0,
        }
    }
}

impl TinyVaeConfig {
    /// The reason why an autoencoder of this configuration cannot be built, if there is one.
    pub fn check(&self) -> std::result::Result<(), String> {
        let same_width = |widths: &[i64], blocks: &[usize]| {
            // The reference builds convolutions between blocks for equal widths only.
            widths.len() == 4 && blocks.len() == 4 && widths.iter().all(|width| *width > 0 && *width == widths[0])
        };
        let requirements = [
            (
                same_width(&self.encoder_block_out_channels, &self.num_encoder_blocks)
                    && same_width(&self.decoder_block_out_channels, &self.num_decoder_blocks),
                "encoder and decoder must have four blocks each, all of one width",
            ),
            (
                self.in_channels > 0 && self.out_channels > 0 && self.latent_channels > 0,
                "`in_channels`, `out_channels` and `latent_channels` must be positive",
            ),
            (self.act_fn == "relu", "`act_fn` must be `relu`"),
            (
                self.upsample_fn == "nearest" && self.upsampling_scaling_factor == 2,
                "`upsample_fn` must be `nearest`, its factor 2",
            ),
            (self.scaling_factor > 0.0, "`scaling_factor` must be positive"),
        ];
        match requirements.iter().find(|(met, _)| !met) {
            Some((_, reason)) => Err((*reason).to_owned()),
            None => Ok(()),
        }
    }

    /// What it has in common with the large autoencoders.
    pub(super) fn as_large(&self) -> VaeConfig {
        VaeConfig {
            in_channels: self.in_channels,
            out_channels: self.out_channels,
            latent_channels: self.latent_channels,
            block_out_channels: self.decoder_block_out_channels.clone(),
            scaling_factor: self.scaling_factor,
            ..VaeConfig::default()
        }
    }
}

/// The two networks.
#[derive(Debug)]
pub(super) struct Tiny {
    encoder: Vec<Layer>,
    decoder: Vec<Layer>,
}

#[derive(Debug)]
enum Layer {
    Conv(Conv2d),
    Relu,
    Double,
    Block(Block),
}

impl Tiny {
    pub(super) fn new(w: &Weights, config: &TinyVaeConfig) -> Result<Self> {
        let (encoder, decoder) =
            (encoder(&(w / "encoder" / "layers"), config)?, decoder(&(w / "decoder" / "layers"), config)?);
        Ok(Self { encoder, decoder })
    }

    /// Pictures between -1 and 1 to latents.
    pub(super) fn encode(&self, pictures: &Tensor, tiles: Option<TileSize>) -> Result<Tensor> {
        let encode = |pictures: &Tensor| run(&self.encoder, &pictures.f_add_scalar(1.0)?.f_div_scalar(2.0)?);
        match tiles {
            None => encode(pictures),
            Some(size) => tiled(pictures, size.pixels, size.overlap, (1, SCALE), encode),
        }
    }

    /// Latents to pictures between -1 and 1.
    pub(super) fn decode(&self, latents: &Tensor, tiles: Option<TileSize>) -> Result<Tensor> {
        let decode = |latents: &Tensor| {
            let bounded = latents.f_div_scalar(LATENT_BOUND)?.f_tanh()?.f_mul_scalar(LATENT_BOUND)?;
            Ok(run(&self.decoder, &bounded)?.f_mul_scalar(2.0)?.f_sub_scalar(1.0)?)
        };
        match tiles {
            None => decode(latents),
            Some(size) => tiled(latents, size.latents, size.overlap, (SCALE, 1), decode),
        }
    }
}

fn encoder(w: &Weights, config: &TinyVaeConfig) -> Result<Vec<Layer>> {
    let mut layers = Vec::new();
    for (i, blocks) in config.num_encoder_blocks.iter().enumerate() {
        let channels = config.encoder_block_out_channels[i];
        let part = w / layers.len();
        layers.push(Layer::Conv(match i {
            0 => Conv2d::new(&part, config.in_channels, channels, 3)?,
            _ => Conv2d::without_bias(&part, channels, channels, 3, 2)?,
        }));
        for _ in 0..*blocks {
            layers.push(Layer::Block(Block::new(&(w / layers.len()), channels)?));
        }
    }
    let last = config.encoder_block_out_channels[config.encoder_block_out_channels.len() - 1];
    layers.push(Layer::Conv(Conv2d::new(&(w / layers.len()), last, config.latent_channels, 3)?));
    Ok(layers)
}

fn decoder(w: &Weights, config: &TinyVaeConfig) -> Result<Vec<Layer>> {
    let first = config.decoder_block_out_channels[0];
    let mut layers = vec![Layer::Conv(Conv2d::new(&(w / 0), config.latent_channels, first, 3)?), Layer::Relu];
    let last = config.num_decoder_blocks.len() - 1;
    for (i, blocks) in config.num_decoder_blocks.iter().enumerate() {
        let channels = config.decoder_block_out_channels[i];
        for _ in 0..*blocks {
            layers.push(Layer::Block(Block::new(&(w / layers.len()), channels)?));
        }
        if i == last {
            layers.push(Layer::Conv(Conv2d::new(&(w / layers.len()), channels, config.out_channels, 3)?));
        } else {
            layers.push(Layer::Double);
            layers.push(Layer::Conv(Conv2d::without_bias(&(w / layers.len()), channels, channels, 3, 1)?));
        }
    }
    Ok(layers)
}

fn run(layers: &[Layer], x: &Tensor) -> Result<Tensor> {
    let mut x = x.shallow_clone();
    for layer in layers {
        x = match layer {
            Layer::Conv(conv) => conv.forward(&x)?,
            Layer::Relu => x.f_relu()?,
            Layer::Double => {
                let (_, _, height, width) = x.size4()?;
                x.f_upsample_nearest2d([height * 2, width * 2], 2.0, 2.0)?
            }
            Layer::Block(block) => block.forward(&x)?,
        };
    }
    Ok(x)
}

/// Three convolutions beside a shortcut.
#[derive(Debug)]
struct Block {
    convs: [Conv2d; 3],
}

impl Block {
    fn new(w: &Weights, channels: i64) -> Result<Self> {
        let conv = |index: usize| Conv2d::new(&(w / "conv" / index), channels, channels, 3);
        Ok(Self { convs: [conv(0)?, conv(2)?, conv(4)?] })
    }

    /// `(b, c, h, w)` to the same shape
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let [first, second, third] = &self.convs;
        let inside = second.forward(&first.forward(x)?.f_relu()?)?.f_relu()?;
        Ok(third.forward(&inside)?.f_add(x)?.f_relu()?)
    }
}

/// One tile, `side` wide, after the other, each faded over what is there already; `(up, down)` is the scale of what `run` makes. The
/// fading differs from that of the large autoencoders.
fn tiled(
    input: &Tensor,
    side: i64,
    overlap: f64,
    (up, down): (i64, i64),
    run: impl Fn(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let (batch, _, height, width) = input.size4()?;
    let blend = (side as f64 * overlap) as i64;
    let step = side - blend;
    if side < 1 || step < 1 {
        return Err(EngineError::Setting(format!("tiles of {side} by {side} are too small to overlap")));
    }
    let scaled = |length: i64| length * up / down;
    let slope = blend as f64 * up as f64 / down as f64 - 1.0;
    // What is at the beginning of a side has nothing to fade over.
    let weights = |from: i64, length: i64| -> Result<Tensor> {
        let options = (Kind::Float, input.device());
        if from == 0 {
            return Ok(Tensor::f_ones([length], options)?);
        }
        Ok(Tensor::f_arange(length, options)?.f_div_scalar(slope)?.f_clamp(0.0, 1.0)?)
    };
    let mut whole: Option<Tensor> = None;
    for top in (0..height).step_by(step as usize) {
        for left in (0..width).step_by(step as usize) {
            let tile = run(&input.f_slice(2, top, top + side, 1)?.f_slice(3, left, left + side, 1)?)?;
            let (_, channels, tile_height, tile_width) = tile.size4()?;
            let whole = match &whole {
                Some(whole) => whole.shallow_clone(),
                None => {
                    let shape = [batch, channels, scaled(height), scaled(width)];
                    whole.insert(Tensor::f_zeros(shape, (tile.kind(), tile.device()))?).shallow_clone()
                }
            };
            let share =
                weights(top, tile_height)?.f_unsqueeze(1)?.f_mul(&weights(left, tile_width)?.f_unsqueeze(0)?)?;
            let mut place = whole.f_narrow(2, scaled(top), tile_height)?.f_narrow(3, scaled(left), tile_width)?;
            let kept = place.f_mul(&share.f_neg()?.f_add_scalar(1.0)?)?;
            place.f_copy_(&tile.f_mul(&share)?.f_add(&kept)?)?;
        }
    }
    whole.ok_or_else(|| EngineError::Setting("there is nothing to cut into tiles".to_owned()))
}
