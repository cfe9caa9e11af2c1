//! Okhsl, Okhsv and plain HSL: hue in degrees, the rest from 0 to 1.
//!
//! Björn Ottosson, "Okhsv and Okhsl", 2021, <https://bottosson.github.io/posts/colorpicker/>; numbers and order of operations
//! as in the reference's `backend/image_util/color_conversion.py`.

use crate::oklab::{
    Colour, cusp, gamut_clip, gamut_edge, linear_from_oklab, linear_from_srgb, oklab_from_linear, srgb_from_linear,
};
use std::f32::consts::PI;

const K1: f32 = 0.206;
const K2: f32 = 0.03;
const K3: f32 = (1.0 + K1) / (1.0 + K2);
/// Saturation up to which Okhsl grows from the even part of the gamut.
const MID: f32 = 0.8;
const MID_INVERSE: f32 = 1.25;

/// Lightness with a black nearer to sRGB's.
fn toe(lightness: f32) -> f32 {
    let base = lightness * K3 - K1;
    (base + (base * base + lightness * K3 * K2 * 4.0).sqrt()) * 0.5
}

fn toe_inverse(lightness: f32) -> f32 {
    (lightness * lightness + lightness * K1) / ((lightness + K2) * K3)
}

fn number(value: f32) -> f32 {
    if value.is_nan() { 0.0 } else { value }
}

fn hue_of(a: f32, b: f32) -> f32 {
    ((-b).atan2(-a) * 0.5 / PI + 0.5) * 360.0 % 360.0
}

fn direction_of(hue: f32) -> [f32; 2] {
    let angle = hue.rem_euclid(360.0) / 360.0 * (2.0 * PI);
    [angle.cos(), angle.sin()]
}

/// Slopes of the two sides of a hue's triangle of colours.
fn slopes([lightness, chroma]: [f32; 2]) -> [f32; 2] {
    [chroma / lightness, chroma / (1.0 - lightness)]
}

/// Chroma at saturation 0 (its growth), in the middle and at the edge.
fn chroma_marks(lightness: f32, direction: [f32; 2], steps: u32) -> [f32; 3] {
    let [a, b] = direction;
    let peak = cusp(direction, steps);
    let most = gamut_edge(direction, lightness, 1.0, lightness, peak, steps);
    let [s, t] = slopes(peak);
    let scale = most / (lightness * s).min((1.0 - lightness) * t);
    let middle_s = 0.115_169_93
        + 1.0
            / (7.447_789_7
                + 4.159_012_4 * b
                + a * (-2.195_573_5
                    + 1.751_984 * b
                    + a * (-2.137_049_5 - 10.023_01 * b + a * (-4.248_945_6 + 5.387_708 * b + 4.698_91 * a))));
    let middle_t = 0.112_396_42
        + 1.0
            / (1.613_203_2 - 0.681_243_8 * b
                + a * (0.403_706_12
                    + 0.901_481_2 * b
                    + a * (-0.270_879_43
                        + 0.612_239_9 * b
                        + a * (0.002_992_15 - 0.453_995_68 * b - 0.146_618_72 * a))));
    let (left, right) = (lightness * middle_s, (1.0 - lightness) * middle_t);
    let middle = 0.9 * scale * (1.0 / (1.0 / left.powi(4) + 1.0 / right.powi(4))).sqrt().sqrt();
    let (left, right) = (lightness * 0.4, (1.0 - lightness) * 0.8);
    let start = (1.0 / (1.0 / (left * left) + 1.0 / (right * right))).sqrt();
    [start, middle, most]
}

/// sRGB as Okhsl.
pub fn okhsl_from_srgb(srgb: Colour, steps: u32) -> Colour {
    let [lightness, a, b] = oklab_from_linear(linear_from_srgb(srgb));
    let chroma = (a * a + b * b).sqrt();
    let [start, middle, most] = chroma_marks(lightness, [a / chroma, b / chroma], steps);
    let saturation = if chroma < middle {
        let k1 = start * MID;
        let k2 = 1.0 - k1 / middle;
        chroma / (k1 + k2 * chroma) * MID
    } else {
        let k1 = middle * middle * (MID_INVERSE * MID_INVERSE) * (1.0 - MID) / start;
        let k2 = 1.0 - k1 / (most - middle);
        let beyond = chroma - middle;
        beyond / (k1 + k2 * beyond) * (1.0 - MID) + MID
    };
    [number(hue_of(a, b)), number(saturation).clamp(0.0, 1.0), number(toe(lightness)).clamp(0.0, 1.0)]
}

/// Okhsl as sRGB; what sRGB cannot show is brought in by [`gamut_clip`].
pub fn srgb_from_okhsl([hue, saturation, lightness]: Colour, alpha: f32, steps: u32) -> Colour {
    let (saturation, lightness) = (saturation.clamp(0.0, 1.0), lightness.clamp(0.0, 1.0));
    if lightness == 1.0 || lightness == 0.0 {
        return [lightness; 3];
    }
    let direction = direction_of(hue);
    let lightness = toe_inverse(lightness);
    let [start, middle, most] = chroma_marks(lightness, direction, steps);
    let chroma = if saturation < MID {
        let part = saturation * MID_INVERSE;
        let k1 = start * MID;
        part * k1 / (1.0 - (1.0 - k1 / middle) * part)
    } else {
        let part = (saturation - MID) / (1.0 - MID);
        let k1 = middle * middle * (MID_INVERSE * MID_INVERSE) * (1.0 - MID) / start;
        middle + part * k1 / (1.0 - (1.0 - k1 / (most - middle)) * part)
    };
    finished([lightness, chroma * direction[0], chroma * direction[1]], alpha, steps)
}

fn finished(lab: Colour, alpha: f32, steps: u32) -> Colour {
    srgb_from_linear(gamut_clip(linear_from_oklab(lab), alpha, steps)).map(|value| number(value).clamp(0.0, 1.0))
}

/// By how much a lightness grows so that the brightest sample is 1.
fn brightness_scale(lightness: f32, chroma: f32, [a, b]: [f32; 2]) -> f32 {
    let [red, green, blue] = linear_from_oklab([lightness, a * chroma, b * chroma]);
    (1.0 / red.max(green).max(blue).max(0.0)).powf(1.0 / 3.0)
}

/// sRGB as Okhsv.
pub fn okhsv_from_srgb(srgb: Colour, steps: u32) -> Colour {
    let [lightness, a, b] = oklab_from_linear(linear_from_srgb(srgb));
    let chroma = (a * a + b * b).sqrt();
    let direction = [a / chroma, b / chroma];
    let [s, t] = slopes(cusp(direction, steps));
    let start = 0.5;
    let k = 1.0 - start / s;
    let part = t / (chroma + lightness * t);
    let (light, vivid) = (part * lightness, part * chroma);
    let lighter = toe_inverse(light);
    let scale = brightness_scale(lighter, vivid * (lighter / light), direction);
    let value = toe(lightness / scale) / light;
    let saturation = (start + t) * vivid / (t * start + t * (k * vivid));
    [number(hue_of(a, b)), number(saturation).clamp(0.0, 1.0), number(value).clamp(0.0, 1.0)]
}

/// Okhsv as sRGB; what sRGB cannot show is brought in by [`gamut_clip`].
pub fn srgb_from_okhsv([hue, saturation, value]: Colour, alpha: f32, steps: u32) -> Colour {
    let (saturation, value) = (saturation.clamp(0.0, 1.0), value.clamp(0.0, 1.0));
    let direction = direction_of(hue);
    let [s, t] = slopes(cusp(direction, steps));
    let start = 0.5;
    let k = 1.0 - start / s;
    let base = start + t - t * (k * saturation);
    let (light, vivid) = (1.0 - saturation * start / base, saturation * t * start / base);
    let lighter = toe_inverse(light);
    let scale = brightness_scale(lighter, vivid * (lighter / light), direction);
    let (lightness, chroma) = (value * light, value * vivid);
    let new = toe_inverse(lightness);
    let chroma = chroma * (new / lightness) * scale;
    finished([new * scale, chroma * direction[0], chroma * direction[1]], alpha, steps)
}

/// sRGB as HSL.
pub fn hsl_from_srgb(srgb: Colour) -> Colour {
    let [red, green, blue] = srgb;
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    let (sum, range) = (most + least, most - least);
    let lightness = sum / 2.0;
    if most == least {
        return [0.0, 0.0, lightness];
    }
    let saturation = if lightness < 0.5 { range / sum } else { range / (2.0 - sum) };
    let [r, g, b] = srgb.map(|sample| (most - sample) / range);
    let hue = if red == most {
        b - g
    } else if green == most {
        r - b + 2.0
    } else {
        g - r + 4.0
    };
    [((hue / 6.0).rem_euclid(1.0) * 360.0).rem_euclid(360.0), saturation, lightness]
}

/// HSL as sRGB.
pub fn srgb_from_hsl([hue, saturation, lightness]: Colour) -> Colour {
    let (saturation, lightness) = (saturation.clamp(0.0, 1.0), lightness.clamp(0.0, 1.0));
    let high =
        if lightness <= 0.5 { lightness * (saturation + 1.0) } else { lightness + saturation - lightness * saturation };
    let low = lightness * 2.0 - high;
    let unit = hue.rem_euclid(360.0) / 360.0;
    [1.0 / 3.0, 0.0, -1.0 / 3.0].map(|turn| {
        let hue = (unit + turn).rem_euclid(1.0);
        if hue < 1.0 / 6.0 {
            low + (high - low) * (hue * 6.0)
        } else if hue < 0.5 {
            high
        } else if hue < 2.0 / 3.0 {
            low + (high - low) * ((2.0 / 3.0 - hue) * 6.0)
        } else {
            low
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oklab::{from_bytes, to_bytes};

    #[test]
    fn colours_come_back_from_every_space() {
        for colour in [[200u8, 30, 90], [12, 200, 130], [90, 91, 250], [250, 240, 10]] {
            let srgb = from_bytes(colour);
            let back = [
                srgb_from_okhsl(okhsl_from_srgb(srgb, 3), 0.0, 3),
                srgb_from_okhsv(okhsv_from_srgb(srgb, 3), 0.0, 3),
                srgb_from_hsl(hsl_from_srgb(srgb)),
            ];
            for back in back.map(to_bytes) {
                assert!(
                    back.iter().zip(colour).all(|(ours, theirs)| ours.abs_diff(theirs) <= 1),
                    "{colour:?} {back:?}"
                );
            }
        }
    }
}
