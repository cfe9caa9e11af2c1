//! A PiD decoder.

use invoke_graph::{Classification, Node, NodeError, node, output};

use crate::Context;
use crate::fields::{ModelIdentifierField, PiDDecoderField};

output! {
    /// A PiD decoder
    #[output(kind = "pid_decoder_output")]
    pub struct PiDDecoderOutput {
        /// The decoder
        #[field(title = "PiD Decoder")]
        pub pid_decoder: PiDDecoderField,
    }
}

node! {
    /// Names a PiD decoder, which makes pictures of latents.
    #[node(
        kind = "pid_decoder_loader", class = "PiDDecoderLoaderInvocation",
        title = "PiD Decoder - FLUX / FLUX.2 / SD3 / SDXL / Qwen-Image", tags = ["model", "pid", "decoder"],
        category = "model", version = "1.0.0", classification = Classification::Prototype
    )]
    pub struct PidDecoderLoader -> PiDDecoderOutput {
        /// The decoder
        #[field(title = "PiD Decoder", ui_model_type = ["pid_decoder"])]
        pub pid_decoder_model: ModelIdentifierField,
    }
}

impl Node<Context> for PidDecoderLoader {
    fn run(self, context: &mut Context) -> Result<PiDDecoderOutput, NodeError> {
        context.host().model(&self.pid_decoder_model.key)?;
        Ok(PiDDecoderOutput { pid_decoder: PiDDecoderField { decoder: self.pid_decoder_model } })
    }
}
