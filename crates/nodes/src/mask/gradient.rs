//! A mask for denoising with a fading edge.

use invoke_graph::output;
use invoke_graph::{InputKind, NULL, Node, NodeError, choices, node};
use invoke_imaging::Mode;
use invoke_imaging::gradient_mask::{Fade, gradient_mask};

use crate::Context;
use crate::failure::not_yet;
use crate::fields::DenoiseMaskField;
use crate::fields::{ImageField, UNetField, VAEField};
use crate::image::{failed, side};
use crate::latents::masked_latents;
use crate::mask::unit_tensor;

choices! {
    /// How the edge fades.
    pub enum CoherenceMode {
        GaussianBlur = "Gaussian Blur",
        BoxBlur = "Box Blur",
        Staged = "Staged",
    }
}

output! {
    /// A mask for denoising, and the area it reaches
    #[output(kind = "gradient_mask_output")]
    pub struct GradientMaskOutput {
        /// Mask for denoising: 0 is denoised wholly, 1 is kept
        pub denoise_mask: DenoiseMaskField,
        /// All the mask reaches, for pasting back
        pub expanded_mask_area: ImageField,
    }
}

node! {
    /// Makes a mask for denoising with a fading edge of a mask image.
    #[node(
        kind = "create_gradient_mask", class = "CreateGradientMaskInvocation", title = "Create Gradient Mask",
        tags = ["mask", "denoise"], category = "mask", version = "1.3.0"
    )]
    pub struct CreateGradientMask -> GradientMaskOutput {
        /// The mask image
        #[field(ui_order = 1)]
        pub mask: ImageField,
        /// How far the edge reaches
        #[field(default = 16, ge = 0, ui_order = 2)]
        pub edge_radius: i64,
        /// How the edge fades
        #[field(default = "Gaussian Blur", ui_order = 3)]
        pub coherence_mode: CoherenceMode,
        /// How much the edge is denoised at least
        #[field(default = 0.0, ge = 0, le = 1, ui_order = 4)]
        pub minimum_denoise: f64,
        /// Image for models trained to inpaint
        #[field(default = NULL, ui_order = 6, title = "[OPTIONAL] Image")]
        pub image: Option<ImageField>,
        /// UNet, to know whether it is trained to inpaint
        #[field(default = NULL, input = InputKind::Connection, ui_order = 5, title = "[OPTIONAL] UNet")]
        pub unet: Option<UNetField>,
        /// VAE for models trained to inpaint
        #[field(default = NULL, input = InputKind::Connection, ui_order = 7, title = "[OPTIONAL] VAE")]
        pub vae: Option<VAEField>,
        /// Whether to encode in overlapping tiles (needs less memory)
        #[field(default = false, ui_order = 8)]
        pub tiled: bool,
        /// Whether to encode in full precision
        #[field(default = false, ui_order = 9)]
        pub fp32: bool,
    }
}

impl Node<Context> for CreateGradientMask {
    fn run(self, context: &mut Context) -> Result<GradientMaskOutput, NodeError> {
        let mask = context.load_image_as(&self.mask, Mode::L)?;
        let fade = match self.coherence_mode {
            CoherenceMode::GaussianBlur => Fade::Gaussian,
            CoherenceMode::BoxBlur => Fade::Box,
            CoherenceMode::Staged => Fade::Staged,
        };
        let made = gradient_mask(&mask, side("edge_radius", self.edge_radius)?, fade, self.minimum_denoise);
        let made = made.map_err(failed)?;
        let expanded_mask_area = context.save_image(made.area)?.image;
        let mask = unit_tensor(&made.mask)?;
        let mut masked_latents_name = None;
        if let (Some(unet), Some(vae), Some(image)) = (&self.unet, &self.vae, &self.image) {
            let model = context.host().model(&unet.unet.key)?;
            match model.record.config["variant"].as_str() {
                Some("inpaint") => {
                    masked_latents_name = Some(masked_latents(context, vae, self.fp32, self.tiled, image, &mask)?);
                }
                Some("dev_fill") => return Err(not_yet("masks for FLUX Fill (`unet`)")),
                _ => {}
            }
        }
        let mask_name = context.save_tensor(mask);
        let denoise_mask = DenoiseMaskField { mask_name, masked_latents_name, gradient: true };
        Ok(GradientMaskOutput { denoise_mask, expanded_mask_area })
    }
}
