//! Areas of about one colour removed: Pillow's `ImageDraw.floodfill` with nothing, and a chroma key.

use crate::{ImagingError, Mode, Pixels};

/// Makes the area around (`x`, `y`), as far as pixels differ from its own by at most `threshold` in all channels together,
/// black and transparent.
pub fn clear_area(pixels: &mut Pixels, x: u32, y: u32, threshold: i64) -> Result<(), ImagingError> {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    if pixels.mode() != Mode::Rgba || x as usize >= width || y as usize >= height {
        return Err(ImagingError::DifferentShapes);
    }
    let data = pixels.data_mut();
    let start = y as usize * width + x as usize;
    let background: Vec<i64> = data[start * 4..start * 4 + 4].iter().map(|sample| i64::from(*sample)).collect();
    let near =
        |pixel: &[u8]| pixel.iter().zip(&background).map(|(a, b)| (i64::from(*a) - b).abs()).sum::<i64>() <= threshold;
    if near(&[0; 4]) {
        return Ok(());
    }
    data[start * 4..start * 4 + 4].fill(0);
    let mut open = vec![start];
    while let Some(index) = open.pop() {
        let (row, column) = (index / width, index % width);
        let sides = [
            (column + 1 < width).then(|| index + 1),
            (column > 0).then(|| index - 1),
            (row + 1 < height).then(|| index + width),
            (row > 0).then(|| index - width),
        ];
        for next in sides.into_iter().flatten() {
            let pixel = &mut data[next * 4..next * 4 + 4];
            if near(pixel) {
                pixel.fill(0);
                open.push(next);
            }
        }
    }
    Ok(())
}

/// Makes every pixel whose distance from `key` is below `threshold` black and transparent.
pub fn clear_colour(pixels: &mut Pixels, key: [f64; 4], threshold: f64) -> Result<(), ImagingError> {
    if pixels.mode() != Mode::Rgba {
        return Err(ImagingError::DifferentShapes);
    }
    for pixel in pixels.data_mut().chunks_exact_mut(4) {
        let distance: f64 = pixel.iter().zip(key).map(|(sample, key)| (f64::from(*sample) - key).powi(2)).sum();
        if distance < threshold * threshold {
            pixel.fill(0);
        }
    }
    Ok(())
}
