//! Masks made ready for pasting a generated part back: grown and softened so that no seam shows.

use crate::morphology::{Shape, dilate, erode};
use crate::{ImagingError, Mode, Pixels, blur, canny, channels};

/// A mask's dark area grown by thrice a square of `softness`, softened as much, and inverted; grey.
pub fn for_pasting(mask: &Pixels, softness: u32) -> Result<Pixels, ImagingError> {
    let soft = if softness > 0 {
        let grown = erode(mask, &Shape::repeated_square(softness as usize, 3))?;
        blur::gaussian(&grown, softness as f32)
    } else {
        mask.clone()
    };
    Ok(channels::invert(soft.convert(Mode::L)))
}

/// The edge of a mask, black on white: what is neither black nor white, and Canny's lines, `size` pixels wide and softened
/// by a box of `softness`.
pub fn edge(mask: &Pixels, size: i64, softness: f32, low: i64, high: i64) -> Result<Pixels, ImagingError> {
    let grey = mask.clone().convert(Mode::L);
    let mut lines = canny::canny(&grey, low, high)?;
    for (line, sample) in lines.data_mut().iter_mut().zip(grey.data()) {
        let between = if matches!(sample, 0 | 255) { 0u8 } else { 255 };
        // Where both are white the sum runs over, as in the reference.
        *line = between.wrapping_add(*line);
    }
    let times = (size / 2).max(0) as usize;
    if times > 0 {
        lines = dilate(&lines, &Shape::repeated_square(3, times.min(1 << 14)))?;
    }
    if softness > 0.0 {
        lines = blur::boxed(&lines, softness);
    }
    Ok(channels::invert(lines))
}
