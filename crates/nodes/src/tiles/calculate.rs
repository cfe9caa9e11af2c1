//! Tiles of a size.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::tiles::{self, Size};

use crate::Context;
use crate::tiles::{CalculateImageTilesOutput, found};

node! {
    /// Cuts an image into tiles of one size that overlap.
    #[node(
        kind = "calculate_image_tiles", class = "CalculateImageTilesInvocation", title = "Calculate Image Tiles",
        tags = ["tiles"], category = "tiles", version = "1.0.1"
    )]
    pub struct CalculateTiles -> CalculateImageTilesOutput {
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
        pub overlap: i64,
    }
}

impl Node<Context> for CalculateTiles {
    fn run(self, _: &mut Context) -> Result<CalculateImageTilesOutput, NodeError> {
        let picture = Size { width: self.image_width, height: self.image_height };
        let tile = Size { width: self.tile_width, height: self.tile_height };
        found(tiles::with_overlap(picture, tile, self.overlap))
    }
}
