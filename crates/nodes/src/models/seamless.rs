//! A picture whose edges meet.

use invoke_graph::{InputKind, NULL, Node, NodeError, RunContext, node, output};

use crate::fields::{UNetField, VAEField};

output! {
    /// The parts, continuing over the edges
    #[output(kind = "seamless_output")]
    pub struct SeamlessModeOutput {
        /// Denoising network
        #[field(default = NULL, title = "UNet")]
        pub unet: Option<UNetField>,
        /// Image encoder and decoder
        #[field(default = NULL, title = "VAE")]
        pub vae: Option<VAEField>,
    }
}

node! {
    /// Makes what a network draws continue over the edges of the picture.
    #[node(
        kind = "seamless", class = "SeamlessModeInvocation", title = "Apply Seamless - SD1.5, SDXL",
        tags = ["seamless", "model"], category = "model", version = "1.0.2"
    )]
    pub struct Seamless -> SeamlessModeOutput {
        /// Denoising network
        #[field(default = NULL, title = "UNet", input = InputKind::Connection)]
        pub unet: Option<UNetField>,
        /// Image encoder and decoder
        #[field(default = NULL, title = "VAE", input = InputKind::Connection)]
        pub vae: Option<VAEField>,
        /// From bottom to top
        #[field(default = true)]
        pub seamless_y: bool,
        /// From right to left
        #[field(default = true)]
        pub seamless_x: bool,
    }
}

impl<C: RunContext> Node<C> for Seamless {
    fn run(self, _: &mut C) -> Result<SeamlessModeOutput, NodeError> {
        let axes: Vec<String> = [(self.seamless_x, "x"), (self.seamless_y, "y")]
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, axis)| axis.into())
            .collect();
        let unet = self.unet.map(|unet| UNetField { seamless_axes: axes.clone(), ..unet });
        let vae = self.vae.map(|vae| VAEField { seamless_axes: axes, ..vae });
        Ok(SeamlessModeOutput { unet, vae })
    }
}
