//! T2I-Adapters out of metadata.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, OneOrMany, node, output};

use crate::Context;
use crate::fields::T2IAdapterField;
use crate::metadata::control::{extended, t2i_adapter};

output! {
    /// T2I-Adapters with their images
    #[output(kind = "md_ip_adapters_output")]
    pub struct MDT2IAdapterListOutput {
        /// T2I-Adapters with their images
        #[field(title = "T2I Adapter-List")]
        pub t2i_adapter_list: Option<OneOrMany<T2IAdapterField>>,
    }
}

node! {
    /// The T2I-Adapters named in metadata, after those that are given
    #[node(
        kind = "metadata_to_t2i_adapters", class = "MetadataToT2IAdaptersInvocation",
        title = "Metadata To T2I-Adapters", tags = ["metadata"], category = "metadata", version = "1.2.0",
        classification = Classification::Beta, metadata = true
    )]
    pub struct MetadataToT2iAdapters -> MDT2IAdapterListOutput {
        /// T2I-Adapters to begin with
        #[field(default = NULL, title = "T2I-Adapter", input = InputKind::Connection)]
        pub t2i_adapter_list: Option<OneOrMany<T2IAdapterField>>,
    }
}

impl Node<Context> for MetadataToT2iAdapters {
    fn run(self, context: &mut Context) -> Result<MDT2IAdapterListOutput, NodeError> {
        let t2i_adapter_list = extended(context, "t2iAdapters", self.t2i_adapter_list, t2i_adapter)?;
        Ok(MDT2IAdapterListOutput { t2i_adapter_list: Some(t2i_adapter_list) })
    }
}
