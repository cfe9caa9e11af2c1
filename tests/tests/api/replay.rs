//! The recorded exchanges with the reference, sent to our server in their order and under the settings they were recorded
//! with. Steps on routes that are not there yet are passed over. Steps we answer otherwise are listed with the reason, and
//! that list must be exact: it should only ever shrink.

use invoke_tests::recording::{Exchange, Pairing};
use invoke_tests::{Answer, Client, TestServer, graphs};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const RECORDING: &str = include_str!("../../fixtures/reference/exchanges.jsonl");

/// Steps whose whole session is compared.
const SESSIONS: [&str; 2] = ["queue: get item completed (owner)", "queue: get item completed (user2, redacted)"];

/// Parts of the recordings that are played; the others are about routes that are not there yet.
const PLAYED: [&str; 5] = ["auth", "app", "client_state", "queue", "models"];

/// Steps that cannot be played here, and why.
const NOT_PLAYED: &[(&str, &[&str])] = &[
    (
        "needs nodes that the in-process workers do not have",
        &[
            "queue: item with image outputs",
            "queue: failed item",
            "queue: enqueue SD1 txt2img graph (tiny model)",
            "queue: SD1 txt2img item",
        ],
    ),
    ("depends on when a worker takes the next item", &["queue: resume"]),
    (
        "needs items that were enqueued between the recorded steps",
        &[
            "queue: delete_all_except_current",
            "queue: clear as user1 (own only)",
            "queue: status admin after",
            "queue: prune as user2",
            "queue: current as user2 while user1 runs (redacted)",
            "queue: status as user2 while user1 runs",
            "queue: status as user1 while user1 runs",
            "queue: cancel running item",
            "queue: delete running item",
            "queue: item of a user deactivated while it ran",
            "queue: pending item whose owner was deleted before it started",
        ],
    ),
    (
        "needs model files or downloads",
        &[
            "models: install garbage file",
            "models: install loopback URL (refused)",
            "models: install tiny lora in place",
            "models: install diffusers folder in place",
            "models: install list",
            "models: install job",
            "models: install duplicate (same path)",
            "models: list",
            "models: list filtered by type",
            "models: get",
            "models: get shows cover_image",
            "models: stats after load",
            "models: delete lora (in place file stays)",
            "models: install from a URL (private URLs allowed)",
            "models: finished URL install job",
            "models: install from a URL that is 404",
            "models: failed URL install job",
            "models: running download job",
            "models: cancelled job",
        ],
    ),
];

/// Steps we answer otherwise, and why.
const DIFFERENT: &[(&str, &str)] = &[
    ("auth: setup ok (password policy is lax by default)", "the set-up also signs in: `token`, `expires_in`"),
    ("auth: generate-password", "a random password"),
    ("auth: token still valid after logout (stateless)", "signing out ends the session"),
    ("queue: item in wrong queue", "an expected failure is a 404, not a 500"),
    ("queue: enqueue unknown node type", "lists the nodes there are, here those of the in-process workers"),
    ("models: install hf repo while offline", "an expected failure is a 409 with its reason, not a bare 500"),
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
    fn new() -> Self {
        let server = TestServer::multiuser().like_the_reference().start();
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
        let path = self.pairing.translate(&exchange.path);
        let mut request = client.request(exchange.method.parse().unwrap(), &path);
        for (name, value) in &exchange.request_headers {
            request = request.header(name, value.as_str().unwrap());
        }
        let stands_in = self.stand_in(exchange);
        if let Some(body) = stands_in.as_ref().or(exchange.request_body.as_ref()) {
            request = request.json(&self.pairing.translate_json(body));
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
        let mut found = self.pairing.compare(&recorded, &body_of(&answer));
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
            "queue: pause" => self.enqueue("user1", 1, "gallery"),
            "queue: enqueue prepend (higher priority)" => {
                self.enqueue("user1", 3, "d1");
                self.enqueue("user2", 2, "d2");
            }
            "queue: status user1 while paused" => self.enqueue("admin", 2, "gallery"),
            _ => {}
        }
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

#[test]
fn recorded_requests_get_the_recorded_answers() {
    let mut player = Player::new();
    let skipped: Vec<&str> = NOT_PLAYED.iter().flat_map(|(_, steps)| steps.iter().copied()).collect();
    let expected: BTreeSet<&str> = DIFFERENT.iter().map(|(step, _)| *step).collect();
    let (mut different, mut played) = (BTreeMap::new(), 0);
    for exchange in Exchange::read_all(RECORDING) {
        let group = exchange.step.split(':').next().unwrap();
        let minted = exchange.request_headers.values().any(|value| value.to_string().contains("<jwt"));
        let playable = PLAYED.contains(&group) && player.knows(&exchange) && exchange.form.is_none() && !minted;
        if !playable || skipped.contains(&exchange.step.as_str()) {
            continue;
        }
        played += 1;
        let found = player.play(&exchange);
        if !found.is_empty() {
            different.insert(exchange.step, found);
        }
    }
    assert!(played > 90, "only {played} steps were played");
    let surprises: BTreeMap<_, _> = different.iter().filter(|(step, _)| !expected.contains(step.as_str())).collect();
    assert!(surprises.is_empty(), "{surprises:#?}");
    let equal: Vec<_> = expected.iter().filter(|step| !different.contains_key(**step)).collect();
    assert!(equal.is_empty(), "these are answered as recorded by now: {equal:?}");
}
