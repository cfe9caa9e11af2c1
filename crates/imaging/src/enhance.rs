//! Pillow's `ImageEnhance`: a picture between a lesser version of itself and beyond itself. The lesser one is grey, of one
//! mean grey, black, or smooth; alpha is never touched.

use crate::blending::blend;
use crate::{ImagingError, Mode, Pixels, channels, paste};

/// Less or more colour.
pub fn colour(pixels: &Pixels, factor: f32) -> Result<Pixels, ImagingError> {
    towards(pixels, pixels.clone().convert(Mode::L), factor)
}

/// Less or more contrast, around the mean brightness.
pub fn contrast(pixels: &Pixels, factor: f32) -> Result<Pixels, ImagingError> {
    let grey = pixels.clone().convert(Mode::L);
    let sum: u64 = grey.data().iter().map(|sample| u64::from(*sample)).sum();
    let mean = (sum as f64 / grey.data().len() as f64 + 0.5) as u8;
    towards(pixels, paste::blank(Mode::L, pixels.width(), pixels.height(), [mean; 4])?, factor)
}

/// Darker or brighter.
pub fn brightness(pixels: &Pixels, factor: f32) -> Result<Pixels, ImagingError> {
    towards(pixels, paste::blank(Mode::L, pixels.width(), pixels.height(), [0; 4])?, factor)
}

/// Smoother or sharper.
pub fn sharpness(pixels: &Pixels, factor: f32) -> Result<Pixels, ImagingError> {
    towards(pixels, smooth(pixels), factor)
}

fn towards(pixels: &Pixels, lesser: Pixels, factor: f32) -> Result<Pixels, ImagingError> {
    let mut lesser = lesser.convert(pixels.mode());
    if let Some(alpha) = channels::alpha(pixels) {
        lesser = channels::with_alpha(lesser, &alpha)?;
    }
    blend(&lesser, pixels, factor)
}

/// `ImageFilter.SMOOTH`: the mean of nine pixels with the middle one five times; the border stays.
fn smooth(pixels: &Pixels) -> Pixels {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let step = pixels.mode().channels();
    let row_length = width * step;
    let mut result = pixels.clone();
    let (side, middle) = (1.0f32 / 13.0, 5.0f32 / 13.0);
    let source = pixels.data();
    for row in 1..height.saturating_sub(1) {
        for column in step..row_length.saturating_sub(step) {
            let at = row * row_length + column;
            let line = |at: usize, weight: f32| {
                f32::from(source[at - step]) * side
                    + f32::from(source[at]) * weight
                    + f32::from(source[at + step]) * side
            };
            let sum = 0.5 + line(at + row_length, side) + line(at, middle) + line(at - row_length, side);
            result.data_mut()[at] = sum.clamp(0.0, 255.0) as u8;
        }
    }
    result
}
