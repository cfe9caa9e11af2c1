//! Latents to a picture and back.
//!
//! Reference: InvokeAI 6.14.2, `app/invocations/latents_to_image.py` and `image_to_latents.py`.

use invoke_engine_sys::InferenceMode;
use tch::{Kind, Tensor};

use crate::models::vae::Vae;
use crate::random::Generator;
use crate::{EngineError, Result};

/// A picture of 8-bit red, green and blue, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RgbImage {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Three bytes per pixel.
    pub data: Vec<u8>,
}

impl RgbImage {
    /// From bytes in a tensor, `(h, w, 3)`.
    pub(super) fn from_bytes(bytes: &Tensor) -> Result<Self> {
        let (height, width, _) = bytes.size3()?;
        let side = |pixels: i64| {
            u32::try_from(pixels).map_err(|_| EngineError::Input {
                what: "picture",
                expected: "(h, w, 3)".to_owned(),
                got: bytes.size(),
            })
        };
        Ok(Self { width: side(width)?, height: side(height)?, data: Vec::try_from(bytes.f_reshape([-1])?)? })
    }
}

/// The picture of scaled latents, as sampling leaves them, `(1, c, h, w)`.
pub fn decode(vae: &Vae, latents: &Tensor) -> Result<RgbImage> {
    let _inference = InferenceMode::enter()?;
    let latents = latents.f_to_device(vae.device().into())?.f_to_kind(vae.kind())?;
    let decoded = vae.decode(&latents.f_div_scalar(vae.config().scaling_factor)?)?;
    let unit = decoded.f_div_scalar(2.0)?.f_add_scalar(0.5)?.f_clamp(0.0, 1.0)?;
    let pixels = unit.f_to_device(tch::Device::Cpu)?.f_select(0, 0)?.f_permute([1, 2, 0])?.f_to_kind(Kind::Float)?; // (h, w, 3)
    RgbImage::from_bytes(&pixels.f_mul_scalar(255.0)?.f_round()?.f_to_kind(Kind::Uint8)?)
}

/// Scaled latents of a picture whose sides are multiples of the autoencoder's scale. A picture has not one latent but a
/// distribution of them; `generator` decides.
pub fn encode(vae: &Vae, picture: &RgbImage, generator: &mut Generator) -> Result<Tensor> {
    let _inference = InferenceMode::enter()?;
    let (height, width) = (i64::from(picture.height), i64::from(picture.width));
    let scale = vae.config().scale();
    if height % scale != 0 || width % scale != 0 || picture.data.len() as i64 != height * width * 3 {
        let expected = format!("sides that are multiples of {scale}, three bytes per pixel");
        return Err(EngineError::Input { what: "picture", expected, got: vec![height, width] });
    }
    let bytes = Tensor::f_from_data_size(&picture.data, &[height, width, 3], Kind::Uint8)?;
    let unit = bytes.f_permute([2, 0, 1])?.f_contiguous()?.f_to_kind(Kind::Float)?.f_div_scalar(255.0)?; // (3, h, w)
    let pixels = unit.f_mul_scalar(2.0)?.f_sub_scalar(1.0)?.f_unsqueeze(0)?;
    let pixels = pixels.f_to_device(vae.device().into())?.f_to_kind(vae.kind())?;
    Ok(vae.encode(&pixels)?.sample(generator)?.f_mul_scalar(vae.config().scaling_factor)?)
}
