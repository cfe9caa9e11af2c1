//! Tiles evenly spread.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::tiles::{self, Size};

use crate::Context;
use crate::tiles::{CalculateImageTilesOutput, found};

node! {
    /// Cuts an image into tiles of one size, evenly spread, that overlap at least so much.
    #[node(
        kind = "calculate_image_tiles_min_overlap", class = "CalculateImageTilesMinimumOverlapInvocation",
        title = "Calculate Image Tiles Minimum Overlap", tags = ["tiles"], category = "tiles", version = "1.0.1"
    )]
    pub struct MinimumOverlap -> CalculateImageTilesOutput {
        /// Width of the image
        #[field(default = 1024, ge = 1)]
        pub image_width: i64,
        /// Height of the image
        #[field(default = 1024, ge = 1)]
        pub image_height: i64,
        /// Width of a tile
        #[field(default = 576, ge = 1)]
        pub tile_width: i64,
        /// Height of a tile
        #[field(default = 576, ge = 1)]
        pub tile_height: i64,
        /// How far neighbours overlap at least
        #[field(default = 128, ge = 0)]
        pub min_overlap: i64,
    }
}

impl Node<Context> for MinimumOverlap {
    fn run(self, _: &mut Context) -> Result<CalculateImageTilesOutput, NodeError> {
        let picture = Size { width: self.image_width, height: self.image_height };
        let tile = Size { width: self.tile_width, height: self.tile_height };
        found(tiles::min_overlap(picture, tile, self.min_overlap))
    }
}
