//! WebP: thumbnails.

use crate::{ImagingError, Mode, Pixels};
use webp::{Encoder, PixelLayout, WebPConfig};

/// Pillow's default quality.
pub const DEFAULT_QUALITY: f32 = 80.0;

const LONGEST_SIDE: u32 = 16_383;

/// Encodes a picture as lossy WebP; alpha is kept without loss. `quality` is 0 to 100 on libwebp's scale.
pub fn encode(pixels: &Pixels, quality: f32) -> Result<Vec<u8>, ImagingError> {
    let (width, height) = (pixels.width(), pixels.height());
    if width.max(height) > LONGEST_SIDE {
        return Err(ImagingError::SideTooLong { format: "WebP", width, height, limit: LONGEST_SIDE });
    }
    let grey;
    let (data, layout) = match pixels.mode() {
        Mode::L => {
            grey = pixels.clone().convert(Mode::Rgb);
            (grey.data(), PixelLayout::Rgb)
        }
        Mode::Rgb => (pixels.data(), PixelLayout::Rgb),
        Mode::Rgba => (pixels.data(), PixelLayout::Rgba),
    };
    let mut config = WebPConfig::new().map_err(|()| ImagingError::EncodeWebp("libwebp has another version".into()))?;
    config.lossless = 0;
    config.quality = quality.clamp(0.0, 100.0);
    config.alpha_compression = 1;
    config.alpha_quality = 100;
    config.method = 4;
    let encoded = Encoder::new(data, layout, width, height)
        .encode_advanced(&config)
        .map_err(|error| ImagingError::EncodeWebp(format!("{error:?}")))?;
    Ok(encoded.to_vec())
}
