//! A scheduler out of metadata.

use invoke_graph::{Classification, InputKind, NULL, Node, NodeError, node};

use crate::Context;
use crate::latents::denoise::SchedulerName;
use crate::latents::scheduler::SchedulerOutput;
use crate::metadata::fitting;
use crate::metadata::labels::{SchedulerLabel, find, needs_label};

node! {
    /// The scheduler named in metadata
    #[node(
        kind = "metadata_to_scheduler", class = "MetadataToSchedulerInvocation", title = "Metadata To Scheduler",
        tags = ["metadata"], category = "metadata", version = "1.0.1", classification = Classification::Beta,
        metadata = true,
        rules = [needs_label()]
    )]
    pub struct MetadataToScheduler -> SchedulerOutput {
        /// The label to look for
        #[field(default = "scheduler", input = InputKind::Direct)]
        pub label: SchedulerLabel,
        /// A label of your own
        #[field(default = NULL, input = InputKind::Direct)]
        pub custom_label: Option<String>,
        /// What to give when the label is not there
        #[field(default = "euler", ui_type = "SchedulerField")]
        pub default_value: SchedulerName,
    }
}

impl Node<Context> for MetadataToScheduler {
    fn run(self, context: &mut Context) -> Result<SchedulerOutput, NodeError> {
        let found = find(context, self.label, self.custom_label)?;
        Ok(SchedulerOutput { scheduler: found.map_or(Ok(self.default_value), fitting)? })
    }
}
