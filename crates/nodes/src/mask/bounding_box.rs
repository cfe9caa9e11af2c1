//! The box around a colour.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, paste};
use serde_json::json;

use crate::Context;
use crate::fields::{BoundingBoxField, ColorField, ImageField};
use crate::outputs::BoundingBoxOutput;

node! {
    /// Finds the box around the pixels of one colour in a mask image.
    #[node(
        kind = "get_image_mask_bounding_box", class = "GetMaskBoundingBoxInvocation",
        title = "Get Image Mask Bounding Box", tags = ["mask"], category = "mask", version = "1.0.0"
    )]
    pub struct MaskBoundingBox -> BoundingBoxOutput {
        /// The mask image
        pub mask: ImageField,
        /// How far the box is widened
        #[field(default = 0)]
        pub margin: i64,
        /// The colour
        #[field(default = json!({"a": 255, "b": 255, "g": 255, "r": 255}))]
        pub mask_color: ColorField,
    }
}

impl Node<Context> for MaskBoundingBox {
    fn run(self, context: &mut Context) -> Result<BoundingBoxOutput, NodeError> {
        let image = context.load_image_as(&self.mask, Mode::Rgba)?;
        let key = [self.mask_color.r, self.mask_color.g, self.mask_color.b, self.mask_color.a];
        let wanted = |pixel: &[u8]| pixel.iter().zip(key).all(|(sample, key)| i64::from(*sample) == key);
        let bounding_box = match paste::bounds_of(&image, wanted) {
            None => BoundingBoxField { x_min: 0, x_max: 0, y_min: 0, y_max: 0, score: None },
            Some(found) => {
                let before = |edge: u32| i64::from(edge).saturating_sub(self.margin).max(0);
                // The last pixel, not the one after it, as in the reference.
                let after = |edge: u32, side: u32| i64::from(edge - 1).saturating_add(self.margin).min(side.into());
                BoundingBoxField {
                    x_min: before(found.left),
                    x_max: after(found.right, image.width()),
                    y_min: before(found.top),
                    y_max: after(found.bottom, image.height()),
                    score: None,
                }
            }
        };
        Ok(BoundingBoxOutput { bounding_box })
    }
}
