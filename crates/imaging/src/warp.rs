//! Resampling as OpenCV does it: no widening of the kernel when a picture becomes smaller, and its own cubic.

use crate::{ImagingError, Pixels};

/// A table of numbers with any number of channels.
struct Samples<'a> {
    width: usize,
    height: usize,
    channels: usize,
    values: &'a [f64],
}

/// `cv2.resize(.., INTER_CUBIC)` of 8-bit samples.
pub fn cubic(pixels: &Pixels, width: u32, height: u32) -> Result<Pixels, ImagingError> {
    if width == 0 || height == 0 {
        return Err(ImagingError::Empty { width, height });
    }
    let values: Vec<f64> = pixels.data().iter().map(|sample| f64::from(*sample)).collect();
    let source = Samples {
        width: pixels.width() as usize,
        height: pixels.height() as usize,
        channels: pixels.mode().channels(),
        values: &values,
    };
    let resized = cubic_of(&source, width as usize, height as usize);
    let data = resized.into_iter().map(|value| value.round_ties_even().clamp(0.0, 255.0) as u8).collect();
    Pixels::new(pixels.mode(), width, height, data)
}

/// `cv2.resize(.., INTER_CUBIC)` of numbers, row by row.
pub fn cubic_field(values: &[f64], from: (usize, usize), to: (usize, usize)) -> Vec<f64> {
    cubic_of(&Samples { width: from.0, height: from.1, channels: 1, values }, to.0, to.1)
}

fn cubic_of(source: &Samples<'_>, width: usize, height: usize) -> Vec<f64> {
    let (across, down) = (taps(source.width, width), taps(source.height, height));
    let mut resized = Vec::with_capacity(width * height * source.channels);
    for rows in &down {
        for columns in &across {
            for channel in 0..source.channels {
                let line = |row: usize| -> f64 {
                    let at = |column: usize| source.values[(row * source.width + column) * source.channels + channel];
                    columns.iter().map(|(column, weight)| at(*column) * weight).sum()
                };
                resized.push(rows.iter().map(|(row, weight)| line(*row) * weight).sum());
            }
        }
    }
    resized
}

/// The four source samples of every target sample; those outside are the nearest inside.
fn taps(source: usize, target: usize) -> Vec<[(usize, f64); 4]> {
    const A: f64 = -0.75;
    let scale = source as f64 / target as f64;
    (0..target)
        .map(|index| {
            let position = (index as f64 + 0.5) * scale - 0.5;
            let first = position.floor();
            let x = position - first;
            let outer = |x: f64| ((A * (x + 1.0) - 5.0 * A) * (x + 1.0) + 8.0 * A) * (x + 1.0) - 4.0 * A;
            let inner = |x: f64| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
            let (a, b, c) = (outer(x), inner(x), inner(1.0 - x));
            let weights = [a, b, c, 1.0 - a - b - c];
            [0, 1, 2, 3].map(|tap| {
                let at = (first as i64 + tap as i64 - 1).clamp(0, source as i64 - 1);
                (at as usize, weights[tap])
            })
        })
        .collect()
}

/// `cv2.resize(.., INTER_NEAREST)`: the sample at or before the target's position.
pub fn nearest(pixels: &Pixels, width: u32, height: u32) -> Result<Pixels, ImagingError> {
    let channels = pixels.mode().channels();
    let positions = |source: u32, target: u32| {
        let scale = f64::from(source) / f64::from(target);
        (0..target).map(move |index| ((f64::from(index) * scale).floor() as u32).min(source - 1) as usize)
    };
    let columns: Vec<usize> = positions(pixels.width(), width).collect();
    let row_length = pixels.width() as usize * channels;
    let mut data = Vec::with_capacity(width as usize * height as usize * channels);
    for row in positions(pixels.height(), height) {
        let row = &pixels.data()[row * row_length..][..row_length];
        for column in &columns {
            data.extend_from_slice(&row[column * channels..][..channels]);
        }
    }
    Pixels::new(pixels.mode(), width, height, data)
}

/// `cv2.remap(.., INTER_LINEAR)`: every pixel taken from the place (column, row) that `places` names, between four pixels in
/// steps of a 32nd; outside is black.
pub fn remap(pixels: &Pixels, places: impl Fn(usize, usize) -> (f32, f32)) -> Result<Pixels, ImagingError> {
    const STEPS: f64 = 32.0;
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let channels = pixels.mode().channels();
    let sample = |x: i64, y: i64, channel: usize| {
        let inside = (0..width as i64).contains(&x) && (0..height as i64).contains(&y);
        if inside { f64::from(pixels.data()[(y as usize * width + x as usize) * channels + channel]) } else { 0.0 }
    };
    let mut data = Vec::with_capacity(pixels.data().len());
    for row in 0..height {
        for column in 0..width {
            let (x, y) = places(column, row);
            let split = |value: f32| {
                let steps = (f64::from(value) * STEPS).round_ties_even();
                let whole = (steps / STEPS).floor();
                (whole as i64, steps / STEPS - whole)
            };
            let ((x, right), (y, down)) = (split(x), split(y));
            for channel in 0..channels {
                let upper = sample(x, y, channel) * (1.0 - right) + sample(x + 1, y, channel) * right;
                let lower = sample(x, y + 1, channel) * (1.0 - right) + sample(x + 1, y + 1, channel) * right;
                data.push((upper * (1.0 - down) + lower * down + 0.5) as u8);
            }
        }
    }
    Pixels::new(pixels.mode(), pixels.width(), pixels.height(), data)
}
