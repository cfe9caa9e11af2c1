//! Latents and their size.

use invoke_graph::{InputKind, Node, NodeError, node};

use crate::Context;
use crate::fields::LatentsField;
use crate::latents::output;
use crate::outputs::LatentsOutput;

node! {
    /// Hands latents on and tells the size of their picture
    #[node(
        kind = "latents", class = "LatentsInvocation", title = "Latents Primitive", tags = ["primitives", "latents"],
        category = "primitives", version = "1.0.2"
    )]
    pub struct Latents -> LatentsOutput {
        /// The latents
        #[field(input = InputKind::Connection)]
        pub latents: LatentsField,
    }
}

impl Node<Context> for Latents {
    fn run(self, context: &mut Context) -> Result<LatentsOutput, NodeError> {
        let size = context.tensor(&self.latents.latents_name)?.size();
        output(self.latents.latents_name, &size, None)
    }
}
