//! JPEG: previews of a picture in the making.

use crate::{ImagingError, Mode, Pixels};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Pillow's default quality.
pub const DEFAULT_QUALITY: u8 = 75;

const LONGEST_SIDE: u32 = 65_535;

/// Encodes a picture as baseline JPEG with chroma at half resolution (4:2:0). `quality` is 1 to 100 on libjpeg's scale;
/// alpha is dropped.
pub fn encode(pixels: &Pixels, quality: u8) -> Result<Vec<u8>, ImagingError> {
    let (width, height) = (pixels.width(), pixels.height());
    let (Ok(short_width), Ok(short_height)) = (u16::try_from(width), u16::try_from(height)) else {
        return Err(ImagingError::SideTooLong { format: "JPEG", width, height, limit: LONGEST_SIDE });
    };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality.clamp(1, 100));
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let color = match pixels.mode() {
        Mode::L => ColorType::Luma,
        Mode::Rgb => ColorType::Rgb,
        Mode::Rgba => ColorType::Rgba,
    };
    encoder.encode(pixels.data(), short_width, short_height, color)?;
    Ok(bytes)
}
