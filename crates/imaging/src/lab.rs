//! CIELAB in eight bits as Pillow keeps it: lightness 0 to 255, a and b moved by 128. From and to sRGB with the white of
//! D50, which is what the profiles that Little CMS makes for Pillow say (Bradford adaptation of sRGB's D65).
//!
//! Little CMS interpolates in a table rather than computing every pixel. From CIELAB that table is coarse enough to see, so
//! this has the same ([`Table`]); to CIELAB the formula is within one step of it in one sample of fifty.

use std::sync::LazyLock;

/// sRGB's primaries seen under D50, one row for each of X, Y and Z.
const XYZ_FROM_RGB: [[f64; 3]; 3] = [
    [0.436_074_7, 0.385_064_9, 0.143_080_4],
    [0.222_504_5, 0.716_878_6, 0.060_616_9],
    [0.013_932_2, 0.097_104_5, 0.714_173_3],
];
/// The inverse of it.
const RGB_FROM_XYZ: [[f64; 3]; 3] = [
    [3.133_856_1, -1.616_866_7, -0.490_614_6],
    [-0.978_768_4, 1.916_141_5, 0.033_454_0],
    [0.071_945_3, -0.228_991_4, 1.405_242_7],
];
const WHITE: [f64; 3] = [0.9642, 1.0, 0.8249];

fn times(matrix: &[[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2])
}

/// An sRGB colour in CIELAB.
pub fn lab_from_rgb(rgb: [u8; 3]) -> [u8; 3] {
    let linear = rgb.map(|sample| {
        let value = f64::from(sample) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    let xyz = times(&XYZ_FROM_RGB, linear);
    let [x, y, z] = [0, 1, 2].map(|index| {
        let part = xyz[index] / WHITE[index];
        if part > 216.0 / 24_389.0 { part.cbrt() } else { 841.0 / 108.0 * part + 16.0 / 116.0 }
    });
    let lab = [(116.0 * y - 16.0) * 2.55, 500.0 * (x - y) + 128.0, 200.0 * (y - z) + 128.0];
    lab.map(|value| (value + 0.5).floor().clamp(0.0, 255.0) as u8)
}

/// A CIELAB colour in sRGB, as Pillow's `Image.convert` has it; what sRGB cannot show is cut off.
pub fn rgb_from_lab(lab: [u8; 3]) -> [u8; 3] {
    static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(33));
    TABLE.at(lab)
}

/// The same through the finer table that Little CMS makes when it is asked for precision.
pub fn rgb_from_lab_finely(lab: [u8; 3]) -> [u8; 3] {
    static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(49));
    TABLE.at(lab)
}

/// sRGB in 16 bits at evenly spaced places of CIELAB.
struct Table {
    points: usize,
    samples: Vec<[u16; 3]>,
}

impl Table {
    fn new(points: usize) -> Self {
        let place = |index: usize| index as f64 / (points - 1) as f64;
        let count = points * points * points;
        let sample = |index: usize| {
            let (lightness, a, b) = (index / points / points, index / points % points, index % points);
            let lab = [place(lightness) * 100.0, place(a) * 255.0 - 128.0, place(b) * 255.0 - 128.0];
            srgb_of(lab).map(|value| (value * 65_535.0 + 0.5).floor() as u16)
        };
        Self { points, samples: (0..count).map(sample).collect() }
    }

    /// Between four places: from the lower corner of a cell along its edges, the longest way first.
    fn at(&self, lab: [u8; 3]) -> [u8; 3] {
        let steps = lab.map(|sample| f64::from(sample) / 255.0 * (self.points - 1) as f64);
        let mut place = steps.map(|step| step.floor() as usize);
        let rests = [0, 1, 2].map(|axis| steps[axis] - place[axis] as f64);
        let mut order = [0, 1, 2];
        order.sort_by(|a, b| rests[*b].total_cmp(&rests[*a]));
        let look = |[l, a, b]: [usize; 3]| self.samples[(l * self.points + a) * self.points + b].map(f64::from);
        let mut corner = look(place);
        let mut value = corner;
        for axis in order {
            place[axis] = (place[axis] + 1).min(self.points - 1);
            let next = look(place);
            for index in 0..3 {
                value[index] += (next[index] - corner[index]) * rests[axis];
            }
            corner = next;
        }
        value.map(|value| (value.clamp(0.0, 65_535.0) / 257.0 + 0.5).floor() as u8)
    }
}

/// sRGB from 0 to 1 of lightness (0 to 100), a and b.
fn srgb_of([lightness, a, b]: [f64; 3]) -> [f64; 3] {
    let y = (lightness + 16.0) / 116.0;
    let parts = [y + a / 500.0, y, y - b / 200.0];
    let xyz = [0, 1, 2].map(|index| {
        let part = parts[index];
        let value = if part > 24.0 / 116.0 { part.powi(3) } else { 108.0 / 841.0 * (part - 16.0 / 116.0) };
        value * WHITE[index]
    });
    times(&RGB_FROM_XYZ, xyz).map(|value| {
        let value = value.clamp(0.0, 1.0);
        if value <= 0.003_130_8 { 12.92 * value } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_black_and_grey_have_no_colour() {
        assert_eq!(lab_from_rgb([255; 3]), [255, 128, 128]);
        assert_eq!(lab_from_rgb([0; 3]), [0, 128, 128]);
        assert_eq!(rgb_from_lab(lab_from_rgb([119; 3])), [119; 3]);
    }
}
