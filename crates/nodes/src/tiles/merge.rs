//! Tiles put together.

use invoke_graph::{InputKind, Node, NodeError, choices, node};
use invoke_imaging::Mode;
use invoke_imaging::merge::{Transition, merge};

use crate::Context;
use crate::fields::TileWithImage;
use crate::outputs::ImageOutput;
use crate::tiles::failed;

choices! {
    /// How tiles pass into one another.
    pub enum TileBlend {
        Linear = "Linear",
        Seam = "Seam",
    }
}

node! {
    /// Puts the images of tiles together, softly where they overlap.
    #[node(
        kind = "merge_tiles_to_image", class = "MergeTilesToImageInvocation", title = "Merge Tiles to Image",
        tags = ["tiles"], category = "tiles", version = "1.1.1", board = true, metadata = true
    )]
    pub struct MergeTiles -> ImageOutput {
        /// The tiles with their images
        pub tiles_with_images: Vec<TileWithImage>,
        /// How they pass into one another
        #[field(default = "Seam", input = InputKind::Direct)]
        pub blend_mode: TileBlend,
        /// Width of the passage in pixels; at most the overlap
        #[field(default = 32, ge = 0)]
        pub blend_amount: i64,
    }
}

impl Node<Context> for MergeTiles {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        if self.tiles_with_images.is_empty() {
            return Err(NodeError::new("IndexError", "there are no tiles to put together"));
        }
        let tiles = self
            .tiles_with_images
            .iter()
            .map(|tile| Ok((tile.tile.clone().into(), context.load_image_as(&tile.image, Mode::Rgb)?)));
        let tiles = tiles.collect::<Result<Vec<_>, NodeError>>()?;
        let transition = match self.blend_mode {
            TileBlend::Linear => Transition::Linear,
            TileBlend::Seam => Transition::Seam,
        };
        context.save_image(merge(&tiles, self.blend_amount, transition).map_err(failed)?)
    }
}
