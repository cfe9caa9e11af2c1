//! Called workflows. A node that calls one ends the worker's run: the item waits, and each graph of the workflow becomes an
//! item of its own, in the same batch, owned by the same user. When the last of these has ended well, what they returned
//! becomes the output of the calling node and the item goes on; when one fails, so does the caller.
//!
//! `begin.rs` makes the items, `end.rs` takes what they return, and `children.rs` works out how many there are and with which
//! values: a called workflow may hold batches.

mod begin;
mod children;
mod end;
mod generators;
mod python_random;

use invoke_domain::QueueItem;
use invoke_events::{Event, NodeEvent, NodeReport};
use invoke_graph::{CallError, Prepared};

/// An event about the calling node.
fn node_event(item: &QueueItem, node: Prepared, report: NodeReport) -> Event {
    Event::Node(Box::new(NodeEvent {
        queue_id: item.queue_id.clone(),
        item_id: item.id,
        batch_id: item.batch_id.clone(),
        session_id: item.session_id.clone(),
        origin: item.origin.clone(),
        destination: item.destination.clone(),
        user_id: item.user_id.clone(),
        node: node.node,
        source_id: node.source_id,
        report,
    }))
}

fn failed(error: &CallError) -> NodeReport {
    let traceback = format!("{}: {error}\n", error.kind);
    NodeReport::Failed { kind: error.kind.to_owned(), message: error.message.clone(), traceback }
}
