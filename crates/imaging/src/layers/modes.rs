//! The formulas by which layers are blended.

use super::space::{Parts, Space};
use crate::oklab::Colour;

/// A formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlendMode {
    /// The upper layer.
    Normal,
    /// The lighter of both.
    LightenOnly,
    /// The darker of both.
    DarkenOnly,
    /// The lighter of both, by equivalent achromatic lightness.
    LightenOnlyEal,
    /// The darker of both, by equivalent achromatic lightness.
    DarkenOnlyEal,
    /// The upper hue.
    Hue,
    /// The upper saturation.
    Saturation,
    /// The upper hue and saturation.
    Color,
    /// The upper lightness.
    Luminosity,
    /// The sum.
    LinearDodge,
    /// The lower less the upper.
    Subtract,
    /// The product.
    Multiply,
    /// The lower by the upper.
    Divide,
    /// The product of the inverses, inverted.
    Screen,
    /// Multiplied where the lower is dark, screened where it is light.
    Overlay,
    /// The sum less 1.
    LinearBurn,
    /// How much they differ.
    Difference,
    /// Multiplied where the upper is dark, screened where it is light.
    HardLight,
    /// Softly darkened or lightened.
    SoftLight,
    /// Burnt or dodged.
    VividLight,
    /// Twice the upper and the lower, less 1.
    LinearLight,
    /// The inverse of the lower by the upper, inverted.
    ColorBurn,
    /// The lower by the inverse of the upper.
    ColorDodge,
}

/// The smaller or larger, or NaN.
fn pick(a: f32, b: f32, choose: fn(f32, f32) -> f32) -> f32 {
    if a.is_nan() || b.is_nan() { f32::NAN } else { choose(a, b) }
}

impl BlendMode {
    /// Whether it takes whole numbers of a colour from one layer, which plain RGB has no sensible ones of.
    pub(super) fn moves_channels(self) -> bool {
        matches!(self, Self::Hue | Self::Saturation | Self::Color | Self::Luminosity)
    }

    /// Whether what it gives is cut to 0 to 1.
    pub(super) fn is_clipped(self) -> bool {
        match self {
            Self::LinearDodge
            | Self::Subtract
            | Self::Divide
            | Self::Overlay
            | Self::LinearBurn
            | Self::Difference
            | Self::HardLight
            | Self::SoftLight
            | Self::VividLight
            | Self::LinearLight
            | Self::ColorBurn
            | Self::ColorDodge => true,
            Self::Normal
            | Self::LightenOnly
            | Self::DarkenOnly
            | Self::LightenOnlyEal
            | Self::DarkenOnlyEal
            | Self::Hue
            | Self::Saturation
            | Self::Color
            | Self::Luminosity
            | Self::Multiply
            | Self::Screen => false,
        }
    }

    /// The combined colour, of colours in `space`.
    pub(super) fn combine(self, upper: Colour, lower: Colour, space: Space) -> Colour {
        let all = |formula: fn(f32, f32) -> f32| [0, 1, 2].map(|index| formula(upper[index], lower[index]));
        let parts = space.parts();
        // Sums and quotients of hues stay hues.
        let turned = |mut colour: Colour| {
            if let Some(Parts { hue, turn, .. }) = space.parts() {
                colour[hue] = colour[hue].rem_euclid(turn);
            }
            colour
        };
        // A formula for all numbers, or for lightness alone with the rest from one layer.
        let light = |rest: Colour, formula: fn(f32, f32) -> f32| match space.parts() {
            None => all(formula),
            Some(Parts { lightness, .. }) => {
                let mut colour = rest;
                colour[lightness] = formula(upper[lightness], lower[lightness]);
                colour
            }
        };
        match self {
            Self::Normal | Self::LightenOnlyEal | Self::DarkenOnlyEal => upper,
            Self::Multiply => all(|upper, lower| lower * upper),
            Self::Screen => all(screen),
            Self::Overlay => {
                light(upper, |upper, lower| if lower < 0.5 { lower * upper * 2.0 } else { twice_screen(upper, lower) })
            }
            Self::HardLight => {
                light(upper, |upper, lower| if upper < 0.5 { lower * upper * 2.0 } else { twice_screen(upper, lower) })
            }
            Self::SoftLight => light(lower, soft_light),
            Self::LinearDodge => turned(all(|upper, lower| lower + upper)),
            Self::ColorDodge => turned(all(|upper, lower| lower / (1.0 - upper))),
            Self::Divide => turned(all(|upper, lower| lower / upper)),
            Self::Subtract => turned(all(|upper, lower| lower - upper)),
            Self::LinearBurn => light(lower, |upper, lower| lower + upper - 1.0),
            Self::LinearLight => light(lower, |upper, lower| lower + upper * 2.0 - 1.0),
            Self::ColorBurn => all(|upper, lower| 1.0 - pick((1.0 - lower) / upper, 1.0, f32::min)),
            Self::VividLight => light(lower, |upper, lower| {
                if upper < 0.5 { (1.0 - (1.0 - lower) / upper) / 2.0 } else { lower / (1.0 - upper) / 2.0 }
            }),
            Self::Difference => all(|upper, lower| (lower - upper).abs()),
            Self::DarkenOnly => match &parts {
                None => all(|upper, lower| pick(upper, lower, f32::min)),
                Some(parts) => {
                    if upper[parts.lightness] >= lower[parts.lightness] {
                        lower
                    } else {
                        upper
                    }
                }
            },
            Self::LightenOnly => match &parts {
                None => all(|upper, lower| pick(upper, lower, f32::max)),
                Some(parts) => {
                    if upper[parts.lightness] < lower[parts.lightness] {
                        lower
                    } else {
                        upper
                    }
                }
            },
            Self::Hue => taken(lower, upper, parts.map(|parts| vec![parts.hue])),
            Self::Saturation => taken(lower, upper, parts.map(|parts| vec![parts.saturation])),
            Self::Color => taken(lower, upper, parts.map(|parts| vec![parts.saturation, parts.hue])),
            Self::Luminosity => taken(lower, upper, parts.map(|parts| vec![parts.lightness])),
        }
    }
}

fn screen(upper: f32, lower: f32) -> f32 {
    1.0 - (1.0 - upper) * (1.0 - lower)
}

fn twice_screen(upper: f32, lower: f32) -> f32 {
    1.0 - (1.0 - lower) * (1.0 - upper) * 2.0
}

fn soft_light(upper: f32, lower: f32) -> f32 {
    if upper <= 0.5 {
        return lower - (1.0 - lower) * lower * (1.0 - upper * 2.0);
    }
    let curve = if lower <= 0.25 { ((lower * 16.0 - 12.0) * lower + 4.0) * lower } else { lower.sqrt() };
    lower + (upper * 2.0 - 1.0) * (curve - lower)
}

/// `lower` with some of its numbers from `upper`.
fn taken(lower: Colour, upper: Colour, which: Option<Vec<usize>>) -> Colour {
    let mut colour = lower;
    for index in which.unwrap_or_default() {
        colour[index] = upper[index];
    }
    colour
}
