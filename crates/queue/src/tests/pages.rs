//! What the reference's pages send and what it answers, as recorded in `tests/fixtures/reference`.

use crate::{Batch, EnqueueBatch, expand};
use invoke_domain::OsRandom;
use invoke_graph::Catalogue;
use serde_json::Value;

macro_rules! recorded {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../../tests/fixtures/reference/graphs/", $name, ".json")))
    };
}

const PAGES: [(&str, &str); 4] = [
    recorded!("generate-sd15-txt2img"),
    recorded!("generate-sd15-batch-dynamic-prompts"),
    recorded!("canvas-sd15-txt2img"),
    recorded!("workflow-default-sd15"),
];

const EXCHANGES: &str = include_str!("../../../../tests/fixtures/reference/exchanges.jsonl");

fn check(body: &Value, name: &str) -> Batch {
    let request = EnqueueBatch::from_body(body).unwrap();
    let catalogue = Catalogue::embedded().unwrap();
    Batch::check(&request.batch, &catalogue, &OsRandom).unwrap_or_else(|problems| panic!("{name}: {}", problems[0]))
}

#[test]
fn batches_of_the_pages_come_back_as_the_reference_gives_them_back() {
    for (name, text) in PAGES {
        let recorded: Value = serde_json::from_str(text).unwrap();
        let batch = check(&recorded["body"], name);
        let (ours, answer) = (batch.to_api(), &recorded["response"]);
        // The recording leaves the graph out of the answers.
        for key in ["origin", "destination", "data", "workflow", "runs"] {
            assert_eq!(ours[key], answer["batch"][key], "{key} of {name}");
        }
        assert_eq!(expand::count(&batch), answer["requested"].as_u64().unwrap(), "{name}");
    }
}

#[test]
fn nodes_come_back_byte_for_byte_as_the_reference_gives_them_back() {
    let mut compared = 0;
    for line in EXCHANGES.lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let (step, answer) =
            (exchange["step"].as_str().unwrap(), &exchange["response_body"]["batch"]["graph"]["nodes"]);
        let mut body = exchange["request_body"].clone();
        if exchange["status"] != 200 || !answer.is_object() || !step.contains("enqueue") {
            continue;
        }
        if let Some(edges) = body["batch"]["graph"]["edges"].as_array_mut() {
            edges.retain(Value::is_object); // the recording shortens long lists by a text
        }
        let ours = check(&body, step).to_api();
        for (id, node) in answer.as_object().unwrap() {
            let ours = &ours["graph"]["nodes"][id];
            assert_eq!(ours.to_string(), node.to_string(), "node {id} of `{step}`");
            compared += 1;
        }
    }
    assert!(compared > 15, "only {compared} nodes were compared");
}
