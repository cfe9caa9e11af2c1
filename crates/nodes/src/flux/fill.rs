//! What FLUX Fill works on.

use invoke_graph::{Classification, Node, NodeError, RunContext, node, output};

use crate::fields::{FluxFillConditioningField, ImageField, TensorField};

output! {
    /// An image and where it is filled
    #[output(kind = "flux_fill_output")]
    pub struct FluxFillOutput {
        /// The image and what is filled
        #[field(title = "Conditioning")]
        pub fill_cond: FluxFillConditioningField,
    }
}

node! {
    /// Says which image FLUX Fill fills, and where.
    #[node(
        kind = "flux_fill", class = "FluxFillInvocation", title = "FLUX Fill Conditioning", tags = ["inpaint"],
        category = "conditioning", version = "1.0.0", classification = Classification::Beta
    )]
    pub struct FluxFill -> FluxFillOutput {
        /// The image
        pub image: ImageField,
        /// The part of the image that is changed
        pub mask: TensorField,
    }
}

impl<C: RunContext> Node<C> for FluxFill {
    fn run(self, _: &mut C) -> Result<FluxFillOutput, NodeError> {
        Ok(FluxFillOutput { fill_cond: FluxFillConditioningField { image: self.image, mask: self.mask } })
    }
}
