//! The OpenAPI document: operations and types from the code of this crate, nodes and their types from the catalogue,
//! under the schema names of the reference. Pages build their clients and the node editor its nodes from it.

mod models;
mod normal;

use crate::routes::Operations;
use invoke_graph::Catalogue;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use utoipa::OpenApi as _;

/// Operations that need nobody; all others take a Bearer token.
const OPEN: [&str; 6] = [
    "app_version",
    "get_model_image",
    "get_setup_status_api_v1_auth_status_get",
    "login_api_v1_auth_login_post",
    "setup_admin_api_v1_auth_setup_post",
    "recover_admin_api_v1_auth_recover_post",
];

/// The document of a server with all nodes.
pub fn openapi() -> Value {
    let catalogue = Catalogue::embedded().unwrap_or_else(|error| {
        tracing::error!("the node catalogue is unusable: {error}");
        Arc::default()
    });
    document(&catalogue)
}

/// The document of a server with these nodes.
pub(crate) fn document(catalogue: &Catalogue) -> Value {
    let mut document = serde_json::to_value(Operations::openapi()).unwrap_or_else(|_| json!({}));
    document["openapi"] = json!("3.1.0");
    document["info"] = json!({
        "title": "Invoke - Community Edition",
        "description": "An API for invoking AI image operations",
        "version": "1.0.0",
    });
    document["components"]["securitySchemes"] = json!({ "HTTPBearer": { "type": "http", "scheme": "bearer" } });
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, operations) in paths {
            for operation in operations.as_object_mut().into_iter().flat_map(Map::values_mut) {
                complete(path, operation);
            }
        }
    }
    normal::rewrite(&mut document["paths"]);
    normal::rewrite(&mut document["components"]["schemas"]);
    let mut schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    normal::write_out_compositions(&mut schemas, &document["paths"]);
    add_nodes(catalogue, &mut schemas);
    models::add(&mut schemas);
    add_request_problems(&mut schemas);
    let mut sorted: Vec<_> = schemas.into_iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    document["components"]["schemas"] = Value::Object(sorted.into_iter().collect());
    document
}

/// What all operations have in common and none spells out.
fn complete(path: &str, operation: &mut Value) {
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    if !OPEN.contains(&id.as_str()) {
        operation["security"] = json!([{ "HTTPBearer": [] }]);
    }
    // Image routes are read by `<img>`, which cannot send a token.
    if id.starts_with("get_") && (path.ends_with("/full") || path.ends_with("/thumbnail")) {
        let cookie = json!({
            "name": "invokeai_media_token", "in": "cookie", "required": false,
            "schema": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
        });
        match operation["parameters"].as_array_mut() {
            Some(parameters) => parameters.push(cookie),
            None => operation["parameters"] = json!([cookie]),
        }
    }
    let takes_input = operation["parameters"].is_array() || operation["requestBody"].is_object();
    if takes_input {
        operation["responses"]["422"] = json!({
            "description": "Validation Error",
            "content": { "application/json": { "schema": reference("HTTPValidationError") } },
        });
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Nodes, outputs, field types, and the graphs made of them.
fn add_nodes(catalogue: &Catalogue, schemas: &mut Map<String, Value>) {
    for (name, schema) in catalogue.json_schemas() {
        schemas.insert(name, schema);
    }
    let union = |names: &mut dyn Iterator<Item = (&str, &str)>| {
        let mut options = Vec::new();
        let mut mapping = Map::new();
        for (kind, class) in names {
            options.push(reference(class));
            mapping.insert(kind.to_owned(), format!("#/components/schemas/{class}").into());
        }
        json!({ "oneOf": options, "discriminator": { "propertyName": "type", "mapping": mapping } })
    };
    let nodes = union(&mut catalogue.nodes.values().map(|node| (node.kind.as_str(), node.class.as_str())));
    let outputs = union(&mut catalogue.vocabulary.outputs.values().map(|out| (out.kind.as_str(), out.class.as_str())));
    let output_of: Map<String, Value> =
        catalogue.nodes.values().map(|node| (node.kind.clone(), reference(&node.output))).collect();
    let kinds: Vec<&String> = output_of.keys().collect();
    schemas.insert(
        "InvocationOutputMap".to_owned(),
        json!({ "type": "object", "required": kinds, "properties": output_of }),
    );
    schemas.insert("EdgeConnection".to_owned(), json!({
        "type": "object", "title": "EdgeConnection", "required": ["node_id", "field"],
        "properties": {
            "node_id": { "type": "string", "title": "Node Id", "description": "The id of the node for this edge connection" },
            "field": { "type": "string", "title": "Field", "description": "The field for this connection" },
        },
    }));
    schemas.insert(
        "Edge".to_owned(),
        json!({
            "type": "object", "title": "Edge", "required": ["source", "destination"],
            "properties": { "source": reference("EdgeConnection"), "destination": reference("EdgeConnection") },
        }),
    );
    schemas.insert("Graph".to_owned(), json!({
        "type": "object", "title": "Graph",
        "properties": {
            "id": { "type": "string", "title": "Id", "description": "The id of this graph" },
            "nodes": { "type": "object", "title": "Nodes", "description": "The nodes in this graph", "additionalProperties": nodes },
            "edges": { "type": "array", "title": "Edges", "items": reference("Edge"),
                "description": "The connections between nodes and their fields in this graph" },
        },
    }));
    schemas.insert("GraphExecutionState".to_owned(), execution_state(&outputs));
}

fn execution_state(outputs: &Value) -> Value {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let text_map = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let open = json!({ "anyOf": [{ "type": "object", "additionalProperties": true }, { "type": "null" }] });
    let open_list = json!({ "type": "array", "items": { "type": "object", "additionalProperties": true } });
    json!({
        "type": "object", "title": "GraphExecutionState",
        "description": "Tracks the state of a graph execution",
        "required": [
            "id", "graph", "execution_graph", "executed", "executed_history", "results", "errors",
            "prepared_source_mapping", "source_prepared_mapping",
        ],
        "properties": {
            "id": { "type": "string" },
            "graph": reference("Graph"),
            "execution_graph": reference("Graph"),
            "executed": { "type": "array", "items": { "type": "string" }, "uniqueItems": true },
            "executed_history": texts,
            "results": { "type": "object", "additionalProperties": outputs },
            "errors": text_map,
            "workflow_call_stack": open_list,
            "workflow_call_history": open_list,
            "workflow_call_parent": open,
            "waiting_workflow_call": open,
            "waiting_workflow_call_execution": open,
            "waiting_workflow_call_child_session": {
                "anyOf": [reference("GraphExecutionState"), { "type": "null" }],
            },
            "max_workflow_call_depth": { "type": "integer", "minimum": 1, "default": 4 },
            "prepared_source_mapping": text_map,
            "source_prepared_mapping": {
                "type": "object",
                "additionalProperties": { "type": "array", "items": { "type": "string" }, "uniqueItems": true },
            },
            "prepared_iteration_paths": {
                "type": "object", "additionalProperties": { "type": "array", "items": { "type": "integer" } },
            },
            "ready_order": texts,
            "indegree": { "type": "object", "additionalProperties": { "type": "integer" } },
        },
    })
}

fn add_request_problems(schemas: &mut Map<String, Value>) {
    schemas.insert("ValidationError".to_owned(), json!({
        "type": "object", "title": "ValidationError", "required": ["loc", "msg", "type"],
        "properties": {
            "loc": { "type": "array", "title": "Location", "items": { "anyOf": [{ "type": "string" }, { "type": "integer" }] } },
            "msg": { "type": "string", "title": "Message" },
            "type": { "type": "string", "title": "Error Type" },
            "input": { "title": "Input" },
            "ctx": { "type": "object", "title": "Context" },
        },
    }));
    schemas.insert(
        "HTTPValidationError".to_owned(),
        json!({
            "type": "object", "title": "HTTPValidationError",
            "properties": { "detail": { "type": "array", "title": "Detail", "items": reference("ValidationError") } },
        }),
    );
}
