//! A colour as a mask.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, Pixels};

use crate::Context;
use crate::fields::{ColorField, ImageField};
use crate::image::failed;
use crate::outputs::ImageOutput;

node! {
    /// Makes a mask of the pixels whose colour is near a given one.
    #[node(
        kind = "mask_from_id", class = "MaskFromIDInvocation", title = "Mask from Segmented Image",
        tags = ["image", "mask", "id"], category = "mask", version = "1.0.1", board = true, metadata = true
    )]
    pub struct MaskFromId -> ImageOutput {
        /// The image to look at
        pub image: ImageField,
        /// The colour
        pub color: ColorField,
        /// How far colours may be from it
        #[field(default = 100)]
        pub threshold: i64,
        /// Whether to swap black and white
        #[field(default = false)]
        pub invert: bool,
    }
}

impl Node<Context> for MaskFromId {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::Rgba)?;
        let key = [self.color.r, self.color.g, self.color.b, self.color.a];
        let white = if self.invert { [255, 0] } else { [0, 255] };
        let near = |pixel: &[u8]| {
            let squares: i64 = pixel.iter().zip(key).map(|(sample, key)| (i64::from(*sample) - key).pow(2)).sum();
            (squares as f64).sqrt() < self.threshold as f64
        };
        let data = image.data().chunks_exact(4).map(|pixel| white[usize::from(near(pixel))]).collect();
        context.save_mask(Pixels::new(Mode::L, image.width(), image.height(), data).map_err(failed)?)
    }
}
