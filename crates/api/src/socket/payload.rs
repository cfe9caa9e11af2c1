//! Events as JSON, key by key in the reference's order. `null` is always written.

use crate::wire::row;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use invoke_domain::queue::StatusCounts;
use invoke_domain::{ItemId, UserId};
use invoke_events::{BatchEnqueued, ItemChanged, NodeEvent, NodeReport, Preview};
use serde_json::{Map, Value, json};

/// Stands for what a reader may not know.
const REDACTED: &str = "redacted";

/// What of an event somebody gets to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// All of it.
    Full,
    /// Counts, without names, ids and errors.
    Redacted,
}

impl View {
    /// The value, or `hidden` for a reader who may not know it.
    fn show(self, value: Value, hidden: Value) -> Value {
        if self == Self::Full { value } else { hidden }
    }
}

pub(super) fn batch_enqueued(batch: &BatchEnqueued, view: View, timestamp: i64) -> Value {
    json!({
        "timestamp": timestamp,
        "queue_id": batch.queue_id,
        "batch_id": view.show(json!(batch.batch_id), json!(REDACTED)),
        "enqueued": batch.enqueued,
        "requested": batch.requested,
        "priority": view.show(json!(batch.priority), json!(0)),
        "origin": view.show(json!(batch.origin), Value::Null),
        "user_id": view.show(json!(batch.user_id), json!(REDACTED)),
    })
}

pub(super) fn item_changed(change: &ItemChanged, view: View, timestamp: i64) -> Value {
    let ItemChanged { item, batch_status: batch, queue_status: queue } = change;
    let id = |value: Value| view.show(value, json!(REDACTED));
    let known = |value: Value| view.show(value, Value::Null);
    let failure = |part: fn(&invoke_domain::ItemFailure) -> &String| known(json!(item.failure.as_ref().map(part)));
    let current = queue.current.as_ref();
    json!({
        "timestamp": timestamp,
        "queue_id": item.queue_id,
        "item_id": item.id,
        "batch_id": id(json!(item.batch_id)),
        "origin": known(json!(item.origin)),
        "destination": known(json!(item.destination)),
        "user_id": id(json!(item.user_id)),
        "status": item.status.as_str(),
        "status_sequence": item.status_sequence,
        "error_type": failure(|failure| &failure.kind),
        "error_message": failure(|failure| &failure.message),
        "error_traceback": failure(|failure| &failure.traceback),
        "created_at": row(item.created_at),
        "updated_at": row(item.updated_at),
        "started_at": item.started_at.map(row),
        "completed_at": item.completed_at.map(row),
        "batch_status": with_counts(
            json!({
                "queue_id": batch.queue_id,
                "batch_id": id(json!(batch.batch_id)),
                "origin": known(json!(batch.origin)),
                "destination": known(json!(batch.destination)),
            }),
            &batch.counts,
            json!({}),
        ),
        "queue_status": with_counts(
            json!({
                "queue_id": queue.queue_id,
                "item_id": known(json!(current.map(|(item, ..)| item))),
                "batch_id": known(json!(current.map(|(_, batch, _)| batch))),
                "session_id": known(json!(current.map(|(.., session)| session))),
            }),
            &queue.counts,
            json!({
                "user_pending": known(json!(queue.user_pending)),
                "user_in_progress": known(json!(queue.user_in_progress)),
            }),
        ),
        "session_id": id(json!(item.session_id)),
    })
}

/// `first`, the counts, `last`, in this order.
fn with_counts(first: Value, counts: &StatusCounts, last: Value) -> Value {
    let counts = json!({
        "pending": counts.pending,
        "in_progress": counts.in_progress,
        "waiting": counts.waiting,
        "completed": counts.completed,
        "failed": counts.failed,
        "canceled": counts.canceled,
        "total": counts.total(),
    });
    let objects = [first, counts, last].into_iter().filter_map(|value| match value {
        Value::Object(object) => Some(object),
        _ => None,
    });
    Value::Object(objects.flatten().collect())
}

/// Items by owner, under the names that canceling (`canceled`) and retrying (`retried`) use.
pub(super) fn items(word: &str, queue_id: &str, items: &[(UserId, ItemId)], timestamp: i64) -> Value {
    let mut by_user = Map::new();
    for (user, item) in items {
        let list = by_user.entry(user.as_str()).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(json!(item));
        }
    }
    let mut payload = Map::new();
    payload.insert("timestamp".into(), json!(timestamp));
    payload.insert("queue_id".into(), json!(queue_id));
    payload.insert(format!("{word}_item_ids"), items.iter().map(|(_, item)| json!(item)).collect());
    payload.insert("user_ids".into(), by_user.keys().cloned().collect());
    payload.insert(format!("{word}_item_ids_by_user"), Value::Object(by_user));
    Value::Object(payload)
}

pub(super) fn queue_cleared(queue_id: &str, user: Option<&UserId>, view: View, timestamp: i64) -> Value {
    let user = view.show(json!(user), json!(REDACTED));
    json!({ "timestamp": timestamp, "queue_id": queue_id, "user_id": user })
}

/// Name and payload of what a node reports.
pub(super) fn node(event: &NodeEvent, timestamp: i64) -> (&'static str, Value) {
    let (name, more) = match &event.report {
        NodeReport::Started => ("invocation_started", json!({})),
        NodeReport::Progress { message, percentage, preview, device } => (
            "invocation_progress",
            json!({
                "message": message,
                "percentage": percentage,
                "image": preview.as_ref().map(image),
                "device": device,
            }),
        ),
        NodeReport::Complete(result) => ("invocation_complete", json!({ "result": result })),
        NodeReport::Failed { kind, message, traceback } => {
            ("invocation_error", json!({ "error_type": kind, "error_message": message, "error_traceback": traceback }))
        }
    };
    let mut payload = json!({
        "timestamp": timestamp,
        "queue_id": event.queue_id,
        "item_id": event.item_id,
        "batch_id": event.batch_id,
        "origin": event.origin,
        "destination": event.destination,
        "user_id": event.user_id,
        "session_id": event.session_id,
        "invocation": event.node,
        "invocation_source_id": event.source_id,
    });
    if let (Value::Object(payload), Value::Object(more)) = (&mut payload, more) {
        payload.extend(more);
    }
    (name, payload)
}

fn image(preview: &Preview) -> Value {
    json!({
        "width": preview.width,
        "height": preview.height,
        "dataURL": format!("data:image/jpeg;base64,{}", STANDARD.encode(&preview.jpeg)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_listed_by_owner_as_recorded() {
        let list = [(UserId::from("a"), ItemId(14)), (UserId::from("b"), ItemId(16)), (UserId::from("a"), ItemId(15))];
        let expected = json!({
            "timestamp": 7, "queue_id": "default", "canceled_item_ids": [14, 16, 15], "user_ids": ["a", "b"],
            "canceled_item_ids_by_user": { "a": [14, 15], "b": [16] },
        });
        assert_eq!(items("canceled", "default", &list, 7), expected);
        let companion = json!({
            "timestamp": 7, "queue_id": "default", "retried_item_ids": [], "user_ids": [], "retried_item_ids_by_user": {},
        });
        assert_eq!(items("retried", "default", &[], 7).to_string(), companion.to_string());
    }

    #[test]
    fn a_stranger_learns_counts_and_nothing_else_of_a_batch() {
        let batch = BatchEnqueued {
            queue_id: "default".into(),
            batch_id: "secret".into(),
            enqueued: 1,
            requested: 1,
            priority: 3,
            origin: Some("secret".into()),
            user_id: "secret".into(),
        };
        // As recorded of the reference.
        let expected = r#"{"timestamp":1795209607,"queue_id":"default","batch_id":"redacted","enqueued":1,"requested":1,"priority":0,"origin":null,"user_id":"redacted"}"#;
        assert_eq!(batch_enqueued(&batch, View::Redacted, 1_795_209_607).to_string(), expected);
    }
}
