//! Colours in other terms, in the 8-bit arithmetic of Pillow's `Image.convert` (`libImaging/Convert.c`,
//! `ConvertYCbCr.c`).

use crate::blending::div255;

/// Hue, saturation, value; a full turn of hue is 255.
pub fn hsv_from_rgb([red, green, blue]: [u8; 3]) -> [u8; 3] {
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    if most == least {
        return [0, 0, most];
    }
    let range = f32::from(most - least);
    let saturation = range / f32::from(most);
    let below = |sample: u8| f32::from(most - sample) / range;
    let (r, g, b) = (below(red), below(green), below(blue));
    let hue = if red == most {
        b - g
    } else if green == most {
        (2.0 + f64::from(r) - f64::from(b)) as f32
    } else {
        (4.0 + f64::from(g) - f64::from(r)) as f32
    };
    let hue = ((f64::from(hue) / 6.0 + 1.0) % 1.0) as f32;
    [(f64::from(hue) * 255.0) as u8, (f64::from(saturation) * 255.0) as u8, most]
}

/// The inverse of [`hsv_from_rgb`], as far as eight bits allow.
pub fn rgb_from_hsv([hue, saturation, value]: [u8; 3]) -> [u8; 3] {
    if saturation == 0 {
        return [value; 3];
    }
    let sextant = f64::from(hue) * 6.0 / 255.0;
    let index = sextant.floor();
    let rest = f64::from((sextant - index) as f32);
    let saturation = f64::from((f64::from(saturation) / 255.0) as f32);
    let scaled = |factor: f64| (f64::from(value) * factor).round() as u8;
    let low = scaled(1.0 - saturation);
    let falling = scaled(1.0 - saturation * rest);
    let rising = scaled(1.0 - saturation * (1.0 - rest));
    match index as u8 % 6 {
        0 => [value, rising, low],
        1 => [falling, value, low],
        2 => [low, value, rising],
        3 => [low, falling, value],
        4 => [rising, low, value],
        _ => [value, low, falling],
    }
}

/// `factor * value` in 6-bit fixed point, rounded as in Pillow's tables.
fn scaled(factor: f64, value: i32) -> i32 {
    (factor * f64::from(value) * 64.0 + 0.5) as i32
}

/// Brightness and two differences of colour, as in JPEG files.
pub fn ycbcr_from_rgb(rgb: [u8; 3]) -> [u8; 3] {
    let [red, green, blue] = rgb.map(i32::from);
    let sum = |r: f64, g: f64, b: f64| (scaled(r, red) + scaled(g, green) + scaled(b, blue)) >> 6;
    let luma = sum(0.299, 0.587, 0.114);
    [luma as u8, (sum(-0.16874, -0.33126, 0.5) + 128) as u8, (sum(0.5, -0.41869, -0.08131) + 128) as u8]
}

/// The inverse of [`ycbcr_from_rgb`].
pub fn rgb_from_ycbcr([luma, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (luma, cb, cr) = (i32::from(luma), i32::from(cb) - 128, i32::from(cr) - 128);
    let red = luma + (scaled(1.402, cr) >> 6);
    let green = luma + ((scaled(-0.34414, cb) + scaled(-0.71414, cr)) >> 6);
    let blue = luma + (scaled(1.772, cb) >> 6);
    [red, green, blue].map(|sample| sample.clamp(0, 255) as u8)
}

/// Cyan, magenta, yellow and no black.
pub fn cmyk_from_rgb([red, green, blue]: [u8; 3]) -> [u8; 4] {
    [255 - red, 255 - green, 255 - blue, 0]
}

/// The inverse of [`cmyk_from_rgb`], for any black.
pub fn rgb_from_cmyk([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let light = 255 - u32::from(black);
    [cyan, magenta, yellow].map(|ink| (light as u8).saturating_sub(div255(u32::from(ink) * light)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pure_colours_have_the_hues_of_a_sixfold_circle() {
        assert_eq!(hsv_from_rgb([255, 0, 0]), [0, 255, 255]);
        assert_eq!(hsv_from_rgb([0, 255, 0]), [85, 255, 255]);
        assert_eq!(hsv_from_rgb([0, 0, 255]), [170, 255, 255]);
        assert_eq!(rgb_from_hsv([85, 255, 255]), [0, 255, 0]);
    }

    #[test]
    fn grey_has_no_colour_in_any_space() {
        assert_eq!(hsv_from_rgb([7, 7, 7]), [0, 0, 7]);
        assert_eq!(ycbcr_from_rgb([200; 3]), [200, 128, 128]);
        assert_eq!(rgb_from_ycbcr([200, 128, 128]), [200; 3]);
        assert_eq!(rgb_from_cmyk([0, 0, 0, 55]), [200; 3]);
    }
}
