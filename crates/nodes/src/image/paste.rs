//! A picture pasted into another.

use invoke_graph::{NULL, Node, NodeError, node};
use invoke_imaging::{Mode, blending, channels, paste};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{dimension, failed};
use crate::outputs::ImageOutput;

node! {
    /// Pastes an image into another one.
    #[node(
        kind = "img_paste", class = "ImagePasteInvocation", title = "Paste Image", tags = ["image", "paste"],
        category = "image", version = "1.2.2", board = true, metadata = true
    )]
    pub struct PasteImage -> ImageOutput {
        /// The image to paste into
        pub base_image: ImageField,
        /// The image to paste
        pub image: ImageField,
        /// Where to paste: black is pasted, white is not
        #[field(default = NULL)]
        pub mask: Option<ImageField>,
        /// Left edge of the pasted image
        #[field(default = 0)]
        pub x: i64,
        /// Top edge of the pasted image
        #[field(default = 0)]
        pub y: i64,
        /// Whether to keep the size of the base image
        #[field(default = false)]
        pub crop: bool,
    }
}

impl Node<Context> for PasteImage {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let base = context.load_image_as(&self.base_image, Mode::Rgba)?;
        let image = context.load_image_as(&self.image, Mode::Rgba)?;
        let mask = self.mask.map(|mask| context.load_image_as(&mask, Mode::L).map(channels::invert)).transpose()?;
        let (left, top) = (self.x.min(0), self.y.min(0));
        let end = |base: u32, image: u32, at: i64| i64::from(base).max(at.saturating_add(image.into()));
        let width = dimension("width", end(base.width(), image.width(), self.x).saturating_sub(left))?;
        let height = dimension("height", end(base.height(), image.height(), self.y).saturating_sub(top))?;
        let ground = paste::crop(&base, left, top, width, height).map_err(failed)?;
        let (x, y) = (self.x.max(0), self.y.max(0));
        let mut layer = paste::blank(Mode::Rgba, width, height, [0; 4]).map_err(failed)?;
        match &mask {
            Some(mask) => paste::paste_masked(&mut layer, &image, x, y, mask).map_err(failed)?,
            None => paste::paste(&mut layer, &image, x, y),
        }
        let mut result = blending::alpha_composite(&ground, &layer).map_err(failed)?;
        if self.crop {
            result = paste::crop(&result, -left, -top, base.width(), base.height()).map_err(failed)?;
        }
        context.save_image(result)
    }
}
