//! A LoRA on the parts of Krea-2.

use invoke_graph::{InputKind, NULL, Node, NodeError, node, output};

use crate::Context;
use crate::fields::{LoRAField, ModelIdentifierField, Qwen3VLEncoderField, TransformerField};
use crate::krea2::put_on_both;

output! {
    /// The parts with their LoRAs
    #[output(kind = "krea2_lora_loader_output")]
    pub struct Krea2LoRALoaderOutput {
        /// Denoising network
        #[field(default = NULL, title = "Krea-2 Transformer")]
        pub transformer: Option<TransformerField>,
        /// Text encoder Qwen3-VL
        #[field(default = NULL, title = "Qwen3-VL Encoder")]
        pub qwen3_vl_encoder: Option<Qwen3VLEncoderField>,
    }
}

node! {
    /// Puts a LoRA on the parts of Krea-2; on both with the weight it has on one.
    #[node(
        kind = "krea2_lora_loader", class = "Krea2LoRALoaderInvocation", title = "Apply LoRA - Krea-2",
        tags = ["lora", "model", "krea2", "krea-2"], category = "model", version = "1.0.0"
    )]
    pub struct Krea2LoraLoader -> Krea2LoRALoaderOutput {
        /// The LoRA
        #[field(title = "LoRA", ui_model_base = ["krea-2"], ui_model_type = ["lora"])]
        pub lora: ModelIdentifierField,
        /// How strongly it works
        #[field(default = 0.75)]
        pub weight: f64,
        /// Denoising network
        #[field(default = NULL, title = "Krea-2 Transformer", input = InputKind::Connection)]
        pub transformer: Option<TransformerField>,
        /// Text encoder Qwen3-VL
        #[field(default = NULL, title = "Qwen3-VL Encoder", input = InputKind::Connection)]
        pub qwen3_vl_encoder: Option<Qwen3VLEncoderField>,
    }
}

impl Node<Context> for Krea2LoraLoader {
    fn run(self, context: &mut Context) -> Result<Krea2LoRALoaderOutput, NodeError> {
        let (mut transformer, mut qwen3_vl_encoder) = (self.transformer, self.qwen3_vl_encoder);
        let lora = LoRAField { lora: self.lora, weight: self.weight };
        let parts =
            (transformer.as_mut().map(|part| &mut part.loras), qwen3_vl_encoder.as_mut().map(|part| &mut part.loras));
        put_on_both(context, lora, parts)?;
        Ok(Krea2LoRALoaderOutput { transformer, qwen3_vl_encoder })
    }
}
