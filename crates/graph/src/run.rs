//! Runs a session from where it stands to its end.

use crate::walk::WalkError;
use crate::{InputKind, NodeError, NodeMeta, Prepared, Registry, RunContext, Session, Walk};
use invoke_domain::{ItemFailure, Random};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Is told what happens during a run. It cannot stop it; that is the context's matter.
pub trait Observer {
    /// A node begins.
    fn started(&mut self, node: &Prepared);

    /// A node ended; its output has `output_meta` first and `type` last.
    fn completed(&mut self, node: &Prepared, output: &Value);

    /// A node failed, while running or because its inputs do not fit (then it had not started).
    fn failed(&mut self, node: &Prepared, error: &NodeError);
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// All nodes have run.
    Completed,
    /// A node failed, or the graph could not be walked.
    Failed(ItemFailure),
    /// The run was cancelled, or its owner may no longer run nodes.
    Canceled,
    /// A node calls a saved workflow; the run goes on when its output has been given to this node.
    Waiting {
        /// The prepared node that calls.
        node: String,
    },
}

/// Runs what is left of `session`. A panic in a node fails the run, not the program.
pub fn run_session<C: RunContext>(
    session: &mut Session,
    registry: &Registry<C>,
    context: &mut C,
    observer: &mut dyn Observer,
    random: &dyn Random,
) -> Outcome {
    let mut walk = match Walk::new(session, registry.catalogue(), random) {
        Ok(walk) => walk,
        Err(error) => return Outcome::Failed(failure(&NodeError::from_error("GraphError", &error))),
    };
    loop {
        let prepared = match walk.next() {
            Ok(Some(prepared)) => prepared,
            Ok(None) => break,
            Err(WalkError::Input(problem)) => {
                walk.fail(&problem.prepared.id, &problem.error);
                observer.failed(&problem.prepared, &problem.error);
                return Outcome::Failed(failure(&problem.error));
            }
            Err(WalkError::Graph(error)) => {
                return Outcome::Failed(failure(&NodeError::from_error("GraphError", &error)));
            }
        };
        if context.is_cancelled() || !context.may_continue() {
            return Outcome::Canceled;
        }
        observer.started(&prepared);
        match run_node(&walk, &prepared, registry, context) {
            Ok(output) => {
                observer.completed(&prepared, &output);
                if let Err(error) = walk.complete(&prepared.id, output) {
                    return Outcome::Failed(failure(&NodeError::from_error("GraphError", &error)));
                }
            }
            Err(NodeError::Cancelled) => return Outcome::Canceled,
            Err(NodeError::Calls) => return Outcome::Waiting { node: prepared.id },
            Err(error) => {
                walk.fail(&prepared.id, &error);
                observer.failed(&prepared, &error);
                return Outcome::Failed(failure(&error));
            }
        }
    }
    if context.is_cancelled() {
        Outcome::Canceled
    } else if let Some(call) = &session.waiting_workflow_call {
        Outcome::Waiting { node: call.prepared_call_node_id.clone() }
    } else if session.is_complete() {
        Outcome::Completed
    } else {
        Outcome::Failed(failure(&NodeError::new("GraphError", "No node is ready, but not all have run")))
    }
}

fn run_node<C: RunContext>(
    walk: &Walk<'_>,
    prepared: &Prepared,
    registry: &Registry<C>,
    context: &mut C,
) -> Result<Value, NodeError> {
    if let Some(output) = walk.control_output(prepared) {
        return output;
    }
    if let Some(error) = missing_input(prepared, registry) {
        return Err(error);
    }
    let meta = NodeMeta::of(prepared);
    context.enter(&meta);
    let mut key = prepared.node.clone();
    if let Some(node) = key.as_object_mut() {
        node.shift_remove("id");
    }
    if meta.use_cache
        && let Some(output) = context.recall(&key)
    {
        return Ok(output);
    }
    let run = AssertUnwindSafe(|| registry.run(prepared.kind(), prepared.node.clone(), context));
    let output = catch_unwind(run).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or_default();
        Err(context.panicked(text))
    })?;
    if meta.use_cache {
        context.remember(&key, &output);
    }
    Ok(output)
}

/// An input that may be absent while the graph waits, but not when the node runs.
fn missing_input<C>(prepared: &Prepared, registry: &Registry<C>) -> Option<NodeError> {
    let kind = prepared.kind();
    let spec = registry.catalogue().node(kind)?;
    let missing = spec.inputs.iter().find(|input| {
        input.may_be_absent() && input.default.is_none() && prepared.node.get(&input.name).is_none_or(Value::is_null)
    })?;
    let name = &missing.name;
    Some(match missing.input {
        InputKind::Connection => {
            NodeError::new("RequiredConnectionException", format!("Node {kind} missing connections for field {name}"))
        }
        _ => {
            NodeError::new("MissingInputException", format!("Node {kind} missing value or connection for field {name}"))
        }
    })
}

fn failure(error: &NodeError) -> ItemFailure {
    match error {
        NodeError::Failed { kind, message, traceback } => {
            ItemFailure { kind: kind.clone(), message: message.clone(), traceback: traceback.clone() }
        }
        NodeError::Cancelled | NodeError::Calls => {
            ItemFailure { kind: error.kind().to_owned(), message: error.to_string(), traceback: String::new() }
        }
    }
}
