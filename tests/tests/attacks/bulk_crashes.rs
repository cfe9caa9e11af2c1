//! Killed while many images go at once, with or without their board, and while an archive is written. What one request
//! asked for happened as a whole or not at all.

use crate::image_crashes::{check_files, files, names};
use invoke_tests::process::ServerProcess;
use invoke_tests::{Client, documents};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// Images in each attempt.
const IMAGES: usize = 40;

/// Uploads so many images, on a board if one is named; their names.
fn upload(client: &Client, count: usize, board: Option<&str>) -> BTreeSet<String> {
    let board = board.map(|id| format!("&board_id={id}")).unwrap_or_default();
    let query = format!("image_category=general&is_intermediate=false{board}");
    let picture = documents::picture(16, 16);
    let upload =
        |_| client.upload(&query, picture.clone(), "image/png").ok()["image_name"].as_str().unwrap().to_owned();
    (0..count).map(upload).collect()
}

/// Asks for something, and kills the server when `count` files of the images' folder are gone, or at once for none.
fn kill_during(server: ServerProcess, root: &Path, count: usize, method: &Method, path: &str, body: &Value) {
    let folder = root.join("outputs/images");
    let before = files(&folder).len();
    let client = server.caller();
    std::thread::scope(|scope| {
        // Answered or not: the server is killed in the middle of it.
        let asked = scope.spawn(|| client.request(method.clone(), path).json(body).send().is_ok());
        while files(&folder).len() + count > before && !asked.is_finished() {}
        server.kill();
    });
}

fn start(root: &Path) -> ServerProcess {
    let mut server = ServerProcess::start(root);
    if server.get("/api/v1/auth/status")["setup_required"] == true {
        server.set_up_administrator();
    }
    server.sign_in();
    server
}

#[test]
fn a_bulk_deletion_that_is_killed_happened_or_did_not() {
    let root = tempfile::tempdir().unwrap();
    let mut server = start(root.path());
    let kept = upload(&server.caller(), 3, None);
    let mut happened = 0;
    for count in [0, 1, IMAGES / 2, IMAGES - 1] {
        let doomed = upload(&server.caller(), IMAGES, None);
        kill_during(
            server,
            root.path(),
            count,
            &Method::POST,
            "/api/v1/images/delete",
            &json!({ "image_names": doomed }),
        );
        server = start(root.path());
        let rows = names(&server.caller());
        assert!(rows.is_superset(&kept), "lost: {:?}", kept.difference(&rows));
        let left = doomed.intersection(&rows).count();
        assert!(left == 0 || left == IMAGES, "{left} of {IMAGES} are left after {count}");
        assert!(count == 0 || left == 0, "a file went before its row");
        happened += usize::from(left == 0);
        check_files(root.path(), &rows);
        server.caller().post("/api/v1/images/delete", &json!({ "image_names": doomed })).ok();
    }
    assert!(happened >= 3, "{happened}");
}

#[test]
fn a_board_whose_deletion_is_killed_is_there_with_its_images_or_gone_with_them() {
    let root = tempfile::tempdir().unwrap();
    let mut server = start(root.path());
    for count in [0, 1, IMAGES / 2, IMAGES - 1] {
        let board = server.caller().post("/api/v1/boards/?board_name=b", &json!({})).ok();
        let board = board["board_id"].as_str().unwrap().to_owned();
        let doomed = upload(&server.caller(), IMAGES, Some(&board));
        let path = format!("/api/v1/boards/{board}?include_images=true");
        kill_during(server, root.path(), count, &Method::DELETE, &path, &Value::Null);
        server = start(root.path());
        let client = server.caller();
        let rows = names(&client);
        let left = doomed.intersection(&rows).count();
        let is_there = client.get(&format!("/api/v1/boards/{board}")).status == 200;
        assert_eq!(left, if is_there { IMAGES } else { 0 }, "after {count}");
        assert!(count == 0 || !is_there, "a file went before its row");
        check_files(root.path(), &rows);
        if is_there {
            client.delete(&path).ok();
        }
    }
}

#[test]
fn an_archive_that_was_being_written_is_gone_and_costs_no_image() {
    let root = tempfile::tempdir().unwrap();
    let server = start(root.path());
    let wanted = upload(&server.caller(), IMAGES, None);
    let folder = root.path().join("outputs/.downloads");
    let ordered = server.caller().post("/api/v1/images/download", &json!({ "image_names": wanted }));
    let archive = ordered.has_status(202).json()["bulk_download_item_name"].as_str().unwrap().to_owned();
    while files(&folder).is_empty() {}
    server.kill();
    assert_eq!(files(&folder).len(), 1, "the archive was being written");
    let server = start(root.path());
    assert_eq!(files(&folder), BTreeSet::new());
    server.caller().get(&format!("/api/v1/images/download/{archive}")).has_status(404);
    assert_eq!(names(&server.caller()), wanted);
    check_files(root.path(), &wanted);
}
