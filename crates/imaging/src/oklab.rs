//! Oklab, colours by perceived lightness and two axes of colour, in single precision and from 0 to 1; hues in degrees.
//!
//! Björn Ottosson, "A perceptual color space for image processing", 2020, <https://bottosson.github.io/posts/oklab/>, and
//! "Gamut clipping", 2021, <https://bottosson.github.io/posts/gamutclipping/>; numbers and order of operations as in the
//! reference's `backend/image_util/color_conversion.py`, because samples are cut, not rounded, to eight bits.

/// Three numbers: a colour in some space.
pub type Colour = [f32; 3];

const LMS_FROM_RGB: [[f32; 3]; 3] = [
    [0.412_221_47, 0.536_332_54, 0.051_445_993],
    [0.211_903_5, 0.680_699_5, 0.107_396_96],
    [0.088_302_46, 0.281_718_85, 0.629_978_7],
];
const LAB_FROM_ROOTS: [[f32; 3]; 3] = [
    [0.210_454_26, 0.793_617_8, -0.004_072_047],
    [1.977_998_5, -2.428_592_2, 0.450_593_7],
    [0.025_904_037, 0.782_771_77, -0.808_675_77],
];
const ROOTS_FROM_LAB: [[f32; 3]; 3] =
    [[1.0, 0.396_337_78, 0.215_803_76], [1.0, -0.105_561_346, -0.063_854_17], [1.0, -0.089_484_18, -1.291_485_5]];
const RGB_FROM_LMS: [[f32; 3]; 3] = [
    [4.076_741_7, -3.307_711_6, 0.230_969_94],
    [-1.268_438, 2.609_757_4, -0.341_319_38],
    [-0.004_196_086_3, -0.703_418_6, 1.707_614_7],
];
/// Best guesses of the largest saturation, by which of red, green and blue becomes negative first.
const SATURATION: [[f32; 5]; 3] = [
    [1.190_862_8, 1.765_767_3, 0.596_626_4, 0.755_152, 0.567_712_4],
    [0.739_565_15, -0.459_544_94, 0.082_854_27, 0.125_410_7, 0.145_032_04],
    [1.357_336_5, -0.009_157_99, -1.151_302_1, -0.505_596_06, 0.006_921_67],
];

fn dot(row: [f32; 3], vector: [f32; 3]) -> f32 {
    row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2]
}

fn times(matrix: &[[f32; 3]; 3], vector: Colour) -> Colour {
    matrix.map(|row| dot(row, vector))
}

/// Samples as numbers from 0 to 1.
pub fn from_bytes(rgb: [u8; 3]) -> Colour {
    rgb.map(|sample| f32::from(sample) / 255.0)
}

/// Numbers from 0 to 1 as samples, cut rather than rounded.
pub fn to_bytes(rgb: Colour) -> [u8; 3] {
    rgb.map(|value| (value.clamp(0.0, 1.0) * 255.0) as u8)
}

/// sRGB without its gamma.
pub fn linear_from_srgb(srgb: Colour) -> Colour {
    srgb.map(|value| if value <= 0.040_448_237 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) })
}

/// Linear light with sRGB's gamma, cut to 0 to 1.
pub fn srgb_from_linear(linear: Colour) -> Colour {
    linear.map(|value| {
        let value = value.clamp(0.0, 1.0);
        if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 }
    })
}

/// Linear light in Oklab.
pub fn oklab_from_linear(linear: Colour) -> Colour {
    let roots = times(&LMS_FROM_RGB, linear).map(|value| match value {
        0.0 => 0.0,
        value => value.signum() * value.abs().powf(1.0 / 3.0),
    });
    times(&LAB_FROM_ROOTS, roots)
}

/// Oklab in linear light.
pub fn linear_from_oklab(lab: Colour) -> Colour {
    times(&RGB_FROM_LMS, times(&ROOTS_FROM_LAB, lab).map(|root| root * root * root))
}

/// Lightness, chroma and hue.
pub fn oklch_from_oklab([lightness, a, b]: Colour) -> Colour {
    [lightness, (a * a + b * b).sqrt(), b.atan2(a).to_degrees().rem_euclid(360.0)]
}

/// The inverse of [`oklch_from_oklab`].
pub fn oklab_from_oklch([lightness, chroma, hue]: Colour) -> Colour {
    let hue = hue.to_radians();
    [lightness, chroma * hue.cos(), chroma * hue.sin()]
}

/// How the cone roots change along a direction of colour.
fn roots_along([a, b]: [f32; 2]) -> [f32; 3] {
    ROOTS_FROM_LAB.map(|row| row[1] * a + row[2] * b)
}

/// Saturation at which a hue leaves sRGB.
fn largest_saturation(direction: [f32; 2], steps: u32) -> f32 {
    let [a, b] = direction;
    let first = if -1.881_703_3 * a - 0.809_364_9 * b > 1.0 {
        0
    } else if 1.814_441_1 * a - 1.194_452_8 * b > 1.0 {
        1
    } else {
        2
    };
    let guess = SATURATION[first];
    let mut saturation = guess[0] + guess[1] * a + guess[2] * b + guess[3] * a * a + guess[4] * a * b;
    let along = roots_along(direction);
    for _ in 0..steps {
        let roots = along.map(|k| k * saturation + 1.0);
        let value = dot(RGB_FROM_LMS[first], roots.map(|root| root.powf(3.0)));
        let index = [0, 1, 2];
        let slope = dot(RGB_FROM_LMS[first], index.map(|i| along[i] * (roots[i] * roots[i]) * 3.0));
        let bend = dot(RGB_FROM_LMS[first], index.map(|i| along[i] * along[i] * roots[i] * 6.0));
        saturation -= value * slope / (slope * slope - value * bend * 0.5);
    }
    saturation
}

/// Lightness and chroma of a hue's most colourful colour.
pub(crate) fn cusp(direction: [f32; 2], steps: u32) -> [f32; 2] {
    let saturation = largest_saturation(direction, steps);
    let brightest = linear_from_oklab([1.0, saturation * direction[0], saturation * direction[1]]);
    let lightness = (1.0 / largest(brightest)).powf(1.0 / 3.0);
    [lightness, lightness * saturation]
}

/// The largest of three, or NaN.
fn largest([a, b, c]: Colour) -> f32 {
    if a.is_nan() || b.is_nan() || c.is_nan() { f32::NAN } else { a.max(b).max(c) }
}

/// Where the line from (`from`, 0) to (`lightness`, `chroma`) leaves sRGB, as a part of its length.
pub(crate) fn gamut_edge(
    direction: [f32; 2],
    lightness: f32,
    chroma: f32,
    from: f32,
    [cusp_lightness, cusp_chroma]: [f32; 2],
    steps: u32,
) -> f32 {
    let upper = (lightness - from) * cusp_chroma - (cusp_lightness - from) * chroma;
    if upper <= 0.0 {
        return cusp_chroma * from / (chroma * cusp_lightness + cusp_chroma * (from - lightness));
    }
    let mut part = cusp_chroma * (from - 1.0) / (chroma * (cusp_lightness - 1.0) + cusp_chroma * (from - lightness));
    let along = roots_along(direction);
    let change = along.map(|k| k * chroma + (lightness - from));
    for _ in 0..steps {
        let (l, c) = (from * (1.0 - part) + part * lightness, part * chroma);
        let roots = along.map(|k| k * c + l);
        let index = [0, 1, 2];
        let values = times(&RGB_FROM_LMS, roots.map(|root| root.powf(3.0))).map(|value| value - 1.0);
        let slopes = times(&RGB_FROM_LMS, index.map(|i| roots[i] * roots[i] * change[i] * 3.0));
        let bends = times(&RGB_FROM_LMS, index.map(|i| change[i] * change[i] * roots[i] * 6.0));
        let shifts = index.map(|i| {
            let step = slopes[i] / (slopes[i] * slopes[i] - values[i] * bends[i] * 0.5);
            if step < 0.0 { f32::MAX } else { -values[i] * step }
        });
        let [r, g, b] = shifts;
        part += if r.is_nan() || g.is_nan() || b.is_nan() { f32::NAN } else { r.min(g).min(b) };
    }
    part
}

/// A linear colour brought into sRGB along a line to a grey that moves with `alpha`: the larger, the more chroma is kept
/// and the less lightness.
pub fn gamut_clip(linear: Colour, alpha: f32, steps: u32) -> Colour {
    let inside = linear.iter().all(|value| (0.0..=1.0).contains(value)) || linear.iter().any(|value| value.is_nan());
    if inside {
        return linear;
    }
    let [lightness, a, b] = oklab_from_linear(linear);
    let chroma = (a * a + b * b).sqrt();
    let chroma = if chroma < 0.000_01 { 0.000_01 } else { chroma };
    let direction = [a / chroma, b / chroma];
    let distance = lightness - 0.5;
    let edge = distance.abs() + chroma * alpha + 0.5;
    let sign = if distance == 0.0 { 0.0 } else { distance.signum() };
    let grey = (sign * (edge - (edge * edge - distance.abs() * 2.0).sqrt()) + 1.0) * 0.5;
    let part = gamut_edge(direction, lightness, chroma, grey, cusp(direction, steps), steps);
    let (lightness, chroma) = (grey * (1.0 - part) + part * lightness, part * chroma);
    linear_from_oklab([lightness, chroma * direction[0], chroma * direction[1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn red_has_the_published_oklab_coordinates() {
        // Ottosson's page gives sRGB red at about (0.628, 0.225, 0.126).
        let lab = oklab_from_linear([1.0, 0.0, 0.0]);
        for (ours, theirs) in lab.into_iter().zip([0.627_955, 0.224_863, 0.125_846]) {
            assert!((ours - theirs).abs() < 1e-5, "{lab:?}");
        }
    }

    #[test]
    fn a_clipped_colour_lies_in_srgb() {
        for alpha in [0.05, 0.5] {
            for colour in [[1.4, 0.2, -0.1], [-0.2, 0.6, 0.1], [0.1, 0.1, 1.9]] {
                let clipped = gamut_clip(colour, alpha, 3);
                assert!(clipped.iter().all(|value| (-0.001..1.001).contains(value)), "{clipped:?}");
            }
        }
    }
}
