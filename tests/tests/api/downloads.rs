//! Several images as one archive.

use invoke_tests::events::Listener;
use invoke_tests::{Client, TestServer};
use serde_json::{Value, json};

/// The names in an archive whose members are stored as they are, and their contents.
fn members(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let number = |at: usize, length: usize| {
        archive[at..at + length].iter().rev().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte))
    };
    // From the list at the end, which names where each member begins.
    let end = (0..archive.len() - 3).rev().find(|at| &archive[*at..*at + 4] == b"PK\x05\x06").unwrap();
    let (count, mut at) = (number(end + 10, 2), number(end + 16, 4));
    for _ in 0..count {
        assert_eq!(&archive[at..at + 4], b"PK\x01\x02");
        assert_eq!(number(at + 10, 2), 0, "stored as it is");
        let (size, name_length) = (number(at + 24, 4), number(at + 28, 2));
        let name = String::from_utf8(archive[at + 46..at + 46 + name_length].to_vec()).unwrap();
        let start = number(at + 42, 4);
        let data = start + 30 + number(start + 26, 2) + number(start + 28, 2);
        found.push((name, archive[data..data + size].to_vec()));
        at += 46 + name_length + number(at + 30, 2) + number(at + 32, 2);
    }
    found
}

fn order(client: &Client, server: &TestServer, body: &Value) -> String {
    let mut listener = Listener::connect(&server.url(), client.token());
    let answer = client.post("/api/v1/images/download", body);
    let name = answer.has_status(202).json()["bulk_download_item_name"].as_str().unwrap().to_owned();
    let events = listener.until(|event| event.name == "bulk_download_complete" || event.name == "bulk_download_error");
    let last = events.last().unwrap();
    assert_eq!(
        (last.name.as_str(), last.data["bulk_download_item_name"].as_str()),
        ("bulk_download_complete", Some(name.as_str()))
    );
    assert_eq!(last.data["bulk_download_id"], "default");
    assert!(events.iter().any(|event| event.name == "bulk_download_started"));
    name
}

#[test]
fn an_archive_holds_the_files_by_category_and_is_there_once_for_its_owner() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let board = alice.post("/api/v1/boards/?board_name=My+board%2F..%2Fx", &json!({})).ok()["board_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let on_board = server.store_image_on(&alice, &board).name.0;
    let loose = server.store_image(&alice, None).name.0;
    let name = order(&alice, &server, &json!({ "image_names": [on_board, loose] }));
    bob.get(&format!("/api/v1/images/download/{name}")).refused(403, "Not authorized to access this download");
    let archive = alice.get(&format!("/api/v1/images/download/{name}"));
    assert_eq!((archive.status, archive.header("content-type")), (200, "application/zip"));
    let mut found = members(&archive.bytes);
    found.sort();
    let mut expected = Vec::new();
    for (category, image) in [("general", &on_board), ("user", &loose)] {
        let file = alice.get(&format!("/api/v1/images/i/{image}/full")).bytes;
        expected.push((format!("{category}/{image}"), file));
    }
    assert!(found == expected, "{:?}", found.iter().map(|(name, _)| name).collect::<Vec<_>>());
    alice.get(&format!("/api/v1/images/download/{name}")).refused(404, "Not Found");
    let name = order(&alice, &server, &json!({ "board_id": board }));
    assert!(name.starts_with("My boardx_"), "{name}");
    assert_eq!(members(&alice.get(&format!("/api/v1/images/download/{name}")).bytes).len(), 1);
}

#[test]
fn one_image_that_may_not_be_seen_refuses_the_whole() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let (own, foreign) = (server.store_image(&alice, None).name.0, server.store_image(&bob, None).name.0);
    let ask = |names: Value| alice.post("/api/v1/images/download", &json!({ "image_names": names }));
    ask(json!([own, foreign])).refused(403, "Not authorized to access this image");
    ask(json!([own, "nope.png"])).refused(404, "Image not found");
    ask(json!([])).refused(400, "No images or board id specified.");
    ask(json!(["../../databases/invokeai.db"])).refused(404, "Image not found");
}

#[test]
fn names_that_lead_elsewhere_name_no_archive() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for name in ["..%2F..%2Finvokeai.yaml", "%2Fetc%2Fpasswd", "nope.zip", "%00", "..%5C..%5Cx.zip"] {
        let answer = alice.get(&format!("/api/v1/images/download/{name}"));
        assert_eq!(answer.status, 404, "{name}: {}", answer.text());
    }
}
