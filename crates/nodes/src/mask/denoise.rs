//! A mask for denoising.

use invoke_graph::{InputKind, NULL, Node, NodeError, node};
use invoke_imaging::{Mode, levels};

use crate::Context;
use crate::fields::DenoiseMaskField;
use crate::fields::{ImageField, VAEField};
use crate::image::failed;
use crate::latents::masked_latents;
use crate::mask::unit_tensor;
use crate::outputs::DenoiseMaskOutput;

node! {
    /// Makes a mask for denoising of a mask image.
    #[node(
        kind = "create_denoise_mask", class = "CreateDenoiseMaskInvocation", title = "Create Denoise Mask",
        tags = ["mask", "denoise"], category = "mask", version = "1.0.2"
    )]
    pub struct CreateDenoiseMask -> DenoiseMaskOutput {
        /// VAE
        #[field(input = InputKind::Connection, ui_order = 0)]
        pub vae: VAEField,
        /// Image for models trained to inpaint
        #[field(default = NULL, ui_order = 1)]
        pub image: Option<ImageField>,
        /// The mask image
        #[field(ui_order = 2)]
        pub mask: ImageField,
        /// Whether to encode in overlapping tiles (needs less memory)
        #[field(default = false, ui_order = 3)]
        pub tiled: bool,
        /// Whether to encode in full precision
        #[field(default = false, ui_order = 4)]
        pub fp32: bool,
    }
}

impl Node<Context> for CreateDenoiseMask {
    fn run(self, context: &mut Context) -> Result<DenoiseMaskOutput, NodeError> {
        let mask = levels::on_grid(&context.load_image_as(&self.mask, Mode::L)?, 8).map_err(failed)?;
        let mask = unit_tensor(&mask)?;
        let masked_latents_name = match &self.image {
            Some(image) => Some(masked_latents(context, &self.vae, self.fp32, self.tiled, image, &mask)?),
            None => None,
        };
        let mask_name = context.save_tensor(mask);
        Ok(DenoiseMaskOutput { denoise_mask: DenoiseMaskField { mask_name, masked_latents_name, gradient: false } })
    }
}
