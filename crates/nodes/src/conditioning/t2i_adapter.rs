//! A T2I-Adapter with its image.

use invoke_graph::{Node, NodeError, OneOrMany, RunContext, node, output};

use crate::conditioning::influence_rules;
use crate::fields::{ControlResizeMode, ImageField, ModelIdentifierField, T2IAdapterField};

output! {
    /// A T2I-Adapter with its image
    #[output(kind = "t2i_adapter_output")]
    pub struct T2IAdapterOutput {
        /// The T2I-Adapter with its image
        #[field(title = "T2I Adapter")]
        pub t2i_adapter: T2IAdapterField,
    }
}

node! {
    /// Says which T2I-Adapter steers the picture, by which image, how strongly and when.
    #[node(
        kind = "t2i_adapter", class = "T2IAdapterInvocation", title = "T2I-Adapter - SD1.5, SDXL",
        tags = ["t2i_adapter", "control"], category = "conditioning", version = "1.0.4",
        rules = influence_rules("weight")
    )]
    pub struct T2iAdapter -> T2IAdapterOutput {
        /// The control image
        pub image: ImageField,
        /// The T2I-Adapter
        #[field(
            title = "T2I-Adapter Model", ui_order = -1, ui_model_base = ["sd-1", "sdxl"],
            ui_model_type = ["t2i_adapter"]
        )]
        pub t2i_adapter_model: ModelIdentifierField,
        /// How strongly it works, for all steps or step by step
        #[field(default = 1, ge = 0)]
        pub weight: OneOrMany<f64>,
        /// Share of the steps after which it begins
        #[field(default = 0, ge = 0, le = 1)]
        pub begin_step_percent: f64,
        /// Share of the steps after which it ends
        #[field(default = 1, ge = 0, le = 1)]
        pub end_step_percent: f64,
        /// How the control image is fitted to the picture
        #[field(default = "just_resize")]
        pub resize_mode: ControlResizeMode,
    }
}

impl<C: RunContext> Node<C> for T2iAdapter {
    fn run(self, _: &mut C) -> Result<T2IAdapterOutput, NodeError> {
        let t2i_adapter = T2IAdapterField {
            image: self.image,
            t2i_adapter_model: self.t2i_adapter_model,
            weight: self.weight,
            begin_step_percent: self.begin_step_percent,
            end_step_percent: self.end_step_percent,
            resize_mode: self.resize_mode,
        };
        Ok(T2IAdapterOutput { t2i_adapter })
    }
}
