//! Any model.

use invoke_graph::{Node, NodeError, node, output};

use crate::Context;
use crate::fields::ModelIdentifierField;

output! {
    /// A model by name
    #[output(kind = "model_identifier_output")]
    pub struct ModelIdentifierOutput {
        /// The model
        #[field(title = "Model")]
        pub model: ModelIdentifierField,
    }
}

node! {
    /// Names any model. Inputs for models take it whatever its type, and fail when it does not suit them.
    #[node(
        kind = "model_identifier", class = "ModelIdentifierInvocation", title = "Any Model", tags = ["model"],
        category = "model", version = "1.0.1"
    )]
    pub struct ModelIdentifier -> ModelIdentifierOutput {
        /// The model
        #[field(title = "Model")]
        pub model: ModelIdentifierField,
    }
}

impl Node<Context> for ModelIdentifier {
    fn run(self, context: &mut Context) -> Result<ModelIdentifierOutput, NodeError> {
        context.host().model(&self.model.key)?;
        Ok(ModelIdentifierOutput { model: self.model })
    }
}
