//! What happens in a run, told to the server.

use invoke_domain::ItemFailure;
use invoke_graph::{NodeError, Observer, Outcome, Prepared};
use invoke_worker_protocol::client::RunLink;
use invoke_worker_protocol::wire::Failure;
use serde_json::Value;

/// Passes on what the walk tells.
pub(crate) struct Reporter {
    link: RunLink,
    /// The node that began last.
    begun: Option<String>,
}

impl Reporter {
    pub(crate) fn new(link: RunLink) -> Self {
        Self { link, begun: None }
    }
}

impl Observer for Reporter {
    fn started(&mut self, node: &Prepared) {
        self.begun = Some(node.id.clone());
        self.link.started(node.node.to_string(), &node.source_id);
    }

    fn completed(&mut self, _: &Prepared, output: &Value) {
        self.link.completed(output.to_string());
    }

    fn failed(&mut self, node: &Prepared, error: &NodeError) {
        let NodeError::Failed { kind, message, traceback } = error else { return };
        tracing::warn!(node = node.source_id, kind, message, "a node failed");
        let failure = Failure { kind: kind.clone(), message: message.clone(), traceback: traceback.clone() };
        if self.begun.as_ref() == Some(&node.id) {
            self.link.failed(failure);
        } else {
            self.link.failed_before_start(node.node.to_string(), &node.source_id, failure);
        }
    }
}

/// Reports the end of a run with its session as it stands.
pub(crate) fn finish(link: &RunLink, outcome: Outcome, session: Option<String>) {
    match outcome {
        Outcome::Completed => link.finish_completed(session),
        Outcome::Failed(failure) => link.finish_failed(session, wire(failure)),
        Outcome::Canceled => link.finish_canceled(session),
        Outcome::Waiting { node } => link.finish_waiting(session, node),
    }
}

fn wire(failure: ItemFailure) -> Failure {
    Failure { kind: failure.kind, message: failure.message, traceback: failure.traceback }
}
