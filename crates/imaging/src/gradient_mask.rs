//! Masks for denoising whose edge fades: at an eighth of the picture's size, where latents are, and grown back.

use crate::{Filter, ImagingError, Mode, Pixels, resize};

/// Pixels per latent.
const LATENT: u32 = 8;

/// How the edge of the mask fades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fade {
    /// Like a Gaussian bell.
    Gaussian,
    /// In a straight line.
    Box,
    /// Not: the edge is denoised by the least amount.
    Staged,
}

/// A grey mask (0 to be denoised, 255 to be kept) and the area it reaches, black on white.
#[derive(Debug)]
pub struct GradientMask {
    /// The mask with its faded edge.
    pub mask: Pixels,
    /// All that is not wholly kept.
    pub area: Pixels,
}

/// Grows the dark area of `mask` by `radius` pixels; what is denoised at all is denoised by at least `least` (0 to 1).
pub fn gradient_mask(mask: &Pixels, radius: u32, fade: Fade, least: f64) -> Result<GradientMask, ImagingError> {
    let mask = mask.clone().convert(Mode::L);
    let small = resize(&mask, mask.width() / LATENT, mask.height() / LATENT, Filter::Bilinear)?;
    let radius = (radius / LATENT) as usize;
    let mut grown = small.clone();
    if radius > 0 {
        let kept: Vec<f32> = small.data().iter().map(|sample| f32::from(*sample)).collect();
        let size = (small.width() as usize, small.height() as usize);
        let reach = reached(&kept, size, &kernel(radius, fade), radius);
        let limit = ((1.0 - least) * 255.0) as f32;
        for ((sample, reach), kept) in grown.data_mut().iter_mut().zip(reach).zip(&kept) {
            let mut value = 255.0 - reach;
            if fade == Fade::Staged {
                value = if value < *kept && *kept > limit { limit } else { *kept };
            }
            if value > limit && value < 255.0 {
                value = limit;
            }
            *sample = value.clamp(0.0, 255.0) as u8;
        }
    }
    let mut area = grown.clone();
    for sample in area.data_mut() {
        *sample = if *sample < 255 { 0 } else { 255 };
    }
    let (width, height) = (small.width() * LATENT, small.height() * LATENT);
    let enlarged = |pixels: &Pixels| resize(pixels, width, height, Filter::Nearest);
    Ok(GradientMask { mask: enlarged(&grown)?, area: enlarged(&area)? })
}

/// Weights from 1 in the middle down to the radius, and 0 beyond.
fn kernel(radius: usize, fade: Fade) -> Vec<f32> {
    let side = 2 * radius + 1;
    let sigma = radius as f64 / 2.5;
    let place = |index: usize| index as f64 - radius as f64;
    let weight = |row: usize, column: usize| {
        let distance = place(row).hypot(place(column));
        if distance > radius as f64 {
            return 0.0;
        }
        match fade {
            Fade::Box => 1.0 - distance / radius as f64,
            Fade::Gaussian | Fade::Staged => (-distance * distance / (2.0 * sigma * sigma)).exp(),
        }
    };
    (0..side * side).map(|index| weight(index / side, index % side) as f32).collect()
}

/// The largest weighted darkness around every sample.
fn reached(kept: &[f32], (width, height): (usize, usize), kernel: &[f32], radius: usize) -> Vec<f32> {
    let side = 2 * radius + 1;
    let mut reached = vec![0.0f32; kept.len()];
    for (index, weight) in kernel.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
        let (down, right) = (index / side, index % side);
        for row in radius.saturating_sub(down)..height.min((height + radius).saturating_sub(down)) {
            for column in radius.saturating_sub(right)..width.min((width + radius).saturating_sub(right)) {
                let source = (row + down - radius) * width + column + right - radius;
                let place = &mut reached[row * width + column];
                *place = place.max((255.0 - kept[source]) * weight);
            }
        }
    }
    reached
}
