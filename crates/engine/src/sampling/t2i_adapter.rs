//! A T2I-Adapter in the course of a run.
//!
//! Reference: InvokeAI 6.14.2, `app/invocations/denoise_latents.py` `run_t2i_adapters` and
//! `backend/stable_diffusion/diffusers_pipeline.py` `step`.

use tch::Tensor;

use super::contribution::{Additions, Contribution, Influence, StepView};
use crate::models::t2i_adapter::T2iAdapter;
use crate::{EngineError, Result};

/// What a T2I-Adapter has read off its picture.
#[derive(Debug)]
pub struct Features {
    features: Vec<Tensor>,
    influence: Influence,
}

impl Features {
    /// What an adapter reads off a picture `(1, channels, 8 h, 8 w)` between 0 and 1 for latents of `(h, w)`, which a UNet halves
    /// to a `downscale`-th.
    pub fn read(
        adapter: &T2iAdapter,
        picture: &Tensor,
        (height, width): (i64, i64),
        downscale: i64,
        influence: Influence,
    ) -> Result<Self> {
        let channels = adapter.config().in_channels;
        let (_, given, rows, columns) = picture.size4()?;
        if given < channels {
            let reason = format!("the adapter reads {channels} channels, and the picture has {given}");
            return Err(EngineError::Setting(reason));
        }
        // What lies beyond the last whole step of the UNet is not looked at.
        let whole = |side: i64| side / downscale * adapter.total_downscale_factor();
        let (rows, columns) = (rows.min(whole(height)), columns.min(whole(width)));
        let picture = picture.f_narrow(1, 0, channels)?.f_narrow(2, 0, rows)?.f_narrow(3, 0, columns)?;
        let features = adapter.forward(&picture)?;
        let fitted = features.iter().map(|feature| fitted(feature, height, width)).collect::<Result<_>>()?;
        Ok(Self { features: fitted, influence })
    }
}

/// Features filled up with zeros to the size that latents of `(height, width)` have at their level.
fn fitted(feature: &Tensor, height: i64, width: i64) -> Result<Tensor> {
    let (_, _, rows, columns) = feature.size4()?;
    let Some(factor) = width.checked_div(columns).filter(|factor| *factor > 0) else {
        let expected = format!("at most {width} columns");
        return Err(EngineError::Input { what: "features", expected, got: feature.size() });
    };
    let missing = |side: i64, own: i64| (side as u64).div_ceil(factor as u64) as i64 - own;
    Ok(feature.f_pad([0, missing(width, columns), 0, missing(height, rows)], "constant", 0.0)?)
}

impl Contribution for Features {
    fn contribute<'a>(&'a self, step: &StepView<'_>, additions: &mut Additions<'a>) -> Result<()> {
        let Some(weight) = self.influence.at(step.step, step.total)? else { return Ok(()) };
        let on = |feature: &Tensor| -> Result<Tensor> {
            let feature = feature.f_to_device(step.latents.device())?.f_to_kind(step.latents.kind())?;
            Ok(feature.f_mul_scalar(weight)?)
        };
        additions.add_features(self.features.iter().map(on).collect::<Result<_>>()?)
    }
}
