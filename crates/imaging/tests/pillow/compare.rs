//! The picture of `xtask/fixtures/imaging.py`, the files it left, and how far two pictures are apart.

use invoke_imaging::{Limits, Mode, Pixels, png};
use std::path::PathBuf;

/// One step of an 8-bit sample: what rounding differently costs.
pub(crate) const ONE_STEP: f64 = 1.0;

fn triangle(value: i64, period: i64) -> u8 {
    ((value % (2 * period) - period).abs() * 255 / period) as u8
}

/// The picture both sides draw with integers alone.
pub(crate) fn picture(mode: Mode, width: u32, height: u32) -> Pixels {
    let mut data = Vec::new();
    for y in 0..i64::from(height) {
        for x in 0..i64::from(width) {
            let red = triangle(3 * x + y, 90);
            let green = triangle(x + 5 * y, 64);
            let blue = triangle(x * y / 64, 128);
            let alpha = triangle(x + 2 * y, 70);
            data.extend_from_slice(&[red, green, blue, alpha][..mode.channels()]);
        }
    }
    Pixels::new(mode, width, height, data).unwrap()
}

/// The bytes of a fixture.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/imaging").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A picture Pillow made.
pub(crate) fn expected(name: &str) -> Pixels {
    png::decode_bounded(&fixture(&format!("{name}.png")), Limits::default()).unwrap().0
}

/// Mean and largest difference of two pictures, in steps of an 8-bit sample.
pub(crate) fn distance(ours: &Pixels, theirs: &Pixels) -> (f64, u8) {
    assert_eq!(
        (ours.mode(), ours.width(), ours.height()),
        (theirs.mode(), theirs.width(), theirs.height()),
        "the pictures differ in kind"
    );
    let pairs = ours.data().iter().zip(theirs.data());
    let differences: Vec<u8> = pairs.map(|(a, b)| a.abs_diff(*b)).collect();
    let sum: f64 = differences.iter().map(|d| f64::from(*d)).sum();
    (sum / differences.len() as f64, differences.into_iter().max().unwrap_or(0))
}
