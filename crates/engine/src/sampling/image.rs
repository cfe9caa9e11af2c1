//! Latents to a picture and back.
//!
//! Reference: InvokeAI 6.14.2, `app/invocations/latents_to_image.py` and `image_to_latents.py`.

use invoke_engine_sys::InferenceMode;
use tch::{Kind, Tensor};

use crate::models::vae::{TileSize, Vae};
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

/// A picture as networks read it, `(1, 3, h, w)` between 0 and 1 in float32 on the CPU, divided in this precision.
pub fn unit(picture: &RgbImage, kind: Kind) -> Result<Tensor> {
    let shape = [i64::from(picture.height), i64::from(picture.width), 3];
    let bytes = Tensor::f_from_data_size(&picture.data, &shape, Kind::Uint8)?;
    let unit = bytes.f_permute([2, 0, 1])?.f_contiguous()?.f_to_kind(kind)?.f_div_scalar(255.0)?;
    Ok(unit.f_to_kind(Kind::Float)?.f_unsqueeze(0)?)
}

/// The picture of scaled latents, as sampling leaves them, `(1, c, h, w)`, decoded in tiles of this size if any; none when
/// numbers became too large for half precision, as in SDXL's autoencoder: then decode in float32.
pub fn decode(vae: &Vae, latents: &Tensor, tiles: Option<TileSize>) -> Result<Option<RgbImage>> {
    let _inference = InferenceMode::enter()?;
    let latents = latents.f_to_device(vae.device().into())?.f_to_kind(vae.kind())?;
    let decoded = vae.decode(&latents.f_div_scalar(vae.config().scaling_factor)?, tiles)?;
    if has_overflown(&decoded)? {
        return Ok(None);
    }
    let unit = decoded.f_div_scalar(2.0)?.f_add_scalar(0.5)?.f_clamp(0.0, 1.0)?;
    let pixels = unit.f_to_device(tch::Device::Cpu)?.f_select(0, 0)?.f_permute([1, 2, 0])?.f_to_kind(Kind::Float)?; // (h, w, 3)
    RgbImage::from_bytes(&pixels.f_mul_scalar(255.0)?.f_round()?.f_to_kind(Kind::Uint8)?).map(Some)
}

/// Whether half precision was not enough.
fn has_overflown(tensor: &Tensor) -> Result<bool> {
    Ok(tensor.kind() == Kind::Half && tensor.f_isfinite()?.f_all()?.f_int64_value(&[])? == 0)
}

/// A picture as numbers from -1 to 1, `(1, 3, h, w)`, in float32.
pub fn to_tensor(picture: &RgbImage) -> Result<Tensor> {
    let (height, width) = (i64::from(picture.height), i64::from(picture.width));
    if picture.data.len() as i64 != height * width * 3 {
        let expected = "three bytes per pixel".to_owned();
        return Err(EngineError::Input { what: "picture", expected, got: vec![height, width] });
    }
    let bytes = Tensor::f_from_data_size(&picture.data, &[height, width, 3], Kind::Uint8)?;
    let unit = bytes.f_permute([2, 0, 1])?.f_contiguous()?.f_to_kind(Kind::Float)?.f_div_scalar(255.0)?; // (3, h, w)
    Ok(unit.f_mul_scalar(2.0)?.f_sub_scalar(1.0)?.f_unsqueeze(0)?)
}

/// A picture `(1, 3, h, w)` with what a mask `(1, 1, h', w')` does not keep (1 keeps, 0 does not) turned grey, as models made for
/// inpainting are told of it.
pub fn masked(picture: &Tensor, mask: &Tensor) -> Result<Tensor> {
    let (_, _, height, width) = picture.size4()?;
    let mask = mask.f_to_kind(Kind::Float)?.f_upsample_bilinear2d([height, width], false, None, None)?;
    Ok(picture.f_mul(&mask.f_ge(0.5)?.f_to_kind(picture.kind())?)?)
}

/// Scaled latents of a picture `(1, 3, h, w)` between -1 and 1 whose sides are multiples of the autoencoder's scale, on the
/// autoencoder's device; none where [`decode`] gives none. A picture has not one latent but a distribution of them;
/// `generator` decides.
pub fn encode(
    vae: &Vae,
    picture: &Tensor,
    tiles: Option<TileSize>,
    generator: &mut Generator,
) -> Result<Option<Tensor>> {
    let _inference = InferenceMode::enter()?;
    let scale = vae.config().scale();
    match picture.size()[..] {
        [_, _, height, width] if height % scale == 0 && width % scale == 0 => {}
        _ => {
            let expected = format!("sides that are multiples of {scale}");
            return Err(EngineError::Input { what: "picture", expected, got: picture.size() });
        }
    }
    let pixels = picture.f_to_device(vae.device().into())?.f_to_kind(vae.kind())?;
    let latents = vae.encode(&pixels, tiles)?.sample(generator)?.f_mul_scalar(vae.config().scaling_factor)?;
    Ok(if has_overflown(&latents)? { None } else { Some(latents) })
}
