//! The recorded exchanges about accounts that the main replay does not play: those with the strict password rules, those
//! in single-user mode, and the variants kept apart. Each is sent to a server in the recorded mode; every answer must be
//! the recorded one. What a mode says about boards, images, workflows and models is played with those.

use invoke_tests::recording::{Exchange, Pairing};
use invoke_tests::{ADMIN, Answer, Client, TestServer};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeMap;

const RECORDINGS: [&str; 2] = [
    include_str!("../../fixtures/reference/exchanges.jsonl"),
    include_str!("../../fixtures/reference/exchanges_extra.jsonl"),
];

/// Ids of alice and bob in the recordings.
const THEIR_ALICE: &str = "65ef62cb-c632-4343-be7c-7ca3617e898e";
const THEIR_BOB: &str = "7e0195f9-39b0-446e-8881-02aec77f150b";

/// Steps in single-user mode that are not about accounts, and where they belong.
const ELSEWHERE: [&str; 25] = [
    "single: boards list without token sees all owners",
    "single: create board",
    "single: upload image",
    "single: get dto",
    "single: full has a long max-age",
    "single: thumbnail has a long max-age",
    "single: garbage bearer token is ignored",
    "single: workflow create is public by default",
    "single: enqueue",
    "single: queue status",
    "single: queue item owner is system",
    "single: upload with image_subfolder_strategy=type",
    "single: upload with image_subfolder_strategy=hash",
    "single: upload with image_subfolder_strategy=date",
    "single: upload with image_subfolder_strategy=flat",
    "single: image_moves start (relocate existing files to the current strategy)",
    "single: image_moves status just after",
    "single: image_moves status later",
    "single: cancel a downloading install",
    "single: install list after cancel",
    "single: runtime_config",
    "single: models list",
    "single: hf_login status",
    "single: style_presets export",
    "single: clear intermediates",
];

/// A server in one of the recorded modes, and the recorded people.
struct Stage {
    server: TestServer,
    clients: BTreeMap<&'static str, Client>,
    pairing: Pairing,
}

impl Stage {
    /// Without accounts.
    fn single() -> Self {
        let server = TestServer::single_user().like_the_reference().start();
        let clients = BTreeMap::from([("none", server.nobody())]);
        Self { server, clients, pairing: Pairing::default() }
    }

    /// With the recorded accounts: an administrator, alice (`user1`) and bob (`user2`).
    fn accounts(strict: bool) -> Self {
        let lax = TestServer::multiuser().like_the_reference();
        let server = if strict { TestServer::multiuser().start() } else { lax.start() };
        let nobody = server.nobody();
        let account = |email: &str, name: &str, password: &str| json!({ "email": email, "display_name": name, "password": password });
        let setup = nobody.post("/api/v1/auth/setup", &account(ADMIN, "Admin", "AdminPass123")).ok();
        let admin = nobody.with_token(setup["token"].as_str().unwrap());
        let mut pairing = Pairing::default();
        for (theirs, email, name, password) in [
            (THEIR_ALICE, "alice@example.com", "Alice", "AlicePass123"),
            (THEIR_BOB, "bob@example.com", "Bob", "BobPass1234"),
        ] {
            let made = admin.post("/api/v1/auth/users", &account(email, name, password)).ok();
            pairing.pair(theirs, made["user_id"].as_str().unwrap());
        }
        let mut stage = Self { server, clients: BTreeMap::from([("none", nobody), ("admin", admin)]), pairing };
        stage.alice_signs_in("AlicePass123");
        stage
    }

    fn alice_signs_in(&mut self, password: &str) {
        let login = json!({ "email": "alice@example.com", "password": password });
        let signed_in = self.server.nobody().post("/api/v1/auth/login", &login).ok();
        let client = self.server.nobody().with_token(signed_in["token"].as_str().unwrap());
        self.clients.insert("user1", client);
    }

    /// What the recorded run had done before a variant.
    fn prepare(&mut self, step: &str) {
        let alice = self.clients.get("user1").cloned();
        match step {
            "auth: replacement token works" => {
                let alice = alice.unwrap();
                let change = json!({
                    "display_name": "Alice A.", "current_password": "AlicePass123", "new_password": "AlicePass456",
                });
                let request = alice.request(Method::PATCH, "/api/v1/auth/me").json(&change);
                let token = Answer::of(request).has_status(200).header("x-refreshed-token").to_owned();
                self.clients.insert("user1", alice.with_token(&token));
            }
            "auth: lower-case bearer scheme" => {
                let path = self.pairing.translate(&format!("/api/v1/auth/users/{THEIR_ALICE}"));
                let reset = json!({ "password": "AlicePass123" });
                let request = self.clients["admin"].request(Method::PATCH, &path).json(&reset);
                Answer::of(request).has_status(200);
                self.alice_signs_in("AlicePass123");
            }
            _ => {}
        }
    }

    /// The differences between the recorded answer and ours.
    fn play(&mut self, exchange: &Exchange) -> Vec<String> {
        self.prepare(&exchange.step);
        let client = &self.clients[exchange.auth.as_str()];
        let path = self.pairing.translate(&exchange.path);
        let mut request = client.request(exchange.method.parse().unwrap(), &path);
        for (name, value) in &exchange.request_headers {
            let value = value.as_str().unwrap();
            let value = match self.clients.get("user1") {
                Some(alice) => value.replace("<jwt:user1>", alice.token()),
                None => value.to_owned(),
            };
            request = request.header(name, value);
        }
        if let Some(body) = &exchange.request_body {
            request = request.json(body);
        }
        if let Some(body) = &exchange.request_body_raw {
            request = request.body(body.clone());
        }
        let answer = Answer::of(request);
        let body = serde_json::from_slice(&answer.bytes).unwrap_or_else(|_| json!(answer.text()));
        let mut found = self.pairing.compare(&exchange.response_body, &body);
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
}

/// Plays the chosen steps in their order; the answers that differ, and how many were played.
fn play(mut stage: Stage, chosen: impl Fn(usize, &str) -> bool) -> (BTreeMap<String, Vec<String>>, usize) {
    let (mut different, mut played) = (BTreeMap::new(), 0);
    for (file, recording) in RECORDINGS.into_iter().enumerate() {
        for exchange in Exchange::read_all(recording).into_iter().filter(|exchange| chosen(file, &exchange.step)) {
            played += 1;
            let found = stage.play(&exchange);
            if !found.is_empty() {
                different.insert(exchange.step, found);
            }
        }
    }
    (different, played)
}

fn none_differs((different, played): (BTreeMap<String, Vec<String>>, usize), expected: usize) {
    assert!(different.is_empty(), "{different:#?}");
    assert_eq!(played, expected);
}

#[test]
fn with_the_strict_rules_weak_passwords_are_refused_as_recorded() {
    none_differs(play(Stage::accounts(true), |_, step| step.starts_with("strict: ")), 5);
}

#[test]
fn without_accounts_the_routes_about_them_answer_as_recorded() {
    let chosen = |_: usize, step: &str| step.starts_with("single: ") && !ELSEWHERE.contains(&step);
    none_differs(play(Stage::single(), chosen), 12);
}

#[test]
fn variants_of_the_account_routes_are_answered_as_recorded() {
    none_differs(play(Stage::accounts(false), |file, step| file == 1 && step.starts_with("auth: ")), 15);
}

#[test]
fn every_step_that_is_left_to_others_was_recorded() {
    let recorded: Vec<String> =
        RECORDINGS.into_iter().flat_map(Exchange::read_all).map(|exchange| exchange.step).collect();
    for step in ELSEWHERE {
        assert!(recorded.iter().any(|recorded| recorded == step), "{step}");
    }
    assert_eq!(recorded.iter().filter(|step| step.starts_with("single: ")).count(), ELSEWHERE.len() + 12);
}
