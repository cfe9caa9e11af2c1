//! Two pictures into one, byte for byte as Pillow does it (`libImaging/Paste.c`, `Blend.c`, `AlphaComposite.c`,
//! `Chops.c`).

use crate::{ImagingError, Mode, Pixels};

/// `value / 255` rounded, for a product of two bytes or a weighted sum of two.
pub(crate) fn div255(value: u32) -> u8 {
    let value = value + 128;
    (((value >> 8) + value) >> 8) as u8
}

/// `mask` parts of `top` and the rest of `bottom`.
pub(crate) fn mix(mask: u8, bottom: u8, top: u8) -> u8 {
    div255(u32::from(bottom) * (255 - u32::from(mask)) + u32::from(top) * u32::from(mask))
}

/// An error unless both have the same size and mode.
pub(crate) fn same_shape(a: &Pixels, b: &Pixels) -> Result<(), ImagingError> {
    if (a.mode(), a.width(), a.height()) == (b.mode(), b.width(), b.height()) {
        Ok(())
    } else {
        Err(ImagingError::DifferentShapes)
    }
}

/// `ImageChops.multiply`: the product of every two samples, in the size both share.
pub fn multiply(a: &Pixels, b: &Pixels) -> Result<Pixels, ImagingError> {
    if a.mode() != b.mode() {
        return Err(ImagingError::DifferentShapes);
    }
    let (width, height) = (a.width().min(b.width()), a.height().min(b.height()));
    let length = width as usize * a.mode().channels();
    let rows = a.rows().zip(b.rows()).take(height as usize);
    let data = rows.flat_map(|(a, b)| {
        a[..length].iter().zip(&b[..length]).map(|(&a, &b)| (u32::from(a) * u32::from(b) / 255) as u8)
    });
    Pixels::new(a.mode(), width, height, data.collect())
}

/// `Image.blend`: from `a` at `amount` 0 to `b` at 1, and beyond.
pub fn blend(a: &Pixels, b: &Pixels, amount: f32) -> Result<Pixels, ImagingError> {
    same_shape(a, b)?;
    let between = (0.0..=1.0).contains(&amount);
    let data = a.data().iter().zip(b.data()).map(|(&a, &b)| {
        let (a, b) = (i32::from(a), i32::from(b));
        let value = a as f32 + amount * (b - a) as f32;
        if between { value as i32 as u8 } else { value.clamp(0.0, 255.0) as u8 }
    });
    Pixels::new(a.mode(), a.width(), a.height(), data.collect())
}

/// `Image.alpha_composite`: `top` over `bottom`, both RGBA.
pub fn alpha_composite(bottom: &Pixels, top: &Pixels) -> Result<Pixels, ImagingError> {
    same_shape(bottom, top)?;
    if bottom.mode() != Mode::Rgba {
        return Err(ImagingError::DifferentShapes);
    }
    // Bits after the point of the two weights.
    const PRECISION: u32 = 7;
    let shift = |value: u32| ((value >> 8) + value) >> 8;
    let mut data = Vec::with_capacity(bottom.data().len());
    for (below, above) in bottom.data().chunks_exact(4).zip(top.data().chunks_exact(4)) {
        let alpha = u32::from(above[3]);
        if alpha == 0 {
            data.extend_from_slice(below);
            continue;
        }
        let sum = alpha * 255 + u32::from(below[3]) * (255 - alpha);
        let upper = alpha * 255 * 255 * (1 << PRECISION) / sum;
        let lower = 255 * (1 << PRECISION) - upper;
        for (&below, &above) in below[..3].iter().zip(&above[..3]) {
            let value = u32::from(above) * upper + u32::from(below) * lower;
            data.push((shift(value + (0x80 << PRECISION)) >> PRECISION) as u8);
        }
        data.push(shift(sum + 0x80) as u8);
    }
    Pixels::new(Mode::Rgba, bottom.width(), bottom.height(), data)
}
