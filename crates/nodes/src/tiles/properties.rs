//! A tile in single numbers.

use invoke_graph::output;
use invoke_graph::{Node, NodeError, node};

use crate::Context;
use crate::fields::Tile;

output! {
    /// The numbers of a tile
    #[output(kind = "tile_to_properties_output")]
    pub struct TileToPropertiesOutput {
        /// Left edge in the image
        pub coords_left: i64,
        /// Right edge in the image
        pub coords_right: i64,
        /// Top edge in the image
        pub coords_top: i64,
        /// Bottom edge in the image
        pub coords_bottom: i64,
        /// Width of the tile
        pub width: i64,
        /// Height of the tile
        pub height: i64,
        /// What it shares with the tile above
        pub overlap_top: i64,
        /// What it shares with the tile below
        pub overlap_bottom: i64,
        /// What it shares with the tile to the left
        pub overlap_left: i64,
        /// What it shares with the tile to the right
        pub overlap_right: i64,
    }
}

node! {
    /// Splits a tile into its numbers.
    #[node(
        kind = "tile_to_properties", class = "TileToPropertiesInvocation", title = "Tile to Properties",
        tags = ["tiles"], category = "tiles", version = "1.0.1"
    )]
    pub struct TileProperties -> TileToPropertiesOutput {
        /// The tile
        pub tile: Tile,
    }
}

impl Node<Context> for TileProperties {
    fn run(self, _: &mut Context) -> Result<TileToPropertiesOutput, NodeError> {
        let (coords, overlap) = (self.tile.coords, self.tile.overlap);
        Ok(TileToPropertiesOutput {
            coords_left: coords.left,
            coords_right: coords.right,
            coords_top: coords.top,
            coords_bottom: coords.bottom,
            width: coords.right.saturating_sub(coords.left),
            height: coords.bottom.saturating_sub(coords.top),
            overlap_top: overlap.top,
            overlap_bottom: overlap.bottom,
            overlap_left: overlap.left,
            overlap_right: overlap.right,
        })
    }
}
