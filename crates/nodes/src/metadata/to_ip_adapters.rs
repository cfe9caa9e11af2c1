//! IP-Adapters out of metadata.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, OneOrMany, node, output};

use crate::Context;
use crate::fields::IPAdapterField;
use crate::metadata::control::{extended, ip_adapter};

output! {
    /// IP-Adapters with their images
    #[output(kind = "md_ip_adapter_list_output")]
    pub struct MDIPAdapterListOutput {
        /// IP-Adapters with their images
        #[field(title = "IP-Adapter-List")]
        pub ip_adapter_list: Option<OneOrMany<IPAdapterField>>,
    }
}

node! {
    /// The IP-Adapters named in metadata, after those that are given
    #[node(
        kind = "metadata_to_ip_adapters", class = "MetadataToIPAdaptersInvocation", title = "Metadata To IP-Adapters",
        tags = ["metadata"], category = "metadata", version = "1.2.0", classification = Classification::Beta,
        metadata = true
    )]
    pub struct MetadataToIpAdapters -> MDIPAdapterListOutput {
        /// IP-Adapters to begin with
        #[field(default = NULL, title = "IP-Adapter-List", input = InputKind::Connection)]
        pub ip_adapter_list: Option<OneOrMany<IPAdapterField>>,
    }
}

impl Node<Context> for MetadataToIpAdapters {
    fn run(self, context: &mut Context) -> Result<MDIPAdapterListOutput, NodeError> {
        let ip_adapter_list = extended(context, "ipAdapters", self.ip_adapter_list, ip_adapter)?;
        Ok(MDIPAdapterListOutput { ip_adapter_list: Some(ip_adapter_list) })
    }
}
