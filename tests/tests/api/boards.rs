//! Boards: sharing them with people, and what the lists say about it.

use invoke_tests::{Client, TestServer};
use serde_json::{Value, json};

fn new_board(owner: &Client, name: &str) -> String {
    let board = owner.post(&format!("/api/v1/boards/?board_name={name}"), &json!({})).ok();
    board["board_id"].as_str().unwrap().to_owned()
}

fn id_of(server: &TestServer, client: &Client) -> String {
    server.actor(client).user_id().to_string()
}

fn share(server: &TestServer, by: &Client, board: &str, with: &Client, level: &str) -> invoke_tests::Answer {
    by.put_json(&format!("/api/v1/boards/{board}/shares/{}", id_of(server, with)), &json!({ "level": level }))
}

fn listed(client: &Client, board: &str) -> Option<Value> {
    let boards = client.get("/api/v1/boards/").ok();
    boards.as_array().unwrap().iter().find(|one| one["board_id"] == board).cloned()
}

#[test]
fn an_administrator_begins_and_those_put_in_charge_go_on() {
    let server = TestServer::start();
    let (alice, bob, carol) = (server.user("alice"), server.user("bob"), server.user("carol"));
    let board = new_board(&alice, "team");
    share(&server, &alice, &board, &bob, "read").refused(403, "Not authorized to share this board");
    alice
        .patch(&format!("/api/v1/boards/{board}"), &json!({ "board_visibility": "shared" }))
        .refused(403, "Not authorized to share this board");
    let given = share(&server, server.admin(), &board, &bob, "admin").ok();
    assert_eq!((&given["level"], &given["display_name"]), (&json!("admin"), &json!("bob")));
    share(&server, &bob, &board, &carol, "read").ok();
    share(&server, &bob, &board, &carol, "write").ok();
    share(&server, &carol, &board, &carol, "admin").refused(403, "Not authorized to share this board");
    share(&server, &alice, &board, &alice, "read").refused(400, "A board cannot be shared with its owner");
    let shares = alice.get(&format!("/api/v1/boards/{board}/shares")).ok();
    let levels: Vec<_> = shares.as_array().unwrap().iter().map(|one| (&one["display_name"], &one["level"])).collect();
    assert_eq!(levels, [(&json!("bob"), &json!("admin")), (&json!("carol"), &json!("write"))]);
    // The owner takes access away; the one in charge before has nothing left to say.
    alice.delete(&format!("/api/v1/boards/{board}/shares/{}", id_of(&server, &bob))).has_status(204);
    bob.get(&format!("/api/v1/boards/{board}")).refused(403, "Not authorized to access this board");
    let history = alice.get(&format!("/api/v1/boards/{board}/shares/history")).ok();
    let decisions: Vec<_> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (one["user_name"].as_str().unwrap(), one["level"].as_str(), one["changed_by_name"].as_str().unwrap())
        })
        .collect();
    let expected = [
        ("bob", None, "alice"),
        ("carol", Some("write"), "bob"),
        ("carol", Some("read"), "bob"),
        ("bob", Some("admin"), "Admin"),
    ];
    assert_eq!(decisions, expected);
}

#[test]
fn where_owners_may_share_they_begin_themselves() {
    let server = TestServer::multiuser().with("board_sharing: owners").start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let board = new_board(&alice, "mine");
    share(&server, &alice, &board, &bob, "write").ok();
    alice.patch(&format!("/api/v1/boards/{board}"), &json!({ "board_visibility": "public" })).has_status(201);
    alice.patch(&format!("/api/v1/boards/{board}"), &json!({ "board_visibility": "private" })).has_status(201);
}

#[test]
fn the_list_tells_what_one_may_do_and_who_shares() {
    let server = TestServer::start();
    let (alice, bob, carol) = (server.user("alice"), server.user("bob"), server.user("carol"));
    let board = new_board(&alice, "team");
    alice.patch(&format!("/api/v1/boards/{board}"), &json!({ "description": "Covers for May" })).has_status(201);
    share(&server, server.admin(), &board, &bob, "write").ok();
    let seen = listed(&bob, &board).unwrap();
    assert_eq!((&seen["access_level"], &seen["shared_by"]), (&json!("write"), &json!("alice")));
    assert_eq!((&seen["description"], &seen["shared_with_count"]), (&json!("Covers for May"), &json!(1)));
    let own = listed(&alice, &board).unwrap();
    assert_eq!((own.get("access_level"), own.get("shared_by"), &own["shared_with_count"]), (None, None, &json!(1)));
    assert_eq!(listed(&carol, &board), None);
    // A board that is neither described nor shared looks as it does with the reference.
    let plain = new_board(&alice, "plain");
    let fields: Vec<String> = listed(&alice, &plain).unwrap().as_object().unwrap().keys().cloned().collect();
    for added in ["description", "access_level", "shared_by", "shared_with_count"] {
        assert!(!fields.iter().any(|field| field == added), "{fields:?}");
    }
}

#[test]
fn what_a_writer_adds_stays_the_writers_own() {
    let server = TestServer::start();
    let (alice, bob, carol) = (server.user("alice"), server.user("bob"), server.user("carol"));
    let board = new_board(&alice, "team");
    for person in [&bob, &carol] {
        share(&server, server.admin(), &board, person, "write").ok();
    }
    let image = server.store_image_on(&bob, &board).name.0;
    // Another writer stars it and takes it off, but does not delete it.
    let names = json!({ "image_names": [image] });
    assert_eq!(carol.post("/api/v1/images/star", &names).ok()["starred_images"], json!([image]));
    assert_eq!(carol.post("/api/v1/images/delete", &names).ok()["deleted_images"], json!([]));
    let taken = carol.delete_json("/api/v1/board_images/", &json!({ "image_name": image }));
    assert_eq!(taken.ok()["removed_images"], json!([image]));
    // Off the board it is bob's alone again.
    carol.get(&format!("/api/v1/images/i/{image}")).refused(403, "Not authorized to access this image");
    assert_eq!(bob.get(&format!("/api/v1/images/i/{image}")).ok()["starred"], true);
}

#[test]
fn with_the_board_go_the_owners_images_and_no_others() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let board = new_board(&alice, "team");
    share(&server, server.admin(), &board, &bob, "write").ok();
    let (own, others) = (server.store_image_on(&alice, &board).name.0, server.store_image_on(&bob, &board).name.0);
    let gone = alice.delete(&format!("/api/v1/boards/{board}?include_images=true")).ok();
    assert_eq!(gone["deleted_images"], json!([own]));
    alice.get(&format!("/api/v1/images/i/{own}")).refused(404, "Image not found");
    assert_eq!(bob.get(&format!("/api/v1/images/i/{others}")).ok()["board_id"], Value::Null);
}

#[test]
fn a_cover_is_an_image_one_sees() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let board = new_board(&alice, "b");
    let (own, foreign) = (server.store_image(&alice, None).name.0, server.store_image(&bob, None).name.0);
    let path = format!("/api/v1/boards/{board}");
    let answer = alice.patch(&path, &json!({ "cover_image_name": own }));
    assert_eq!(answer.ok()["cover_image_name"], own.as_str());
    let refused = alice.patch(&path, &json!({ "cover_image_name": foreign }));
    refused.refused(403, "Not authorized to access this image");
    alice.patch(&path, &json!({ "cover_image_name": "nope.png" })).refused(404, "Image not found");
}

#[test]
fn a_day_shows_its_images_and_never_somebody_elses_cover() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let own = server.store_image(&alice, None).name.0;
    server.store_image(&bob, None);
    let days = alice.get("/api/v1/virtual_boards/by_date").ok();
    assert_eq!((days.as_array().unwrap().len(), &days[0]["asset_count"]), (1, &json!(1)));
    assert_eq!(days[0]["cover_image_name"], own.as_str());
    let date = days[0]["date"].as_str().unwrap();
    let names = alice.get(&format!("/api/v1/virtual_boards/by_date/{date}/image_names")).ok();
    assert_eq!(names["image_names"], json!([own]));
    for wrong in ["foo", &date[..4], "2026-13-41", "%25", "..%2F.."] {
        let names = alice.get(&format!("/api/v1/virtual_boards/by_date/{wrong}/image_names")).ok();
        assert_eq!(names["total_count"], 0, "{wrong}");
    }
}

#[test]
fn ids_that_are_none_are_refused_and_change_nothing() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let board = new_board(&alice, "b");
    for id in ["..%2F..%2Fetc", "'%20OR%201=1--", "%00", "%FF%FE", "none'%20UNION%20SELECT"] {
        let status = alice.get(&format!("/api/v1/boards/{id}")).status;
        assert!((400..500).contains(&status), "{id}: {status}");
        let status = alice.delete(&format!("/api/v1/boards/{id}?include_images=true")).status;
        assert!((400..500).contains(&status), "{id}: {status}");
        let status = alice.delete(&format!("/api/v1/images/i/{id}")).status;
        assert!((400..500).contains(&status), "{id}: {status}");
        let path = format!("/api/v1/boards/{board}/shares/{id}");
        let status = server.admin().put_json(&path, &json!({ "level": "read" })).status;
        assert!((400..500).contains(&status), "{id}: {status}");
    }
    assert_eq!(alice.get("/api/v1/boards/").ok().as_array().unwrap().len(), 1);
}
