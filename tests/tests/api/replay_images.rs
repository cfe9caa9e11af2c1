//! What was recorded with the reference about images, boards, gallery, days, downloads and moves, played to our server in
//! the order of making. Pictures were not recorded; ones of the same size and kind stand in.

use invoke_imaging::{Mode, Pixels, jpeg, png};
use invoke_tests::clock::TickingClock;
use invoke_tests::events::Listener;
use invoke_tests::recording::{Exchange, Pairing};
use invoke_tests::{Answer, Client, TestServer};
use reqwest::blocking::multipart::{Form, Part};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const MAIN: &str = include_str!("../../fixtures/reference/exchanges.jsonl");
const EXTRA: &str = include_str!("../../fixtures/reference/exchanges_extra.jsonl");

const GROUPS: [&str; 7] = ["image_moves", "boards", "board_images", "virtual_boards", "gallery", "download", "images"];

/// Less important steps, and the one of the main recording that each group of them followed.
const AFTER: &[(&str, &[&str])] = &[
    ("image_moves: status", &["image_moves: status user"]),
    (
        "boards: create",
        &[
            "boards: create 2",
            "boards: create 3",
            "boards: create missing name",
            "boards: create name too long",
            "boards: create no auth",
        ],
    ),
    ("boards: patch visibility public", &["boards: patch visibility invalid", "boards: patch extra field"]),
    ("boards: patch name", &["boards: patch empty body", "boards: patch unknown"]),
    ("boards: get shared of other", &["boards: get unknown"]),
    ("boards: list page", &["boards: list page 2 by name asc", "boards: list bad order", "boards: list bad direction"]),
    (
        "images: upload resize_to",
        &[
            "images: upload to unknown board",
            "images: upload resize_to as array",
            "images: upload resize_to too big",
            "images: upload crop_visible",
        ],
    ),
    (
        "images: upload metadata not JSON",
        &[
            "images: upload metadata JSON list",
            "images: upload missing query params",
            "images: upload missing file",
            "images: upload bad category",
            "images: upload no auth",
        ],
    ),
    (
        "images: list as admin unfiltered",
        &[
            "images: list limit offset",
            "images: list negative limit",
            "images: list limit far over max",
            "images: list bad category",
            "images: list origin",
            "images: list search in date",
            "images: list bad order",
            "images: list as user2 unfiltered",
            "images: list as admin uncategorized",
        ],
    ),
    (
        "images: names board unknown",
        &[
            "images: names no starred first",
            "images: names uncategorized",
            "images: names user category",
            "images: names none match",
        ],
    ),
    (
        "images: dto via cookie only (cookie is not accepted)",
        &[
            "images: get dto as admin",
            "images: metadata other user",
            "images: workflow absent",
            "images: urls",
            "images: full HEAD",
            "images: thumbnail unknown",
            "images: patch starred",
        ],
    ),
    ("images: patch category", &["images: patch extra key"]),
    ("images: intermediates count", &["images: intermediates count user2"]),
    ("board_images: add unknown image admin", &["board_images: add unknown image"]),
    ("board_images: remove", &["board_images: remove not on a board"]),
    ("board_images: batch add", &["board_images: batch add unknown board"]),
    ("boards: image_names", &["boards: image_names categories", "boards: image_names unknown"]),
    ("virtual_boards: by_date", &["virtual_boards: by_date admin"]),
    (
        "virtual_boards: image_names empty date",
        &["virtual_boards: image_names filters", "virtual_boards: image_names bad date", "virtual_boards: item_names"],
    ),
    ("gallery: items", &["gallery: items board", "gallery: items/names"]),
    (
        "download: get zip again (deleted after first fetch)",
        &["download: board", "download: foreign image", "download: unknown zip"],
    ),
    ("images: delete again (admin)", &["images: delete again (user)"]),
    ("images: delete list bare array (missing embed)", &["images: delete list wrong shape"]),
    ("boards: delete include_images", &["boards: delete unknown"]),
];

/// Steps that cannot be played here, and why.
const NOT_PLAYED: &[(&str, &[&str])] = &[
    ("no request of its own; the test of downloads reads an archive", &["download: names inside the board zip"]),
    (
        "needs pictures made by nodes that the in-process workers do not have",
        &[
            "images: generated image listed",
            "images: after txt2img",
            "images: metadata of a generated image",
            "images: workflow of a generated image",
        ],
    ),
    ("an account was deleted before", &["boards: list as admin after owner deletion"]),
    ("the list of names was cut in the recording", &["images: images_by_names too many"]),
];

/// Steps we answer otherwise, and why.
const DIFFERENT: &[(&str, &str)] = &[
    ("boards: list without all/offset", "lists all boards"),
    ("boards: list page", "`total` counts all boards, not those of the page"),
    ("boards: list page 2 by name asc", "`total` counts all boards, not those of the page"),
    ("boards: patch cover image unknown", "an expected failure is a 404, not a 500"),
    ("boards: set cover image", "the chosen cover is shown; the reference keeps it and shows the newest image"),
    ("boards: get with counts", "the chosen cover is shown"),
    ("board_images: add unknown image admin", "an expected failure is a 404, not a 500"),
    ("board_images: batch remove", "somebody else's image is passed over; the reference says it removed it"),
    ("images: get dto unknown (admin)", "the same words for everybody"),
];

struct Player {
    server: TestServer,
    clients: BTreeMap<&'static str, Client>,
    pairing: Pairing,
    embedded: Vec<(&'static str, String)>,
    listener: Option<Listener>,
}

impl Player {
    /// Without accounts.
    fn single() -> Self {
        let server = TestServer::single_user().like_the_reference().start();
        let clients = BTreeMap::from([("none", server.nobody())]);
        Self { server, clients, pairing: Pairing::default(), embedded: Vec::new(), listener: None }
    }

    fn new(recorded: &[Exchange]) -> Self {
        let clock = TickingClock::at("2026-11-20T21:19:58Z");
        let server = TestServer::multiuser().like_the_reference().clock(clock).start();
        let mut pairing = Pairing::default();
        let admin = server.admin().clone();
        let mut clients = BTreeMap::from([("none", server.nobody()), ("admin", admin.clone())]);
        let people = [
            ("user1", "alice", "Alice A.", "65ef62cb-c632-4343-be7c-7ca3617e898e"),
            ("user2", "bob", "Bob", "7e0195f9-39b0-446e-8881-02aec77f150b"),
        ];
        for (who, name, display_name, theirs) in people {
            let client = server.user(name);
            let id = server.actor(&client).user_id().to_string();
            admin.patch(&format!("/api/v1/auth/users/{id}"), &json!({ "display_name": display_name })).ok();
            pairing.pair(theirs, &id);
            clients.insert(who, client);
        }
        let workflow = recorded.iter().find(|exchange| exchange.step == "images: workflow").unwrap();
        let text = |key: &str| workflow.response_body[key].as_str().unwrap().to_owned();
        let embedded = vec![
            ("invokeai_metadata", json!({ "positive_prompt": "a red fox" }).to_string()),
            ("invokeai_workflow", text("workflow")),
            ("invokeai_graph", text("graph")),
        ];
        Self { server, clients, pairing, embedded, listener: None }
    }

    /// A picture like the one that was sent.
    fn picture(&self, exchange: &Exchange) -> (Vec<u8>, &'static str) {
        // Nowhere black, so that nothing is cut off where the invisible is.
        let pixels = |mode: Mode, width: u32, height: u32| {
            let length = width as usize * height as usize * mode.channels();
            Pixels::new(mode, width, height, (0..length).map(|i| 1 + (i % 255) as u8).collect()).unwrap()
        };
        let plain = |mode, width, height| (png::encode(&pixels(mode, width, height), 1, &[]).unwrap(), "image/png");
        match exchange.step.as_str() {
            "images: upload plain general, private board" => plain(Mode::Rgb, 128, 128),
            "images: upload with embedded invokeai chunks" => {
                let text: Vec<_> = self.embedded.iter().map(|(key, value)| (*key, value.as_str())).collect();
                (png::encode(&pixels(Mode::Rgb, 32, 32), 1, &text).unwrap(), "image/png")
            }
            "images: upload mask category L mode" => plain(Mode::L, 64, 48),
            "images: upload not an image" => (b"hello".to_vec(), "text/plain"),
            "images: upload corrupt image" => (b"\x89PNG nonsense!".to_vec(), "image/png"),
            "images: upload jpeg (stored as png)" => {
                (jpeg::encode(&pixels(Mode::Rgb, 40, 20), 75).unwrap(), "image/jpeg")
            }
            _ => plain(Mode::Rgb, 64, 48),
        }
    }

    fn form(&self, exchange: &Exchange, fields: &Value) -> Form {
        let (bytes, kind) = self.picture(exchange);
        let mut form = Form::new().part("file", Part::bytes(bytes).file_name("t.png").mime_str(kind).unwrap());
        for (name, value) in fields.as_object().unwrap().iter().filter(|(name, _)| *name != "file") {
            form = form.text(name.clone(), value.as_str().unwrap().to_owned());
        }
        form
    }

    /// What happened between the steps and was not recorded.
    fn prepare(&mut self, exchange: &Exchange) {
        if exchange.step.starts_with("single:") {
            return self.prepare_single(&exchange.step);
        }
        let alice = self.clients["user1"].clone();
        match exchange.step.as_str() {
            "boards: list all as user2" => {
                let shared = self.pairing.translate("8159103d-7bca-4e9f-b541-8f7f54c0b14d");
                alice.patch(&format!("/api/v1/boards/{shared}"), &json!({ "archived": false })).ok();
            }
            "boards: delete keep images" | "boards: delete include_images" => {
                let board = alice.post("/api/v1/boards/?board_name=x", &json!({})).ok();
                let board = board["board_id"].as_str().unwrap();
                let image = self.server.store_image_on(&alice, board).name.0;
                self.pairing.pair(exchange.bare_path().rsplit('/').next().unwrap(), board);
                let theirs = ["deleted_board_images", "deleted_images"];
                let theirs = theirs.iter().find_map(|key| exchange.response_body[*key][0].as_str()).unwrap();
                self.pairing.pair(theirs.trim_end_matches(".png"), image.trim_end_matches(".png"));
            }
            // Archives are written in the background; an event tells when one is there.
            "download: list of images" => self.listener = Some(Listener::connect(&self.server.url(), alice.token())),
            "download: get zip" => {
                self.listener.take().unwrap().until(|event| event.name == "bulk_download_complete");
            }
            _ => {}
        }
    }

    fn prepare_single(&self, step: &str) {
        let client = &self.clients["none"];
        if let Some((_, strategy)) = step.split_once("image_subfolder_strategy=") {
            client.patch("/api/v1/app/runtime_config", &json!({ "image_subfolder_strategy": strategy })).ok();
        }
        match step {
            "single: image_moves status later" => {
                while client.get("/api/v1/image_moves/status").ok()["is_running"] == true {}
            }
            "single: clear intermediates" => {
                let picture = png::encode(&Pixels::new(Mode::L, 2, 2, vec![9; 4]).unwrap(), 1, &[]).unwrap();
                client.upload("image_category=general&is_intermediate=true", picture, "image/png").ok();
            }
            _ => {}
        }
    }

    /// The differences between the recorded answer and ours.
    fn play(&mut self, exchange: &Exchange) -> Vec<String> {
        self.prepare(exchange);
        let client = self.clients[exchange.auth.as_str()].clone();
        let mut request = client.request(exchange.method.parse().unwrap(), &self.pairing.translate(&exchange.path));
        if let Some(cookie) = exchange.request_cookies.get("invokeai_media_token") {
            assert_eq!(cookie, "<jwt:user1>");
            request = request.header("cookie", format!("invokeai_media_token={}", self.clients["user1"].token()));
        }
        for (name, value) in &exchange.request_headers {
            request = request.header(name, value.as_str().unwrap());
        }
        if let Some(body) = &exchange.request_body {
            request = request.json(&self.pairing.translate_json(body));
        }
        if let Some(fields) = &exchange.form {
            request = request.multipart(self.form(exchange, fields));
        }
        let answer = Answer::of(request);
        let mut found = self.compare(exchange, &answer);
        if answer.status != exchange.status {
            found.insert(0, format!("status: recorded {}, got {}", exchange.status, answer.status));
        }
        for header in ["location", "content-disposition", "x-refreshed-token"] {
            let recorded = exchange.response_headers.get(header).and_then(Value::as_str).unwrap_or_default();
            let ours = answer.header(header);
            let same = match header {
                "x-refreshed-token" => recorded.is_empty() == ours.is_empty(),
                _ => self.pairing.translate(recorded) == ours,
            };
            if !same {
                found.push(format!("header {header}: recorded `{recorded}`, got `{ours}`"));
            }
        }
        found
    }

    fn compare(&mut self, exchange: &Exchange, answer: &Answer) -> Vec<String> {
        let recorded = &exchange.response_body;
        if let Some(head) = recorded.as_str().and_then(|text| text.split_once("; head ")) {
            // Of files the length differs and the first bytes, the signature, do not.
            let head: String = head.1.trim_end_matches('>').chars().take(8).collect();
            let ours: String = answer.bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            return if head == ours { Vec::new() } else { vec![format!("file: recorded {head}, got {ours}")] };
        }
        let ours = serde_json::from_slice(&answer.bytes).unwrap_or_else(|_| json!(answer.text()));
        if exchange.step.starts_with("boards: image_names") && exchange.status == 200 {
            // In the order of an index there, which means nothing.
            return self.compare_sets(recorded, &ours);
        }
        let mut recorded = recorded.clone();
        if exchange.step.ends_with("image_subfolder_strategy=hash") {
            // The beginning of a random name.
            recorded["image_subfolder"] = ours["image_name"].as_str().unwrap()[..2].into();
        }
        self.pairing.compare(&recorded, &ours)
    }

    fn compare_sets(&self, recorded: &Value, ours: &Value) -> Vec<String> {
        let texts = |list: &Value, translate: bool| -> BTreeSet<String> {
            let texts =
                list.as_array().into_iter().flatten().filter_map(Value::as_str).filter(|text| !text.starts_with('…'));
            texts.map(|text| if translate { self.pairing.translate(text) } else { text.to_owned() }).collect()
        };
        let missing: Vec<String> = texts(recorded, true).difference(&texts(ours, false)).cloned().collect();
        missing.into_iter().map(|name| format!("missing: {name}")).collect()
    }
}

/// The recorded steps of these groups, the less important ones where they belong.
fn in_order() -> Vec<Exchange> {
    let group = |exchange: &Exchange| GROUPS.contains(&exchange.step.split(':').next().unwrap());
    let mut extra: BTreeMap<String, Exchange> = Exchange::read_all(EXTRA)
        .into_iter()
        .filter(|exchange| group(exchange))
        .map(|exchange| (exchange.step.clone(), exchange))
        .collect();
    let mut steps = Vec::new();
    for exchange in Exchange::read_all(MAIN).into_iter().filter(|exchange| group(exchange)) {
        let after = AFTER.iter().find(|(step, _)| *step == exchange.step).map_or(&[][..], |(_, steps)| steps);
        steps.push(exchange);
        steps.extend(after.iter().map(|step| extra.remove(*step).unwrap_or_else(|| panic!("no step {step}"))));
    }
    let skipped: Vec<&str> = NOT_PLAYED.iter().flat_map(|(_, steps)| steps.iter().copied()).collect();
    extra.retain(|step, _| !skipped.contains(&step.as_str()));
    assert!(extra.is_empty(), "without a place: {:?}", extra.keys());
    steps.retain(|exchange| !skipped.contains(&exchange.step.as_str()));
    steps
}

#[test]
fn recorded_requests_about_images_and_boards_get_the_recorded_answers() {
    let steps = in_order();
    let mut player = Player::new(&steps);
    let expected: BTreeSet<&str> = DIFFERENT.iter().map(|(step, _)| *step).collect();
    let mut different = BTreeMap::new();
    for exchange in &steps {
        let found = player.play(exchange);
        if !found.is_empty() {
            different.insert(exchange.step.as_str(), found);
        }
    }
    assert!(steps.len() > 180, "only {} steps were played", steps.len());
    let surprises: BTreeMap<_, _> = different.iter().filter(|(step, _)| !expected.contains(*step)).collect();
    assert!(surprises.is_empty(), "{surprises:#?}");
    let equal: Vec<_> = expected.iter().filter(|step| !different.contains_key(*step)).collect();
    assert!(equal.is_empty(), "these are answered as recorded by now: {equal:?}");
}

/// Steps in single-user mode about images, boards and moves, in their order; with the reason for those we answer otherwise.
const SINGLE: [(&str, Option<&str>); 14] = [
    ("single: create board", None),
    ("single: upload image", None),
    ("single: get dto", None),
    // Caching headers are not compared: `docs/compatibility.md` tells why ours differ.
    ("single: full has a long max-age", None),
    ("single: thumbnail has a long max-age", None),
    ("single: garbage bearer token is ignored", None),
    ("single: upload with image_subfolder_strategy=type", None),
    ("single: upload with image_subfolder_strategy=hash", None),
    ("single: upload with image_subfolder_strategy=date", Some("the day of this run")),
    ("single: upload with image_subfolder_strategy=flat", None),
    (
        "single: image_moves start (relocate existing files to the current strategy)",
        Some("counts the images of the recorded run"),
    ),
    ("single: image_moves status later", None),
    ("single: clear intermediates", None),
    ("single: boards list without token sees all owners", Some("lists the boards of the recorded run")),
];

#[test]
fn recorded_requests_in_single_user_mode_get_the_recorded_answers() {
    let recorded: BTreeMap<String, Exchange> = [MAIN, EXTRA]
        .into_iter()
        .flat_map(Exchange::read_all)
        .map(|exchange| (exchange.step.clone(), exchange))
        .collect();
    let mut player = Player::single();
    for (step, reason) in SINGLE {
        let found = player.play(&recorded[step]);
        assert_eq!(found.is_empty(), reason.is_none(), "{step}: {found:#?}");
    }
}
