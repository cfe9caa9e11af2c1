//! A LoRA on the parts of Anima.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::fields::{LoRAField, ModelIdentifierField, Qwen3EncoderField, TransformerField};
use crate::models::add_once;

output! {
    /// The parts with their LoRAs
    #[output(kind = "anima_lora_loader_output")]
    pub struct AnimaLoRALoaderOutput {
        /// Denoising network
        #[field(default = NULL, title = "Anima Transformer")]
        pub transformer: Option<TransformerField>,
        /// Text encoder Qwen3
        #[field(default = NULL, title = "Qwen3 Encoder")]
        pub qwen3_encoder: Option<Qwen3EncoderField>,
    }
}

node! {
    /// Puts a LoRA on the parts of Anima.
    #[node(
        kind = "anima_lora_loader", class = "AnimaLoRALoaderInvocation", title = "Apply LoRA - Anima",
        tags = ["lora", "model", "anima"], category = "model", version = "1.0.0",
        classification = Classification::Prototype
    )]
    pub struct AnimaLoraLoader -> AnimaLoRALoaderOutput {
        /// The LoRA
        #[field(title = "LoRA", ui_model_base = ["anima"], ui_model_type = ["lora"])]
        pub lora: ModelIdentifierField,
        /// How strongly it works
        #[field(default = 0.75)]
        pub weight: f64,
        /// Denoising network
        #[field(default = NULL, title = "Anima Transformer", input = InputKind::Connection)]
        pub transformer: Option<TransformerField>,
        /// Text encoder Qwen3
        #[field(default = NULL, title = "Qwen3 Encoder", input = InputKind::Connection)]
        pub qwen3_encoder: Option<Qwen3EncoderField>,
    }
}

impl Node<Context> for AnimaLoraLoader {
    fn run(self, context: &mut Context) -> Result<AnimaLoRALoaderOutput, NodeError> {
        context.host().model(&self.lora.key)?;
        let lora = LoRAField { lora: self.lora, weight: self.weight };
        let (mut transformer, mut qwen3_encoder) = (self.transformer, self.qwen3_encoder);
        add_once(transformer.as_mut().map(|part| &mut part.loras), &lora, "transformer")?;
        add_once(qwen3_encoder.as_mut().map(|part| &mut part.loras), &lora, "Qwen3 encoder")?;
        Ok(AnimaLoRALoaderOutput { transformer, qwen3_encoder })
    }
}
