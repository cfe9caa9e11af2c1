//! Single channels of a picture: taken out, put back, changed.

use crate::{ImagingError, Mode, Pixels};

/// One channel as a grey picture, if the mode has it.
pub fn channel(pixels: &Pixels, index: usize) -> Option<Pixels> {
    let channels = pixels.mode().channels();
    let data = pixels.data().iter().copied().skip(index).step_by(channels).collect();
    (index < channels).then(|| Pixels::new(Mode::L, pixels.width(), pixels.height(), data).ok()).flatten()
}

/// The alpha channel, if there is one.
pub fn alpha(pixels: &Pixels) -> Option<Pixels> {
    (pixels.mode() == Mode::Rgba).then(|| channel(pixels, 3)).flatten()
}

/// The picture with `alpha` (grey) for its transparency; always RGBA.
pub fn with_alpha(pixels: Pixels, alpha: &Pixels) -> Result<Pixels, ImagingError> {
    if alpha.mode() != Mode::L || (alpha.width(), alpha.height()) != (pixels.width(), pixels.height()) {
        return Err(ImagingError::DifferentShapes);
    }
    let mut pixels = pixels.convert(Mode::Rgba);
    for (pixel, alpha) in pixels.data_mut().chunks_exact_mut(4).zip(alpha.data()) {
        pixel[3] = *alpha;
    }
    Ok(pixels)
}

/// `ImageOps.invert`: every sample, alpha too, from its other end.
pub fn invert(mut pixels: Pixels) -> Pixels {
    for sample in pixels.data_mut() {
        *sample = 255 - *sample;
    }
    pixels
}

/// The picture with its colours, three at a time, changed by `change`; alpha stays. A grey picture becomes RGB.
pub fn map_colours(pixels: Pixels, change: impl Fn([u8; 3]) -> [u8; 3]) -> Pixels {
    let mut pixels = if pixels.mode() == Mode::L { pixels.convert(Mode::Rgb) } else { pixels };
    let channels = pixels.mode().channels();
    for pixel in pixels.data_mut().chunks_exact_mut(channels) {
        let changed = change([pixel[0], pixel[1], pixel[2]]);
        pixel[..3].copy_from_slice(&changed);
    }
    pixels
}

/// The samples of every pixel put through `change`, alpha too.
pub fn map_samples(mut pixels: Pixels, change: impl Fn(u8) -> u8) -> Pixels {
    let mut table = [0; 256];
    for (value, entry) in (0..=255).zip(&mut table) {
        *entry = change(value);
    }
    for sample in pixels.data_mut() {
        *sample = table[usize::from(*sample)];
    }
    pixels
}
