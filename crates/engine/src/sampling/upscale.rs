//! Pictures, or tiles of them, through an upscaler.
//!
//! Reference: InvokeAI 6.14.2, `backend/spandrel_image_to_image_model.py` and `backend/image_util/realesrgan/realesrgan.py`.

use invoke_engine_sys::InferenceMode;
use tch::{Kind, Tensor};

use super::RgbImage;
use super::image::unit;
use crate::Result;
use crate::models::upscaler::Upscaler;

/// How far Real-ESRGAN's own code looks beyond a tile, and how much it mirrors at the right and below.
const REACH: i64 = 10;

/// A picture or a tile as the network enlarges it. Colours are cut down to whole numbers, as the reference does.
pub fn enlarge(upscaler: &Upscaler, picture: &RgbImage) -> Result<RgbImage> {
    let _inference = InferenceMode::enter()?;
    let enlarged = upscaler.forward(&unit(picture, Kind::Double)?)?;
    bytes(&enlarged.f_mul_scalar(255.0)?)
}

/// A picture in tiles of `tile` pixels (0 for one tile) as Real-ESRGAN's code does it; asks before each tile whether to go on.
pub fn real_esrgan(
    upscaler: &Upscaler,
    picture: &RgbImage,
    tile: i64,
    mut go_on: impl FnMut() -> Result<()>,
) -> Result<RgbImage> {
    let _inference = InferenceMode::enter()?;
    let scale = upscaler.scale();
    let unit = unit(picture, Kind::Float)?;
    let (_, _, own_height, own_width) = unit.size4()?;
    let mut padded = unit.f_reflection_pad2d([0, REACH, 0, REACH])?;
    if scale == 2 {
        let (_, _, height, width) = padded.size4()?;
        padded = padded.f_reflection_pad2d([0, width % 2, 0, height % 2])?;
    }
    let (_, channels, height, width) = padded.size4()?;
    let tile = if tile > 0 { tile } else { height.max(width) };
    let output = Tensor::f_zeros([1, channels, height * scale, width * scale], (Kind::Float, tch::Device::Cpu))?;
    for top in (0..height).step_by(tile as usize) {
        for left in (0..width).step_by(tile as usize) {
            go_on()?;
            let (bottom, right) = ((top + tile).min(height), (left + tile).min(width));
            let (above, before) = ((top - REACH).max(0), (left - REACH).max(0));
            let (below, after) = ((bottom + REACH).min(height), (right + REACH).min(width));
            let input = padded.f_narrow(2, above, below - above)?.f_narrow(3, before, after - before)?;
            let made = upscaler.forward(&input)?.f_to_device(tch::Device::Cpu)?.f_to_kind(Kind::Float)?;
            let (rows, columns) = ((bottom - top) * scale, (right - left) * scale);
            let kept = made.f_narrow(2, (top - above) * scale, rows)?.f_narrow(3, (left - before) * scale, columns)?;
            let mut place = output.f_narrow(2, top * scale, rows)?.f_narrow(3, left * scale, columns)?;
            place.f_copy_(&kept)?;
        }
    }
    let kept = output.f_narrow(2, 0, own_height * scale)?.f_narrow(3, 0, own_width * scale)?;
    bytes(&kept.f_mul_scalar(255.0)?.f_round()?)
}

/// `(1, 3, h, w)` of numbers from 0 to 255.
fn bytes(picture: &Tensor) -> Result<RgbImage> {
    let pixels = picture.f_select(0, 0)?.f_permute([1, 2, 0])?.f_to_device(tch::Device::Cpu)?;
    RgbImage::from_bytes(&pixels.f_contiguous()?.f_to_kind(Kind::Uint8)?)
}
