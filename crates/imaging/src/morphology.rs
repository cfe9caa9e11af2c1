//! Bright or dark areas grown, as OpenCV's `dilate` and `erode` with its default border, which never wins.

use crate::{ImagingError, Pixels};
use std::collections::HashMap;

/// Which pixels around one count: for every row of the shape, the columns `from..to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    rows: Vec<(usize, usize)>,
    anchor: (usize, usize),
}

impl Shape {
    /// A full rectangle around its middle; of an even side, the pixel after the middle.
    pub fn rectangle(width: usize, height: usize) -> Self {
        Self::anchored_rectangle(width, height, (width / 2, height / 2))
    }

    /// A full rectangle around `anchor` (column, row).
    pub fn anchored_rectangle(width: usize, height: usize, anchor: (usize, usize)) -> Self {
        Self { rows: vec![(0, width); height], anchor }
    }

    /// The square of `side` applied `times` times over, as one shape.
    pub fn repeated_square(side: usize, times: usize) -> Self {
        let whole = side + times.saturating_sub(1) * (side - 1);
        let anchor = side / 2 * times.max(1);
        Self::anchored_rectangle(whole, whole, (anchor, anchor))
    }

    /// The ellipse that fills a rectangle: OpenCV's `MORPH_ELLIPSE`.
    pub fn ellipse(width: usize, height: usize) -> Self {
        if (width, height) == (1, 1) {
            return Self::rectangle(1, 1);
        }
        let (radius, centre) = (height / 2, width / 2);
        let inverse = if radius > 0 { 1.0 / (radius * radius) as f64 } else { 0.0 };
        let rows = (0..height).map(|row| {
            let dy = row.abs_diff(radius);
            if dy > radius {
                return (0, 0);
            }
            let half = centre as f64 * (((radius * radius - dy * dy) as f64) * inverse).sqrt();
            let half = half.round_ties_even() as usize;
            (centre.saturating_sub(half), (centre + half + 1).min(width))
        });
        Self { rows: rows.collect(), anchor: (centre, radius) }
    }
}

/// Every sample becomes the largest below the shape.
pub fn dilate(pixels: &Pixels, shape: &Shape) -> Result<Pixels, ImagingError> {
    extreme(pixels, shape, 0, u8::max)
}

/// Every sample becomes the smallest below the shape.
pub fn erode(pixels: &Pixels, shape: &Shape) -> Result<Pixels, ImagingError> {
    extreme(pixels, shape, 255, u8::min)
}

fn extreme(pixels: &Pixels, shape: &Shape, start: u8, better: fn(u8, u8) -> u8) -> Result<Pixels, ImagingError> {
    let channels = pixels.mode().channels();
    let length = pixels.width() as usize * channels;
    let height = pixels.height() as i64;
    let mut along: HashMap<(usize, usize), Vec<u8>> = HashMap::new();
    let mut data = vec![start; pixels.data().len()];
    for (row, &(from, to)) in shape.rows.iter().enumerate() {
        if from >= to {
            continue;
        }
        let lines = along.entry((from, to)).or_insert_with(|| {
            let (first, last) = (from as i64 - shape.anchor.0 as i64, to as i64 - 1 - shape.anchor.0 as i64);
            pixels.rows().flat_map(|row| best_along(row, channels, first, last, start, better)).collect()
        });
        let shift = row as i64 - shape.anchor.1 as i64;
        for y in (-shift).max(0)..height.min(height.saturating_sub(shift)) {
            let target = &mut data[y as usize * length..][..length];
            let source = &lines[(y + shift) as usize * length..][..length];
            for (target, source) in target.iter_mut().zip(source) {
                *target = better(*target, *source);
            }
        }
    }
    Pixels::new(pixels.mode(), pixels.width(), pixels.height(), data)
}

/// The best sample from `first` to `last` pixels on, for every pixel of a row: a queue of candidates that only get worse.
fn best_along(row: &[u8], channels: usize, first: i64, last: i64, start: u8, better: fn(u8, u8) -> u8) -> Vec<u8> {
    let width = (row.len() / channels) as i64;
    let mut best = vec![start; row.len()];
    for channel in 0..channels {
        let at = |column: i64| row[column as usize * channels + channel];
        let mut candidates = std::collections::VecDeque::new();
        let mut next = first.max(0);
        for column in 0..width {
            while next < width && next <= column + last {
                while candidates.back().is_some_and(|&index| better(at(index), at(next)) == at(next)) {
                    candidates.pop_back();
                }
                candidates.push_back(next);
                next += 1;
            }
            while candidates.front().is_some_and(|&index| index < column + first) {
                candidates.pop_front();
            }
            if let Some(&index) = candidates.front() {
                best[column as usize * channels + channel] = at(index);
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mode;

    #[test]
    fn one_bright_pixel_takes_the_mirrored_shape() {
        let mut pixels = Pixels::new(Mode::L, 5, 3, vec![0; 15]).unwrap();
        pixels.data_mut()[7] = 9;
        let grown = dilate(&pixels, &Shape::rectangle(2, 1)).unwrap();
        assert_eq!(&grown.data()[5..10], [0, 0, 9, 9, 0]);
        assert_eq!(dilate(&pixels, &Shape::rectangle(5, 3)).unwrap().data(), [9; 15]);
    }

    #[test]
    fn eroding_a_bright_picture_leaves_it() {
        let pixels = Pixels::new(Mode::Rgb, 4, 4, vec![200; 48]).unwrap();
        assert_eq!(erode(&pixels, &Shape::ellipse(7, 5)).unwrap(), pixels);
    }
}
