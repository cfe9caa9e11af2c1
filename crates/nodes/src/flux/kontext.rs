//! What FLUX Kontext looks at.

use invoke_graph::{Node, NodeError, RunContext, node, output};

use crate::fields::{FluxKontextConditioningField, ImageField};

output! {
    /// An image to look at
    #[output(kind = "flux_kontext_output")]
    pub struct FluxKontextOutput {
        /// The image
        #[field(title = "Kontext Conditioning")]
        pub kontext_cond: FluxKontextConditioningField,
    }
}

node! {
    /// Says which image FLUX Kontext looks at.
    #[node(
        kind = "flux_kontext", class = "FluxKontextInvocation", title = "Kontext Conditioning - FLUX",
        tags = ["conditioning", "kontext", "flux"], category = "conditioning", version = "1.0.0"
    )]
    pub struct FluxKontext -> FluxKontextOutput {
        /// The image
        pub image: ImageField,
    }
}

impl<C: RunContext> Node<C> for FluxKontext {
    fn run(self, _: &mut C) -> Result<FluxKontextOutput, NodeError> {
        Ok(FluxKontextOutput { kontext_cond: FluxKontextConditioningField { image: self.image } })
    }
}
