//! Transparent areas filled with tiles.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, infill};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{failed, side};
use crate::outputs::ImageOutput;

node! {
    /// Fills the transparent areas of an image with squares of itself.
    #[node(
        kind = "infill_tile", class = "InfillTileInvocation", title = "Tile Infill", tags = ["image", "inpaint"],
        category = "inpaint", version = "1.2.3", board = true, metadata = true
    )]
    pub struct InfillTile -> ImageOutput {
        /// The image to fill
        pub image: ImageField,
        /// Side of a square in pixels
        #[field(default = 32, ge = 1)]
        pub tile_size: i64,
        /// Seed of the choice
        #[field(default = 0, ge = 0, le = 4294967295u32)]
        pub seed: i64,
    }
}

impl Node<Context> for InfillTile {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        if image.mode() != Mode::Rgba {
            return Ok(ImageOutput { image: self.image, width: image.width().into(), height: image.height().into() });
        }
        let side = side("tile_size", self.tile_size)?.max(1);
        context.save_image(infill::with_tiles(&image, side, self.seed.unsigned_abs()).map_err(failed)?)
    }
}
