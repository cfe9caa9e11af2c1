//! A picture file of any format we read, from a stranger: PNG, JPEG, WebP. What it is is told by its first bytes, not by
//! its name; how large it is is read from its header, before anything is decoded.

use crate::png::{self, TextChunks};
use crate::{ImagingError, Limits, Mode, Pixels};
use webp::{BitstreamFeatures, Decoder as WebpDecoder};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Decodes a picture after checking that it stays within `limits`, with the text chunks of a PNG.
pub fn decode_bounded(bytes: &[u8], limits: Limits) -> Result<(Pixels, TextChunks), ImagingError> {
    if bytes.len() > limits.max_bytes {
        return Err(ImagingError::TooManyBytes { got: bytes.len(), limit: limits.max_bytes });
    }
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => png::decode_bounded(bytes, limits),
        [0xFF, 0xD8, 0xFF, ..] => Ok((decode_jpeg(bytes, limits)?, TextChunks::new())),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => {
            Ok((decode_webp(bytes, limits)?, TextChunks::new()))
        }
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Err(ImagingError::UnsupportedFormat {
            format: if brand.starts_with(b"avif") || brand.starts_with(b"avis") { "AVIF" } else { "HEIC" },
        }),
        _ => Err(ImagingError::UnknownFormat),
    }
}

fn check_size(width: u32, height: u32, limits: Limits) -> Result<(), ImagingError> {
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        return Err(ImagingError::TooManyPixels { width, height, limit: limits.max_pixels });
    }
    Ok(())
}

/// Grey stays grey; everything else becomes RGB, also what was made for printing.
fn decode_jpeg(bytes: &[u8], limits: Limits) -> Result<Pixels, ImagingError> {
    let failed = |error: &dyn std::fmt::Debug| ImagingError::DecodeJpeg(format!("{error:?}"));
    // The format itself allows 65,535 pixels a side.
    let options = DecoderOptions::default().set_max_width(usize::from(u16::MAX)).set_max_height(usize::from(u16::MAX));
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| failed(&error))?;
    let (width, height) = decoder.dimensions().ok_or_else(|| failed(&"no size"))?;
    let (width, height) = (u32::try_from(width).unwrap_or(u32::MAX), u32::try_from(height).unwrap_or(u32::MAX));
    check_size(width, height, limits)?;
    let (mode, colours) = match decoder.input_colorspace() {
        Some(ColorSpace::Luma) => (Mode::L, ColorSpace::Luma),
        _ => (Mode::Rgb, ColorSpace::RGB),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(colours));
    let data = decoder.decode().map_err(|error| failed(&error))?;
    Pixels::new(mode, width, height, data)
}

fn decode_webp(bytes: &[u8], limits: Limits) -> Result<Pixels, ImagingError> {
    let features = BitstreamFeatures::new(bytes).ok_or(ImagingError::DecodeWebp)?;
    let (width, height) = (features.width(), features.height());
    check_size(width, height, limits)?;
    let mode = if features.has_alpha() { Mode::Rgba } else { Mode::Rgb };
    let picture = WebpDecoder::new(bytes).decode().ok_or(ImagingError::DecodeWebp)?;
    Pixels::new(mode, width, height, picture.to_vec())
}

/// Cuts off the border in which nothing is to be seen: no opacity where there is any, black otherwise. A picture of
/// nothing else stays as it is.
pub fn crop_visible(pixels: Pixels) -> Result<Pixels, ImagingError> {
    let (width, channels) = (pixels.width() as usize, pixels.mode().channels());
    let is_visible = |pixel: &[u8]| match *pixel {
        [.., alpha] if pixel.len() == 4 => alpha != 0,
        _ => pixel.iter().any(|sample| *sample != 0),
    };
    let (mut left, mut right, mut top, mut bottom) = (width, 0, usize::MAX, 0);
    for (y, row) in pixels.data().chunks_exact(width * channels).enumerate() {
        let first = row.chunks_exact(channels).position(is_visible);
        let Some(first) = first else { continue };
        let last = row.chunks_exact(channels).rposition(is_visible).unwrap_or(first);
        (left, right) = (left.min(first), right.max(last + 1));
        (top, bottom) = (top.min(y), y + 1);
    }
    if right == 0 || (left == 0 && top == 0 && right == width && bottom == pixels.height() as usize) {
        return Ok(pixels);
    }
    let rows = pixels.data().chunks_exact(width * channels).skip(top).take(bottom - top);
    let data = rows.flat_map(|row| &row[left * channels..right * channels]).copied().collect();
    Pixels::new(pixels.mode(), (right - left) as u32, (bottom - top) as u32, data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{jpeg, webp as webp_format};

    fn colours() -> Pixels {
        Pixels::new(Mode::Rgb, 16, 8, vec![200; 16 * 8 * 3]).unwrap()
    }

    #[test]
    fn each_format_is_told_by_its_bytes() {
        let files = [
            png::encode(&colours(), 1, &[]).unwrap(),
            jpeg::encode(&colours(), 90).unwrap(),
            webp_format::encode(&colours(), 90.0).unwrap(),
        ];
        for file in files {
            let (pixels, text) = decode_bounded(&file, Limits::default()).unwrap();
            assert_eq!((pixels.width(), pixels.height(), pixels.mode(), text.len()), (16, 8, Mode::Rgb, 0));
            // One even colour survives every format to rounding.
            assert!(pixels.data().iter().all(|sample| sample.abs_diff(200) <= 3));
        }
    }

    #[test]
    fn a_grey_jpeg_stays_grey() {
        let grey = Pixels::new(Mode::L, 8, 8, vec![77; 64]).unwrap();
        let (pixels, _) = decode_bounded(&jpeg::encode(&grey, 95).unwrap(), Limits::default()).unwrap();
        assert_eq!(pixels.mode(), Mode::L);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let heif = |brand: &[u8]| [b"\0\0\0\x20ftyp".as_slice(), brand, b"\0\0\0\0"].concat();
        let refusal = |bytes: &[u8]| decode_bounded(bytes, Limits::default()).unwrap_err().to_string();
        assert_eq!(refusal(&heif(b"avif")), "AVIF pictures cannot be read; PNG, JPEG and WebP can");
        assert_eq!(refusal(&heif(b"heic")), "HEIC pictures cannot be read; PNG, JPEG and WebP can");
        assert_eq!(refusal(b"GIF89a"), "this is no PNG, JPEG or WebP picture");
        assert_eq!(refusal(b""), "this is no PNG, JPEG or WebP picture");
    }

    #[test]
    fn too_many_pixels_are_refused_from_the_header() {
        let limits = Limits { max_pixels: 127, ..Limits::default() };
        for file in [
            png::encode(&colours(), 1, &[]).unwrap(),
            jpeg::encode(&colours(), 90).unwrap(),
            webp_format::encode(&colours(), 90.0).unwrap(),
        ] {
            let refused = decode_bounded(&file, limits);
            assert!(matches!(refused, Err(ImagingError::TooManyPixels { width: 16, height: 8, .. })), "{refused:?}");
        }
    }

    #[test]
    fn the_invisible_border_is_cut_off() {
        let mut data = vec![0; 5 * 4 * 4];
        for (x, y) in [(1, 1), (3, 2)] {
            data[(y * 5 + x) * 4 + 3] = 255;
        }
        let cut = crop_visible(Pixels::new(Mode::Rgba, 5, 4, data).unwrap()).unwrap();
        assert_eq!((cut.width(), cut.height()), (3, 2));
        let empty = Pixels::new(Mode::L, 3, 3, vec![0; 9]).unwrap();
        assert_eq!(crop_visible(empty.clone()).unwrap(), empty);
    }
}
