//! The library of workflows: saving, sharing, finding, pictures.

use invoke_tests::documents::{self, body, file, picture, send, workflow};
use invoke_tests::events::Listener;
use invoke_tests::{Answer, Client, TestServer};
use reqwest::Method;
use reqwest::blocking::multipart::Form;
use serde_json::{Value, json};

const LIBRARY: &str = "/api/v1/workflows/";

fn save(client: &Client, document: &Value) -> String {
    client.post(LIBRARY, &body(document)).ok()["workflow_id"].as_str().unwrap().to_owned()
}

fn at(id: &str) -> String {
    format!("/api/v1/workflows/i/{id}")
}

fn publish(client: &Client, id: &str, is_public: bool) -> Answer {
    Answer::of(client.request(Method::PATCH, &format!("{}/is_public", at(id))).json(&json!({ "is_public": is_public })))
}

fn names(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("{LIBRARY}?{query}")).ok();
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn only_administrators_publish_unless_the_settings_let_owners() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let id = save(&alice, &workflow("Flow"));
    publish(&alice, &id, true).refused(403, "Only administrators may publish workflows");
    bob.get(&at(&id)).refused(403, "Not authorized to access this workflow");
    publish(&bob, &id, true).refused(403, "Not authorized to update this workflow");
    let published = publish(server.admin(), &id, true).ok();
    assert_eq!((&published["is_public"], &published["workflow"]["tags"]), (&json!(true), &json!("math, demo, shared")));
    bob.get(&at(&id)).ok();
    assert_eq!(names(&bob, "categories=user"), [""; 0]);
    assert_eq!(names(&bob, "categories=user&is_public=true"), ["Flow"]);
    // The owner may take it back.
    assert_eq!(publish(&alice, &id, false).ok()["workflow"]["tags"], "math, demo");
    bob.get(&at(&id)).refused(403, "Not authorized to access this workflow");

    let server = TestServer::multiuser().with("workflow_publish: owners").start();
    let alice = server.user("alice");
    let id = save(&alice, &workflow("Flow"));
    assert_eq!(publish(&alice, &id, true).ok()["is_public"], true);
}

#[test]
fn the_id_of_the_path_counts_and_another_one_in_the_body_is_refused() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let (mine, other) = (save(&alice, &workflow("Mine")), save(&alice, &workflow("Other")));
    let mut document = workflow("Renamed");
    document["id"] = json!(other);
    let answer = Answer::of(alice.request(Method::PATCH, &at(&mine)).json(&body(&document)));
    answer.refused(400, "The workflow cannot be kept: its id is that of another workflow");
    document["id"] = json!(mine);
    let answer = Answer::of(alice.request(Method::PATCH, &at(&mine)).json(&body(&document)));
    assert_eq!(answer.ok()["name"], "Renamed");
    assert_eq!(alice.get(&at(&other)).ok()["name"], "Other");
}

#[test]
fn what_comes_with_the_program_is_seen_by_all_and_changed_by_nobody() {
    let server = TestServer::start();
    let (alice, admin) = (server.user("alice"), server.admin());
    let page = alice.get(&format!("{LIBRARY}?categories=default")).ok();
    assert!(page["total"].as_i64().unwrap() >= 8, "{page}");
    let id = page["items"][0]["workflow_id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("default_"), "{id}");
    assert_eq!(page["items"][0]["user_id"], "system");
    let mut document = alice.get(&at(&id)).ok()["workflow"].clone();
    alice.delete(&at(&id)).refused(403, "Not authorized to delete this workflow");
    admin.delete(&at(&id)).refused(403, "Default workflows cannot be changed");
    publish(admin, &id, true).refused(403, "Default workflows cannot be changed");
    let answer = Answer::of(admin.request(Method::PATCH, &at(&id)).json(&body(&document)));
    answer.refused(403, "Default workflows cannot be changed");
    // A copy of one is somebody's own, and says so.
    let answer = alice.post(LIBRARY, &body(&document));
    answer.refused(400, "The workflow cannot be kept: those of category `default` come with the program");
    document["meta"]["category"] = json!("user");
    let copy = save(&alice, &document);
    assert_ne!(copy, id);
    // Opening notes a time that is one for all: administrators only.
    alice.put(&format!("{}/opened_at", at(&id))).refused(403, "Not authorized to update this workflow");
    admin.put(&format!("{}/opened_at", at(&id))).ok();
    let restarted = server.restart();
    let admin = restarted.sign_in(invoke_tests::ADMIN);
    assert_ne!(admin.get(&at(&id)).ok()["opened_at"], Value::Null, "a restart touches only what changed");
}

#[test]
fn listings_filter_order_and_page() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for (name, tags) in [("b flow", "math, a_b"), ("A flow", "art"), ("c%flow", "axb"), ("d flow", "")] {
        let mut document = workflow(name);
        document["tags"] = json!(tags);
        document["description"] = json!(format!("about {name}"));
        save(&alice, &document);
    }
    let own = "categories=user";
    // Capitals come first, as in the reference.
    assert_eq!(names(&alice, own), ["A flow", "b flow", "c%flow", "d flow"]);
    assert_eq!(names(&alice, &format!("{own}&direction=DESC")), ["d flow", "c%flow", "b flow", "A flow"]);
    assert_eq!(names(&alice, &format!("{own}&order_by=created_at")), ["b flow", "A flow", "c%flow", "d flow"]);
    assert_eq!(names(&alice, &format!("{own}&query=ABOUT%20b")), ["b flow"]);
    assert_eq!(names(&alice, &format!("{own}&tags=art&tags=MATH")), ["A flow", "b flow"]);
    // Wildcards of the database mean themselves.
    assert_eq!(names(&alice, &format!("{own}&query=%25")), ["c%flow"]);
    assert_eq!(names(&alice, &format!("{own}&tags=a_b")), ["b flow"]);
    assert_eq!(names(&alice, &format!("{own}&query=%5C")), [""; 0]);
    let page = alice.get(&format!("{LIBRARY}?{own}&per_page=3&page=1")).ok();
    assert_eq!(
        (&page["page"], &page["pages"], &page["per_page"], &page["total"]),
        (&json!(1), &json!(2), &json!(3), &json!(4))
    );
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    let everything = alice.get(&format!("{LIBRARY}?{own}&per_page=0")).ok();
    assert_eq!((&everything["pages"], &everything["per_page"]), (&json!(1), &json!(4)));
    assert_eq!(names(&alice, &format!("{own}&page=9223372036854775807&per_page=9223372036854775807")), [""; 0]);
    assert_eq!(alice.get("/api/v1/workflows/tags?categories=user").ok(), json!(["a_b", "art", "axb", "math"]));
    let counts = alice.get("/api/v1/workflows/counts_by_tag?tags=art&tags=nope&categories=user").ok();
    assert_eq!(counts, json!({ "art": 1, "nope": 0 }));
    assert_eq!(alice.get("/api/v1/workflows/counts_by_category?categories=user").ok(), json!({ "user": 4 }));
    let problem = &alice.get(&format!("{LIBRARY}?order_by=secret")).has_status(422).json()["detail"][0];
    assert_eq!(problem["type"], "enum");
}

#[test]
fn nobody_counts_or_finds_what_belongs_to_others() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let mut document = workflow("Secret");
    document["tags"] = json!("hidden");
    save(&alice, &document);
    for query in ["", "categories=user", "is_public=false", "query=secret", "tags=hidden", "callable=false"] {
        assert!(!names(&bob, query).contains(&"Secret".to_owned()), "{query}");
    }
    assert_eq!(bob.get("/api/v1/workflows/counts_by_category?categories=user").ok(), json!({ "user": 0 }));
    assert_eq!(bob.get("/api/v1/workflows/counts_by_tag?tags=hidden").ok(), json!({ "hidden": 0 }));
    assert!(!bob.get("/api/v1/workflows/tags").ok().as_array().unwrap().contains(&json!("hidden")));
    assert!(names(server.admin(), "categories=user").contains(&"Secret".to_owned()));
}

#[test]
fn a_picture_is_kept_small_shown_to_those_who_see_the_workflow_and_goes_with_it() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let id = save(&alice, &workflow("Flow"));
    let place = format!("{}/thumbnail", at(&id));
    alice.get(&place).refused(404, "Not Found");
    let form = || Form::new().part("image", file("t.png", "image/png", picture(900, 300)));
    send(&bob, Method::PUT, &place, form()).refused(403, "Not authorized to update this workflow");
    assert_eq!(send(&alice, Method::PUT, &place, form()).ok(), Value::Null);
    let shown = alice.get(&place);
    assert_eq!((shown.status, shown.header("content-type")), (200, "image/webp"));
    assert_eq!(&shown.bytes[8..12], b"WEBP");
    assert!(server.root().join(format!("workflow_thumbnails/{id}.webp")).is_file());
    let url = alice.get(&at(&id)).ok()["thumbnail_url"].as_str().unwrap().to_owned();
    assert_eq!(alice.get(&format!("/{url}")).bytes, shown.bytes);
    // Known pictures are not sent again, and not without asking whether they may be seen.
    assert_eq!(shown.header("cache-control"), "private, no-cache");
    let again = Answer::of(alice.request(Method::GET, &place).header("if-none-match", shown.header("etag")));
    again.has_status(304);
    bob.get(&place).refused(403, "Not authorized to access this workflow");
    server.nobody().get(&place).has_status(401);
    alice.delete(&place).ok();
    alice.delete(&place).refused(404, "Not Found");
    send(&alice, Method::PUT, &place, form()).ok();
    alice.delete(&at(&id)).ok();
    assert!(!server.root().join(format!("workflow_thumbnails/{id}.webp")).exists());
}

#[test]
fn owners_and_administrators_hear_of_changes_and_everybody_of_public_ones() {
    let server = TestServer::multiuser().with("workflow_publish: owners").start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let mut owner = Listener::connect(&server.url(), alice.token());
    let mut stranger = Listener::connect(&server.url(), bob.token());
    let id = save(&alice, &workflow("Flow"));
    let event = owner.next_event();
    assert_eq!((event.name.as_str(), &event.data["is_public"]), ("workflow_created", &json!(false)));
    assert_eq!(
        event.data.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["timestamp", "workflow_id", "user_id", "is_public"]
    );
    publish(&alice, &id, true).ok();
    publish(&alice, &id, false).ok();
    // The first the stranger hears of it is that it is public.
    let event = stranger.next_event();
    assert_eq!((event.name.as_str(), &event.data["new_is_public"]), ("workflow_updated", &json!(true)));
    let event = stranger.next_event();
    assert_eq!((event.name.as_str(), &event.data["workflow_id"]), ("workflow_access_revoked", &json!(id)));
    let heard: Vec<String> = (0..3).map(|_| owner.next_event().name).collect();
    assert_eq!(heard, ["workflow_updated", "workflow_updated", "workflow_access_revoked"]);
    alice.delete(&at(&id)).ok();
    assert_eq!(owner.next_event().name, "workflow_deleted");
    // A private one is deleted in silence for others: what they hear next is about something else.
    bob.post(LIBRARY, &body(&workflow("Mine"))).ok();
    assert_eq!(stranger.next_event().name, "workflow_created");
}

#[test]
fn without_accounts_what_is_saved_is_for_everybody() {
    let server = TestServer::single_user().start();
    let made = server.nobody().post(LIBRARY, &body(&workflow("Solo"))).ok();
    assert_eq!((&made["user_id"], &made["is_public"]), (&json!("system"), &json!(true)));
}

#[test]
fn whether_one_may_be_called_is_told_with_the_reason() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let mut document = workflow("Returns");
    let node =
        |kind: &str| json!({ "id": kind, "type": "invocation", "data": { "id": kind, "type": kind, "inputs": {} } });
    document["nodes"] = json!([node("workflow_return"), node("no_such_node")]);
    let id = save(&alice, &document);
    let compatibility = &alice.get(&at(&id)).ok()["call_saved_workflow_compatibility"];
    assert_eq!((&compatibility["is_callable"], &compatibility["reason"]), (&json!(false), &json!("invalid_graph")));
    document["nodes"] = json!([node("workflow_return"), node("workflow_return")]);
    let problem = &alice.post(LIBRARY, &body(&document)).has_status(422).json()["detail"][0];
    assert_eq!(problem["msg"], "Value error, A workflow may not contain more than one workflow_return node.");
    assert_eq!(names(&alice, "categories=user&callable=true"), [""; 0]);
    assert_eq!(names(&alice, "categories=user&callable=false"), ["Returns"]);
}

/// What does not fit is refused in words, and the server goes on.
#[test]
fn hostile_documents_pictures_and_searches_are_refused() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let post = |text: Vec<u8>| {
        Answer::of(alice.request(Method::POST, LIBRARY).header("content-type", "application/json").body(text))
    };
    // Nested deeper than anybody writes.
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    post(format!("{{\"workflow\": {deep}}}").into_bytes()).has_status(422);
    // Bytes that are no text.
    post(b"{\"workflow\": {\"name\": \"\xff\xfe\"}}".to_vec()).has_status(422);
    // A text that would end early for a careless reader.
    let mut document = workflow("nul \u{0} and 🦊");
    document["description"] = json!("'; DROP TABLE workflow_library; --");
    let id = save(&alice, &document);
    assert_eq!(alice.get(&at(&id)).ok()["workflow"]["name"], "nul \u{0} and 🦊");
    // Larger than is kept.
    document["notes"] = json!("x".repeat(9 << 20));
    alice.post(LIBRARY, &body(&document)).refused(400, "The workflow cannot be kept: it is longer than 8 MiB");
    // Nodes that are no objects.
    document = workflow("Flow");
    document["nodes"] = json!(["text", 7]);
    alice.post(LIBRARY, &body(&document)).has_status(422);
    // Ids that lead elsewhere.
    for id in ["..%2F..%2Finvokeai.yaml", "%252e%252e", "a%00b", "default_", "'%20OR%201=1"] {
        alice.get(&at(id)).has_status(404);
        alice.get(&format!("{}/thumbnail", at(id))).has_status(404);
        alice.delete(&at(id)).has_status(404);
    }
    // Searches the database would choke on.
    let long = "%25_".repeat(2_000);
    assert_eq!(names(&alice, &format!("categories=user&query={long}")), [""; 0]);
    alice.get(&format!("{LIBRARY}?query=%FF%FE&tags=%00&categories=user")).ok();

    let place = format!("{}/thumbnail", at(&id));
    let put = |name: &'static str, kind: &str, bytes: Vec<u8>| {
        send(&alice, Method::PUT, &place, Form::new().part("image", file(name, kind, bytes)))
    };
    put("t.txt", "text/plain", b"x".to_vec()).refused(415, "Not an image");
    put("t.png", "image/png", b"not a picture".to_vec()).refused(415, "Failed to read image");
    put("t.png", "image/png", Vec::new()).refused(415, "Failed to read image");
    put("../../t.png", "image/png", bomb(60_000, 60_000)).has_status(413);
    let mut cut = picture(40, 40);
    cut.truncate(60);
    put("t.png", "image/png", cut).refused(415, "Failed to read image");
    let problem =
        &send(&alice, Method::PUT, &place, Form::new().text("image", "words")).has_status(422).json()["detail"][0];
    assert_eq!(problem["loc"], json!(["body", "image"]));
    // More than is read, told by its length before a byte of it is.
    let huge = Answer::of(
        alice
            .request(Method::PUT, &place)
            .header("content-type", "multipart/form-data; boundary=x")
            .body(vec![0_u8; 33 << 20]),
    );
    huge.has_status(413);
    for broken in ["--x\r\n", "--x\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\nunfinished", "no boundary"]
    {
        let request = alice.request(Method::PUT, &place).header("content-type", "multipart/form-data; boundary=x");
        let status = Answer::of(request.body(broken)).status;
        assert!(status == 400 || status == 422, "{broken:?}: {status}");
    }
    let crowd = (0..40).fold(Form::new(), |form, index| form.text(format!("f{index}"), "x"));
    send(&alice, Method::PUT, &place, crowd).refused(400, "Too many fields, at most 16");
    alice.get(&at(&id)).ok();
}

/// A PNG that announces this size and holds next to nothing.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = picture(8, 8);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

/// The checksum of PNG chunks, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

#[test]
fn every_shipped_workflow_is_one_that_could_be_saved() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let page = alice.get(&format!("{LIBRARY}?categories=default")).ok();
    for item in page["items"].as_array().unwrap() {
        let mut document = alice.get(&at(item["workflow_id"].as_str().unwrap())).ok()["workflow"].clone();
        document["meta"]["category"] = json!("user");
        let kept = alice.post(LIBRARY, &body(&document)).ok();
        assert_eq!(kept["workflow"]["nodes"], document["nodes"], "{}", item["name"]);
        assert_eq!(kept["workflow"]["form"], document["form"], "{}", item["name"]);
    }
}

#[test]
fn a_saved_workflow_survives_a_restart() {
    let server = TestServer::start();
    server.user("alice");
    let id = save(&server.sign_in("alice@example.com"), &workflow("Flow"));
    let server = server.restart();
    let kept = server.sign_in("alice@example.com").get(&at(&id)).ok();
    assert_eq!(kept["workflow"]["nodes"], documents::workflow("Flow")["nodes"]);
}
