//! A tile with its image.

use invoke_graph::output;
use invoke_graph::{Node, NodeError, node};

use crate::Context;
use crate::fields::TileWithImage;
use crate::fields::{ImageField, Tile};

output! {
    /// A tile with its image
    #[output(kind = "pair_tile_image_output")]
    pub struct PairTileImageOutput {
        /// The tile with its image
        pub tile_with_image: TileWithImage,
    }
}

node! {
    /// Puts a tile and its image together.
    #[node(
        kind = "pair_tile_image", class = "PairTileImageInvocation", title = "Pair Tile with Image", tags = ["tiles"],
        category = "tiles", version = "1.0.1"
    )]
    pub struct PairTileImage -> PairTileImageOutput {
        /// The image of the tile
        pub image: ImageField,
        /// The tile
        pub tile: Tile,
    }
}

impl Node<Context> for PairTileImage {
    fn run(self, _: &mut Context) -> Result<PairTileImageOutput, NodeError> {
        Ok(PairTileImageOutput { tile_with_image: TileWithImage { tile: self.tile, image: self.image } })
    }
}
