//! Small graphs of the nodes that the in-process workers run.

use serde_json::{Value, json};

/// Adds two numbers.
pub fn addition() -> Value {
    json!({
        "id": "addition",
        "nodes": { "a": { "id": "a", "type": "integer", "value": 1 }, "b": { "id": "b", "type": "add", "b": 2 } },
        "edges": [{ "source": { "node_id": "a", "field": "value" }, "destination": { "node_id": "b", "field": "a" } }],
    })
}

/// Waits until the test opens the item's gate.
pub fn waiting() -> Value {
    json!({ "id": "waiting", "nodes": { "w": { "id": "w", "type": "toy_wait", "value": 7 } }, "edges": [] })
}

/// Fails.
pub fn failing() -> Value {
    json!({ "id": "failing", "nodes": { "f": { "id": "f", "type": "toy_fail", "message": "No luck" } }, "edges": [] })
}
