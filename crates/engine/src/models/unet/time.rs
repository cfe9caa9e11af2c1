//! What the levels of a UNet are told of the time, and in SDXL of the picture as a whole.
//!
//! Reference: diffusers 0.40.0, `models/unets/unet_2d_condition.py`, `get_time_embed` and `get_aug_embed`.

use tch::{Kind, Tensor};

use super::{Added, UnetConfig};
use crate::layers::{TimestepEmbedding, timestep_embedding};
use crate::weights::Weights;
use crate::{EngineError, Result};

/// The layers that read time and what is added to it.
#[derive(Debug)]
pub(crate) struct TimeInput {
    channels: i64,
    cos_first: bool,
    shift: f64,
    time_embedding: TimestepEmbedding,
    added: Option<AddedEmbedding>,
}

/// `addition_embed_type` `text_time`.
#[derive(Debug)]
struct AddedEmbedding {
    dim: i64,
    inputs: i64,
    add_embedding: TimestepEmbedding,
}

impl TimeInput {
    /// The layers of a network of this configuration.
    pub(crate) fn new(w: &Weights, config: &UnetConfig) -> Result<Self> {
        let (channels, outputs) = (config.block_out_channels[0], config.time_embed_dim());
        let added = match config.text_time() {
            None => None,
            Some((dim, inputs)) => {
                let add_embedding = TimestepEmbedding::new(&(w / "add_embedding"), inputs, outputs)?;
                Some(AddedEmbedding { dim, inputs, add_embedding })
            }
        };
        let time_embedding = TimestepEmbedding::new(&(w / "time_embedding"), channels, outputs)?;
        Ok(Self { channels, cos_first: config.flip_sin_to_cos, shift: config.freq_shift, time_embedding, added })
    }

    /// The vector for `sample (b, ..)` at `timestep`, `(b, time_embed_dim)`, in the sample's precision.
    pub(crate) fn forward(&self, sample: &Tensor, timestep: f64, added: Option<Added<'_>>) -> Result<Tensor> {
        let batch = sample.size()[0];
        let timesteps = Tensor::f_full([batch], timestep, (Kind::Float, sample.device()))?; // (b)
        let sines = timestep_embedding(&timesteps, self.channels, self.cos_first, self.shift)?;
        let time = self.time_embedding.forward(&sines.f_to_kind(sample.kind())?)?; // (b, time_dim)
        let Some(layer) = &self.added else { return Ok(time) };
        let Some(Added { text_embeds, time_ids }) = added else {
            let reason = "this model must be told the whole prompt and the picture's size (`added`)".to_owned();
            return Err(EngineError::Setting(reason));
        };
        let ids = time_ids.f_flatten(0, -1)?; // (b * n)
        let sines = timestep_embedding(&ids, layer.dim, self.cos_first, self.shift)?.f_reshape([batch, -1])?;
        let sines = sines.f_to_kind(text_embeds.kind())?;
        let joined = Tensor::f_cat(&[text_embeds, &sines], -1)?.f_to_kind(time.kind())?; // (b, dim + n * sines)
        if joined.size() != [batch, layer.inputs] {
            let expected = format!("({batch}, {}) in all", layer.inputs);
            return Err(EngineError::Input { what: "added text and numbers", expected, got: joined.size() });
        }
        Ok(time.f_add(&layer.add_embedding.forward(&joined)?)?)
    }
}
