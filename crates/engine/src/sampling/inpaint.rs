//! Parts of a picture made anew while the rest stays.
//!
//! Reference: InvokeAI 6.14.2, `app/invocations/denoise_latents.py` `prep_inpaint_mask`,
//! `backend/stable_diffusion/diffusers_pipeline.py` `AddsMaskGuidance`, `add_inpainting_channels_to_latents` and the end of
//! `latents_from_embeddings`.

use tch::Tensor;

use super::latents::{Interpolation, resize};
use crate::random::Generator;
use crate::schedulers::Scheduler;
use crate::{EngineError, Kind, Result};

/// Which part is made anew.
#[derive(Debug)]
pub struct Inpaint<'a> {
    /// 0 where the picture is made anew and 1 where it stays, `(1, 1, h, w)` of any size.
    pub mask: &'a Tensor,
    /// Latents of the picture with that part blank, `(1, 4, h, w)`, for models made for inpainting.
    pub masked_latents: Option<&'a Tensor>,
    /// Whether the numbers between 0 and 1 say in which step a place begins to change, and not how much it does.
    pub gradient: bool,
}

/// Where the latents may change, in the course of a run.
#[derive(Debug)]
pub(super) struct ChangeMask {
    /// 1 where they may and 0 where they stay, `(1, 1, h, w)`.
    change: Tensor,
    gradient: bool,
    original: Tensor,
}

impl ChangeMask {
    /// For the latents `(1, 4, h, w)` before there is noise in them.
    pub(super) fn new(inpaint: &Inpaint<'_>, original: &Tensor) -> Result<Self> {
        let mask = fitted(inpaint.mask, original)?;
        Ok(Self {
            change: mask.f_neg()?.f_add_scalar(1.0)?,
            gradient: inpaint.gradient,
            original: original.shallow_clone(),
        })
    }

    /// The latents with those that stay as noisy as they would be at `timestep` of a model trained with `training`.
    pub(super) fn mix(
        &self,
        latents: &Tensor,
        scheduler: &dyn Scheduler,
        noise: &Tensor,
        timestep: f64,
        training: usize,
    ) -> Result<Tensor> {
        let kept = scheduler.add_noise(&self.original, noise, timestep)?;
        if self.gradient {
            let threshold = timestep / training as f64;
            Ok(latents.f_where_self(&self.change.f_gt(threshold)?, &kept)?)
        } else {
            Ok(kept.f_to_kind(latents.kind())?.f_lerp_tensor(latents, &self.change.f_to_kind(latents.kind())?)?)
        }
    }

    /// The latents at the end of a run with those that stay as they were.
    pub(super) fn restore(&self, latents: &Tensor) -> Result<Tensor> {
        Ok(if self.gradient {
            latents.f_where_self(&self.change.f_gt(0.0)?, &self.original)?
        } else {
            self.original.f_lerp_tensor(&latents.f_to_kind(self.original.kind())?, &self.change)?
        })
    }
}

/// What a model made for inpainting sees besides the latents, `(1, 5, h, w)`: where the picture is made anew, and the
/// picture without that part. Without a mask everything is made anew.
pub(super) fn channels(inpaint: Option<&Inpaint<'_>>, original: &Tensor) -> Result<Tensor> {
    let Some(inpaint) = inpaint else {
        let blank = original.f_zeros_like()?;
        return Ok(Tensor::f_cat(&[blank.f_narrow(1, 0, 1)?.f_ones_like()?, blank], 1)?);
    };
    let mask = fitted(inpaint.mask, original)?;
    let masked = match inpaint.masked_latents {
        Some(masked) => masked.f_to_device(original.device())?.f_to_kind(original.kind())?,
        None => original.f_where_self(&mask.f_ge(0.5)?, &original.f_zeros_like()?)?,
    };
    if masked.size() != original.size() {
        let expected = format!("that of the latents, {:?}", original.size());
        return Err(EngineError::Input { what: "masked latents", expected, got: masked.size() });
    }
    Ok(Tensor::f_cat(&[mask.f_neg()?.f_add_scalar(1.0)?, masked], 1)?)
}

/// The noise the latents that stay get in each step: that of the start, or where the latents came with their noise, what
/// the seed gives.
pub(super) fn noise(given: Option<&Tensor>, seed: u64, original: &Tensor) -> Result<Tensor> {
    match given {
        Some(noise) => Ok(noise.shallow_clone()),
        None => {
            let noise = Generator::new(seed)?.randn(&original.size(), Kind::Float)?;
            Ok(noise.f_to_device(original.device())?.f_to_kind(original.kind())?)
        }
    }
}

/// The mask in the size, precision and place of the latents.
fn fitted(mask: &Tensor, latents: &Tensor) -> Result<Tensor> {
    let (_, _, height, width) = latents.size4()?;
    match mask.size()[..] {
        [1, 1, h, w] if h > 0 && w > 0 => {}
        _ => {
            let expected = "(1, 1, h, w)".to_owned();
            return Err(EngineError::Input { what: "mask", expected, got: mask.size() });
        }
    }
    let mask = mask.f_to_device(latents.device())?;
    let mask = if mask.size()[2..] == [height, width] {
        mask
    } else {
        resize(&mask.f_to_kind(Kind::Float)?, (height, width), Interpolation::Bilinear { antialias: false })?
    };
    Ok(mask.f_to_kind(latents.kind())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Device;

    fn row(numbers: &[f32]) -> Tensor {
        Tensor::from_slice(numbers).view([1, 1, 1, -1])
    }

    #[test]
    fn a_plain_mask_mixes_and_a_gradient_mask_chooses() {
        let (mask, original, new) = (row(&[1.0, 0.75, 0.0]), row(&[10.0; 3]), row(&[20.0; 3]));
        let end = |gradient| {
            let inpaint = Inpaint { mask: &mask, masked_latents: None, gradient };
            let restored = ChangeMask::new(&inpaint, &original).unwrap().restore(&new).unwrap();
            Vec::<f32>::try_from(restored.flatten(0, -1)).unwrap()
        };
        assert_eq!(end(false), [10.0, 12.5, 20.0]);
        assert_eq!(end(true), [10.0, 20.0, 20.0]);
    }

    #[test]
    fn a_model_for_inpainting_sees_the_mask_and_the_rest_of_the_picture() {
        let original = Tensor::full([1, 4, 1, 2], 3.0, (Kind::Float, Device::Cpu));
        let mask = row(&[1.0, 0.0]);
        let inpaint = Inpaint { mask: &mask, masked_latents: None, gradient: false };
        let numbers = |seen: Tensor| Vec::<f32>::try_from(seen.flatten(0, -1)).unwrap();
        let seen = numbers(channels(Some(&inpaint), &original).unwrap());
        assert_eq!(seen, [0., 1., 3., 0., 3., 0., 3., 0., 3., 0.]);
        let seen = numbers(channels(None, &original).unwrap());
        assert_eq!(seen, [1., 1., 0., 0., 0., 0., 0., 0., 0., 0.]);
    }

    #[test]
    fn a_mask_that_is_none_is_refused() {
        let original = Tensor::zeros([1, 4, 2, 2], (Kind::Float, Device::Cpu));
        let mask = Tensor::zeros([2, 2], (Kind::Float, Device::Cpu));
        let inpaint = Inpaint { mask: &mask, masked_latents: None, gradient: false };
        let error = ChangeMask::new(&inpaint, &original).unwrap_err().to_string();
        assert_eq!(error, "`mask` has the wrong shape: expected (1, 1, h, w), got [2, 2]");
    }
}
