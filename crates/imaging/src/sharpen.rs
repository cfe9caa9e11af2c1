//! Unsharp masking: what a blur takes away, given once more.

use crate::oklab::{from_bytes, linear_from_oklab, linear_from_srgb, oklab_from_linear, srgb_from_linear, to_bytes};
use crate::{Mode, Pixels, blur};

/// Sharpens the colours, `strength` in percent; alpha stays.
pub fn unsharp(pixels: Pixels, radius: f32, strength: f64) -> Pixels {
    changed(pixels, radius, |own, blurred| {
        [0, 1, 2].map(|index| {
            let (own, blurred) = (f64::from(own[index]) / 255.0, f64::from(blurred[index]) / 255.0);
            let sharp = own + (own - blurred) * (strength / 100.0);
            (sharp.clamp(0.0, 1.0) * 255.0) as u8
        })
    })
}

/// The same, of Oklab's lightness alone.
pub fn unsharp_lightness(pixels: Pixels, radius: f32, strength: f64) -> Pixels {
    let factor = (strength / 100.0) as f32;
    changed(pixels, radius, |own, blurred| {
        let lab = |rgb| oklab_from_linear(linear_from_srgb(from_bytes(rgb)));
        let ([lightness, a, b], [smooth, _, _]) = (lab(own), lab(blurred));
        let sharp = [lightness + (lightness - smooth) * factor, a, b].map(|value| value.clamp(-1.0, 1.0));
        to_bytes(srgb_from_linear(linear_from_oklab(sharp)))
    })
}

fn changed(pixels: Pixels, radius: f32, change: impl Fn([u8; 3], [u8; 3]) -> [u8; 3]) -> Pixels {
    let blurred = blur::gaussian(&pixels.clone().convert(Mode::Rgb), radius);
    let mode = pixels.mode();
    let mut result = if mode == Mode::L { pixels.convert(Mode::Rgb) } else { pixels };
    let step = result.mode().channels();
    for (pixel, smooth) in result.data_mut().chunks_exact_mut(step).zip(blurred.data().chunks_exact(3)) {
        let sharp = change([pixel[0], pixel[1], pixel[2]], [smooth[0], smooth[1], smooth[2]]);
        pixel[..3].copy_from_slice(&sharp);
    }
    result.convert(mode)
}
