//! ControlNets out of metadata.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, OneOrMany, node, output};

use crate::Context;
use crate::fields::ControlField;
use crate::metadata::control::{control, extended};

output! {
    /// ControlNets with their images
    #[output(kind = "md_control_list_output")]
    pub struct MDControlListOutput {
        /// ControlNets with their images
        #[field(title = "ControlNet-List")]
        pub control_list: Option<OneOrMany<ControlField>>,
    }
}

node! {
    /// The ControlNets named in metadata, after those that are given
    #[node(
        kind = "metadata_to_controlnets", class = "MetadataToControlnetsInvocation", title = "Metadata To ControlNets",
        tags = ["metadata"], category = "metadata", version = "1.2.0", classification = Classification::Beta,
        metadata = true
    )]
    pub struct MetadataToControlnets -> MDControlListOutput {
        /// ControlNets to begin with
        #[field(default = NULL, title = "ControlNet-List", input = InputKind::Connection)]
        pub control_list: Option<OneOrMany<ControlField>>,
    }
}

impl Node<Context> for MetadataToControlnets {
    fn run(self, context: &mut Context) -> Result<MDControlListOutput, NodeError> {
        let control_list = extended(context, "controlnets", self.control_list, control)?;
        Ok(MDControlListOutput { control_list: Some(control_list) })
    }
}
