//! What the picture nodes share.

use invoke_engine::sampling::RgbImage;
use invoke_graph::NodeError;
use invoke_imaging::{ImagingError, Mode, Pixels, channels, fitting, lab};

/// The longest side of a picture a node makes.
const MAX_SIDE: i64 = 16_384;

/// A side of a picture, in bounds.
pub(crate) fn dimension(name: &str, value: i64) -> Result<u32, NodeError> {
    match u32::try_from(value) {
        Ok(side @ 1..) if value <= MAX_SIDE => Ok(side),
        _ => Err(NodeError::value(format!("`{name}` must be from 1 to {MAX_SIDE}: {value}"))),
    }
}

/// Pixels that could not be handled.
pub(crate) fn failed(error: ImagingError) -> NodeError {
    NodeError::from_error("ValueError", &error)
}

/// The engine's picture as pixels to keep.
pub(crate) fn pixels(picture: RgbImage) -> Result<Pixels, NodeError> {
    Pixels::new(Mode::Rgb, picture.width, picture.height, picture.data).map_err(failed)
}

/// A length in pixels, in bounds; zero is one.
pub(crate) fn side(name: &str, value: i64) -> Result<u32, NodeError> {
    match u32::try_from(value) {
        Ok(side) if value <= MAX_SIDE => Ok(side),
        _ => Err(NodeError::value(format!("`{name}` must be from 0 to {MAX_SIDE}: {value}"))),
    }
}

/// An 8-bit sample.
pub(crate) fn sample(name: &str, value: i64) -> Result<u8, NodeError> {
    u8::try_from(value).map_err(|_| NodeError::value(format!("`{name}` must be from 0 to 255: {value}")))
}

/// The picture at the size of `base`: stretched where both sides are to fit, else padded or cut; as it is where none is.
pub(crate) fn fitted(image: Pixels, base: &Pixels, to_width: bool, to_height: bool) -> Result<Pixels, NodeError> {
    let (width, height) = (base.width(), base.height());
    let ratio = |pixels: &Pixels| f64::from(pixels.width()) / f64::from(pixels.height());
    let wider = ratio(&image) > ratio(base);
    let narrower = ratio(&image) < ratio(base);
    let fitted = match (to_width, to_height) {
        (true, true) => invoke_imaging::resize(&image, width, height, invoke_imaging::Filter::Bicubic),
        (false, false) => return Ok(image),
        _ if (to_width && wider) || (to_height && !wider) => fitting::pad(&image, width, height),
        _ if to_width || narrower || wider => fitting::fit(&image, width, height),
        _ => return Ok(image),
    };
    fitted.map_err(failed)
}

/// The picture with its CIELAB lightness, as a grey picture, put through `change`.
pub(crate) fn change_lightness(
    image: Pixels,
    change: impl Fn(&Pixels) -> Result<Pixels, ImagingError>,
) -> Result<Pixels, ImagingError> {
    let mode = image.mode();
    let mut image = if mode == Mode::L { image.convert(Mode::Rgb) } else { image };
    let own = channels::map_colours(image.clone(), lab::lab_from_rgb);
    let lightness = channels::channel(&own, 0).ok_or(ImagingError::DifferentShapes)?;
    let changed = change(&lightness)?;
    if (changed.width(), changed.height()) != (image.width(), image.height()) {
        return Err(ImagingError::DifferentShapes);
    }
    let step = image.mode().channels();
    let colours = own.data().chunks_exact(step);
    for ((pixel, own), lightness) in image.data_mut().chunks_exact_mut(step).zip(colours).zip(changed.data()) {
        pixel[..3].copy_from_slice(&lab::rgb_from_lab([*lightness, own[1], own[2]]));
    }
    Ok(image.convert(mode))
}
