//! The recorded exchanges with the reference, sent to our server in their order and under the settings they were recorded
//! with. Steps on routes that are not there yet are passed over. Steps we answer otherwise are listed with the reason, and
//! that list must be exact: it should only ever shrink.

use invoke_tests::recording::{Exchange, Pairing};
use invoke_tests::sqlite::sqlite;
use invoke_tests::{Answer, Client, TestServer, documents, graphs};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const RECORDING: &str = include_str!("../../fixtures/reference/exchanges.jsonl");

/// Less important steps of the same run, each played behind one of the main recording.
const EXTRA: &str = include_str!("../../fixtures/reference/exchanges_extra.jsonl");

/// Behind which step of the main recording steps of the other one are played.
const BEHIND: &[(&str, &[&str])] = &[
    (
        "models: list empty",
        &[
            "models: list no auth",
            "models: missing",
            "models: get_by_attrs none",
            "models: get_by_hash none",
            "models: list bad base",
        ],
    ),
    (
        "models: scan_folder user",
        &[
            "models: scan_folder no path",
            "models: install as user",
            "models: install no source",
            "models: install no body",
            "models: install URL with file scheme",
            "models: install job unknown",
            "models: install job cancel unknown",
            "models: install jobs as user",
            "models: patch as user",
            "models: patch unknown",
            "models: delete unknown",
            "models: delete as user",
        ],
    ),
    ("models: get", &["models: list filtered by base, sorted", "models: get_by_attrs", "models: get_by_hash"]),
    (
        "models: get shows cover_image",
        &[
            "models: image get (no auth)",
            "models: image delete",
            "models: stats user",
            "models: convert unknown",
            "models: empty_model_cache",
        ],
    ),
    ("models: starter_models", &["models: starter_models user"]),
    ("models: hf_login status", &["models: hf_login status user"]),
    ("models: prune install jobs", &["models: pause job unknown"]),
    ("workflows: create", &["workflows: create missing embed", "workflows: create invalid version"]),
    ("workflows: get", &["workflows: get admin"]),
    ("workflows: update other", &["workflows: update unknown"]),
    (
        "workflows: list is_public true by user2 (none yet)",
        &[
            "workflows: list no filter",
            "workflows: list query",
            "workflows: list tags",
            "workflows: list order updated desc",
        ],
    ),
    ("workflows: share", &["workflows: share other"]),
    ("workflows: unshare", &["workflows: opened_at other"]),
    (
        "workflows: counts_by_category",
        &["workflows: list callable", "workflows: tags all", "workflows: counts_by_category missing param"],
    ),
    ("workflows: thumbnail set", &["workflows: thumbnail set not image", "workflows: thumbnail set other"]),
    ("workflows: thumbnail delete", &["workflows: thumbnail delete again", "workflows: delete other"]),
    ("workflows: delete", &["workflows: delete again"]),
    ("workflows: delete default as admin", &["workflows: get default", "workflows: delete default as user"]),
    ("style_presets: create", &["style_presets: create bad data", "style_presets: create missing data"]),
    ("style_presets: get other public", &["style_presets: get unknown"]),
    ("style_presets: update (no image drops image)", &["style_presets: update other", "style_presets: delete other"]),
    (
        "style_presets: import csv",
        &[
            "style_presets: import json",
            "style_presets: import bad",
            "style_presets: import unsupported",
            "style_presets: import as user",
        ],
    ),
    ("style_presets: export", &["style_presets: export as user"]),
    ("system_prompts: create", &["system_prompts: create invalid"]),
    (
        "system_prompts: get",
        &["system_prompts: get other", "system_prompts: patch other", "system_prompts: delete other"],
    ),
    ("system_prompts: delete", &["system_prompts: get unknown"]),
    ("client_state: set", &["client_state: set non string"]),
    ("client_state: keys by prefix", &["client_state: keys by prefix with wildcard chars", "client_state: no auth"]),
    ("model_relationships: add", &["model_relationships: add again"]),
    ("model_relationships: get", &["model_relationships: batch"]),
    ("model_relationships: remove", &["model_relationships: remove again"]),
    ("app: invocation_cache clear", &["app: invocation_cache disable", "app: invocation_cache enable"]),
    ("recall: strict", &["recall: append+strict", "recall: invalid", "recall: get"]),
    (
        "app: logging set",
        &[
            "app: app_deps no auth",
            "app: patchmatch_status",
            "app: runtime_config patch null strategy",
            "app: runtime_config patch user",
            "app: logging get as user",
            "app: logging set bad",
            "app: logging set as user",
            "app: external_providers set empty",
            "app: external_providers set unknown",
            "app: external_providers reset",
        ],
    ),
    (
        "util: dynamicprompts syntax error",
        &["util: dynamicprompts random", "util: fonts", "util: expand-prompt unknown model"],
    ),
    (
        "videos: get unknown",
        &[
            "videos: names empty",
            "custom_nodes: list",
            "custom_nodes: list user",
            "custom_nodes: uninstall unknown",
            "custom_nodes: reload",
        ],
    ),
];

/// Steps in single-user mode that need nothing of what was made before them; those about accounts are played elsewhere.
const SINGLE: [&str; 3] = ["single: workflow create is public by default", "single: enqueue", "single: runtime_config"];

/// A workflow that comes with the reference, and one that comes with us.
const THEIR_DEFAULT: &str = "default_wan22_extend_video_lightning";
const OUR_DEFAULT: &str = "default_text_to_image_sd15";

/// Steps whose whole session is compared.
const SESSIONS: [&str; 2] = ["queue: get item completed (owner)", "queue: get item completed (user2, redacted)"];

/// Parts of the recordings that are played; the others are about routes that are not there yet.
const PLAYED: [&str; 14] = [
    "auth",
    "app",
    "client_state",
    "queue",
    "models",
    "workflows",
    "style_presets",
    "system_prompts",
    "recall",
    "model_relationships",
    "util",
    "http",
    "videos",
    "custom_nodes",
];

/// Steps that cannot be played here, and why.
const NOT_PLAYED: &[(&str, &[&str])] = &[
    (
        "needs nodes that the in-process workers do not have, or an account that is played elsewhere: `recorded_items`",
        &[
            "queue: item with image outputs",
            "queue: failed item",
            "queue: enqueue SD1 txt2img graph (tiny model)",
            "queue: SD1 txt2img item",
            "queue: item of a user deactivated while it ran",
        ],
    ),
    (
        "the items of a removed account go with it; `api::account_removal` sees to it",
        &["queue: pending item whose owner was deleted before it started"],
    ),
    (
        "depends on the devices of the machine",
        &["app: runtime_config patch unknown device", "app: generation_device_options"],
    ),
    (
        "needs model files or downloads; `api::installs` compares what of them can be compared",
        &[
            "models: install garbage file",
            "models: install loopback URL (refused)",
            "models: install tiny lora in place",
            "models: install diffusers folder in place",
            "models: install list",
            "models: install job",
            "models: install duplicate (same path)",
            "models: scan_folder",
            "models: reidentify",
            "models: cancel install",
            "models: stats after load",
            "models: install from a URL (private URLs allowed)",
            "models: finished URL install job",
            "models: install from a URL that is 404",
            "models: failed URL install job",
            "models: running download job",
            "models: pause install",
            "models: resume install",
            "models: restart_failed on cancelled",
            "models: cancelled job",
        ],
    ),
];

/// Steps we answer otherwise, and why.
const DIFFERENT: &[(&str, &str)] = &[
    ("auth: setup ok (password policy is lax by default)", "the set-up also signs in: `token`, `expires_in`"),
    ("auth: generate-password", "a random password"),
    ("auth: token still valid after logout (stateless)", "signing out ends the session"),
    ("queue: cancel running item", "recorded without its headers"),
    ("queue: item in wrong queue", "an expected failure is a 404, not a 500"),
    ("queue: enqueue unknown node type", "lists the nodes there are, here those of the in-process workers"),
    ("models: image absent", "an expected failure is a 404, not a bare 500"),
    ("models: get shows cover_image", "the end of the cover's address is its version, not random"),
    ("models: install hf repo while offline", "an expected failure is told with its reason, not a bare 500"),
    ("models: hugging_face repo", "an expected failure is told with its reason, not a bare 500"),
    ("models: starter_models", "the descriptions are our own; models of external image services are left out"),
    ("workflows: create default category", "an expected failure is a 400 with its reason, not a bare 500"),
    ("workflows: update: body id wins over path id", "the id of the path counts"),
    ("workflows: list default category page", "the workflows that come with the program are our own"),
    ("workflows: list no filter", "the workflows that come with the program are our own"),
    ("workflows: counts_by_category", "the workflows that come with the program are our own"),
    ("workflows: tags all", "the workflows that come with the program are our own"),
    ("workflows: get default", "the workflows that come with the program are our own"),
    ("workflows: delete default as admin", "an expected failure is a 403 with its reason, not a bare 500"),
    ("workflows: thumbnail absent", "thumbnails need a token or the media cookie"),
    ("workflows: thumbnail get (no auth)", "thumbnails need a token or the media cookie"),
    ("workflows: thumbnail delete again", "an expected failure is a 404, not a bare 500"),
    ("workflows: get with thumbnail_url", "the end of the address is random, and was cut in the recording"),
    ("style_presets: list", "the presets that come with the program are our own"),
    ("style_presets: image absent", "an expected failure is a 404, not a bare 500"),
    ("system_prompts: list", "the texts are our own"),
    ("system_prompts: list user2", "the texts are our own"),
    ("app: app_deps", "another program is made of other libraries"),
    ("app: runtime_config admin", "our own keys are shown as well, and other ones are given"),
    ("app: runtime_config patch subfolder strategy", "our own keys are shown as well, and other ones are given"),
    ("app: patchmatch_status", "the in-process workers have no node that fills holes"),
    ("app: external_providers status", "there are no external image services yet"),
    ("app: external_providers config", "there are no external image services yet"),
    ("app: external_providers set", "there are no external image services yet"),
    ("app: external_providers set empty", "there are no external image services yet"),
    ("app: external_providers reset", "there are no external image services yet"),
    ("videos: upload bad mp4", "videos are not kept yet: 501"),
    ("custom_nodes: list", "the folder of this run"),
    ("custom_nodes: uninstall unknown", "nodes of third parties are not run: 501"),
    ("custom_nodes: reload", "nodes of third parties are not run: 501"),
    ("http: unknown api path", "a wrong path below /api is a 404"),
    ("http: missing trailing slash", "a wrong path below /api is a 404"),
    ("http: root", "no pages were built for this server"),
    ("http: gzip of a JSON response over 1000 bytes", "the document itself, which the recording leaves out"),
    ("single: enqueue", "the items before it are not there, so it has another number"),
    ("single: runtime_config", "our own keys are shown as well, and other ones are given"),
];

/// One recording played to one server.
struct Player {
    server: TestServer,
    clients: BTreeMap<String, Client>,
    pairing: Pairing,
    operations: Vec<(Method, Vec<String>)>,
    paused: bool,
}

impl Player {
    fn new(server: TestServer) -> Self {
        let nobody = server.nobody();
        let document = nobody.get("/openapi.json").ok();
        let mut operations = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                operations.push((method, path.split('/').map(str::to_owned).collect()));
            }
        }
        let clients = BTreeMap::from([("none".to_owned(), nobody)]);
        Self { server, clients, pairing: Pairing::default(), operations, paused: false }
    }

    /// Whether we have a route for it.
    fn knows(&self, exchange: &Exchange) -> bool {
        let parts: Vec<&str> = exchange.bare_path().split('/').collect();
        self.operations.iter().any(|(method, pattern)| {
            method.as_str() == exchange.method
                && pattern.len() == parts.len()
                && pattern.iter().zip(&parts).all(|(known, part)| known == part || known.starts_with('{'))
        })
    }

    /// The differences between the recorded answer and ours.
    fn play(&mut self, exchange: &Exchange) -> Vec<String> {
        self.prepare(exchange);
        let client = self.clients[&exchange.auth].clone();
        let path = self.pairing.translate(&exchange.path).replace(THEIR_DEFAULT, OUR_DEFAULT);
        let mut request = client.request(exchange.method.parse().unwrap(), &path);
        for (name, value) in &exchange.request_headers {
            request = request.header(name, value.as_str().unwrap());
        }
        let stands_in = self.stand_in(exchange);
        if let Some(body) = stands_in.as_ref().or(exchange.request_body.as_ref()) {
            request = request.json(&self.pairing.translate_json(body));
        }
        if let Some(form) = &exchange.form {
            request = documents::recorded_form(request, form);
        }
        if let Some(body) = &exchange.request_body_raw {
            request = request.body(body.clone());
        }
        let answer = Answer::of(request);
        self.follow(exchange, &answer);
        let mut recorded = exchange.response_body.clone();
        if stands_in.is_some() {
            recorded["batch"]["graph"] = json!("…");
        }
        if !SESSIONS.contains(&exchange.step.as_str()) {
            without_sessions(&mut recorded);
        }
        let mut found = match recorded.as_str().and_then(|text| text.split_once(" bytes; head ")) {
            // Of files only the beginning was recorded; what follows it is the length.
            Some((_, head)) => same_head(head, &answer.bytes),
            None => self.pairing.compare(&recorded, &body_of(&answer)),
        };
        if answer.status != exchange.status {
            found.insert(0, format!("status: recorded {}, got {}", exchange.status, answer.status));
        }
        for header in ["www-authenticate", "x-refreshed-token"] {
            if exchange.response_headers.contains_key(header) == answer.header(header).is_empty() {
                found.push(format!("header {header}: got `{}`", answer.header(header)));
            }
        }
        found
    }

    /// What happened between the steps and was not recorded.
    fn prepare(&mut self, exchange: &Exchange) {
        match exchange.step.as_str() {
            // Passwords were changed before; and with us, signing out ends a session for good.
            "auth: media-cookie" | "auth: logout" | "auth: sliding refresh header on a mutating call" => {
                let login = json!({ "email": "alice@example.com", "password": "AlicePass123" });
                let answer = self.server.nobody().post("/api/v1/auth/login", &login).ok();
                let client = self.server.nobody().with_token(answer["token"].as_str().unwrap());
                self.clients.insert("user1".to_owned(), client);
            }
            // Recorded among the less important steps.
            "auth: login user1" => {
                let account = json!({ "email": "Foo@Site.LOCAL", "password": "Abcdefg1" });
                self.clients["admin"].post("/api/v1/auth/users", &account).ok();
            }
            // Done under the right path, since the step before was refused.
            "workflows: update other" => {
                let mut body = exchange.request_body.clone().unwrap();
                body["workflow"]["name"] = json!("Alice flow v3");
                let path = self.pairing.translate(&exchange.path);
                let body = self.pairing.translate_json(&body);
                Answer::of(self.clients["user1"].request(Method::PATCH, &path).json(&body)).ok();
            }
            // Installed from files that were not recorded.
            "models: list" => {
                for model in exchange.response_body["models"].as_array().unwrap() {
                    self.insert_model(model);
                }
            }
            // Two models were installed.
            "model_relationships: add" => {
                for key in exchange.request_body.iter().flat_map(|body| body.as_object().unwrap().values()) {
                    self.add_model(key.as_str().unwrap());
                }
            }
            "queue: pause" => self.enqueue("user1", 1, "gallery"),
            "queue: enqueue prepend (higher priority)" => {
                self.enqueue("user1", 3, "d1");
                self.enqueue("user2", 2, "d2");
            }
            "queue: status user1 while paused" => self.enqueue("admin", 2, "gallery"),
            "queue: delete_all_except_current" => self.leave_only("user2", 2),
            "queue: clear as user1 (own only)" => self.leave_only("user1", 16),
            "queue: status admin after" => {
                self.leave_only("user2", 1);
                self.clients["user2"].put("/api/v1/queue/default/cancel_all_except_current").ok();
                self.enqueue("admin", 2, "gallery");
            }
            // Whether something runs depends on what there is to run.
            "queue: resume" => self.leave_only("admin", 0),
            "queue: prune as user2" => self.leave_only("user2", 4),
            "queue: current as user2 while user1 runs (redacted)" | "queue: delete running item" => {
                self.leave_only("admin", 0);
                let number = exchange.bare_path().rsplit('/').next().and_then(|last| last.parse::<i64>().ok());
                let theirs = number.or(exchange.response_body["item_id"].as_i64()).unwrap();
                // The next item gets the number it had there.
                let database = self.server.root().join("databases/invokeai.db");
                let sql = "UPDATE sqlite_sequence SET seq = ? WHERE name = 'session_queue'";
                sqlite(&database, sql, &[&(theirs - 1).to_string()]);
                let id = self.clients["user1"].enqueue(&graphs::waiting());
                self.server.toys().wait_for_arrival(id);
            }
            _ => {}
        }
    }

    /// Empties the queue but for so many new items of one person.
    fn leave_only(&self, who: &str, items: u32) {
        self.clients["admin"].put("/api/v1/queue/default/clear").ok();
        self.clients["admin"].put("/api/v1/queue/default/prune").ok();
        if items > 0 {
            self.enqueue(who, items, "gallery");
        }
    }

    /// The record of a model, without its files.
    fn add_model(&self, key: &str) {
        let config = json!({
            "key": key, "hash": "h", "base": "sd-1", "type": "lora", "path": key, "format": "lycoris", "name": key,
            "source": "s", "source_type": "path", "file_size": 1,
        });
        self.insert_model(&config);
    }

    /// A record as it is, unless its model is there.
    fn insert_model(&self, config: &Value) {
        let database = self.server.root().join("databases/invokeai.db");
        let key = config["key"].as_str().unwrap();
        sqlite(&database, "INSERT OR IGNORE INTO models (id, config) VALUES (?, ?)", &[key, &config.to_string()]);
    }

    fn enqueue(&self, who: &str, runs: u32, destination: &str) {
        let batch =
            json!({ "graph": graphs::addition(), "runs": runs, "origin": "workflows", "destination": destination });
        let body = json!({ "batch": batch, "prepend": false });
        let ids = self.clients[who].post("/api/v1/queue/default/enqueue_batch", &body).ok();
        if !self.paused {
            self.wait_for(&ids);
        }
    }

    fn wait_for(&self, enqueued: &Value) {
        for id in enqueued["item_ids"].as_array().unwrap() {
            self.server.toys().wait_for_end(id.as_i64().unwrap());
        }
    }

    /// The body with a graph our workers can run, where the recorded one has nodes they do not have.
    fn stand_in(&self, exchange: &Exchange) -> Option<Value> {
        let body = exchange.request_body.as_ref().filter(|_| exchange.status == 200)?;
        let nodes = body["batch"]["graph"]["nodes"].as_object()?;
        let known = ["integer", "add", "string", "range", "iterate", "collect"];
        if nodes.values().all(|node| known.contains(&node["type"].as_str().unwrap())) {
            return None;
        }
        let mut body = body.clone();
        let fails = exchange.step == "queue: enqueue failing graph";
        body["batch"]["graph"] = if fails { graphs::failing() } else { graphs::addition() };
        Some(body)
    }

    /// What later steps need: tokens, ended items.
    fn follow(&mut self, exchange: &Exchange, answer: &Answer) {
        let body = body_of(answer);
        if let Some(name) = exchange.response_body["token"].as_str().and_then(|token| token.strip_prefix("<jwt:")) {
            let Some(token) = body["token"].as_str() else { return };
            self.clients.insert(name.trim_end_matches('>').to_owned(), self.server.nobody().with_token(token));
        }
        if answer.status == 200 {
            self.paused |= exchange.bare_path().ends_with("/processor/pause");
            self.paused &= !exchange.bare_path().ends_with("/processor/resume");
        }
        if exchange.bare_path().ends_with("/enqueue_batch") && answer.status == 200 && !self.paused {
            self.wait_for(&body);
        }
    }
}

fn body_of(answer: &Answer) -> Value {
    match serde_json::from_slice(&answer.bytes) {
        Ok(value) => value,
        Err(_) => json!(answer.text()),
    }
}

/// Whether a file begins as the recorded one does.
fn same_head(recorded: &str, bytes: &[u8]) -> Vec<String> {
    let ours: String = bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    if recorded.starts_with(&ours) { Vec::new() } else { vec![format!("file: recorded {recorded}, got {ours}")] }
}

/// Leaves out what stands in for graphs that our workers do not run, or that were not recorded.
fn without_sessions(recorded: &mut Value) {
    match recorded {
        Value::Array(items) => items.iter_mut().for_each(without_sessions),
        Value::Object(fields) => {
            if let Some(session) = fields.get_mut("session") {
                *session = json!("…");
            }
        }
        _ => {}
    }
}

/// Plays `exchanges`, and asserts that exactly those of `expected` are answered otherwise. Says how many were played.
fn play_all(mut player: Player, exchanges: Vec<Exchange>, expected: &BTreeSet<&str>) -> usize {
    let (mut different, mut played) = (BTreeMap::new(), 0);
    for exchange in exchanges {
        let minted = exchange.request_headers.values().any(|value| value.to_string().contains("<jwt"));
        // What the server says about paths that are none of its own was recorded as well.
        let about_paths = exchange.step.starts_with("http:");
        if !(about_paths || player.knows(&exchange)) || minted {
            continue;
        }
        played += 1;
        let found = player.play(&exchange);
        if !found.is_empty() {
            different.insert(exchange.step, found);
        }
    }
    let surprises: BTreeMap<_, _> = different.iter().filter(|(step, _)| !expected.contains(step.as_str())).collect();
    assert!(surprises.is_empty(), "{surprises:#?}");
    let equal: Vec<_> = expected.iter().filter(|step| !different.contains_key(**step)).collect();
    assert!(equal.is_empty(), "these are answered as recorded by now: {equal:?}");
    played
}

/// The steps we answer otherwise, in single-user mode or in the other.
fn expected(single: bool) -> BTreeSet<&'static str> {
    let steps = DIFFERENT.iter().map(|(step, _)| *step);
    steps.filter(|step| step.starts_with("single:") == single).collect()
}

#[test]
fn recorded_requests_get_the_recorded_answers() {
    let skipped: Vec<&str> = NOT_PLAYED.iter().flat_map(|(_, steps)| steps.iter().copied()).collect();
    let mut extra: BTreeMap<String, Exchange> =
        Exchange::read_all(EXTRA).into_iter().map(|exchange| (exchange.step.clone(), exchange)).collect();
    let mut exchanges = Vec::new();
    for exchange in Exchange::read_all(RECORDING) {
        let behind = BEHIND.iter().filter(|(step, _)| *step == exchange.step).flat_map(|(_, steps)| steps.iter());
        let behind: Vec<Exchange> =
            behind.map(|step| extra.remove(*step).unwrap_or_else(|| panic!("{step}"))).collect();
        let group = exchange.step.split(':').next().unwrap();
        if PLAYED.contains(&group) && !skipped.contains(&exchange.step.as_str()) {
            exchanges.push(exchange);
        }
        exchanges.extend(behind);
    }
    let player = Player::new(TestServer::multiuser().like_the_reference().start());
    let played = play_all(player, exchanges, &expected(false));
    assert!(played > 200, "only {played} steps were played");
}

#[test]
fn recorded_requests_in_single_user_mode_get_the_recorded_answers() {
    let steps = Exchange::read_all(RECORDING).into_iter().chain(Exchange::read_all(EXTRA));
    let exchanges: Vec<Exchange> = steps.filter(|exchange| SINGLE.contains(&exchange.step.as_str())).collect();
    let player = Player::new(TestServer::single_user().like_the_reference().start());
    assert_eq!(play_all(player, exchanges, &expected(true)), SINGLE.len());
}
