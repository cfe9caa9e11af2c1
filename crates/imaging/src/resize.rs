//! Resampling, sample for sample as Pillow 13 does it (`src/libImaging/Resample.c`): kernels widened by the scale,
//! weights in 22-bit fixed point, along the rows and then along the columns, or the other way round where that is less
//! work, with an 8-bit picture between.
//!
//! A general resampling library comes close but not there: which pixels a box covers at its border, for one, is a
//! matter of rounding, and one step per sample is visible to a client that compares files.

use crate::{ImagingError, Mode, Pixels};
use std::f64::consts::PI;

/// How a target pixel is computed from source pixels; names and kernels are Pillow's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Filter {
    /// The source pixel at the centre.
    Nearest,
    /// Mean over the covered area.
    Box,
    /// Triangle.
    Bilinear,
    /// Sharper than bilinear, softer than bicubic.
    Hamming,
    /// Cubic with a = -0.5.
    Bicubic,
    /// Lanczos over three lobes.
    Lanczos,
}

impl Filter {
    /// Half the width of the kernel.
    fn support(self) -> f64 {
        match self {
            Self::Nearest => 0.0,
            Self::Box => 0.5,
            Self::Bilinear | Self::Hamming => 1.0,
            Self::Bicubic => 2.0,
            Self::Lanczos => 3.0,
        }
    }

    /// The kernel at `x`.
    fn weight(self, x: f64) -> f64 {
        let distance = x.abs();
        match self {
            Self::Nearest => 1.0,
            Self::Box => f64::from(x > -0.5 && x <= 0.5),
            Self::Bilinear => (1.0 - distance).max(0.0),
            Self::Hamming if distance >= 1.0 => 0.0,
            Self::Hamming => sinc(distance) * (0.54 + 0.46 * (distance * PI).cos()),
            Self::Bicubic => {
                const A: f64 = -0.5;
                if distance < 1.0 {
                    ((A + 2.0) * distance - (A + 3.0)) * distance * distance + 1.0
                } else if distance < 2.0 {
                    (((distance - 5.0) * distance + 8.0) * distance - 4.0) * A
                } else {
                    0.0
                }
            }
            Self::Lanczos if (-3.0..3.0).contains(&x) => sinc(x) * sinc(x / 3.0),
            Self::Lanczos => 0.0,
        }
    }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (x * PI).sin() / (x * PI) }
}

/// A part of a picture in fractions of pixels; in single precision, which tells in what is far from a whole number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
}

impl Area {
    pub(crate) fn whole(pixels: &Pixels) -> Self {
        Self { left: 0.0, top: 0.0, right: pixels.width() as f32, bottom: pixels.height() as f32 }
    }
}

/// The picture at another size, equal to Pillow's `Image.resize((width, height), filter)`. Colours are weighted by
/// alpha, except with [`Filter::Nearest`].
pub fn resize(pixels: &Pixels, width: u32, height: u32, filter: Filter) -> Result<Pixels, ImagingError> {
    if (pixels.width(), pixels.height()) == (width, height) {
        return Ok(pixels.clone());
    }
    with_weighted_colours(pixels, filter, |pixels| resize_area(pixels, width, height, filter, Area::whole(pixels)))
}

/// Runs `work` on the picture with its colours multiplied by alpha, and divides them again.
pub(crate) fn with_weighted_colours(
    pixels: &Pixels,
    filter: Filter,
    work: impl FnOnce(&Pixels) -> Result<Pixels, ImagingError>,
) -> Result<Pixels, ImagingError> {
    if pixels.mode() != Mode::Rgba || filter == Filter::Nearest {
        return work(pixels);
    }
    let mut weighted = pixels.clone();
    for pixel in weighted.data_mut().chunks_exact_mut(4) {
        let alpha = u32::from(pixel[3]);
        for sample in &mut pixel[..3] {
            let product = u32::from(*sample) * alpha + 128;
            *sample = (((product >> 8) + product) >> 8) as u8;
        }
    }
    let mut result = work(&weighted)?;
    for pixel in result.data_mut().chunks_exact_mut(4) {
        let alpha = u32::from(pixel[3]);
        if alpha == 0 || alpha == 255 {
            continue;
        }
        for sample in &mut pixel[..3] {
            *sample = (255 * u32::from(*sample) / alpha).min(255) as u8;
        }
    }
    Ok(result)
}

/// Resamples `area`, treating all channels alike.
pub(crate) fn resize_area(
    pixels: &Pixels,
    width: u32,
    height: u32,
    filter: Filter,
    area: Area,
) -> Result<Pixels, ImagingError> {
    if width == 0 || height == 0 {
        return Err(ImagingError::Empty { width, height });
    }
    if filter == Filter::Nearest {
        return nearest(pixels, width, height, area);
    }
    let same = |from: f32, to: f32, source: u32, target: u32| source == target && from == 0.0 && to == target as f32;
    let columns = (!same(area.left, area.right, pixels.width(), width))
        .then(|| taps(pixels.width(), area.left, area.right, width, filter));
    let rows = (!same(area.top, area.bottom, pixels.height(), height))
        .then(|| taps(pixels.height(), area.top, area.bottom, height, filter));
    let across = |pixels: &Pixels| columns.as_ref().map_or_else(|| Ok(pixels.clone()), |taps| along_rows(pixels, taps));
    let down = |pixels: &Pixels| rows.as_ref().map_or_else(|| Ok(pixels.clone()), |taps| along_columns(pixels, taps));
    if height_first(pixels, width, height) { across(&down(pixels)?) } else { down(&across(pixels)?) }
}

/// Whether the height goes first. It tells in the result, which is rounded between the two: by one step, in few samples.
fn height_first(pixels: &Pixels, width: u32, height: u32) -> bool {
    let less = |from: u32, to: u32| i64::from(from) - i64::from(to);
    let (less_high, less_wide) = (less(pixels.height(), height), less(pixels.width(), width));
    less_high > 0 && less_high > 2 * less_wide
}

fn nearest(pixels: &Pixels, width: u32, height: u32, area: Area) -> Result<Pixels, ImagingError> {
    let channels = pixels.mode().channels();
    let columns = centres(area.left, area.right, width);
    let mut data = Vec::with_capacity(width as usize * height as usize * channels);
    let row_length = pixels.width() as usize * channels;
    for row in centres(area.top, area.bottom, height) {
        let row = &pixels.data()[row * row_length..][..row_length];
        for column in &columns {
            data.extend_from_slice(&row[column * channels..][..channels]);
        }
    }
    Pixels::new(pixels.mode(), width, height, data)
}

/// The source positions of the target's centres. Summed up rather than multiplied, because Pillow's rounding at a
/// border between two pixels comes from its sums.
fn centres(from: f32, to: f32, count: u32) -> Vec<usize> {
    let step = f64::from(to - from) / f64::from(count);
    let mut at = f64::from(from) + step * 0.5;
    let mut centres = Vec::with_capacity(count as usize);
    for _ in 0..count {
        centres.push((at as usize).min(to.ceil() as usize - 1));
        at += step;
    }
    centres
}

/// Bits after the point: 8 bits of sample and 2 of overshoot leave these of 32.
const PRECISION: u32 = 22;
const HALF: i32 = 1 << (PRECISION - 1);

/// The source samples of one target sample, and what each counts.
struct Taps {
    first: usize,
    weights: Vec<i32>,
}

fn taps(source: u32, from: f32, to: f32, target: u32, filter: Filter) -> Vec<Taps> {
    let scale = f64::from(to - from) / f64::from(target);
    let stretch = scale.max(1.0);
    let support = filter.support() * stretch;
    (0..target)
        .map(|index| {
            let centre = f64::from(from) + (f64::from(index) + 0.5) * scale;
            let first = (centre - support + 0.5).max(0.0) as u32;
            let end = ((centre + support + 0.5) as u32).min(source);
            let position = |sample: u32| (f64::from(sample) - centre + 0.5) * (1.0 / stretch);
            let weights: Vec<f64> = (first..end).map(|sample| filter.weight(position(sample))).collect();
            let sum: f64 = weights.iter().sum();
            let norm = if sum == 0.0 { 1.0 } else { sum };
            Taps { first: first as usize, weights: weights.into_iter().map(|weight| fixed(weight / norm)).collect() }
        })
        .collect()
}

fn fixed(weight: f64) -> i32 {
    let scaled = weight * f64::from(1 << PRECISION);
    (if weight < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i32
}

fn along_rows(pixels: &Pixels, columns: &[Taps]) -> Result<Pixels, ImagingError> {
    match pixels.mode() {
        Mode::L => along_rows_of::<1>(pixels, columns),
        Mode::Rgb => along_rows_of::<3>(pixels, columns),
        Mode::Rgba => along_rows_of::<4>(pixels, columns),
    }
}

fn along_rows_of<const CHANNELS: usize>(pixels: &Pixels, columns: &[Taps]) -> Result<Pixels, ImagingError> {
    let mut data = Vec::with_capacity(columns.len() * pixels.height() as usize * CHANNELS);
    for row in pixels.data().chunks_exact(pixels.width() as usize * CHANNELS) {
        for column in columns {
            let mut sums = [HALF; CHANNELS];
            let samples = row[column.first * CHANNELS..].chunks_exact(CHANNELS);
            for (weight, pixel) in column.weights.iter().zip(samples) {
                for (sum, sample) in sums.iter_mut().zip(pixel) {
                    *sum += weight * i32::from(*sample);
                }
            }
            data.extend(sums.map(clip));
        }
    }
    Pixels::new(pixels.mode(), columns.len() as u32, pixels.height(), data)
}

fn along_columns(pixels: &Pixels, rows: &[Taps]) -> Result<Pixels, ImagingError> {
    let row_length = pixels.width() as usize * pixels.mode().channels();
    let mut data = Vec::with_capacity(rows.len() * row_length);
    let mut sums = vec![0; row_length];
    for target in rows {
        sums.fill(HALF);
        let sources = pixels.data()[target.first * row_length..].chunks_exact(row_length);
        for (weight, row) in target.weights.iter().zip(sources) {
            for (sum, sample) in sums.iter_mut().zip(row) {
                *sum += weight * i32::from(*sample);
            }
        }
        data.extend(sums.iter().map(|sum| clip(*sum)));
    }
    Pixels::new(pixels.mode(), pixels.width(), rows.len() as u32, data)
}

fn clip(sum: i32) -> u8 {
    (sum >> PRECISION).clamp(0, 255) as u8
}
