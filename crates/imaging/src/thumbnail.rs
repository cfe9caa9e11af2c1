//! Small pictures for the gallery, equal to those Pillow's `Image.thumbnail` makes.

use crate::resize::{Area, resize_area, with_weighted_colours};
use crate::{Filter, ImagingError, Mode, Pixels};

/// The longest side of a gallery thumbnail.
pub const THUMBNAIL_SIZE: u32 = 256;

/// The last, fair step shrinks by at least this much; what lies before it is a cheap mean over whole pixels.
const REDUCING_GAP: f64 = 2.0;

/// The picture with its longest side at most `size`, never enlarged, grey as RGB.
pub fn thumbnail(pixels: &Pixels, size: u32) -> Result<Pixels, ImagingError> {
    let colour = |pixels: Pixels| if pixels.mode() == Mode::L { pixels.convert(Mode::Rgb) } else { pixels };
    if size >= pixels.width() && size >= pixels.height() {
        return Ok(colour(pixels.clone()));
    }
    let (width, height) = fitted(pixels.width(), pixels.height(), size);
    // Three equal channels give three equal results, so grey is shrunk as grey.
    let small =
        with_weighted_colours(pixels, Filter::Bicubic, |pixels| shrink(pixels, width, height, Filter::Bicubic))?;
    Ok(colour(small))
}

/// Target size with the aspect ratio kept as closely as whole pixels allow.
fn fitted(width: u32, height: u32, size: u32) -> (u32, u32) {
    let aspect = f64::from(width) / f64::from(height);
    let side = f64::from(size);
    if aspect <= 1.0 {
        (closest(side * aspect, |candidate| (aspect - candidate / side).abs()), size)
    } else {
        let miss = |candidate: f64| {
            if candidate == 0.0 { 0.0 } else { (aspect - side / candidate).abs() }
        };
        (size, closest(side / aspect, miss))
    }
}

fn closest(exact: f64, miss: impl Fn(f64) -> f64) -> u32 {
    let (below, above) = (exact.floor(), exact.ceil());
    let best = if miss(above) < miss(below) { above } else { below };
    best.max(1.0) as u32
}

/// Resamples in two steps: a mean over whole blocks, then the fair filter on what is left.
fn shrink(pixels: &Pixels, width: u32, height: u32, filter: Filter) -> Result<Pixels, ImagingError> {
    let whole = Area::whole(pixels);
    let sides = (f64::from(pixels.width()), f64::from(pixels.height()));
    let factor = |scale: f64| ((scale / REDUCING_GAP) as u32).max(1);
    let (factor_x, factor_y) = (factor(sides.0 / f64::from(width)), factor(sides.1 / f64::from(height)));
    if factor_x == 1 && factor_y == 1 {
        return resize_area(pixels, width, height, filter, whole);
    }
    let reduced = reduce(pixels, factor_x, factor_y)?;
    let (right, bottom) = (sides.0 / f64::from(factor_x), sides.1 / f64::from(factor_y));
    let area = Area { right: right as f32, bottom: bottom as f32, ..whole };
    resize_area(&reduced, width, height, filter, area)
}

fn reduce(pixels: &Pixels, factor_x: u32, factor_y: u32) -> Result<Pixels, ImagingError> {
    match pixels.mode() {
        Mode::L => reduce_of::<1>(pixels, factor_x, factor_y),
        Mode::Rgb => reduce_of::<3>(pixels, factor_x, factor_y),
        Mode::Rgba => reduce_of::<4>(pixels, factor_x, factor_y),
    }
}

/// Means over blocks of `factor_x` by `factor_y` pixels; blocks at the right and lower edge may be smaller.
fn reduce_of<const CHANNELS: usize>(pixels: &Pixels, factor_x: u32, factor_y: u32) -> Result<Pixels, ImagingError> {
    let (width, height) = (pixels.width().div_ceil(factor_x), pixels.height().div_ceil(factor_y));
    let row_length = pixels.width() as usize * CHANNELS;
    let mut data = Vec::with_capacity(width as usize * height as usize * CHANNELS);
    let mut sums = vec![[0_u32; CHANNELS]; width as usize];
    for rows in pixels.data().chunks(row_length * factor_y as usize) {
        sums.fill([0; CHANNELS]);
        for row in rows.chunks_exact(row_length) {
            for (sum, block) in sums.iter_mut().zip(row.chunks(factor_x as usize * CHANNELS)) {
                for pixel in block.chunks_exact(CHANNELS) {
                    for (total, sample) in sum.iter_mut().zip(pixel) {
                        *total += u32::from(*sample);
                    }
                }
            }
        }
        let row_count = (rows.len() / row_length) as u32;
        for (block, sum) in (0..).zip(&sums) {
            let columns = factor_x.min(pixels.width() - block * factor_x);
            data.extend(sum.map(|total| mean(total, columns * row_count)));
        }
    }
    Pixels::new(pixels.mode(), width, height, data)
}

/// Pillow's rounding: a reciprocal in 24-bit fixed point, cut down.
fn mean(sum: u32, count: u32) -> u8 {
    let reciprocal = (1_u64 << 24) / u64::from(count);
    (((u64::from(sum) + u64::from(count) / 2) * reciprocal) >> 24) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_picture_is_not_enlarged() {
        let pixels = Pixels::new(Mode::Rgb, 3, 2, (0..18).collect()).unwrap();
        assert_eq!(thumbnail(&pixels, 256).unwrap(), pixels);
    }

    #[test]
    fn a_very_long_picture_keeps_one_pixel() {
        let pixels = Pixels::new(Mode::L, 5000, 2, vec![9; 10_000]).unwrap();
        let small = thumbnail(&pixels, 256).unwrap();
        assert_eq!((small.width(), small.height(), small.mode()), (256, 1, Mode::Rgb));
    }

    #[test]
    fn blocks_at_the_edge_are_averaged_over_what_is_there() {
        let pixels = Pixels::new(Mode::L, 3, 1, vec![10, 20, 90]).unwrap();
        assert_eq!(reduce(&pixels, 2, 1).unwrap().into_data(), [15, 90]);
    }
}
