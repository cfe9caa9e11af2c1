//! A LoRA on the parts of FLUX.2 [dev].

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::fields::{LoRAField, MistralEncoderField, ModelIdentifierField, TransformerField};
use crate::flux2::lora_for_dev;
use crate::models::add_once;

output! {
    /// The parts with their LoRAs
    #[output(kind = "flux2_dev_lora_loader_output")]
    pub struct Flux2DevLoRALoaderOutput {
        /// Denoising network
        #[field(default = NULL, title = "Transformer")]
        pub transformer: Option<TransformerField>,
        /// Text encoder Mistral
        #[field(default = NULL, title = "Mistral Encoder")]
        pub mistral_encoder: Option<MistralEncoderField>,
    }
}

node! {
    /// Puts a LoRA on the parts of FLUX.2 [dev].
    #[node(
        kind = "flux2_dev_lora_loader", class = "Flux2DevLoRALoaderInvocation", title = "Apply LoRA - FLUX.2 [dev]",
        tags = ["lora", "model", "flux", "flux2", "dev"], category = "model", version = "1.0.0",
        classification = Classification::Prototype
    )]
    pub struct Flux2DevLoraLoader -> Flux2DevLoRALoaderOutput {
        /// The LoRA
        #[field(title = "LoRA", ui_model_base = ["flux2"], ui_model_type = ["lora"])]
        pub lora: ModelIdentifierField,
        /// How strongly it works
        #[field(default = 0.75)]
        pub weight: f64,
        /// Denoising network
        #[field(default = NULL, title = "Transformer", input = InputKind::Connection)]
        pub transformer: Option<TransformerField>,
        /// Text encoder Mistral
        #[field(default = NULL, title = "Mistral Encoder", input = InputKind::Connection)]
        pub mistral_encoder: Option<MistralEncoderField>,
    }
}

impl Node<Context> for Flux2DevLoraLoader {
    fn run(self, context: &mut Context) -> Result<Flux2DevLoRALoaderOutput, NodeError> {
        let record = context.host().model(&self.lora.key)?.record;
        lora_for_dev(&record)?;
        let lora = LoRAField { lora: self.lora, weight: self.weight };
        let (mut transformer, mut mistral_encoder) = (self.transformer, self.mistral_encoder);
        add_once(transformer.as_mut().map(|part| &mut part.loras), &lora, "transformer")?;
        add_once(mistral_encoder.as_mut().map(|part| &mut part.loras), &lora, "Mistral encoder")?;
        Ok(Flux2DevLoRALoaderOutput { transformer, mistral_encoder })
    }
}
