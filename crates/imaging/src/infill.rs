//! Transparent areas filled.

use crate::random::Pcg;
use crate::{ImagingError, Mode, Pixels, blending, channels, inpaint, paste, patchmatch};

fn alpha_of(picture: &Pixels) -> Result<Pixels, ImagingError> {
    channels::alpha(picture).ok_or(ImagingError::DifferentShapes)
}

/// With one colour. The picture is RGBA, the result as well.
pub fn with_colour(picture: &Pixels, colour: [u8; 4]) -> Result<Pixels, ImagingError> {
    let ground = paste::blank(Mode::Rgba, picture.width(), picture.height(), colour)?;
    let mut filled = blending::alpha_composite(&ground, picture)?;
    paste::paste_masked(&mut filled, picture, 0, 0, &alpha_of(picture)?)?;
    Ok(filled)
}

/// With opaque squares of the picture itself, drawn at random. The picture is RGBA, the result RGB.
pub fn with_tiles(picture: &Pixels, side: u32, seed: u64) -> Result<Pixels, ImagingError> {
    let alpha = alpha_of(picture)?;
    let (width, height) = (picture.width(), picture.height());
    let mut pool = Vec::new();
    for y in (0..=height.saturating_sub(side)).step_by(side.max(1) as usize) {
        for x in (0..=width.saturating_sub(side)).step_by(side.max(1) as usize) {
            let (x, y) = (i64::from(x), i64::from(y));
            if side <= width && side <= height && is_opaque(&alpha, x, y, side)? {
                pool.push((x, y));
            }
        }
    }
    let count = u32::try_from(pool.len()).unwrap_or(u32::MAX);
    if count == 0 {
        let message = "Not enough opaque pixels to generate any tiles. Use a smaller tile size or a different image.";
        return Err(ImagingError::Unsuitable(message.to_owned()));
    }
    let mut random = Pcg::new(seed);
    let mut filled = paste::blank(Mode::Rgb, width, height, [0; 4])?;
    for y in (0..height).step_by(side as usize) {
        for x in (0..width).step_by(side as usize) {
            let (from_x, from_y) = pool[random.below(count) as usize];
            let tile = paste::crop(picture, from_x, from_y, side, side)?;
            paste::paste(&mut filled, &tile, x.into(), y.into());
        }
    }
    paste::paste_masked(&mut filled, picture, 0, 0, &alpha)?;
    Ok(filled)
}

fn is_opaque(alpha: &Pixels, x: i64, y: i64, side: u32) -> Result<bool, ImagingError> {
    Ok(paste::crop(alpha, x, y, side, side)?.data().iter().all(|sample| *sample == 255))
}

/// From the edges of the opaque area ([`inpaint::telea`]). The picture is RGBA, the result RGB.
pub fn from_edges(picture: &Pixels) -> Result<Pixels, ImagingError> {
    let hole = channels::invert(alpha_of(picture)?);
    inpaint::telea(&picture.clone().convert(Mode::Rgb), &hole, 3)
}

/// With patches of the opaque area ([`patchmatch::fill`]). The picture is RGBA, the result RGB.
pub fn with_patches(picture: &Pixels) -> Result<Pixels, ImagingError> {
    let alpha = alpha_of(picture)?;
    let hole: Vec<bool> = alpha.data().iter().map(|sample| *sample != 255).collect();
    let mut filled = patchmatch::fill(&picture.clone().convert(Mode::Rgb), &hole)?;
    paste::paste_masked(&mut filled, picture, 0, 0, &alpha)?;
    Ok(filled)
}
