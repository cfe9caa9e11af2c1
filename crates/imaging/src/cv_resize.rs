//! Resampling in the arithmetic of OpenCV's `resize` (`modules/imgproc/src/resize.cpp` of 4.11) for pictures of 8 bits:
//! what control maps are brought to size with. For all else there is [`resize`](crate::resize()), which is Pillow's.
//!
//! Builds of OpenCV with Intel's library round cubic weights otherwise, which is one step in few samples.

use crate::{ImagingError, Pixels};

/// How a target pixel is computed from source pixels; names are OpenCV's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CvFilter {
    /// The source pixel at the upper left.
    Nearest,
    /// Mean over the covered area; along a side that grows, linear between areas.
    Area,
    /// Cubic with a = -0.75.
    Cubic,
}

/// The picture at another size; the channels are treated alike, alpha too.
pub fn cv_resize(pixels: &Pixels, width: u32, height: u32, filter: CvFilter) -> Result<Pixels, ImagingError> {
    if width == 0 || height == 0 {
        return Err(ImagingError::Empty { width, height });
    }
    let across = Side::new(pixels.width(), width);
    let down = Side::new(pixels.height(), height);
    let data = match filter {
        CvFilter::Nearest => nearest(pixels, across, down),
        CvFilter::Area if across.scale() >= 1.0 && down.scale() >= 1.0 => match (across.whole(), down.whole()) {
            (Some(wide), Some(high)) => whole_areas(pixels, across, down, wide, high),
            _ => areas(pixels, across, down),
        },
        CvFilter::Area => between(pixels, across, down),
        CvFilter::Cubic => cubic(pixels, across, down),
    };
    Pixels::new(pixels.mode(), width, height, data)
}

/// One side of the picture before and after, in pixels.
#[derive(Clone, Copy)]
struct Side {
    from: usize,
    to: usize,
}

impl Side {
    fn new(from: u32, to: u32) -> Self {
        Self { from: from as usize, to: to as usize }
    }

    /// Target pixels per source pixel.
    fn growth(self) -> f64 {
        self.to as f64 / self.from as f64
    }

    /// Source pixels per target pixel, rounded as OpenCV rounds it.
    fn scale(self) -> f64 {
        1.0 / self.growth()
    }

    /// The scale, where it is a whole number.
    fn whole(self) -> Option<usize> {
        let whole = self.scale().round_ties_even();
        ((self.scale() - whole).abs() < f64::EPSILON).then_some(whole as usize)
    }
}

fn nearest(pixels: &Pixels, across: Side, down: Side) -> Vec<u8> {
    let channels = pixels.mode().channels();
    let sources = |side: Side| (0..side.to).map(move |at| ((at as f64 * side.scale()) as usize).min(side.from - 1));
    let length = across.from * channels;
    let row = |y: usize| &pixels.data()[y * length..][..length];
    sources(down)
        .flat_map(|y| sources(across).flat_map(move |x| &row(y)[x * channels..][..channels]))
        .copied()
        .collect()
}

fn whole_areas(pixels: &Pixels, across: Side, down: Side, wide: usize, high: usize) -> Vec<u8> {
    let channels = pixels.mode().channels();
    let length = across.from * channels;
    let share = 1.0 / (wide * high) as f32;
    let mut data = Vec::with_capacity(across.to * down.to * channels);
    for y in 0..down.to {
        for x in 0..across.to {
            for channel in 0..channels {
                let sample = |dy: usize, dx: usize| {
                    u32::from(pixels.data()[(y * high + dy) * length + (x * wide + dx) * channels + channel])
                };
                let sum: u32 = (0..high).map(|dy| (0..wide).map(|dx| sample(dy, dx)).sum::<u32>()).sum();
                // Halves are rounded up where four become one, and to the even number elsewhere.
                data.push(if (wide, high) == (2, 2) { ((sum + 2) >> 2) as u8 } else { rounded(sum as f32 * share) });
            }
        }
    }
    data
}

/// What a target pixel covers: the source pixels with their shares.
fn covered(side: Side) -> Vec<Vec<(usize, f32)>> {
    let (scale, length) = (side.scale(), side.from as f64);
    (0..side.to)
        .map(|target| {
            let from = target as f64 * scale;
            let to = from + scale;
            let whole = scale.min(length - from);
            let last = to.floor().min(length - 1.0);
            let first = from.ceil().min(last);
            let mut shares = Vec::new();
            if first - from > 1e-3 {
                shares.push((first as usize - 1, ((first - from) / whole) as f32));
            }
            shares.extend((first as usize..last as usize).map(|source| (source, (1.0 / whole) as f32)));
            if to - last > 1e-3 {
                shares.push((last as usize, ((to - last).min(1.0).min(whole) / whole) as f32));
            }
            shares
        })
        .collect()
}

fn areas(pixels: &Pixels, across: Side, down: Side) -> Vec<u8> {
    let channels = pixels.mode().channels();
    let length = across.from * channels;
    let columns = covered(across);
    let mut data = Vec::with_capacity(across.to * down.to * channels);
    for rows in covered(down) {
        let mut sums = vec![0.0f32; across.to * channels];
        for (index, (y, share)) in rows.into_iter().enumerate() {
            let row = &pixels.data()[y * length..][..length];
            for (target, column) in columns.iter().enumerate() {
                for channel in 0..channels {
                    let narrowed = column
                        .iter()
                        .fold(0.0f32, |sum, (x, share)| sum + f32::from(row[x * channels + channel]) * share);
                    let sum = &mut sums[target * channels + channel];
                    *sum = if index == 0 { share * narrowed } else { *sum + share * narrowed };
                }
            }
        }
        data.extend(sums.into_iter().map(rounded));
    }
    data
}

fn rounded(value: f32) -> u8 {
    value.round_ties_even().clamp(0.0, 255.0) as u8
}

/// Weights are in 11-bit fixed point.
const WEIGHT: f32 = 2048.0;

fn fixed(weight: f32) -> i32 {
    (weight * WEIGHT).round_ties_even() as i32
}

/// For every target pixel the first source pixel and the weights from there on.
fn between_taps(side: Side) -> Vec<(usize, [i32; 2])> {
    (0..side.to)
        .map(|target| {
            let first = (target as f64 * side.scale()).floor();
            let part = ((target + 1) as f64 - (first + 1.0) * side.growth()) as f32;
            let part = if part <= 0.0 { 0.0 } else { part - part.floor() };
            let first = first as usize;
            if first + 1 >= side.from {
                (side.from - 1, [fixed(1.0), 0])
            } else {
                (first, [fixed(1.0 - part), fixed(part)])
            }
        })
        .collect()
}

fn between(pixels: &Pixels, across: Side, down: Side) -> Vec<u8> {
    let channels = pixels.mode().channels();
    let length = across.from * channels;
    let columns = between_taps(across);
    let widened = |y: usize| -> Vec<i32> {
        let row = &pixels.data()[y.min(down.from - 1) * length..][..length];
        let sample = |x: usize, channel: usize| i32::from(row[x.min(across.from - 1) * channels + channel]);
        let mixed = |(x, [a, b]): &(usize, [i32; 2]), channel| sample(*x, channel) * a + sample(x + 1, channel) * b;
        columns.iter().flat_map(|tap| (0..channels).map(move |channel| mixed(tap, channel))).collect()
    };
    let mut data = Vec::with_capacity(across.to * down.to * channels);
    for (y, [a, b]) in between_taps(down) {
        let (upper, lower) = (widened(y), widened(y + 1));
        // The half-words the vector instructions leave of each product.
        let mixed = |(upper, lower): (i32, i32)| (((a * (upper >> 4)) >> 16) + ((b * (lower >> 4)) >> 16) + 2) >> 2;
        data.extend(upper.into_iter().zip(lower).map(|pair| mixed(pair).clamp(0, 255) as u8));
    }
    data
}

/// For every target pixel the second of four source pixels and their weights.
fn cubic_taps(side: Side) -> Vec<(i64, [i32; 4])> {
    const A: f32 = -0.75;
    (0..side.to)
        .map(|target| {
            let at = ((target as f64 + 0.5) * side.scale() - 0.5) as f32;
            let (first, x) = (at.floor(), at - at.floor());
            let near = |x: f32| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
            let before = ((A * (x + 1.0) - 5.0 * A) * (x + 1.0) + 8.0 * A) * (x + 1.0) - 4.0 * A;
            let weights = [before, near(x), near(1.0 - x)];
            let after = 1.0 - weights[0] - weights[1] - weights[2];
            (first as i64, [weights[0], weights[1], weights[2], after].map(fixed))
        })
        .collect()
}

fn cubic(pixels: &Pixels, across: Side, down: Side) -> Vec<u8> {
    let channels = pixels.mode().channels();
    let length = across.from * channels;
    let inside = |at: i64, side: Side| at.clamp(0, side.from as i64 - 1) as usize;
    let columns = cubic_taps(across);
    let lines: Vec<Vec<i32>> = (0..down.from)
        .map(|y| {
            let row = &pixels.data()[y * length..][..length];
            let sample = |x: i64, channel: usize| i32::from(row[inside(x, across) * channels + channel]);
            let sum = |(x, weights): &(i64, [i32; 4]), channel: usize| -> i32 {
                (-1..3).zip(weights).map(|(step, weight)| sample(x + step, channel) * weight).sum()
            };
            columns.iter().flat_map(|tap| (0..channels).map(move |channel| sum(tap, channel))).collect()
        })
        .collect();
    let mut data = Vec::with_capacity(across.to * down.to * channels);
    for (y, weights) in cubic_taps(down) {
        let rows = [-1, 0, 1, 2].map(|step| &lines[inside(y + step, down)]);
        for index in 0..across.to * channels {
            let sum: i32 = rows.iter().zip(weights).map(|(row, weight)| row[index] * weight).sum();
            data.push(((sum + (1 << 21)) >> 22).clamp(0, 255) as u8);
        }
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mode;

    fn grey(width: u32, data: &[u8]) -> Pixels {
        Pixels::new(Mode::L, width, data.len() as u32 / width, data.to_vec()).unwrap()
    }

    #[test]
    fn four_pixels_become_their_mean_rounded_up() {
        let small = cv_resize(&grey(4, &[0, 1, 10, 10, 1, 0, 10, 10]), 2, 1, CvFilter::Area).unwrap();
        assert_eq!(small.data(), [1, 10]);
    }

    #[test]
    fn a_flat_picture_stays_flat() {
        for filter in [CvFilter::Nearest, CvFilter::Area, CvFilter::Cubic] {
            for (width, height) in [(5, 4), (3, 9), (13, 2), (21, 17)] {
                let flat = Pixels::new(Mode::Rgb, 7, 6, [9, 200, 77].repeat(42)).unwrap();
                let resized = cv_resize(&flat, width, height, filter).unwrap();
                assert_eq!(
                    resized.data(),
                    [9, 200, 77].repeat((width * height) as usize),
                    "{filter:?} {width}x{height}"
                );
            }
        }
    }

    #[test]
    fn no_size_is_refused() {
        assert!(cv_resize(&grey(2, &[1, 2]), 0, 1, CvFilter::Area).is_err());
    }
}
