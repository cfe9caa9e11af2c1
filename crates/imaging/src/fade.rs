//! A mask's black area grown with a smooth passage to white.

use crate::{Mode, Pixels, distance};

/// Black stays black; within `size` pixels around it grey rises to white along a cubic through a few chosen points. Samples
/// up to `threshold` count as black.
pub fn fade_out(mask: &Pixels, threshold: u8, size: u32) -> Pixels {
    let mut faded = mask.clone().convert(Mode::L);
    for sample in faded.data_mut() {
        *sample = if *sample > threshold { 255 } else { 0 };
    }
    let distances = distance::from_black(&faded);
    let size = f64::from(size);
    // The first pixel outside is still black, which hides artefacts at the edge.
    let cubic = fitted([0.0, 1.0 / size, 0.2, 0.8, 1.0], [0.0, 0.0, 0.2, 0.9, 1.0]);
    for (sample, distance) in faded.data_mut().iter_mut().zip(distances) {
        if distance > 0.0 && f64::from(distance) < size {
            let x = f64::from(distance / size as f32);
            let value = cubic.iter().rev().fold(0.0, |value, factor| value * x + factor);
            *sample = (value.clamp(0.0, 1.0) * 255.0) as u8;
        }
    }
    faded
}

/// The factors (of 1, x, x², x³) of the cubic nearest to five points: the normal equations by elimination.
fn fitted(x: [f64; 5], y: [f64; 5]) -> [f64; 4] {
    let mut rows = [[0.0; 5]; 4];
    for (power, row) in rows.iter_mut().enumerate() {
        for (x, y) in x.iter().zip(y) {
            for (other, cell) in row[..4].iter_mut().enumerate() {
                *cell += x.powi((power + other) as i32);
            }
            row[4] += x.powi(power as i32) * y;
        }
    }
    for pivot in 0..4 {
        let best = (pivot..4).max_by(|a, b| rows[*a][pivot].abs().total_cmp(&rows[*b][pivot].abs())).unwrap_or(pivot);
        rows.swap(pivot, best);
        for row in 0..4 {
            if row != pivot {
                let factor = rows[row][pivot] / rows[pivot][pivot];
                let above = rows[pivot];
                for (cell, above) in rows[row].iter_mut().zip(above) {
                    *cell -= factor * above;
                }
            }
        }
    }
    [0, 1, 2, 3].map(|index| rows[index][4] / rows[index][index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cubic_through_points_of_a_cubic_is_that_cubic() {
        let x = [0.0, 0.1, 0.4, 0.7, 1.0];
        let factors = fitted(x, x.map(|x| 0.5 - x + 2.0 * x * x * x));
        for (ours, expected) in factors.into_iter().zip([0.5, -1.0, 0.0, 2.0]) {
            assert!((ours - expected).abs() < 1e-9);
        }
    }
}
