//! A ControlNet with its image.

use invoke_graph::{Node, NodeError, OneOrMany, RunContext, node, output};

use crate::conditioning::influence_rules;
use crate::fields::{ControlField, ControlMode, ControlResizeMode, ImageField, ModelIdentifierField};

output! {
    /// A ControlNet with its image
    #[output(kind = "control_output")]
    pub struct ControlOutput {
        /// The ControlNet with its image
        pub control: ControlField,
    }
}

node! {
    /// Says which ControlNet steers the picture, by which image, how strongly and when.
    #[node(
        kind = "controlnet", class = "ControlNetInvocation", title = "ControlNet - SD1.5, SD2, SDXL",
        tags = ["controlnet"], category = "conditioning", version = "1.1.3",
        rules = influence_rules("control_weight")
    )]
    pub struct ControlNet -> ControlOutput {
        /// The control image
        pub image: ImageField,
        /// The ControlNet
        #[field(ui_model_base = ["sd-1", "sd-2", "sdxl"], ui_model_type = ["controlnet"])]
        pub control_model: ModelIdentifierField,
        /// How strongly it works, for all steps or step by step
        #[field(default = 1.0, ge = -1, le = 2)]
        pub control_weight: OneOrMany<f64>,
        /// Share of the steps after which it begins
        #[field(default = 0, ge = 0, le = 1)]
        pub begin_step_percent: f64,
        /// Share of the steps after which it ends
        #[field(default = 1, ge = 0, le = 1)]
        pub end_step_percent: f64,
        /// Whether prompt or control image wins
        #[field(default = "balanced")]
        pub control_mode: ControlMode,
        /// How the control image is fitted to the picture
        #[field(default = "just_resize")]
        pub resize_mode: ControlResizeMode,
    }
}

impl<C: RunContext> Node<C> for ControlNet {
    fn run(self, _: &mut C) -> Result<ControlOutput, NodeError> {
        let control = ControlField {
            image: self.image,
            control_model: self.control_model,
            control_weight: self.control_weight,
            begin_step_percent: self.begin_step_percent,
            end_step_percent: self.end_step_percent,
            control_mode: self.control_mode,
            resize_mode: self.resize_mode,
        };
        Ok(ControlOutput { control })
    }
}
