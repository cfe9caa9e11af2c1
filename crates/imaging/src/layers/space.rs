//! The colour spaces layers can be blended in.

use crate::oklab::{
    Colour, from_bytes, linear_from_oklab, linear_from_srgb, oklab_from_linear, oklab_from_oklch, oklch_from_oklab,
};
use crate::{colour, lab, okhsl};

/// A colour space for blending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// sRGB.
    Rgb,
    /// sRGB without gamma.
    Linear,
    /// Hue, saturation, lightness.
    Hsl,
    /// Hue, saturation, value, in eight bits.
    Hsv,
    /// Hue, saturation and lightness as seen.
    Okhsl,
    /// Hue, saturation and value as seen.
    Okhsv,
    /// Oklab's lightness, chroma and hue.
    Oklch,
    /// CIELAB's lightness, chroma and hue in radians, from eight bits.
    Lch,
}

/// How colours are brought into sRGB.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gamut {
    pub(super) alpha: f32,
    pub(super) steps: u32,
}

/// Which number of a colour is what.
pub(super) struct Parts {
    pub(super) lightness: usize,
    pub(super) saturation: usize,
    pub(super) hue: usize,
    pub(super) turn: f32,
}

impl Space {
    /// Nothing for spaces whose numbers are all alike.
    pub(super) fn parts(self) -> Option<Parts> {
        match self {
            Self::Rgb | Self::Linear => None,
            Self::Hsl | Self::Hsv | Self::Okhsl | Self::Okhsv => {
                Some(Parts { lightness: 2, saturation: 1, hue: 0, turn: 360.0 })
            }
            Self::Oklch => Some(Parts { lightness: 0, saturation: 1, hue: 2, turn: 360.0 }),
            Self::Lch => Some(Parts { lightness: 0, saturation: 1, hue: 2, turn: std::f32::consts::TAU }),
        }
    }

    /// A colour in this space.
    pub(super) fn of(self, rgb: [u8; 3], gamut: Gamut) -> Colour {
        let srgb = from_bytes(rgb);
        match self {
            Self::Rgb => srgb,
            Self::Linear => linear_from_srgb(srgb),
            Self::Hsl => okhsl::hsl_from_srgb(srgb),
            Self::Hsv => {
                let [hue, saturation, value] = from_bytes(colour::hsv_from_rgb(rgb));
                [hue * 360.0, saturation, value]
            }
            Self::Okhsl => okhsl::okhsl_from_srgb(srgb, gamut.steps),
            Self::Okhsv => okhsl::okhsv_from_srgb(srgb, gamut.steps),
            Self::Oklch => oklch_from_oklab(oklab_from_linear(linear_from_srgb(srgb))),
            Self::Lch => {
                let [lightness, a, b] = from_bytes(lab::lab_from_rgb(rgb));
                let (a, b) = (a * 2.0 - 1.0, b * 2.0 - 1.0);
                [lightness, (a * a + b * b).sqrt(), b.atan2(a)]
            }
        }
    }

    /// Linear light of a colour in this space.
    pub(super) fn linear(self, own: Colour, gamut: Gamut) -> Colour {
        let bytes = |colour: Colour| colour.map(|value| (value * 255.0) as i32 as u8);
        match self {
            Self::Rgb => linear_from_srgb(own),
            Self::Linear => own,
            Self::Hsl => linear_from_srgb(okhsl::srgb_from_hsl(own)),
            Self::Hsv => {
                let [hue, saturation, value] = own;
                let hsv = bytes([hue.rem_euclid(360.0) / 360.0, saturation.clamp(0.0, 1.0), value.clamp(0.0, 1.0)]);
                linear_from_srgb(from_bytes(colour::rgb_from_hsv(hsv)))
            }
            Self::Okhsl => linear_from_srgb(okhsl::srgb_from_okhsl(own, gamut.alpha, gamut.steps)),
            Self::Okhsv => linear_from_srgb(okhsl::srgb_from_okhsv(own, gamut.alpha, gamut.steps)),
            Self::Oklch => linear_from_oklab(oklab_from_oklch(own)),
            Self::Lch => {
                let [lightness, chroma, hue] = own;
                let axis = |part: f32| (chroma * part + 1.0) / 2.0;
                let lab = bytes([lightness.clamp(0.0, 1.0), axis(hue.cos()), axis(hue.sin())]);
                linear_from_srgb(from_bytes(lab::rgb_from_lab_finely(lab)))
            }
        }
    }
}
