//! Workflows, style presets, system prompts and queue items against `docs/permissions.md`: every row about them, on every
//! operation that takes their id, as the owner, another user, a reader, a writer and an admin of the owner's board, an
//! administrator and nobody. The rows are read from the document, so a cell that is changed there changes what is asked
//! for here; the OpenAPI document says which operations there are. Boards and images have `board_matrix.rs`.

use invoke_tests::documents::{body, preset, preset_form, workflow};
use invoke_tests::openapi::Operation;
use invoke_tests::{Answer, Client, TestServer, graphs};
use reqwest::Method;
use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const TABLE: &str = include_str!("../../../docs/permissions.md");

/// The actions of the table, and the operations that stand for each.
const OPERATIONS: [(&str, &[&str]); 14] = [
    ("view workflow", &["get_workflow", "get_workflow_thumbnail"]),
    ("edit workflow", &["update_workflow", "set_workflow_thumbnail", "delete_workflow_thumbnail", RETRACT]),
    ("delete workflow", &["delete_workflow"]),
    ("publish workflow", &["update_workflow_is_public"]),
    ("open workflow", &["update_opened_at"]),
    ("view style preset", &["get_style_preset", "get_style_preset_image"]),
    ("edit style preset", &["update_style_preset"]),
    ("delete style preset", &["delete_style_preset"]),
    ("view system prompt", &["get_system_prompt"]),
    ("edit system prompt", &["update_system_prompt"]),
    ("delete system prompt", &["delete_system_prompt"]),
    ("view queue item", &["get_queue_item", "get_queue_items_by_item_ids", "get_queue_item_summaries_by_ids"]),
    ("cancel queue item", &["cancel_queue_item"]),
    ("delete queue item", &["delete_queue_item"]),
];
/// Needs an item that ended badly.
const RETRY: (&str, &[&str]) = ("retry queue item", &["retry_items_by_id"]);
/// Publishing's operation, used to take a workflow back.
const RETRACT: &str = "update_workflow_is_public (false)";
/// Names under which operations take the id of one of our objects.
const IDS: [&str; 5] = ["workflow_id", "style_preset_id", "system_prompt_id", "item_id", "item_ids"];

fn operations_of(action: &str) -> &'static [&'static str] {
    let known = OPERATIONS.iter().chain([&RETRY]).find(|(known, _)| *known == action);
    known.unwrap_or_else(|| panic!("the table names an action without an operation: {action}")).1
}

/// A row of the table that is about one of our objects.
struct Row {
    action: String,
    place: String,
    /// What another user, the owner and an administrator may.
    cells: [String; 3],
}

fn rows() -> Vec<Row> {
    let lines: Vec<Vec<&str>> = TABLE
        .lines()
        .skip_while(|line| !line.starts_with("| action"))
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let column = |name: &str| lines[0].iter().position(|head| *head == name).unwrap();
    let (other, owner, admin) = (column("other"), column("owner"), column("admin"));
    let kinds = ["workflow", "style preset", "system prompt", "queue item"];
    let ours = |line: &&Vec<&str>| kinds.iter().any(|word| line[0].ends_with(word));
    let row = |line: &Vec<&str>| Row {
        action: line[0].to_owned(),
        place: line[1].to_owned(),
        cells: [line[other], line[owner], line[admin]].map(str::to_owned),
    };
    lines.iter().skip(2).filter(ours).map(row).collect()
}

/// People with rights on a board of the owner's, which say nothing about what does not lie on it.
const ON_A_BOARD: [(&str, &str); 3] = [("a reader", "read"), ("a writer", "write"), ("a board admin", "admin")];

/// Somebody's things on a server.
struct World {
    server: TestServer,
    owner: Client,
    /// Everybody who is neither owner nor administrator.
    others: Vec<(&'static str, Client)>,
    operations: Vec<Operation>,
}

impl World {
    fn new(publish: &str, visibility: &str) -> Self {
        let server = TestServer::multiuser()
            .with(&format!("workflow_publish: {publish}"))
            .with(&format!("queue_visibility: {visibility}"))
            .without_workers()
            .start();
        let owner = server.user("owner");
        let board = owner.post("/api/v1/boards/?board_name=b", &json!({})).ok();
        let mut others = vec![("another user", server.user("other"))];
        for (who, level) in ON_A_BOARD {
            let client = server.user(&who[2..].replace(' ', "-"));
            let path = format!("/api/v1/boards/{}/shares/{}", board["board_id"].as_str().unwrap(), client.own_id());
            server.admin().put_json(&path, &json!({ "level": level })).ok();
            others.push((who, client));
        }
        let operations = Operation::all(&server.nobody().get("/openapi.json").ok());
        Self { server, owner, others, operations }
    }

    /// A new object of the kind the action is about, in the place the row names.
    fn object(&self, action: &str, place: &str) -> String {
        let reach = place.split(',').next().unwrap();
        let made = match (action.split_once(' ').unwrap().1, reach) {
            ("queue item", _) => {
                let id = self.owner.enqueue(&graphs::addition());
                if action == RETRY.0 {
                    self.owner.put(&format!("/api/v1/queue/default/i/{id}/cancel")).ok();
                }
                return id.to_string();
            }
            ("workflow", "for everybody") => return "default_text_to_image_sd15".to_owned(),
            ("workflow", reach) => {
                let made = self.owner.post("/api/v1/workflows/", &body(&workflow("Flow"))).ok();
                if reach == "public" {
                    let path = format!("/api/v1/workflows/i/{}/is_public", made["workflow_id"].as_str().unwrap());
                    self.server.admin().patch(&path, &json!({ "is_public": true })).ok();
                }
                made["workflow_id"].clone()
            }
            ("style preset", reach) => {
                let mut data = preset("Style");
                data["is_public"] = json!(reach == "public");
                data["type"] = json!(if reach == "for everybody" { "default" } else { "user" });
                let maker = if reach == "for everybody" { self.server.admin() } else { &self.owner };
                let request = maker.request(Method::POST, "/api/v1/style_presets/");
                Answer::of(request.multipart(preset_form(&data, None))).ok()["id"].clone()
            }
            (_, reach) => {
                let made = self.owner.post("/api/v1/system_prompts/", &json!({ "name": "a", "content": "b" })).ok();
                let path = format!("/api/v1/system_prompts/i/{}", made["id"].as_str().unwrap());
                self.owner.patch(&path, &json!({ "is_public": reach == "public" })).ok()["id"].clone()
            }
        };
        let Value::String(id) = made else { panic!("{made}") };
        id
    }

    /// The request of an operation about the object of this id.
    fn request(&self, operation: &str, id: &str, client: &Client) -> RequestBuilder {
        let known = self.operations.iter().find(|known| operation.split(' ').next() == Some(&*known.id)).unwrap();
        let path = known.path_with(|name| if name == "queue_id" { "default".to_owned() } else { id.to_owned() });
        let request = client.request(known.method.parse().unwrap(), &path);
        let mut document = workflow("Changed");
        document["id"] = json!(id);
        match operation {
            "update_workflow" => request.json(&body(&document)),
            "update_workflow_is_public" => request.json(&json!({ "is_public": true })),
            RETRACT => request.json(&json!({ "is_public": false })),
            "update_style_preset" => request.multipart(preset_form(&preset("Changed"), None)),
            "update_system_prompt" => request.json(&json!({ "content": "changed" })),
            "get_queue_items_by_item_ids" | "get_queue_item_summaries_by_ids" => {
                request.json(&json!({ "item_ids": [id.parse::<i64>().unwrap()] }))
            }
            "retry_items_by_id" => request.json(&json!([id.parse::<i64>().unwrap()])),
            _ => request,
        }
    }
}

/// What an answer lets its reader do: `yes`, `no`, or see that something is there (`redacted`).
fn verdict(operation: &str, action: &str, id: &str, answer: &Answer) -> &'static str {
    if !action.ends_with("queue item") {
        // Whoever may, may be told that there is no picture, or that what was sent is none.
        return if answer.status == 403 { "no" } else { "yes" };
    }
    if !(200..300).contains(&answer.status) {
        assert!([403, 404].contains(&answer.status), "{operation}: {}: {}", answer.status, answer.text());
        return "no";
    }
    let found = answer.json();
    let listed = match operation {
        "retry_items_by_id" => {
            found["retried_item_ids"].as_array().unwrap().contains(&json!(id.parse::<i64>().unwrap()))
        }
        _ => !found.as_array().is_some_and(Vec::is_empty),
    };
    match listed {
        false => "no",
        true if answer.text().contains("redacted") => "redacted",
        true => "yes",
    }
}

#[test]
fn every_operation_that_takes_one_of_these_ids_is_tried() {
    let server = TestServer::single_user().without_workers().start();
    let document = server.nobody().get("/openapi.json").ok();
    let tried: BTreeSet<&str> = OPERATIONS.iter().chain([&RETRY]).flat_map(|(_, all)| all.iter().copied()).collect();
    let missing: Vec<String> = Operation::all(&document)
        .into_iter()
        .filter(|operation| operation.names(&document).iter().any(|name| IDS.contains(&name.as_str())))
        .map(|operation| operation.id)
        .filter(|id| !tried.contains(id.as_str()))
        .collect();
    assert_eq!(missing, [""; 0]);
    for row in rows() {
        operations_of(&row.action);
    }
}

#[test]
fn every_operation_on_an_object_answers_each_caller_as_the_table_says() {
    let worlds = [World::new("admins", "own"), World::new("owners", "redacted")];
    let mut cells = 0;
    for row in rows() {
        let second = ["`workflow_publish: owners`", "`queue_visibility: redacted`"];
        let world = &worlds[usize::from(second.iter().any(|setting| row.place.contains(setting)))];
        let mut callers: Vec<(&str, &Client, &str)> =
            world.others.iter().map(|(who, client)| (*who, client, row.cells[0].as_str())).collect();
        callers.push(("the owner", &world.owner, &row.cells[1]));
        callers.push(("an administrator", world.server.admin(), &row.cells[2]));
        for operation in operations_of(&row.action) {
            for &(who, client, cell) in &callers {
                // What is for everybody has no owner among the users.
                if cell == "-" || (who == "the owner" && row.place.starts_with("for everybody")) {
                    continue;
                }
                // Each caller gets an object of their own: some operations end it.
                let id = world.object(&row.action, &row.place);
                let answer = Answer::of(world.request(operation, &id, client));
                let place = format!("{operation} ({}) by {who}: {}: {}", row.place, answer.status, answer.text());
                assert_eq!(verdict(operation, &row.action, &id, &answer), cell, "{place}");
                assert_ne!(answer.status, 401, "{place}");
                cells += 1;
            }
            let id = world.object(&row.action, &row.place);
            let answer = Answer::of(world.request(operation, &id, &world.server.nobody()));
            assert_eq!(answer.status, 401, "{operation} ({}) by nobody", row.place);
        }
    }
    assert!(cells > 150, "the table was not read: {cells} cells");
}
