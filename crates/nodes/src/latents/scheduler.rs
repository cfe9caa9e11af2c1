//! A scheduler.

use invoke_graph::{Node, NodeError, RunContext, node, output};

use crate::latents::denoise::SchedulerName;

output! {
    /// A scheduler by name
    #[output(kind = "scheduler_output")]
    pub struct SchedulerOutput {
        /// The way to take the noise away
        #[field(ui_type = "SchedulerField")]
        pub scheduler: SchedulerName,
    }
}

node! {
    /// Names a way to take the noise away.
    #[node(
        kind = "scheduler", class = "SchedulerInvocation", title = "Scheduler", tags = ["scheduler"],
        category = "latents", version = "1.0.0"
    )]
    pub struct Scheduler -> SchedulerOutput {
        /// The way to take the noise away
        #[field(default = "euler", ui_type = "SchedulerField")]
        pub scheduler: SchedulerName,
    }
}

impl<C: RunContext> Node<C> for Scheduler {
    fn run(self, _: &mut C) -> Result<SchedulerOutput, NodeError> {
        Ok(SchedulerOutput { scheduler: self.scheduler })
    }
}
