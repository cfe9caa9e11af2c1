//! What the picture nodes share.

use invoke_engine::sampling::RgbImage;
use invoke_graph::NodeError;
use invoke_imaging::{ImagingError, Mode, Pixels};

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
