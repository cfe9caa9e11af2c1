//! A picture's content moved about like paint in a liquid: L. Zhang et al., "Adding conditional control to text-to-image
//! diffusion models", 2023, whose code calls it `ContentShuffleDetector`.

use crate::{ImagingError, Pixels, warp};

/// Side lengths of the two tables of random numbers a shuffle needs.
pub fn noise_size(pixels: &Pixels, scale: usize) -> (usize, usize) {
    (pixels.width() as usize / scale + 2, pixels.height() as usize / scale + 2)
}

/// Takes every pixel from a place given by two smooth fields, for columns and rows, made of random numbers from 0 to 1 by
/// [`noise_size`], `scale` pixels apart.
pub fn shuffle(pixels: &Pixels, scale: usize, columns: &[f64], rows: &[f64]) -> Result<Pixels, ImagingError> {
    let size = noise_size(pixels, scale);
    if columns.len() != size.0 * size.1 || rows.len() != columns.len() {
        return Err(ImagingError::DifferentShapes);
    }
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let field = |noise: &[f64], reach: f64| {
        let whole = (width + 2 * scale, height + 2 * scale);
        let resized = warp::cubic_field(noise, size, whole);
        let rows = resized.chunks_exact(whole.0).skip(scale).take(height);
        let mut field: Vec<f64> = rows.flat_map(|row| row[scale..scale + width].to_vec()).collect();
        let least = field.iter().copied().fold(f64::INFINITY, f64::min);
        let most = field.iter().map(|value| value - least).fold(0.0, f64::max);
        for value in &mut field {
            *value = (*value - least) / most * reach;
        }
        field
    };
    let (columns, rows) = (field(columns, (width - 1) as f64), field(rows, (height - 1) as f64));
    warp::remap(pixels, |x, y| (columns[y * width + x] as f32, rows[y * width + x] as f32))
}
