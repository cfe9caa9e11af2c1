//! Every text that every operation takes, in path, query, body or form, with names that lead elsewhere, signs that mean
//! something to SQL and LIKE, broken UTF-8 and nested JSON in its place. The operations and their places come from the
//! OpenAPI document, so that a new one is tried as well.

use invoke_tests::openapi::{Operation, Request, Slot, send_raw};
use invoke_tests::{Client, TestServer};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Lies where names that lead elsewhere lead to.
const SECRET: &str = "the secret that no answer may hold";

/// Names in paths that are texts of the caller's own choice, or for which nothing there means an empty list.
const ANY_TEXT: [&str; 5] = ["queue_id", "batch_id", "destination", "date", "model_key"];

/// Nobody's name of anything; each leads to the secret where it is taken for a part of a path.
fn traversals(root: &Path) -> Vec<Vec<u8>> {
    let absolute = root.join("secret.png").display().to_string();
    let texts = [
        "../secret",
        "../../secret.png",
        "../secret.ttf",
        "..\\..\\secret.png",
        "....//....//secret.png",
        "%2e%2e%2fsecret.png",
        "secret.png\0.png",
        "x/../../../secret.png",
        "..",
        ".",
        &absolute,
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// What means something to somebody, and nothing to us.
fn oddities() -> Vec<Vec<u8>> {
    let mut texts: Vec<Vec<u8>> = ["%", "_", "'; DROP TABLE images; --", "\" OR 1=1 --", "\u{202e}gnp\u{0}", "-1"]
        .iter()
        .map(|text| text.as_bytes().to_vec())
        .collect();
    texts.push(b"\xFF\xFE\xC0\xAF".to_vec());
    texts.push(vec![b'a'; 10_000]);
    texts
}

struct World {
    server: TestServer,
    operations: Vec<Operation>,
    token: String,
}

impl World {
    fn new() -> Self {
        let server = TestServer::multiuser().without_workers().start();
        let document = server.nobody().get("/openapi.json").ok();
        let operations = Operation::all(&document);
        assert!(operations.len() > 150, "{} operations", operations.len());
        let token = server.admin().token().to_owned();
        // Beside and above every folder that names are looked for in.
        for folder in ["", "outputs", "databases", "models", "style_presets"] {
            for ending in ["", ".png", ".ttf", ".webp", ".zip"] {
                std::fs::write(server.root().join(folder).join(format!("secret{ending}")), SECRET).unwrap();
            }
        }
        Self { server, operations, token }
    }

    fn send(&self, request: &Request) -> (u16, Vec<u8>) {
        send_raw(&self.server.authority(), Some(&self.token), request)
    }

    /// Every file below the root but the database's, with its length.
    fn files(&self) -> BTreeMap<PathBuf, u64> {
        let (mut found, mut folders) = (BTreeMap::new(), vec![self.server.root().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let (path, about) = (entry.path(), entry.metadata().unwrap());
                let is_database = path.file_name().unwrap().to_string_lossy().starts_with("invokeai.db");
                if about.is_dir() {
                    folders.push(path);
                } else if !is_database {
                    found.insert(path, about.len());
                }
            }
        }
        found
    }
}

/// What is wrong with an answer to a value that no operation should take for a name of something.
fn wrong(operation: &Operation, slot: &Slot, status: u16, answer: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(answer);
    // An administrator's page asks for the names on a board it has just deleted, and like the reference gets none.
    let gone_board = operation.id == "list_all_board_image_names" && text.lines().last() == Some("[]");
    let in_path = !gone_board && matches!(slot, Slot::Path(name) if !ANY_TEXT.contains(&name.as_str()));
    let reason = if text.contains(SECRET) {
        "hands out a file it should not"
    } else if status >= 500 && status != 501 {
        "fails"
    } else if in_path && !(400..500).contains(&status) && status != 501 {
        "takes it for a name"
    } else {
        return None;
    };
    Some(format!("{} {slot:?}: {status}: {reason}: {}", operation.id, text.lines().last().unwrap_or_default()))
}

#[test]
fn no_text_leads_elsewhere_or_breaks_an_operation() {
    let world = World::new();
    let before = world.files();
    let values: Vec<Vec<u8>> = traversals(world.server.root()).into_iter().chain(oddities()).collect();
    let (mut problems, mut places) = (BTreeSet::new(), 0);
    for operation in &world.operations {
        for slot in operation.slots() {
            places += 1;
            for value in &values {
                let (status, answer) = world.send(&operation.with(&slot, value));
                let place = String::from_utf8_lossy(&value[..value.len().min(40)]).into_owned();
                let problem = wrong(operation, &slot, status, &answer);
                problems.extend(problem.map(|problem| format!("{problem} ({place:?})")));
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(places > 250, "{places} places");
    assert_eq!(world.files(), before, "files were written or removed");
    // Nothing was broken for good either.
    let admin = world.server.nobody().with_token(&world.token);
    for list in ["/api/v1/images/", "/api/v1/boards/?all=true", "/api/v1/workflows/", "/api/v1/queue/default/status"] {
        admin.get(list).ok();
    }
}

#[test]
fn dots_that_no_client_would_send_lead_nowhere() {
    let world = World::new();
    for target in [
        "/../secret.png",
        "/api/../../secret.png",
        "/api/v1/images/i/../../../../secret.png/full",
        "/api/v1/images/i/..%2f..%2fsecret.png/full",
        "/api/v1/utilities/fonts/../secret.ttf",
        "/api/v1/utilities/fonts/..%2fsecret.ttf",
        "/api/v1/utilities/fonts//etc/passwd",
        "//secret.png",
        "/api/v1/images/download/../secret.zip",
        "/api/v1/workflows/i/%2e%2e/thumbnail",
    ] {
        let request = Request { method: "GET".to_owned(), target: target.into(), ..Request::default() };
        let (status, answer) = world.send(&request);
        let text = String::from_utf8_lossy(&answer);
        assert!(!text.contains(SECRET) && !text.contains("root:x:0"), "{target}: {text}");
        assert!((400..500).contains(&status) || text.contains("text/html"), "{target}: {status}");
    }
}

/// Nested so many times over.
fn nested(levels: usize, open: &str, close: &str) -> Vec<u8> {
    format!("{}1{}", open.repeat(levels), close.repeat(levels)).into_bytes()
}

#[test]
fn nested_json_is_refused_wherever_json_is_taken() {
    let world = World::new();
    let shapes: Vec<Vec<u8>> = [100, 100_000]
        .into_iter()
        .flat_map(|levels| [nested(levels, "[", "]"), nested(levels, "{\"a\":", "}"), b"[".repeat(levels)])
        .collect();
    let mut problems = BTreeSet::new();
    for operation in world.operations.iter().filter(|operation| operation.takes_json()) {
        for (number, shape) in shapes.iter().enumerate() {
            let texts = operation.slots().into_iter().filter(|slot| matches!(slot, Slot::Json(_)));
            // An object with a field that nobody knows is no wrong body everywhere; a list of lists is.
            let whole = (number != 1).then(|| ("the body".to_owned(), operation.with_body(shape)));
            let parts = texts.map(|slot| (format!("{slot:?}"), operation.with_json(&slot, shape)));
            for (place, request) in whole.into_iter().chain(parts) {
                let (status, answer) = world.send(&request);
                if !(400..500).contains(&status) && status != 501 {
                    let text = String::from_utf8_lossy(&answer).lines().last().unwrap_or_default().to_owned();
                    problems.insert(format!("{} {place} ({number}): {status}: {text}", operation.id));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn a_nested_workflow_is_refused_with_the_reason() {
    let server = TestServer::start();
    let alice: Client = server.user("alice");
    let mut workflow = invoke_tests::documents::workflow("Deep");
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!({ "a": deep });
    }
    workflow["nodes"][0]["data"]["inputs"]["a"]["value"] = deep;
    let body = json!({ "workflow": workflow });
    alice
        .post("/api/v1/workflows/", &body)
        .refused(400, "The workflow cannot be kept: it is nested more than 64 levels deep");
    assert_eq!(alice.get("/api/v1/workflows/?categories=user").ok()["total"], 0);
}
