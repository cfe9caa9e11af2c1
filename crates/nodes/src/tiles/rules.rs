//! What the tile nodes share.

use invoke_graph::{NodeError, output};
use invoke_imaging::{ImagingError, tiles};

use crate::fields::{TBLR, Tile};

output! {
    /// Where the tiles lie
    #[output(kind = "calculate_image_tiles_output")]
    pub struct CalculateImageTilesOutput {
        /// The tiles, row by row
        pub tiles: Vec<Tile>,
    }
}

/// The tiles that were found, as an output.
pub(crate) fn found(tiles: Result<Vec<tiles::Tile>, ImagingError>) -> Result<CalculateImageTilesOutput, NodeError> {
    Ok(CalculateImageTilesOutput { tiles: tiles.map_err(failed)?.into_iter().map(Tile::from).collect() })
}

/// A broken rule is an assertion of the reference.
pub(crate) fn failed(error: ImagingError) -> NodeError {
    NodeError::from_error("AssertionError", &error)
}

impl From<tiles::Edges> for TBLR {
    fn from(edges: tiles::Edges) -> Self {
        Self { top: edges.top, bottom: edges.bottom, left: edges.left, right: edges.right }
    }
}

impl From<TBLR> for tiles::Edges {
    fn from(edges: TBLR) -> Self {
        Self { top: edges.top, bottom: edges.bottom, left: edges.left, right: edges.right }
    }
}

impl From<tiles::Tile> for Tile {
    fn from(tile: tiles::Tile) -> Self {
        Self { coords: tile.coords.into(), overlap: tile.overlap.into() }
    }
}

impl From<Tile> for tiles::Tile {
    fn from(tile: Tile) -> Self {
        Self { coords: tile.coords.into(), overlap: tile.overlap.into() }
    }
}
