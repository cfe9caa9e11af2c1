//! The line on which two pictures of the same place differ least, and the passage from one to the other along it.

use crate::{ImagingError, Pixels};

/// In which direction tiles follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Canvas {
    /// From left to right: seams run down.
    Across,
    /// From top to bottom: seams run across.
    Down,
}

/// A table of numbers.
struct Grid {
    width: usize,
    height: usize,
    values: Vec<f64>,
}

impl Grid {
    fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.width + column]
    }

    /// How much each value changes along rows and columns: half the difference of its neighbours, at the ends the whole one.
    fn energy(&self) -> Self {
        let slope = |before: f64, own: f64, after: f64, index: usize, length: usize| match index {
            0 => after - own,
            index if index + 1 == length => own - before,
            _ => (after - before) / 2.0,
        };
        let mut values = Vec::with_capacity(self.values.len());
        for row in 0..self.height {
            for column in 0..self.width {
                let own = self.at(row, column);
                let (up, down) = (row.saturating_sub(1), (row + 1).min(self.height - 1));
                let (left, right) = (column.saturating_sub(1), (column + 1).min(self.width - 1));
                let vertical = slope(self.at(up, column), own, self.at(down, column), row, self.height);
                let horizontal = slope(self.at(row, left), own, self.at(row, right), column, self.width);
                values.push(vertical.abs() + horizontal.abs());
            }
        }
        Self { values, ..*self }
    }
}

/// `first` before the seam and `second` after it, softened over `amount` pixels. Both are RGB and of one size.
pub(crate) fn blended(first: &Pixels, second: &Pixels, amount: usize, canvas: Canvas) -> Result<Pixels, ImagingError> {
    let (width, height) = (first.width() as usize, first.height() as usize);
    if width < 2 || height < 2 {
        return Err(ImagingError::Broken("a seam needs two pixels in each direction".to_owned()));
    }
    let grey = |pixel: &[u8]| f64::from(pixel[0]) * 0.2989 + f64::from(pixel[1]) * 0.587 + f64::from(pixel[2]) * 0.114;
    let differences: Vec<f64> = first
        .data()
        .chunks_exact(3)
        .zip(second.data().chunks_exact(3))
        .map(|(first, second)| grey(second) - grey(first))
        .collect();
    let upright = match canvas {
        Canvas::Across => Grid { width, height, values: differences },
        // Turned left by a quarter: the last column becomes the first row.
        Canvas::Down => {
            let values = (0..width).flat_map(|row| (0..height).map(move |column| column * width + width - 1 - row));
            Grid { width: height, height: width, values: values.map(|index| differences[index]).collect() }
        }
    };
    let line = seam(&upright, amount)?;
    let before = |row: usize, column: usize| match canvas {
        Canvas::Across => (column as i64) < line[row],
        Canvas::Down => (row as i64) < line[width - 1 - column],
    };
    let mask = softened(width, height, amount, before);
    let mut result = first.clone();
    for ((pixel, second), weight) in result.data_mut().chunks_exact_mut(3).zip(second.data().chunks_exact(3)).zip(&mask)
    {
        for (sample, second) in pixel.iter_mut().zip(second) {
            *sample = (f64::from(*sample) * weight + f64::from(*second) * (1.0 - weight)) as u8;
        }
    }
    Ok(result)
}

/// The seam's column in every row, half of `amount` away from both sides.
fn seam(differences: &Grid, amount: usize) -> Result<Vec<i64>, ImagingError> {
    let energy = differences.energy();
    let (width, height) = (energy.width, energy.height);
    let first = amount.div_ceil(2) as i64;
    let last = width as i64 - first;
    if first >= last - 1 {
        return Err(ImagingError::Broken("the overlap leaves no room for a seam".to_owned()));
    }
    // What the cheapest way down to each place costs; outside it costs 255.
    let mut cost = energy.values[..width].to_vec();
    for row in 1..height {
        let own = &energy.values[row * width..][..width];
        let side = |column: Option<usize>| column.and_then(|column| own.get(column)).copied().unwrap_or(255.0);
        for (column, cost) in cost.iter_mut().enumerate() {
            *cost += own[column].min(side(Some(column + 1))).min(side(column.checked_sub(1)));
        }
    }
    let smallest = |values: &[f64]| {
        let better = |best: usize, index: usize| if values[index] < values[best] { index } else { best };
        (0..values.len()).reduce(better).unwrap_or(0) as i64
    };
    let mut line = vec![0; height];
    // Counted from the gutter, not from the side, as in the reference.
    line[height - 1] = smallest(&cost[first as usize..(last - 1) as usize]);
    for row in (0..height - 1).rev() {
        let within = |column: i64| column.max(first).min(last - 1);
        let (from, to) = (within(line[row + 1] - 1), within(line[row + 1] + 1));
        line[row] = smallest(&energy.values[row * width + from as usize..=row * width + to as usize]) + from;
    }
    Ok(line)
}

/// The mean of `before` over a square of `amount`, mirrored at the sides (OpenCV's `blur`).
fn softened(width: usize, height: usize, amount: usize, before: impl Fn(usize, usize) -> bool) -> Vec<f64> {
    let mask: Vec<f64> = (0..height)
        .flat_map(|row| (0..width).map(move |column| (row, column)))
        .map(|(row, column)| f64::from(before(row, column)))
        .collect();
    if amount == 0 {
        return mask;
    }
    let mirrored = |index: i64, length: usize| {
        let period = 2 * (length as i64 - 1);
        let index = if period == 0 { 0 } else { index.rem_euclid(period) };
        index.min(period - index) as usize
    };
    let window = |index: usize| (0..amount as i64).map(move |step| index as i64 - (amount / 2) as i64 + step);
    let mut rows = vec![0.0; mask.len()];
    for row in 0..height {
        for column in 0..width {
            rows[row * width + column] = window(column).map(|at| mask[row * width + mirrored(at, width)]).sum();
        }
    }
    let mut soft = vec![0.0; mask.len()];
    for row in 0..height {
        for column in 0..width {
            let sum: f64 = window(row).map(|at| rows[mirrored(at, height) * width + column]).sum();
            soft[row * width + column] = sum / (amount * amount) as f64;
        }
    }
    soft
}
