//! A rough picture straight from latents, cheap enough for every step.
//!
//! Reference: InvokeAI 6.14.2, `app/util/step_callback.py`, `sample_to_lowres_estimated_image`; the figures for Stable
//! Diffusion 1 and 2 are a linear fit of the autoencoder.

use invoke_engine_sys::InferenceMode;
use tch::{Kind, Tensor};

use super::RgbImage;
use crate::{EngineError, Result};

/// Red, green and blue of each latent channel.
const SD1_FACTORS: [[f32; 3]; 4] =
    [[0.3444, 0.1385, 0.0670], [0.1247, 0.4027, 0.1494], [-0.3192, 0.2513, 0.2103], [-0.1307, -0.1874, -0.7445]];

/// One pixel per latent of the first of `latents (b, 4, h, w)`.
pub fn latents_to_rgb(latents: &Tensor) -> Result<RgbImage> {
    let _inference = InferenceMode::enter()?;
    match latents.size()[..] {
        [batch, 4, _, _] if batch > 0 => {}
        _ => {
            let expected = "(b, 4, h, w)".to_owned();
            return Err(EngineError::Input { what: "latents", expected, got: latents.size() });
        }
    }
    let factors = Tensor::f_from_slice(SD1_FACTORS.as_flattened())?
        .f_view([4, 3])?
        .f_to_device(latents.device())?
        .f_to_kind(latents.kind())?;
    let colours = latents.f_select(0, 0)?.f_permute([1, 2, 0])?.f_matmul(&factors)?; // (h, w, 3)
    let unit = colours.f_add_scalar(1.0)?.f_div_scalar(2.0)?.f_clamp(0.0, 1.0)?;
    RgbImage::from_bytes(&unit.f_mul_scalar(255.0)?.f_to_kind(Kind::Uint8)?.f_to_device(tch::Device::Cpu)?)
}
