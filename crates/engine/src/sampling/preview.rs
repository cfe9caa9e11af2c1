//! A rough picture straight from latents, cheap enough for every step.
//!
//! Reference: InvokeAI 6.14.2, `app/util/step_callback.py`, `sample_to_lowres_estimated_image`; the figures are linear fits
//! of the autoencoders.

use invoke_engine_sys::InferenceMode;
use tch::{Kind, Tensor};

use super::RgbImage;
use crate::{EngineError, Result};

/// Whose latents they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// Stable Diffusion 1 and 2.
    Sd,
    /// SDXL and its refiner.
    Sdxl,
}

/// Red, green and blue of each latent channel.
const SD_FACTORS: [[f32; 3]; 4] =
    [[0.3444, 0.1385, 0.0670], [0.1247, 0.4027, 0.1494], [-0.3192, 0.2513, 0.2103], [-0.1307, -0.1874, -0.7445]];
const SDXL_FACTORS: [[f32; 3]; 4] =
    [[0.3816, 0.4930, 0.5320], [-0.3753, 0.1631, 0.1739], [0.1770, 0.3588, -0.2048], [-0.4350, -0.2644, -0.4289]];
/// SDXL's latents are rougher than its pictures.
const SDXL_SMOOTHING: [f32; 9] = [0.0358, 0.0964, 0.0358, 0.0964, 0.4711, 0.0964, 0.0358, 0.0964, 0.0358];

/// One pixel per latent of the first of `latents (b, 4, h, w)`.
pub fn latents_to_rgb(latents: &Tensor, palette: Palette) -> Result<RgbImage> {
    let _inference = InferenceMode::enter()?;
    match latents.size()[..] {
        [batch, 4, _, _] if batch > 0 => {}
        _ => {
            let expected = "(b, 4, h, w)".to_owned();
            return Err(EngineError::Input { what: "latents", expected, got: latents.size() });
        }
    }
    let like = |numbers: &[f32], shape: &[i64]| {
        Tensor::f_from_slice(numbers)?.f_view(shape)?.f_to_device(latents.device())?.f_to_kind(latents.kind())
    };
    let factors = match palette {
        Palette::Sd => SD_FACTORS,
        Palette::Sdxl => SDXL_FACTORS,
    };
    let factors = like(factors.as_flattened(), &[4, 3])?;
    let mut colours = latents.f_select(0, 0)?.f_permute([1, 2, 0])?.f_matmul(&factors)?; // (h, w, 3)
    if palette == Palette::Sdxl {
        let planes = colours.f_permute([2, 0, 1])?.f_unsqueeze(1)?; // (3, 1, h, w)
        let kernel = like(&SDXL_SMOOTHING, &[1, 1, 3, 3])?;
        let smooth = planes.f_conv2d(&kernel, None::<&Tensor>, [1, 1], [1, 1], [1, 1], 1)?;
        colours = smooth.f_squeeze_dim(1)?.f_permute([1, 2, 0])?;
    }
    let unit = colours.f_add_scalar(1.0)?.f_div_scalar(2.0)?.f_clamp(0.0, 1.0)?;
    RgbImage::from_bytes(&unit.f_mul_scalar(255.0)?.f_to_kind(Kind::Uint8)?.f_to_device(tch::Device::Cpu)?)
}
