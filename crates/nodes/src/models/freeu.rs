//! FreeU: other weights for skip connections and backbone.

use invoke_graph::{InputKind, Node, NodeError, RunContext, node, output};

use crate::fields::{FreeUConfig, UNetField};

output! {
    /// A denoising network
    #[output(kind = "unet_output")]
    pub struct UNetOutput {
        /// Denoising network
        #[field(title = "UNet")]
        pub unet: UNetField,
    }
}

node! {
    /// Sets FreeU on a denoising network. Good values of b1, b2, s1, s2: for SD 1.5 1.2, 1.4, 0.9, 0.2; for SD 2 1.1, 1.2, 0.9, 0.2; for SDXL 1.1, 1.2, 0.6, 0.4.
    #[node(
        kind = "freeu", class = "FreeUInvocation", title = "Apply FreeU - SD1.5, SDXL", tags = ["freeu"],
        category = "model", version = "1.0.2"
    )]
    pub struct FreeU -> UNetOutput {
        /// Denoising network
        #[field(title = "UNet", input = InputKind::Connection)]
        pub unet: UNetField,
        /// Factor of the backbone in the first stage
        #[field(default = 1.2, ge = -1, le = 3)]
        pub b1: f64,
        /// Factor of the backbone in the second stage
        #[field(default = 1.4, ge = -1, le = 3)]
        pub b2: f64,
        /// Factor of the skip connections of the first stage
        #[field(default = 0.9, ge = -1, le = 3)]
        pub s1: f64,
        /// Factor of the skip connections of the second stage
        #[field(default = 0.2, ge = -1, le = 3)]
        pub s2: f64,
    }
}

impl<C: RunContext> Node<C> for FreeU {
    fn run(self, _: &mut C) -> Result<UNetOutput, NodeError> {
        let Self { unet, b1, b2, s1, s2 } = self;
        Ok(UNetOutput { unet: UNetField { freeu_config: Some(FreeUConfig { s1, s2, b1, b2 }), ..unet } })
    }
}
