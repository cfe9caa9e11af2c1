//! Pictures cut out, laid onto others and moved, as Pillow's `Image.crop`, `Image.paste` and `ImageChops.offset`.

use crate::blending::mix;
use crate::{ImagingError, Mode, Pixels};

/// A picture of one colour; samples beyond the mode's channels are ignored.
pub fn blank(mode: Mode, width: u32, height: u32, color: [u8; 4]) -> Result<Pixels, ImagingError> {
    let count = width as usize * height as usize;
    let color = match mode {
        Mode::L => &color[..1],
        Mode::Rgb => &color[..3],
        Mode::Rgba => &color[..],
    };
    Pixels::new(mode, width, height, color.repeat(count))
}

/// The part that begins at (`x`, `y`); what lies outside of the picture is zero.
pub fn crop(pixels: &Pixels, x: i64, y: i64, width: u32, height: u32) -> Result<Pixels, ImagingError> {
    let mut part = blank(pixels.mode(), width, height, [0; 4])?;
    paste(&mut part, pixels, -x, -y);
    Ok(part)
}

/// Lays `top` onto `base` with its corner at (`x`, `y`), in the mode of `base`; what lies outside is cut off.
pub fn paste(base: &mut Pixels, top: &Pixels, x: i64, y: i64) {
    let top = top.clone().convert(base.mode());
    let channels = base.mode().channels();
    for_each_run(base, &top, x, y, |base, top, _| base.copy_from_slice(top), channels);
}

/// The same where `mask` (its grey, or its alpha) says so; `mask` has the size of `top`.
pub fn paste_masked(base: &mut Pixels, top: &Pixels, x: i64, y: i64, mask: &Pixels) -> Result<(), ImagingError> {
    if (mask.width(), mask.height()) != (top.width(), top.height()) {
        return Err(ImagingError::DifferentShapes);
    }
    let (step, offset) = match mask.mode() {
        Mode::L => (1, 0),
        Mode::Rgba => (4, 3),
        Mode::Rgb => return Err(ImagingError::Unsuitable("bad transparency mask".to_owned())),
    };
    let top = top.clone().convert(base.mode());
    let channels = base.mode().channels();
    let lay = |base: &mut [u8], top: &[u8], first: usize| {
        let pixels = base.chunks_exact_mut(channels).zip(top.chunks_exact(channels));
        for (index, (base, top)) in pixels.enumerate() {
            let weight = mask.data()[(first + index) * step + offset];
            for (base, top) in base.iter_mut().zip(top) {
                *base = mix(weight, *base, *top);
            }
        }
    };
    for_each_run(base, &top, x, y, lay, channels);
    Ok(())
}

/// Calls `work` with every stretch of a row that both share, and the index of its first pixel in `top`.
fn for_each_run(
    base: &mut Pixels,
    top: &Pixels,
    x: i64,
    y: i64,
    work: impl Fn(&mut [u8], &[u8], usize),
    channels: usize,
) {
    let (width, height) = (i64::from(base.width()), i64::from(base.height()));
    let (top_width, top_height) = (i64::from(top.width()), i64::from(top.height()));
    let from = x.saturating_neg().max(0);
    let to = top_width.min(width.saturating_sub(x));
    if from >= to {
        return;
    }
    let length = (to - from) as usize * channels;
    for row in y.saturating_neg().max(0)..top_height.min(height.saturating_sub(y)) {
        let source = (row * top_width + from) as usize;
        let target = ((row + y) * width + from + x) as usize * channels;
        work(&mut base.data_mut()[target..target + length], &top.data()[source * channels..][..length], source);
    }
}

/// `ImageChops.offset`: moved right by `x` and down by `y`; what leaves at one side comes back at the other.
pub fn offset(pixels: &Pixels, x: i64, y: i64) -> Pixels {
    let (width, height) = (i64::from(pixels.width()), i64::from(pixels.height()));
    let channels = pixels.mode().channels();
    let shift = x.rem_euclid(width) as usize * channels;
    let row_length = width as usize * channels;
    let mut moved = pixels.clone();
    for (row, target) in moved.data_mut().chunks_exact_mut(row_length).enumerate() {
        let source = (row as i64 - y).rem_euclid(height) as usize * row_length;
        target.copy_from_slice(&pixels.data()[source..source + row_length]);
        target.rotate_right(shift);
    }
    moved
}

/// A rectangle in pixels; `right` and `bottom` are the first ones outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// Column after the last.
    pub right: u32,
    /// Row after the last.
    pub bottom: u32,
}

/// `Image.getbbox`: what is not transparent, or, without alpha, not black; nothing if all is.
pub fn visible_bounds(pixels: &Pixels) -> Option<Bounds> {
    let visible: fn(&[u8]) -> bool = match pixels.mode() {
        Mode::Rgba => |pixel| pixel[3] != 0,
        _ => |pixel| pixel.iter().any(|sample| *sample != 0),
    };
    bounds_of(pixels, visible)
}

/// The smallest rectangle around all pixels of which `wanted` is true.
pub fn bounds_of(pixels: &Pixels, wanted: impl Fn(&[u8]) -> bool) -> Option<Bounds> {
    let channels = pixels.mode().channels();
    let mut found: Option<Bounds> = None;
    for (row, samples) in pixels.rows().enumerate() {
        for (column, pixel) in samples.chunks_exact(channels).enumerate() {
            if wanted(pixel) {
                let (x, y) = (column as u32, row as u32);
                let bounds = found.get_or_insert(Bounds { left: x, top: y, right: x + 1, bottom: y + 1 });
                bounds.left = bounds.left.min(x);
                bounds.right = bounds.right.max(x + 1);
                bounds.bottom = y + 1;
            }
        }
    }
    found
}
