//! Images: records, files, access.

use invoke_tests::{Answer, TestServer};
use reqwest::Method;
use serde_json::{Value, json};

#[test]
fn an_image_is_described_as_recorded_and_shown_to_its_owner() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let name = server.store_image(&alice, Some(&json!({ "seed": 42 }))).name.0;
    let image = alice.get(&format!("/api/v1/images/i/{name}")).ok();
    assert_eq!(image["image_url"], format!("api/v1/images/i/{name}/full"));
    assert_eq!((&image["width"], &image["height"], &image["image_category"]), (&json!(3), &json!(2), &json!("user")));
    assert_eq!(alice.get(&format!("/api/v1/images/i/{name}/metadata")).ok(), json!({ "seed": 42 }));
    assert_eq!(
        alice.get(&format!("/api/v1/images/i/{name}/workflow")).ok(),
        json!({ "workflow": null, "graph": null })
    );
    let full = alice.get(&format!("/api/v1/images/i/{name}/full"));
    assert_eq!((full.status, full.header("content-type")), (200, "image/png"));
    assert_eq!(full.header("content-disposition"), format!("inline; filename=\"{name}\""));
    assert!(full.bytes.starts_with(b"\x89PNG"));
    let small = alice.get(&format!("/api/v1/images/i/{name}/thumbnail"));
    assert_eq!((small.status, small.header("content-type")), (200, "image/webp"));
    assert_eq!(&small.bytes[8..12], b"WEBP");
}

#[test]
fn somebody_elses_image_is_refused_on_every_route() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let name = server.store_image(&alice, None).name.0;
    for route in ["", "/metadata", "/workflow", "/full", "/thumbnail"] {
        let answer = bob.get(&format!("/api/v1/images/i/{name}{route}"));
        answer.refused(403, "Not authorized to access this image");
    }
    let answer = bob.delete(&format!("/api/v1/images/i/{name}"));
    answer.refused(403, "Not authorized to modify this image");
    assert_eq!(bob.get("/api/v1/images/").ok()["total"], 0);
    let names = json!({ "image_names": [name, "nope.png"] });
    assert_eq!(bob.post("/api/v1/images/images_by_names", &names).ok(), json!([]));
    assert_eq!(server.admin().get("/api/v1/images/").ok()["total"], 1);
}

#[test]
fn the_media_cookie_opens_pictures_and_nothing_else() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let name = server.store_image(&alice, None).name.0;
    let with_cookie = |route: &str| {
        let request = server.nobody().request(Method::GET, route);
        Answer::of(request.header("cookie", format!("invokeai_media_token={}", alice.token())))
    };
    with_cookie(&format!("/api/v1/images/i/{name}/full")).has_status(200);
    with_cookie(&format!("/api/v1/images/i/{name}/thumbnail")).has_status(200);
    with_cookie(&format!("/api/v1/images/i/{name}")).refused(401, "Authentication required");
    let set = alice.post("/api/v1/auth/media-cookie", &json!({}));
    assert!(set.header("set-cookie").starts_with(&format!("invokeai_media_token={};", alice.token())));
}

#[test]
fn a_browser_may_keep_a_picture_but_asks_whether_it_may_still_show_it() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let path = format!("/api/v1/images/i/{}/full", server.store_image(&alice, None).name);
    let first = alice.get(&path);
    assert_eq!(first.header("cache-control"), "private, no-cache");
    let tag = first.header("etag").to_owned();
    let again =
        |client: &invoke_tests::Client| Answer::of(client.request(Method::GET, &path).header("if-none-match", &tag));
    let fresh = again(&alice);
    assert_eq!((fresh.status, fresh.bytes.len()), (304, 0));
    again(&bob).refused(403, "Not authorized to access this image");
}

#[test]
fn part_of_a_picture_and_its_headers_can_be_asked_for() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let path = format!("/api/v1/images/i/{}/full", server.store_image(&alice, None).name);
    let whole = alice.get(&path);
    let part = Answer::of(alice.request(Method::GET, &path).header("range", "bytes=1-3"));
    assert_eq!((part.status, part.bytes.as_slice()), (206, &b"PNG"[..]));
    assert_eq!(part.header("content-range"), format!("bytes 1-3/{}", whole.bytes.len()));
    let behind = Answer::of(alice.request(Method::GET, &path).header("range", "bytes=99999999-"));
    assert_eq!(behind.status, 416);
    let head = Answer::of(alice.request(Method::HEAD, &path));
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    assert_eq!(head.header("content-length"), whole.bytes.len().to_string());
}

#[test]
fn lists_are_paged_and_limits_are_checked() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let names: Vec<String> = (0..3).map(|_| server.store_image(&alice, None).name.0).collect();
    let page = alice.get("/api/v1/images/?limit=2&order_dir=ASC").ok();
    assert_eq!((&page["total"], &page["limit"], page["items"].as_array().unwrap().len()), (&json!(3), &json!(2), 2));
    let mut listed = alice.get("/api/v1/images/names").ok()["image_names"].as_array().unwrap().clone();
    listed.sort_by_key(Value::to_string);
    let mut expected: Vec<Value> = names.into_iter().map(Value::from).collect();
    expected.sort_by_key(Value::to_string);
    assert_eq!(listed, expected);
    assert_eq!(alice.get("/api/v1/images/?limit=0").ok()["items"], json!([]));
    assert_eq!(alice.get("/api/v1/images/?categories=mask").ok()["total"], 0);
    assert_eq!(
        alice.get("/api/v1/images/?limit=1001").has_status(422).json()["detail"],
        json!([{
            "type": "less_than_equal", "loc": ["query", "limit"],
            "msg": "Input should be less than or equal to 1000", "input": "1001", "ctx": { "le": 1000 },
        }])
    );
    alice.get("/api/v1/images/?board_id=nope").refused(404, "Board not found");
}

/// InvokeAI's pages ask once more for the board an administrator has just deleted.
#[test]
fn a_board_that_is_gone_is_empty_to_an_administrator_and_unknown_to_others() {
    let server = TestServer::start();
    let (admin, alice) = (server.admin(), server.user("alice"));
    let board = admin.post("/api/v1/boards/?board_name=gone", &json!({})).has_status(201).json()["board_id"].clone();
    let board = board.as_str().unwrap();
    admin.delete(&format!("/api/v1/boards/{board}")).ok();
    for (path, nothing) in [
        ("gallery/item_names", json!({ "item_names": [], "starred_count": 0, "total_count": 0 })),
        ("images/names", json!({ "image_names": [], "starred_count": 0, "total_count": 0 })),
        ("images/", json!({ "items": [], "offset": 0, "limit": 10, "total": 0 })),
    ] {
        let path = format!("/api/v1/{path}?board_id={board}");
        assert_eq!(admin.get(&path).ok(), nothing, "{path}");
        alice.get(&path).refused(404, "Board not found");
    }
}

#[test]
fn a_deleted_image_is_gone_with_its_files() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let name = server.store_image(&alice, None).name.0;
    let file = server.root().join("outputs/images").join(&name);
    assert!(file.exists());
    let deleted = alice.delete(&format!("/api/v1/images/i/{name}")).ok();
    assert_eq!(deleted, json!({ "affected_boards": ["none"], "deleted_images": [name], "failed_images": [] }));
    assert!(!file.exists());
    alice.get(&format!("/api/v1/images/i/{name}")).refused(404, "Image not found");
    alice.delete(&format!("/api/v1/images/i/{name}")).refused(403, "Not authorized to modify this image");
    server.admin().delete(&format!("/api/v1/images/i/{name}")).refused(404, "Image not found");
}

#[test]
fn names_that_lead_elsewhere_name_nothing() {
    let server = TestServer::start();
    let admin = server.admin();
    for name in ["..%2F..%2Finvokeai.yaml", "%2Fetc%2Fpasswd", "..%5C..%5Cinvokeai.yaml"] {
        admin.get(&format!("/api/v1/images/i/{name}/full")).has_status(404);
    }
}
