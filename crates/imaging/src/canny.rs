//! Edges after J. Canny, "A computational approach to edge detection", 1986, in the integer arithmetic of OpenCV's `Canny`
//! with a 3 x 3 Sobel kernel and the sum of the slopes for their strength.

use crate::{ImagingError, Mode, Pixels};

/// `tan(22.5°)` in 15-bit fixed point.
const TAN_22: i64 = 13_573;

/// White lines where the picture's slope is steepest: from slopes above `high`, along slopes above `low`. Of several
/// channels the steepest counts.
pub fn canny(pixels: &Pixels, low: i64, high: i64) -> Result<Pixels, ImagingError> {
    let (low, high) = (low.min(high), low.max(high));
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let slopes = slopes(pixels);
    let strength = |row: i64, column: i64| {
        let inside = (0..height as i64).contains(&row) && (0..width as i64).contains(&column);
        if inside { slopes[row as usize * width + column as usize].strength() } else { 0 }
    };
    let mut marks = vec![Mark::None; width * height];
    let mut open = Vec::new();
    for row in 0..height as i64 {
        for column in 0..width as i64 {
            let index = row as usize * width + column as usize;
            let Slope { x, y } = slopes[index];
            let own = slopes[index].strength();
            if own <= low {
                continue;
            }
            let (across, down) = (x.abs(), y.abs() << 15);
            let flat = across * TAN_22;
            let steepest = if down < flat {
                own > strength(row, column - 1) && own >= strength(row, column + 1)
            } else if down > flat + (across << 16) {
                own > strength(row - 1, column) && own >= strength(row + 1, column)
            } else {
                let side = if (x ^ y) < 0 { -1 } else { 1 };
                own > strength(row - 1, column - side) && own > strength(row + 1, column + side)
            };
            if !steepest {
                continue;
            }
            marks[index] = Mark::Weak;
            if own > high {
                marks[index] = Mark::Edge;
                open.push((row, column));
            }
        }
    }
    while let Some((row, column)) = open.pop() {
        for y in (row - 1).max(0)..(row + 2).min(height as i64) {
            for x in (column - 1).max(0)..(column + 2).min(width as i64) {
                let mark = &mut marks[y as usize * width + x as usize];
                if *mark == Mark::Weak {
                    *mark = Mark::Edge;
                    open.push((y, x));
                }
            }
        }
    }
    let data = marks.into_iter().map(|mark| if mark == Mark::Edge { 255 } else { 0 }).collect();
    Pixels::new(Mode::L, pixels.width(), pixels.height(), data)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    Weak,
    Edge,
}

#[derive(Clone, Copy, Default)]
struct Slope {
    x: i64,
    y: i64,
}

impl Slope {
    fn strength(self) -> i64 {
        self.x.abs() + self.y.abs()
    }
}

fn slopes(pixels: &Pixels) -> Vec<Slope> {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let channels = pixels.mode().channels();
    let data = pixels.data();
    let mut slopes = Vec::with_capacity(width * height);
    for row in 0..height {
        let rows = [row.saturating_sub(1), row, (row + 1).min(height - 1)];
        for column in 0..width {
            let columns = [column.saturating_sub(1), column, (column + 1).min(width - 1)];
            let mut steepest = Slope::default();
            for channel in 0..channels {
                let at = |y: usize, x: usize| i64::from(data[(rows[y] * width + columns[x]) * channels + channel]);
                let slope = Slope {
                    x: at(0, 2) + 2 * at(1, 2) + at(2, 2) - at(0, 0) - 2 * at(1, 0) - at(2, 0),
                    y: at(2, 0) + 2 * at(2, 1) + at(2, 2) - at(0, 0) - 2 * at(0, 1) - at(0, 2),
                };
                if channel == 0 || slope.strength() > steepest.strength() {
                    steepest = slope;
                }
            }
            slopes.push(steepest);
        }
    }
    slopes
}
