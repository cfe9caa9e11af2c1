//! A ControlNet for Z-Image with its image.

use invoke_graph::{Classification, Node, NodeError, RunContext, node, output};

use crate::fields::{ImageField, ModelIdentifierField, ZImageControlField};

output! {
    /// A ControlNet with its image
    #[output(kind = "z_image_control_output")]
    pub struct ZImageControlOutput {
        /// The model with its image
        pub control: ZImageControlField,
    }
}

node! {
    /// Says which ControlNet steers the picture, by which image, how strongly and when.
    #[node(
        kind = "z_image_control", class = "ZImageControlInvocation", title = "Z-Image ControlNet",
        tags = ["image", "z-image", "control", "controlnet"], category = "conditioning", version = "1.1.0",
        classification = Classification::Prototype
    )]
    pub struct ZImageControl -> ZImageControlOutput {
        /// The image
        pub image: ImageField,
        /// The model that steers
        #[field(title = "Control Model", ui_model_base = ["z-image"], ui_model_type = ["controlnet"])]
        pub control_model: ModelIdentifierField,
        /// How strongly it steers
        #[field(default = 0.75, title = "Control Scale", ge = 0.0, le = 2.0)]
        pub control_context_scale: f64,
        /// Share of the steps after which it begins
        #[field(default = 0.0, ge = 0.0, le = 1.0)]
        pub begin_step_percent: f64,
        /// Share of the steps after which it ends
        #[field(default = 1.0, ge = 0.0, le = 1.0)]
        pub end_step_percent: f64,
    }
}

impl<C: RunContext> Node<C> for ZImageControl {
    fn run(self, _: &mut C) -> Result<ZImageControlOutput, NodeError> {
        Ok(ZImageControlOutput {
            control: ZImageControlField {
                image_name: self.image.image_name,
                control_model: self.control_model,
                control_context_scale: self.control_context_scale,
                begin_step_percent: self.begin_step_percent,
                end_step_percent: self.end_step_percent,
            },
        })
    }
}
