//! Blurs as Pillow computes them (`libImaging/BoxBlur.c`): a box whose width may end between two pixels, and for the
//! Gaussian three of them in a row. After P. Gwosdek et al., "Theoretical foundations of Gaussian convolution by extended
//! box filtering", 2011.

use crate::Pixels;

/// `ImageFilter.GaussianBlur(radius)`.
pub fn gaussian(pixels: &Pixels, radius: f32) -> Pixels {
    const PASSES: u32 = 3;
    repeated(pixels, box_radius(radius, PASSES as f32), PASSES)
}

/// `ImageFilter.BoxBlur(radius)`.
pub fn boxed(pixels: &Pixels, radius: f32) -> Pixels {
    repeated(pixels, radius, 1)
}

/// The radius of a box that `passes` times over is about a Gaussian of standard deviation `radius`. Each step is rounded
/// as in the original.
fn box_radius(radius: f32, passes: f32) -> f32 {
    let variance = radius * radius / passes;
    let length = (12.0 * f64::from(variance) + 1.0).sqrt() as f32;
    let whole = ((f64::from(length) - 1.0) / 2.0).floor() as f32;
    let mut rest = (2.0 * whole + 1.0) * (whole * (whole + 1.0) - 3.0 * variance);
    rest /= 6.0 * (variance - (whole + 1.0) * (whole + 1.0));
    whole + rest
}

fn repeated(pixels: &Pixels, radius: f32, passes: u32) -> Pixels {
    if radius.is_nan() || radius <= 0.0 {
        return pixels.clone();
    }
    let weights = Weights::new(radius);
    let channels = pixels.mode().channels();
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let mut blurred = pixels.clone();
    let data = blurred.data_mut();
    let mut line = vec![0; width.max(height)];
    for channel in 0..channels {
        for row in 0..height {
            blur_line(data, row * width * channels + channel, channels, &mut line[..width], &weights, passes);
        }
        for column in 0..width {
            blur_line(data, column * channels + channel, width * channels, &mut line[..height], &weights, passes);
        }
    }
    blurred
}

/// What the samples of a box count, in 24-bit fixed point.
struct Weights {
    radius: usize,
    whole: u32,
    edge: u32,
}

impl Weights {
    fn new(radius: f32) -> Self {
        let whole = ((1 << 24) as f32 / (radius * 2.0 + 1.0)) as u32;
        let steps = radius as u32;
        let inside = (2 * steps).wrapping_add(1).wrapping_mul(whole);
        Self { radius: steps as usize, whole, edge: (1u32 << 24).wrapping_sub(inside) / 2 }
    }
}

fn blur_line(data: &mut [u8], first: usize, step: usize, line: &mut [u8], weights: &Weights, passes: u32) {
    for _ in 0..passes {
        for (index, sample) in line.iter_mut().enumerate() {
            *sample = data[first + index * step];
        }
        let last = line.len() - 1;
        let radius = weights.radius;
        let at = |index: isize| u32::from(line[index.clamp(0, last as isize) as usize]);
        // The box around the pixel before the first.
        let inside: u32 = line.iter().take(radius).map(|sample| u32::from(*sample)).sum();
        let beyond = radius.saturating_sub(line.len()) as u32;
        let mut sum = at(0)
            .wrapping_mul(radius as u32 + 1)
            .wrapping_add(inside)
            .wrapping_add(beyond.wrapping_mul(u32::from(line[last])));
        for index in 0..line.len() {
            let (before, after) = (index as isize - radius as isize - 1, (index + radius) as isize);
            sum = sum.wrapping_add(at(after)).wrapping_sub(at(before));
            let bulk =
                sum.wrapping_mul(weights.whole).wrapping_add((at(before) + at(after + 1)).wrapping_mul(weights.edge));
            data[first + index * step] = (bulk.wrapping_add(1 << 23) >> 24) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mode;

    #[test]
    fn a_picture_of_one_colour_stays_as_it_is() {
        let pixels = Pixels::new(Mode::Rgb, 7, 3, [9, 100, 255].repeat(21)).unwrap();
        assert!(gaussian(&pixels, 40.0) == pixels && boxed(&pixels, 2.5) == pixels);
    }

    #[test]
    fn a_box_of_radius_one_is_the_mean_of_three() {
        let pixels = Pixels::new(Mode::L, 5, 1, vec![0, 0, 90, 0, 0]).unwrap();
        assert_eq!(boxed(&pixels, 1.0).data(), [0, 30, 30, 30, 0]);
    }
}
