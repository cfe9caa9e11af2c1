//! Pictures fitted into a size without changing their proportions: Pillow's `ImageOps.pad` and `ImageOps.fit`.

use crate::resize::{Area, resize_area, with_weighted_colours};
use crate::{Filter, ImagingError, Pixels, paste, resize};

/// As large as fits inside, centred on zero.
pub fn pad(pixels: &Pixels, width: u32, height: u32) -> Result<Pixels, ImagingError> {
    let (own, wanted) = (ratio(pixels.width(), pixels.height()), ratio(width, height));
    let inner = if own > wanted {
        (width, (ratio(pixels.height(), pixels.width()) * f64::from(width)).round_ties_even() as u32)
    } else if own < wanted {
        ((own * f64::from(height)).round_ties_even() as u32, height)
    } else {
        (width, height)
    };
    let resized = resize(pixels, inner.0, inner.1, Filter::Bicubic)?;
    if inner == (width, height) {
        return Ok(resized);
    }
    let mut padded = paste::blank(pixels.mode(), width, height, [0; 4])?;
    let half = |outer: u32, inner: u32| ((f64::from(outer) - f64::from(inner)) * 0.5).round_ties_even() as i64;
    if inner.0 == width {
        paste::paste(&mut padded, &resized, 0, half(height, inner.1));
    } else {
        paste::paste(&mut padded, &resized, half(width, inner.0), 0);
    }
    Ok(padded)
}

/// As small as covers it, what sticks out cut off on both sides.
pub fn fit(pixels: &Pixels, width: u32, height: u32) -> Result<Pixels, ImagingError> {
    let whole = (f64::from(pixels.width()), f64::from(pixels.height()));
    let (own, wanted) = (ratio(pixels.width(), pixels.height()), ratio(width, height));
    let (across, down) = if own == wanted {
        whole
    } else if own >= wanted {
        (wanted * whole.1, whole.1)
    } else {
        (whole.0, whole.0 / wanted)
    };
    let (left, top) = ((whole.0 - across) * 0.5, (whole.1 - down) * 0.5);
    let (right, bottom) = (left + across, top + down);
    let area = Area { left: left as f32, top: top as f32, right: right as f32, bottom: bottom as f32 };
    if (pixels.width(), pixels.height()) == (width, height) && (across, down) == whole {
        return Ok(pixels.clone());
    }
    with_weighted_colours(pixels, Filter::Bicubic, |pixels| resize_area(pixels, width, height, Filter::Bicubic, area))
}

fn ratio(width: u32, height: u32) -> f64 {
    f64::from(width) / f64::from(height)
}
