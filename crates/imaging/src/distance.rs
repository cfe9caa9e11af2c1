//! How far every pixel is from the nearest black one, as OpenCV's `distanceTransform` with a 5 x 5 mask: G. Borgefors,
//! "Distance transformations in digital images", 1986.

use crate::Pixels;

/// Steps in 16-bit fixed point: to the side, diagonal (1.4), and a knight's move (2.1969).
const SIDE: u32 = 1 << 16;
const DIAGONAL: u32 = 91_750;
const KNIGHT: u32 = 143_976;
/// Farther than any picture is wide.
const FAR: u32 = u32::MAX >> 2;
const BORDER: usize = 2;

/// Distances in pixels, row by row, from the nearest sample that is 0; the picture is grey.
pub fn from_black(grey: &Pixels) -> Vec<f32> {
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let step = width + 2 * BORDER;
    let mut steps = vec![FAR; step * (height + 2 * BORDER)];
    let at = |row: usize, column: usize| (row + BORDER) * step + column + BORDER;
    // Distances to the neighbours already visited: in reading order those above and to the left.
    let moves = [
        (2 * step + 1, KNIGHT),
        (2 * step - 1, KNIGHT),
        (step + 2, KNIGHT),
        (step + 1, DIAGONAL),
        (step, SIDE),
        (step - 1, DIAGONAL),
        (step - 2, KNIGHT),
        (1, SIDE),
    ];
    for (row, samples) in grey.rows().enumerate() {
        for (column, sample) in samples.iter().enumerate() {
            let index = at(row, column);
            steps[index] = match sample {
                0 => 0,
                _ => moves.iter().map(|(back, cost)| steps[index - back] + cost).min().unwrap_or(FAR).min(FAR),
            };
        }
    }
    for row in (0..height).rev() {
        for column in (0..width).rev() {
            let index = at(row, column);
            if steps[index] > SIDE {
                let best = moves.iter().map(|(ahead, cost)| steps[index + ahead] + cost).min().unwrap_or(FAR);
                steps[index] = steps[index].min(best);
            }
        }
    }
    let scale = 1.0 / 65_536.0;
    (0..height).flat_map(|row| steps[at(row, 0)..][..width].iter().map(|steps| *steps as f32 * scale)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mode;

    #[test]
    fn distances_grow_with_the_steps_of_the_mask() {
        let mut pixels = Pixels::new(Mode::L, 4, 2, vec![255; 8]).unwrap();
        pixels.data_mut()[0] = 0;
        let expected = [0.0, 1.0, 2.0, 3.0, 1.0, 1.4, 2.1969, 3.1969];
        for (ours, theirs) in from_black(&pixels).into_iter().zip(expected) {
            assert!((ours - theirs).abs() < 1e-4);
        }
    }
}
