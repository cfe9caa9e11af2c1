//! Lines thinned to one pixel: T. Y. Zhang and C. Y. Suen, "A fast parallel algorithm for thinning digital patterns", 1984,
//! as OpenCV's `ximgproc.thinning` does it, and N. Otsu's threshold, "A threshold selection method from gray-level
//! histograms", 1979, as its `threshold`.

use crate::{ImagingError, Mode, Pixels};

/// White above the threshold that sets dark from bright best, else black. Grey only.
pub fn otsu(grey: &Pixels) -> Result<Pixels, ImagingError> {
    if grey.mode() != Mode::L {
        return Err(ImagingError::DifferentShapes);
    }
    let limit = otsu_threshold(grey.data());
    let data = grey.data().iter().map(|sample| if *sample > limit { 255 } else { 0 }).collect();
    Pixels::new(Mode::L, grey.width(), grey.height(), data)
}

/// The largest sample of the dark side.
fn otsu_threshold(samples: &[u8]) -> u8 {
    let mut counts = [0u32; 256];
    for sample in samples {
        counts[usize::from(*sample)] += 1;
    }
    let share = 1.0 / samples.len().max(1) as f64;
    let mean: f64 = (0..).zip(counts).map(|(value, count)| f64::from(value) * f64::from(count)).sum::<f64>() * share;
    let (mut dark_mean, mut dark) = (0.0, 0.0);
    let (mut best, mut limit) = (0.0, 0);
    for (value, count) in (0..=255u8).zip(counts) {
        let part = f64::from(count) * share;
        dark_mean *= dark;
        dark += part;
        let bright = 1.0 - dark;
        if dark.min(bright) < f64::from(f32::EPSILON) || dark.max(bright) > 1.0 - f64::from(f32::EPSILON) {
            continue;
        }
        dark_mean = (dark_mean + f64::from(value) * part) / dark;
        let bright_mean = (mean - dark * dark_mean) / bright;
        let apart = dark * bright * (dark_mean - bright_mean) * (dark_mean - bright_mean);
        if apart > best {
            (best, limit) = (apart, value);
        }
    }
    limit
}

/// Bright lines of a black and white picture, one pixel thick. The outermost pixels stay as they are.
pub fn thin(picture: &Pixels) -> Result<Pixels, ImagingError> {
    if picture.mode() != Mode::L {
        return Err(ImagingError::DifferentShapes);
    }
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut set: Vec<bool> = picture.data().iter().map(|sample| *sample == 255).collect();
    while [false, true].map(|second| peel(&mut set, width, height, second)).contains(&true) {}
    let data = set.into_iter().map(|set| if set { 255 } else { 0 }).collect();
    Pixels::new(Mode::L, picture.width(), picture.height(), data)
}

/// Takes pixels off two sides of every line; whether there were any.
fn peel(set: &mut [bool], width: usize, height: usize, second: bool) -> bool {
    let mut taken = Vec::new();
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let at = y * width + x;
            if !set[at] {
                continue;
            }
            // From the one above, clockwise.
            let around = [
                at - width,
                at - width + 1,
                at + 1,
                at + width + 1,
                at + width,
                at + width - 1,
                at - 1,
                at - width - 1,
            ]
            .map(|place| set[place]);
            let [above, _, right, _, below, _, left, _] = around;
            let begins = (0..8).filter(|&place| !around[place] && around[(place + 1) % 8]).count();
            let neighbours = around.iter().filter(|set| **set).count();
            let free = if second { !(above && left && (right || below)) } else { !(right && below && (above || left)) };
            if begins == 1 && (2..=6).contains(&neighbours) && free {
                taken.push(at);
            }
        }
    }
    for &at in &taken {
        set[at] = false;
    }
    !taken.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(rows: &[&str]) -> Pixels {
        let data = rows.concat().bytes().map(|byte| if byte == b'#' { 255 } else { 0 }).collect();
        Pixels::new(Mode::L, rows[0].len() as u32, rows.len() as u32, data).unwrap()
    }

    #[test]
    fn a_bar_becomes_a_line() {
        let thin = thin(&picture(&["........", ".######.", ".######.", ".######.", "........"])).unwrap();
        let rows: Vec<usize> = thin.rows().map(|row| row.iter().filter(|sample| **sample == 255).count()).collect();
        assert!(rows[1] == 0 && rows[3] == 0 && rows[2] >= 3, "{rows:?}");
    }

    #[test]
    fn a_line_of_one_pixel_stays() {
        let line = picture(&["......", ".####.", "......"]);
        assert_eq!(thin(&line).unwrap(), line);
    }

    #[test]
    fn dark_and_bright_are_set_apart_between_them() {
        let grey = Pixels::new(Mode::L, 6, 1, vec![10, 12, 11, 200, 210, 205]).unwrap();
        assert_eq!(otsu(&grey).unwrap().data(), [0, 0, 0, 255, 255, 255]);
        let flat = Pixels::new(Mode::L, 3, 1, vec![0; 3]).unwrap();
        assert_eq!(otsu(&flat).unwrap().data(), [0; 3]);
    }
}
