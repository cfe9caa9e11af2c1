//! The text encoder of PiD.

use invoke_graph::{Classification, Node, NodeError, node, output};

use crate::Context;
use crate::fields::{Gemma2EncoderField, ModelIdentifierField};

output! {
    /// A Gemma 2 text encoder
    #[output(kind = "gemma2_encoder_output")]
    pub struct Gemma2EncoderOutput {
        /// Text encoder Gemma 2
        #[field(title = "Gemma-2 Encoder")]
        pub gemma2_encoder: Gemma2EncoderField,
    }
}

node! {
    /// Names the parts of a Gemma 2 text encoder.
    #[node(
        kind = "gemma2_encoder_loader", class = "Gemma2EncoderLoaderInvocation", title = "Gemma-2 Encoder - PiD",
        tags = ["model", "gemma2", "pid"], category = "model", version = "1.0.0",
        classification = Classification::Prototype
    )]
    pub struct Gemma2Loader -> Gemma2EncoderOutput {
        /// The text encoder
        #[field(title = "Gemma-2", ui_model_type = ["gemma2_encoder"])]
        pub gemma2_model: ModelIdentifierField,
    }
}

impl Node<Context> for Gemma2Loader {
    fn run(self, context: &mut Context) -> Result<Gemma2EncoderOutput, NodeError> {
        context.host().model(&self.gemma2_model.key)?;
        Ok(Gemma2EncoderOutput { gemma2_encoder: Gemma2EncoderField::of(&self.gemma2_model) })
    }
}
