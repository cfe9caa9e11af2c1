//! What the nodes that enlarge pictures share.

use std::sync::Arc;

use invoke_engine::models::upscaler::Upscaler;
use invoke_engine::sampling::{RgbImage, upscale};
use invoke_graph::NodeError;
use invoke_imaging::{Mode, Pixels, paste, tiles};

use crate::Context;
use crate::failure::engine_failed;
use crate::fields::ModelIdentifierField;
use crate::image::{dimension, failed, pixels};
use crate::tiles::failed as no_tiles;

/// How far tiles overlap at least.
const OVERLAP: i64 = 20;

/// The network of a model.
pub(crate) fn upscaler(context: &Context, model: &ModelIdentifierField) -> Result<Arc<Upscaler>, NodeError> {
    let services = context.services();
    context.load_file(model, |_, file| Upscaler::load(file, services.device, services.kind))
}

/// The engine's form of a picture without transparency.
pub(crate) fn rgb(image: Pixels) -> RgbImage {
    let image = image.convert(Mode::Rgb);
    RgbImage { width: image.width(), height: image.height(), data: image.into_data() }
}

/// A picture enlarged tile by tile (at once where `tile_size` is not positive); `told` is given the tiles done and their
/// number. Of what two tiles share, half is the one's and half the other's.
pub(crate) fn enlarged(
    context: &Context,
    image: &Pixels,
    tile_size: i64,
    upscaler: &Upscaler,
    told: impl Fn(usize, usize),
) -> Result<Pixels, NodeError> {
    let (width, height) = (i64::from(image.width()), i64::from(image.height()));
    let found = if tile_size > 0 {
        let tile = tiles::Size { width: tile_size, height: tile_size };
        tiles::min_overlap(tiles::Size { width, height }, tile, OVERLAP).map_err(no_tiles)?
    } else {
        vec![tiles::Tile {
            coords: tiles::Edges { top: 0, bottom: height, left: 0, right: width },
            overlap: tiles::Edges::default(),
        }]
    };
    let scale = upscaler.scale();
    let side = |name, side: i64| dimension(name, side.saturating_mul(scale));
    let mut whole = paste::blank(Mode::Rgb, side("width", width)?, side("height", height)?, [0; 4]).map_err(failed)?;
    told(0, found.len());
    for (done, tile) in found.iter().enumerate() {
        context.host().check_cancelled()?;
        let tiles::Edges { top, bottom, left, right } = tile.coords;
        let (columns, rows) = (dimension("tile", right - left)?, dimension("tile", bottom - top)?);
        let part = paste::crop(image, left, top, columns, rows).map_err(failed)?;
        let made = pixels(upscale::enlarge(upscaler, &rgb(part)).map_err(engine_failed)?)?;
        let (above, before) = (tile.overlap.top * scale / 2, tile.overlap.left * scale / 2);
        let (columns, rows) = (side("tile", right - left)?, side("tile", bottom - top)?);
        let kept = paste::crop(&made, before, above, columns - before as u32, rows - above as u32).map_err(failed)?;
        paste::paste(&mut whole, &kept, left * scale + before, top * scale + above);
        told(done + 1, found.len());
    }
    Ok(whole)
}
