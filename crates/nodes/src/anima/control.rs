//! A ControlNet-LLLite for Anima with its images.

use invoke_graph::{Classification, NULL, Node, NodeError, RunContext, node, output};

use crate::fields::{AnimaLLLiteField, ImageField, ModelIdentifierField};

output! {
    /// A ControlNet-LLLite with its images
    #[output(kind = "anima_lllite_output")]
    pub struct AnimaLLLiteOutput {
        /// The model with its image
        pub control: AnimaLLLiteField,
    }
}

node! {
    /// Says which ControlNet-LLLite steers the picture, by which image, how strongly and when.
    #[node(
        kind = "anima_lllite", class = "AnimaLLLiteInvocation", title = "Anima ControlNet-LLLite",
        tags = ["image", "anima", "control", "controlnet", "inpaint"], category = "conditioning", version = "1.0.0",
        classification = Classification::Prototype
    )]
    pub struct AnimaControl -> AnimaLLLiteOutput {
        /// The image
        pub image: ImageField,
        /// The part of the image that is changed
        #[field(default = NULL)]
        pub mask: Option<ImageField>,
        /// The model that steers
        #[field(title = "Control Model", ui_model_base = ["anima"], ui_model_type = ["controlnet"])]
        pub control_model: ModelIdentifierField,
        /// How strongly it works
        #[field(default = 1.0, ge = -10.0, le = 10.0)]
        pub weight: f64,
        /// Share of the steps after which it begins
        #[field(default = 0.0, ge = 0.0, le = 1.0)]
        pub begin_step_percent: f64,
        /// Share of the steps after which it ends
        #[field(default = 1.0, ge = 0.0, le = 1.0)]
        pub end_step_percent: f64,
    }
}

impl<C: RunContext> Node<C> for AnimaControl {
    fn run(self, _: &mut C) -> Result<AnimaLLLiteOutput, NodeError> {
        Ok(AnimaLLLiteOutput {
            control: AnimaLLLiteField {
                image_name: self.image.image_name,
                mask_name: self.mask.map(|mask| mask.image_name),
                control_model: self.control_model,
                weight: self.weight,
                begin_step_percent: self.begin_step_percent,
                end_step_percent: self.end_step_percent,
            },
        })
    }
}
