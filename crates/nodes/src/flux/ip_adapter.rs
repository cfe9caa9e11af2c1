//! An IP-Adapter for FLUX with its image.

use invoke_graph::{Node, NodeError, OneOrMany, choices, node};

use crate::Context;
use crate::conditioning::ip_adapter::{ClipVision, IPAdapterOutput};
use crate::conditioning::{image_encoder, influence_rules};
use crate::fields::{BaseModelType, IPAdapterField, ImageField, ModelIdentifierField};

choices! {
    /// The image encoders IP-Adapters for FLUX work with.
    pub enum FluxClipVision {
        VitL = "ViT-L",
    }
}

node! {
    /// Says which IP-Adapter steers the picture, by which image, how strongly and when.
    #[node(
        kind = "flux_ip_adapter", class = "FluxIPAdapterInvocation", title = "FLUX IP-Adapter",
        tags = ["ip_adapter", "control"], category = "conditioning", version = "1.0.0",
        rules = influence_rules("weight")
    )]
    pub struct FluxIpAdapter -> IPAdapterOutput {
        /// The image
        pub image: ImageField,
        /// The IP-Adapter
        #[field(title = "IP-Adapter Model", ui_model_base = ["flux"], ui_model_type = ["ip_adapter"])]
        pub ip_adapter_model: ModelIdentifierField,
        /// The image encoder
        #[field(default = "ViT-L")]
        pub clip_vision_model: FluxClipVision,
        /// How strongly it works
        #[field(default = 1)]
        pub weight: OneOrMany<f64>,
        /// Share of the steps after which it begins
        #[field(default = 0, ge = 0, le = 1)]
        pub begin_step_percent: f64,
        /// Share of the steps after which it ends
        #[field(default = 1, ge = 0, le = 1)]
        pub end_step_percent: f64,
    }
}

impl Node<Context> for FluxIpAdapter {
    fn run(self, context: &mut Context) -> Result<IPAdapterOutput, NodeError> {
        let record = context.host().model(&self.ip_adapter_model.key)?.record;
        if record.base() != BaseModelType::Flux.as_str() {
            let message = format!("`{}` is no IP-Adapter for FLUX: {}", record.name(), record.base());
            return Err(NodeError::new("AssertionError", message));
        }
        let FluxClipVision::VitL = self.clip_vision_model;
        let image_encoder_model = image_encoder(context, &record, ClipVision::VitL)?;
        Ok(IPAdapterOutput {
            ip_adapter: IPAdapterField {
                image: OneOrMany::One(self.image),
                ip_adapter_model: self.ip_adapter_model,
                image_encoder_model,
                weight: self.weight,
                target_blocks: Vec::new(),
                method: "full".to_owned(),
                begin_step_percent: self.begin_step_percent,
                end_step_percent: self.end_step_percent,
                mask: None,
            },
        })
    }
}
