//! A number of tiles.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::tiles::{self, Size};

use crate::Context;
use crate::tiles::{CalculateImageTilesOutput, found};

node! {
    /// Cuts an image into a number of tiles that overlap.
    #[node(
        kind = "calculate_image_tiles_even_split", class = "CalculateImageTilesEvenSplitInvocation",
        title = "Calculate Image Tiles Even Split", tags = ["tiles"], category = "tiles", version = "1.1.1"
    )]
    pub struct EvenSplit -> CalculateImageTilesOutput {
        /// Width of the image
        #[field(default = 1024, ge = 1)]
        pub image_width: i64,
        /// Height of the image
        #[field(default = 1024, ge = 1)]
        pub image_height: i64,
        /// Tiles across
        #[field(default = 2, ge = 1)]
        pub num_tiles_x: i64,
        /// Tiles down
        #[field(default = 2, ge = 1)]
        pub num_tiles_y: i64,
        /// How far neighbours overlap
        #[field(default = 128, ge = 0, multiple_of = 8)]
        pub overlap: i64,
    }
}

impl Node<Context> for EvenSplit {
    fn run(self, _: &mut Context) -> Result<CalculateImageTilesOutput, NodeError> {
        let picture = Size { width: self.image_width, height: self.image_height };
        let count = Size { width: self.num_tiles_x, height: self.num_tiles_y };
        found(tiles::even_split(picture, count, self.overlap))
    }
}
