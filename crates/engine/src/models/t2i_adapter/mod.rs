//! Networks that read features off a picture, which are added to the levels of a UNet on the way down: T2I-Adapter, full, full
//! for SDXL, and light.
//!
//! Paper: <https://arxiv.org/abs/2302.08453>. Reference: diffusers 0.40.0, `models/adapter.py`.

mod blocks;

use std::path::Path;

use invoke_engine_sys::InferenceMode;
use serde::Deserialize;
use tch::{Kind, Tensor};

use crate::device::Device;
use crate::layers::Conv2d;
use crate::weights::Weights;
use crate::{EngineError, Result, json};

use blocks::Block;

/// `config.json` of an adapter; what a file leaves out has the value diffusers assumes.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct T2iAdapterConfig {
    /// Channels of the pictures it reads.
    pub in_channels: i64,
    /// Channels of its features, level by level.
    pub channels: Vec<i64>,
    /// Residual blocks of a level.
    pub num_res_blocks: usize,
    /// How many pixels of a side are first put into channels.
    pub downscale_factor: i64,
    /// Its architecture.
    pub adapter_type: AdapterType,
}

/// The architectures there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum AdapterType {
    /// One level of features for each of the UNet's.
    #[serde(rename = "full_adapter")]
    Full,
    /// For SDXL, which has two levels of the same size.
    #[serde(rename = "full_adapter_xl")]
    FullXl,
    /// With fewer channels inside.
    #[serde(rename = "light_adapter")]
    Light,
}

impl Default for T2iAdapterConfig {
    fn default() -> Self {
        Self {
            in_channels: 3,
            channels: vec![320, 640, 1280, 1280],
            num_res_blocks: 2,
            downscale_factor: 8,
            adapter_type: AdapterType::Full,
        }
    }
}

/// A loaded adapter.
#[derive(Debug)]
pub struct T2iAdapter {
    config: T2iAdapterConfig,
    /// What the light ones do without.
    conv_in: Option<Conv2d>,
    body: Vec<Block>,
    weights: Weights,
    bytes: u64,
}

impl T2iAdapter {
    /// Loads `config.json` and the weights from an adapter's folder.
    pub fn load(folder: &Path, device: Device, kind: Kind) -> Result<Self> {
        let file = folder.join("config.json");
        let config: T2iAdapterConfig = json::read(&file)?;
        if config.channels.is_empty() || config.in_channels < 1 || config.downscale_factor < 1 {
            let reason = "`channels`, `in_channels` and `downscale_factor` must be positive".to_owned();
            return Err(EngineError::Config { file, reason });
        }
        Self::new(&Weights::open(folder, device, kind)?, config)
    }

    fn new(w: &Weights, config: T2iAdapterConfig) -> Result<Self> {
        let adapter = w / "adapter";
        let T2iAdapterConfig { channels, num_res_blocks, .. } = &config;
        let inputs = config.in_channels * config.downscale_factor * config.downscale_factor;
        let body = &adapter / "body";
        let full = |i: usize, inputs, down| Block::full(&(&body / i), inputs, channels[i], *num_res_blocks, down);
        let previous = |i: usize| channels[i.saturating_sub(1)];
        let levels = 0..channels.len();
        let blocks = match config.adapter_type {
            AdapterType::Full => levels.map(|i| full(i, previous(i), i > 0)).collect::<Result<_>>()?,
            AdapterType::FullXl => levels
                .map(|i| full(i, if i == 1 || i == 2 { previous(i) } else { channels[i] }, i == 2))
                .collect::<Result<_>>()?,
            AdapterType::Light => (0..=channels.len())
                .map(|i| {
                    let inputs = if i == 0 { inputs } else { channels[i - 1] };
                    let outputs = channels[i.min(channels.len() - 1)];
                    Block::light(&(&body / i), inputs, outputs, *num_res_blocks, i > 0)
                })
                .collect::<Result<_>>()?,
        };
        let conv_in = match config.adapter_type {
            AdapterType::Full | AdapterType::FullXl => {
                Some(Conv2d::new(&(&adapter / "conv_in"), inputs, channels[0], 3)?)
            }
            AdapterType::Light => None,
        };
        Ok(Self { conv_in, body: blocks, bytes: w.loaded_bytes(), weights: w.clone(), config })
    }

    /// What it was built from.
    pub fn config(&self) -> &T2iAdapterConfig {
        &self.config
    }

    /// Bytes of its weights.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What it was built from.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// How much smaller than the picture its last features are.
    pub fn total_downscale_factor(&self) -> i64 {
        let halvings = match self.config.adapter_type {
            AdapterType::Full => self.config.channels.len() - 1,
            AdapterType::FullXl => 1,
            AdapterType::Light => self.config.channels.len(),
        };
        self.config.downscale_factor << halvings
    }

    /// `(b, in_channels, h, w)` between 0 and 1, with sides that are multiples of the downscale factor, to features of every
    /// level, `(b, channels, h', w')`.
    pub fn forward(&self, picture: &Tensor) -> Result<Vec<Tensor>> {
        let _inference = InferenceMode::enter()?;
        let picture = picture.f_to_device(self.weights.device().into())?.f_to_kind(self.weights.kind())?;
        let (_, channels, height, width) = picture.size4()?;
        let factor = self.config.downscale_factor;
        if channels != self.config.in_channels || height % factor != 0 || width % factor != 0 {
            let expected = format!("(b, {}, multiple of {factor}, multiple of {factor})", self.config.in_channels);
            return Err(EngineError::Input { what: "picture", expected, got: picture.size() });
        }
        let mut x = picture.f_pixel_unshuffle(factor)?;
        if let Some(conv_in) = &self.conv_in {
            x = conv_in.forward(&x)?;
        }
        let mut features = Vec::with_capacity(self.body.len());
        for block in &self.body {
            x = block.forward(x)?;
            features.push(x.shallow_clone());
        }
        Ok(features)
    }
}
