//! A ControlNet for FLUX with its image.

use invoke_graph::{Node, NodeError, OneOrMany, RunContext, node, output};

use crate::conditioning::influence_rules;
use crate::fields::{ControlResizeMode, FluxControlNetField, ImageField, ModelIdentifierField};

output! {
    /// A ControlNet with its image
    #[output(kind = "flux_controlnet_output")]
    pub struct FluxControlNetOutput {
        /// The model with its image
        pub control: FluxControlNetField,
    }
}

node! {
    /// Says which ControlNet steers the picture, by which image, how strongly and when.
    #[node(
        kind = "flux_controlnet", class = "FluxControlNetInvocation", title = "FLUX ControlNet",
        tags = ["controlnet", "flux"], category = "conditioning", version = "1.0.0",
        rules = influence_rules("control_weight")
    )]
    pub struct FluxControlNet -> FluxControlNetOutput {
        /// The image
        pub image: ImageField,
        /// The model that steers
        #[field(ui_model_base = ["flux"], ui_model_type = ["controlnet"])]
        pub control_model: ModelIdentifierField,
        /// How strongly it steers, for all steps or step by step
        #[field(default = 1.0, ge = -1, le = 2)]
        pub control_weight: OneOrMany<f64>,
        /// Share of the steps after which it begins
        #[field(default = 0, ge = 0, le = 1)]
        pub begin_step_percent: f64,
        /// Share of the steps after which it ends
        #[field(default = 1, ge = 0, le = 1)]
        pub end_step_percent: f64,
        /// How the image is fitted
        #[field(default = "just_resize")]
        pub resize_mode: ControlResizeMode,
        /// Which of its modes the model works in; -1 for those without
        #[field(default = -1)]
        pub instantx_control_mode: Option<i64>,
    }
}

impl<C: RunContext> Node<C> for FluxControlNet {
    fn run(self, _: &mut C) -> Result<FluxControlNetOutput, NodeError> {
        Ok(FluxControlNetOutput {
            control: FluxControlNetField {
                image: self.image,
                control_model: self.control_model,
                control_weight: self.control_weight,
                begin_step_percent: self.begin_step_percent,
                end_step_percent: self.end_step_percent,
                resize_mode: self.resize_mode,
                instantx_control_mode: self.instantx_control_mode,
            },
        })
    }
}
