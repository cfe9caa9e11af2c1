//! A LoRA on the parts of FLUX.

use invoke_graph::{InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::fields::{CLIPField, LoRAField, ModelIdentifierField, T5EncoderField, TransformerField};
use crate::models::add_once;

output! {
    /// The parts with their LoRAs
    #[output(kind = "flux_lora_loader_output")]
    pub struct FluxLoRALoaderOutput {
        /// Denoising network
        #[field(default = NULL, title = "FLUX Transformer")]
        pub transformer: Option<TransformerField>,
        /// First text encoder
        #[field(default = NULL, title = "CLIP")]
        pub clip: Option<CLIPField>,
        /// Text encoder T5
        #[field(default = NULL, title = "T5 Encoder")]
        pub t5_encoder: Option<T5EncoderField>,
    }
}

node! {
    /// Puts a LoRA on the parts of FLUX.
    #[node(
        kind = "flux_lora_loader", class = "FluxLoRALoaderInvocation", title = "Apply LoRA - FLUX",
        tags = ["lora", "model", "flux"], category = "model", version = "1.2.1"
    )]
    pub struct FluxLoraLoader -> FluxLoRALoaderOutput {
        /// The LoRA
        #[field(title = "LoRA", ui_model_base = ["flux"], ui_model_type = ["lora"])]
        pub lora: ModelIdentifierField,
        /// How strongly it works
        #[field(default = 0.75)]
        pub weight: f64,
        /// Denoising network
        #[field(default = NULL, title = "FLUX Transformer", input = InputKind::Connection)]
        pub transformer: Option<TransformerField>,
        /// First text encoder
        #[field(default = NULL, title = "CLIP", input = InputKind::Connection)]
        pub clip: Option<CLIPField>,
        /// Text encoder T5
        #[field(default = NULL, title = "T5 Encoder", input = InputKind::Connection)]
        pub t5_encoder: Option<T5EncoderField>,
    }
}

impl Node<Context> for FluxLoraLoader {
    fn run(self, context: &mut Context) -> Result<FluxLoRALoaderOutput, NodeError> {
        context.host().model(&self.lora.key)?;
        let lora = LoRAField { lora: self.lora, weight: self.weight };
        let (mut transformer, mut clip, mut t5_encoder) = (self.transformer, self.clip, self.t5_encoder);
        add_once(transformer.as_mut().map(|part| &mut part.loras), &lora, "transformer")?;
        add_once(clip.as_mut().map(|part| &mut part.loras), &lora, "CLIP encoder")?;
        add_once(t5_encoder.as_mut().map(|part| &mut part.loras), &lora, "T5 encoder")?;
        Ok(FluxLoRALoaderOutput { transformer, clip, t5_encoder })
    }
}
