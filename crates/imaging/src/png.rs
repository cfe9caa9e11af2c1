//! PNG: the format every finished picture is kept in, with its text chunks.

use crate::{ImagingError, Limits, Mode, Pixels};
use png::{BitDepth, ColorType, Compression, Decoder, DeflateCompression, Encoder, Filter, Reader, Transformations};
use std::io::Cursor;

/// Keyword and text of the text chunks of a file.
pub type TextChunks = Vec<(String, String)>;

/// Encodes a picture. `level` is zlib's 0 to 9; text that fits Latin-1 goes to `tEXt`, other text to `iTXt`, as Pillow
/// does it.
pub fn encode(pixels: &Pixels, level: u8, text: &[(&str, &str)]) -> Result<Vec<u8>, ImagingError> {
    let mut bytes = Vec::with_capacity(pixels.data().len() / 2);
    let mut encoder = Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(match pixels.mode() {
        Mode::L => ColorType::Grayscale,
        Mode::Rgb => ColorType::Rgb,
        Mode::Rgba => ColorType::Rgba,
    });
    encoder.set_depth(BitDepth::Eight);
    match level {
        0 => encoder.set_compression(Compression::NoCompression),
        // The default level is about speed; this encoder is several times faster than zlib's level 1 at about its size.
        1 => encoder.set_deflate_compression(DeflateCompression::FdeflateUltraFast),
        _ => encoder.set_deflate_compression(DeflateCompression::Level(level.min(9))),
    }
    if level > 0 {
        encoder.set_filter(Filter::Adaptive);
    }
    for &(keyword, value) in text {
        if value.chars().all(|c| u32::from(c) <= 0xFF) {
            encoder.add_text_chunk(keyword.to_owned(), value.to_owned())?;
        } else {
            encoder.add_itxt_chunk(keyword.to_owned(), value.to_owned())?;
        }
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels.data())?;
    writer.finish()?;
    Ok(bytes)
}

/// Decodes a PNG after checking that it stays within `limits`. 16-bit samples keep their high byte, palettes are
/// expanded, and transparency of any kind gives [`Mode::Rgba`].
pub fn decode_bounded(bytes: &[u8], limits: Limits) -> Result<(Pixels, TextChunks), ImagingError> {
    let mut reader = open(bytes, limits)?;
    let (width, height) = reader.info().size();
    let (color, _) = reader.output_color_type();
    let length =
        reader.output_buffer_size().ok_or(ImagingError::TooManyPixels { width, height, limit: limits.max_pixels })?;
    let mut data = vec![0; length];
    let frame = reader.next_frame(&mut data)?;
    data.truncate(frame.buffer_size());
    reader.finish()?;
    let text = text_of(&mut reader, limits)?;
    let (mode, data) = match color {
        ColorType::Grayscale => (Mode::L, data),
        ColorType::Rgb | ColorType::Indexed => (Mode::Rgb, data),
        ColorType::Rgba => (Mode::Rgba, data),
        ColorType::GrayscaleAlpha => (Mode::Rgba, spread_grey_alpha(&data)),
    };
    Ok((Pixels::new(mode, width, height, data)?, text))
}

/// The text chunks before the picture data, read without decoding it; ours all lie there.
pub fn read_text(bytes: &[u8], limits: Limits) -> Result<TextChunks, ImagingError> {
    let mut reader = open(bytes, limits)?;
    text_of(&mut reader, limits)
}

fn open(bytes: &[u8], limits: Limits) -> Result<Reader<Cursor<&[u8]>>, ImagingError> {
    if bytes.len() > limits.max_bytes {
        return Err(ImagingError::TooManyBytes { got: bytes.len(), limit: limits.max_bytes });
    }
    let mut decoder = Decoder::new(Cursor::new(bytes));
    // Working memory of the decoder apart from the picture: text, palette, profile.
    decoder.set_limits(png::Limits { bytes: limits.max_text_bytes.saturating_add(limits.max_bytes.min(bytes.len())) });
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let (width, height) = decoder.read_header_info()?.size();
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        return Err(ImagingError::TooManyPixels { width, height, limit: limits.max_pixels });
    }
    Ok(decoder.read_info()?)
}

fn text_of(reader: &mut Reader<Cursor<&[u8]>>, limits: Limits) -> Result<TextChunks, ImagingError> {
    let info = reader.info();
    let mut text = TextChunks::new();
    let mut left = limits.max_text_bytes;
    let mut push = |keyword: String, value: String, left: &mut usize| {
        *left = left.saturating_sub(value.len());
        text.push((keyword, value));
    };
    for chunk in &info.uncompressed_latin1_text {
        push(chunk.keyword.clone(), chunk.text.clone(), &mut left);
    }
    for chunk in &info.compressed_latin1_text {
        let mut chunk = chunk.clone();
        chunk.decompress_text_with_limit(left)?;
        push(chunk.keyword.clone(), chunk.get_text()?, &mut left);
    }
    for chunk in &info.utf8_text {
        let mut chunk = chunk.clone();
        chunk.decompress_text_with_limit(left)?;
        push(chunk.keyword.clone(), chunk.get_text()?, &mut left);
    }
    Ok(text)
}

fn spread_grey_alpha(data: &[u8]) -> Vec<u8> {
    let mut spread = Vec::with_capacity(data.len() * 2);
    for pixel in data.chunks_exact(2) {
        spread.extend([pixel[0], pixel[0], pixel[0], pixel[1]]);
    }
    spread
}
