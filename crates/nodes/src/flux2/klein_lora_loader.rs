//! A LoRA on the parts of FLUX.2 Klein.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::fields::{LoRAField, ModelIdentifierField, Qwen3EncoderField, TransformerField};
use crate::flux2::lora_for_klein;
use crate::models::add_once;

output! {
    /// The parts with their LoRAs
    #[output(kind = "flux2_klein_lora_loader_output")]
    pub struct Flux2KleinLoRALoaderOutput {
        /// Denoising network
        #[field(default = NULL, title = "Transformer")]
        pub transformer: Option<TransformerField>,
        /// Text encoder Qwen3
        #[field(default = NULL, title = "Qwen3 Encoder")]
        pub qwen3_encoder: Option<Qwen3EncoderField>,
    }
}

node! {
    /// Puts a LoRA on the parts of FLUX.2 Klein.
    #[node(
        kind = "flux2_klein_lora_loader", class = "Flux2KleinLoRALoaderInvocation",
        title = "Apply LoRA - Flux2 Klein", tags = ["lora", "model", "flux", "klein", "flux2"], category = "model",
        version = "1.0.0", classification = Classification::Prototype
    )]
    pub struct Flux2KleinLoraLoader -> Flux2KleinLoRALoaderOutput {
        /// The LoRA
        #[field(title = "LoRA", ui_model_base = ["flux2"], ui_model_type = ["lora"])]
        pub lora: ModelIdentifierField,
        /// How strongly it works
        #[field(default = 0.75)]
        pub weight: f64,
        /// Denoising network
        #[field(default = NULL, title = "Transformer", input = InputKind::Connection)]
        pub transformer: Option<TransformerField>,
        /// Text encoder Qwen3
        #[field(default = NULL, title = "Qwen3 Encoder", input = InputKind::Connection)]
        pub qwen3_encoder: Option<Qwen3EncoderField>,
    }
}

impl Node<Context> for Flux2KleinLoraLoader {
    fn run(self, context: &mut Context) -> Result<Flux2KleinLoRALoaderOutput, NodeError> {
        let record = context.host().model(&self.lora.key)?.record;
        lora_for_klein(&record)?;
        let lora = LoRAField { lora: self.lora, weight: self.weight };
        let (mut transformer, mut qwen3_encoder) = (self.transformer, self.qwen3_encoder);
        add_once(transformer.as_mut().map(|part| &mut part.loras), &lora, "transformer")?;
        add_once(qwen3_encoder.as_mut().map(|part| &mut part.loras), &lora, "Qwen3 encoder")?;
        Ok(Flux2KleinLoRALoaderOutput { transformer, qwen3_encoder })
    }
}
