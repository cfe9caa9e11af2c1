//! One picture laid over another in the ways of painting programs, in a colour space of choice.
//!
//! The arithmetic is that of the reference's `invokeai_img_blend` (its `composition-nodes.py`), in single precision;
//! `layers/modes.rs` has the formulas, `layers/space.rs` the colour spaces.

mod modes;
mod space;

pub use modes::BlendMode;
pub use space::Space;

use crate::oklab::{Colour, from_bytes, gamut_clip, srgb_from_linear};
use crate::{ImagingError, Mode, Pixels};
use space::Gamut;

/// How two layers become one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blend {
    /// The formula.
    pub mode: BlendMode,
    /// The colour space it is computed in.
    pub space: Space,
    /// How much of the upper layer's alpha counts.
    pub opacity: f32,
    /// From 0 (off): how much chroma is kept, at the cost of lightness, when a colour is brought into sRGB.
    pub adaptive_gamut: f32,
    /// Three steps of Halley's method for the edge of sRGB rather than one.
    pub high_precision: bool,
}

/// Lays `upper` over `base`, except where `mask` is white; all have one size. The result is RGBA.
pub fn blend_layers(
    upper: &Pixels,
    base: &Pixels,
    mask: Option<&Pixels>,
    blend: Blend,
) -> Result<Pixels, ImagingError> {
    let size = (base.width(), base.height());
    let fits = |pixels: &Pixels| (pixels.width(), pixels.height()) == size;
    if !fits(upper) || mask.is_some_and(|mask| !fits(mask)) {
        return Err(ImagingError::DifferentShapes);
    }
    let space = match (blend.space, blend.mode.moves_channels()) {
        (Space::Rgb | Space::Linear, true) => Space::Hsl,
        (space, _) => space,
    };
    let gamut = Gamut { alpha: blend.adaptive_gamut, steps: if blend.high_precision { 3 } else { 1 } };
    let (above, below) = (upper.clone().convert(Mode::Rgba), base.clone().convert(Mode::Rgba));
    let mask = mask.map(|mask| mask.clone().convert(Mode::L));
    let lighter = match blend.mode {
        BlendMode::LightenOnlyEal | BlendMode::DarkenOnlyEal => Some((achromatic(&above), achromatic(&below))),
        _ => None,
    };
    let mut data = Vec::with_capacity(below.data().len());
    let pixels = above.data().chunks_exact(4).zip(below.data().chunks_exact(4));
    for (index, (above, below)) in pixels.enumerate() {
        let lower = [below[0], below[1], below[2]];
        let top = space.of([above[0], above[1], above[2]], gamut);
        let bottom = space.of(lower, gamut);
        let combined = match &lighter {
            Some((upper, lower)) => {
                let darker = upper[index] < lower[index];
                if darker == (blend.mode == BlendMode::LightenOnlyEal) { bottom } else { top }
            }
            None => blend.mode.combine(top, bottom, space),
        };
        let mut linear = space.linear(combined, gamut);
        if blend.mode.is_clipped() {
            linear = clipped(linear, gamut);
            // The reference takes this once more for a colour of the space.
            if blend.mode == BlendMode::VividLight && space.parts().is_none() {
                linear = clipped(space.linear(linear, gamut), gamut);
            }
        }
        if gamut.alpha > 0.0 {
            linear = gamut_clip(linear, gamut.alpha, gamut.steps);
        }
        let weight = mask.as_ref().map_or(1.0, |mask| 1.0 - f32::from(mask.data()[index]) / 255.0);
        let opacity = f32::from(above[3]) / 255.0 * blend.opacity * weight;
        data.extend(composed(finite(srgb_from_linear(linear)), opacity, lower, below[3]));
    }
    Pixels::new(Mode::Rgba, size.0, size.1, data)
}

/// A colour over a pixel; numbers are cut, not rounded.
fn composed(top: Colour, opacity: f32, below: [u8; 3], alpha: u8) -> [u8; 4] {
    let (bottom, alpha) = (from_bytes(below), f32::from(alpha) / 255.0);
    let rest = 1.0 - opacity;
    let whole = opacity + alpha * rest;
    let mix = |index: usize| (top[index] * opacity + bottom[index] * alpha * rest) / whole;
    [mix(0), mix(1), mix(2), whole].map(|value| (value * 255.0) as i32 as u8)
}

fn finite(colour: Colour) -> Colour {
    colour.map(|value| if value.is_nan() { f32::MAX } else { value })
}

fn clipped(linear: Colour, gamut: Gamut) -> Colour {
    let mut linear = finite(linear);
    if gamut.alpha > 0.0 {
        linear = finite(gamut_clip(linear, gamut.alpha, gamut.steps));
    }
    linear.map(|value| value.clamp(0.0, 1.0))
}

/// Lightness as colourful light is seen, which is brighter: G. High, P. Green and P. Nussbaum, "The Helmholtz-Kohlrausch
/// effect on display-based light colours and simulated substrate colours", 2023. As in the reference, the effect is summed
/// over the whole picture and normalised away again, which leaves lightness with the rounding of large numbers.
fn achromatic(rgba: &Pixels) -> Vec<f32> {
    let colours: Vec<Colour> = rgba
        .data()
        .chunks_exact(4)
        .map(|pixel| Space::Lch.of([pixel[0], pixel[1], pixel[2]], Gamut { alpha: 0.0, steps: 1 }))
        .collect();
    normalised(&colours)
}

/// The lightness of lightness, chroma and hue (in radians) with that effect.
fn normalised(colours: &[Colour]) -> Vec<f32> {
    use std::f32::consts::{FRAC_PI_2, PI};
    let brighter = |[_, chroma, hue]: Colour| {
        let turned = (hue - FRAC_PI_2 + 3.0 * PI).rem_euclid(2.0 * PI) - PI;
        let blue_yellow = 0.1644 * (turned / 2.0).sin().abs() + 0.0603;
        let red = if hue.abs() <= FRAC_PI_2 { 0.1307 * hue.cos().abs() + 0.0060 } else { 0.0 };
        f64::from((blue_yellow + red) * chroma)
    };
    let sum = colours.iter().map(|colour| brighter(*colour)).sum::<f64>() as f32;
    colours.iter().map(|[lightness, _, _]| ((lightness + sum) - sum) / ((1.0 + sum) - sum)).collect()
}

/// The picture's lightness as [`blend_layers`] compares it, grey.
pub fn equivalent_lightness(pixels: &Pixels) -> Result<Pixels, ImagingError> {
    let lightness = achromatic(&pixels.clone().convert(Mode::Rgba));
    let data = lightness.into_iter().map(|value| (value * 255.0) as i32 as u8).collect();
    Pixels::new(Mode::L, pixels.width(), pixels.height(), data)
}
