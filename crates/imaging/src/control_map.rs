//! Control maps in another size: edge maps keep thin edges and label maps their labels, where plain resampling would blur
//! both. The rules are those of the reference's `heuristic_resize_fast` (`app/util/controlnet_utils.py`).
//!
//! differs: the reference looks at 100,000 pixels drawn at random to tell what kind of map it is; here all are looked at.

use crate::morphology::{Shape, dilate, erode};
use crate::{CvFilter, ImagingError, Mode, Pixels, channels, cv_resize, thinning};
use std::collections::HashSet;

/// From so many colours on, a picture is no map of labels.
const MOST_LABELS: usize = 200;

/// The picture at another size. Grey becomes RGB; alpha becomes black and white.
pub fn resize_map(pixels: &Pixels, width: u32, height: u32) -> Result<Pixels, ImagingError> {
    let pixels = if pixels.mode() == Mode::L { pixels.clone().convert(Mode::Rgb) } else { pixels.clone() };
    if (pixels.width(), pixels.height()) == (width, height) {
        return Ok(pixels);
    }
    let alpha = channels::alpha(&pixels);
    let colours = pixels.convert(Mode::Rgb);
    let count = count_colours(&colours);
    let (darkest, brightest) = (colours.data().iter().min(), colours.data().iter().max());
    let black_and_white = count == 2 && darkest < Some(&16) && brightest > Some(&240);
    let area = |width: u32, height: u32| u64::from(width) * u64::from(height);
    let filter = if count > 2 && count < MOST_LABELS {
        CvFilter::Nearest
    } else if area(width, height) < area(colours.width(), colours.height()) {
        CvFilter::Area
    } else {
        CvFilter::Cubic
    };
    let mut resized = cv_resize(&colours, width, height, filter)?;
    if black_and_white {
        let lines = has_lines(&grey(&colours)?)?;
        let crisp = thinning::otsu(&ridges(&grey(&resized)?)?)?;
        resized = if lines { thinning::thin(&crisp)? } else { crisp }.convert(Mode::Rgb);
    }
    match alpha {
        Some(alpha) => {
            let alpha = cv_resize(&alpha, width, height, filter)?;
            let alpha = channels::map_samples(alpha, |sample| if sample > 127 { 255 } else { 0 });
            channels::with_alpha(resized, &alpha)
        }
        None => Ok(resized),
    }
}

/// How many colours there are, counted up to [`MOST_LABELS`].
fn count_colours(pixels: &Pixels) -> usize {
    let mut colours = HashSet::new();
    for pixel in pixels.data().chunks_exact(3) {
        colours.insert([pixel[0], pixel[1], pixel[2]]);
        if colours.len() >= MOST_LABELS {
            break;
        }
    }
    colours.len()
}

/// OpenCV's grey of blue, green and red, which is what the reference asks for although its pictures begin with red.
fn grey(pixels: &Pixels) -> Result<Pixels, ImagingError> {
    let weighted = |pixel: &[u8]| {
        let sum: u32 =
            pixel.iter().zip([3_735, 19_235, 9_798]).map(|(sample, weight)| u32::from(*sample) * weight).sum();
        ((sum + (1 << 14)) >> 15) as u8
    };
    let data = pixels.data().chunks_exact(3).map(weighted).collect();
    Pixels::new(Mode::L, pixels.width(), pixels.height(), data)
}

/// Whether the bright parts are lines: more pixels lie at an edge than twice the bright ones.
fn has_lines(grey: &Pixels) -> Result<bool, ImagingError> {
    let square = Shape::rectangle(3, 3);
    let (bright, dark) = (dilate(grey, &square)?, erode(grey, &square)?);
    let edge = bright.data().iter().zip(dark.data()).filter(|(bright, dark)| bright != dark).count();
    let all = grey.data().iter().filter(|sample| **sample > 127).count();
    Ok(2 * edge > all)
}

/// The samples no neighbour is brighter than along at least one of four lines; the others become black.
fn ridges(grey: &Pixels) -> Result<Pixels, ImagingError> {
    let (width, height) = (i64::from(grey.width()), i64::from(grey.height()));
    let at = |x: i64, y: i64| {
        let inside = (0..width).contains(&x) && (0..height).contains(&y);
        if inside { grey.data()[(y * width + x) as usize] } else { 0 }
    };
    let mut data = Vec::with_capacity(grey.data().len());
    for y in 0..height {
        for x in 0..width {
            let own = at(x, y);
            let steps = [(1, 0), (0, 1), (1, 1), (1, -1)];
            let is_ridge = steps.iter().any(|(dx, dy)| own >= at(x - dx, y - dy).max(at(x + dx, y + dy)));
            data.push(if is_ridge { own } else { 0 });
        }
    }
    Pixels::new(Mode::L, grey.width(), grey.height(), data)
}
