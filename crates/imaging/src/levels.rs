//! Samples stretched, squeezed and cut, in the single precision the reference computes them in.

use crate::{Filter, ImagingError, Pixels, channels, resize};

/// All samples from 0..255 into `low..high`.
pub fn squeeze(pixels: Pixels, low: u8, high: u8) -> Pixels {
    let (low, range) = (f32::from(low), f32::from(high) - f32::from(low));
    channels::map_samples(pixels, |sample| (f32::from(sample) / 255.0 * range + low) as i32 as u8)
}

/// Samples between `low` and `high` into 0..255; the others become 0 or 255. Ends that are equal or swapped give what they
/// give in the reference.
pub fn stretch(pixels: Pixels, low: u8, high: u8) -> Pixels {
    let (low, range) = (f32::from(low), f32::from(high) - f32::from(low));
    channels::map_samples(pixels, |sample| {
        let part = (f32::from(sample) - low).max(0.0) / range;
        let part = if part > 1.0 { 1.0 } else { part };
        (part * 255.0) as i32 as u8
    })
}

/// Where samples become black or white, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Below it: black.
    pub low: f32,
    /// From it on: white.
    pub high: f32,
    /// What lies between them becomes 0 to 1.
    pub renormalise: bool,
    /// White for black and black for white.
    pub invert: bool,
}

/// Cuts all samples, alpha too, by the thresholds.
pub fn cut(pixels: Pixels, thresholds: Thresholds) -> Pixels {
    let Thresholds { low, high, renormalise, invert } = thresholds;
    let (smaller, larger) = (low.min(high), low.max(high));
    channels::map_samples(pixels, |sample| {
        let own = f32::from(sample) / 255.0;
        let mut value = own;
        if low != high && own >= low && own < high && renormalise {
            value = (own - smaller) / (larger - smaller);
            if invert {
                value = 1.0 - value;
            }
        }
        let (above, below) = (own >= high, own < low);
        // Black is set after white.
        let (white, black) = if invert { (below, above) } else { (above, below) };
        if white {
            value = 1.0;
        }
        if black {
            value = 0.0;
        }
        (value * 255.0) as i32 as u8
    })
}

/// The picture with sides cut down to multiples of `step` by resampling, as pictures are before they become latents.
pub fn on_grid(pixels: &Pixels, step: u32) -> Result<Pixels, ImagingError> {
    let trim = |side: u32| side - side % step;
    resize(pixels, trim(pixels.width()), trim(pixels.height()), Filter::Lanczos)
}
