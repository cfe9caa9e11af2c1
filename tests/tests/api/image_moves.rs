//! Moving image files to the folders another strategy would put them in.

use invoke_tests::{Client, TestServer};
use serde_json::{Value, json};
use std::path::Path;

const STATUS: &str = "/api/v1/image_moves/status";

/// The status once nothing runs any more. Asking is the waiting.
fn settled(admin: &Client) -> Value {
    loop {
        let status = admin.get(STATUS).ok();
        if status["is_running"] == false {
            return status;
        }
    }
}

fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|file| format!("{name}/{file}")));
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

#[test]
fn files_move_to_where_the_strategy_puts_them_and_stay_readable() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let names: Vec<String> = (0..5).map(|_| server.store_image(&alice, None).name.0).collect();
    assert_eq!(server.admin().get(STATUS).ok()["needs_move_count"], 0);
    let server = server.restart_with("image_subfolder_strategy: hash");
    let admin = server.sign_in(invoke_tests::ADMIN);
    let alice = server.sign_in("alice@example.com");
    assert_eq!(admin.get(STATUS).ok()["needs_move_count"], 5);
    admin.post("/api/v1/image_moves/start", &json!({})).has_status(202);
    let status = settled(&admin);
    assert_eq!((&status["needs_move_count"], &status["latest_job"]["state"]), (&json!(0), &json!("committed")));
    assert_eq!((&status["last_error"], &status["active_job_id"]), (&Value::Null, &Value::Null));
    let mut expected: Vec<String> = Vec::new();
    for name in &names {
        expected.push(format!("{}/{name}", &name[..2]));
        expected.push(format!("thumbnails/{}/{}", &name[..2], name.replace(".png", ".webp")));
        assert_eq!(alice.get(&format!("/api/v1/images/i/{name}")).ok()["image_subfolder"], &name[..2]);
        for variant in ["full", "thumbnail"] {
            alice.get(&format!("/api/v1/images/i/{name}/{variant}")).has_status(200);
        }
    }
    expected.sort();
    assert_eq!(files(&server.root().join("outputs/images")), expected);
    // Deleting finds them at the new place.
    alice.post("/api/v1/images/delete", &json!({ "image_names": names })).ok();
    assert_eq!(files(&server.root().join("outputs/images")), [""; 0]);
}

#[test]
fn what_is_missing_or_in_the_way_is_told_and_nothing_is_lost() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let names: Vec<String> = (0..3).map(|_| server.store_image(&alice, None).name.0).collect();
    server.admin();
    let server = server.restart_with("image_subfolder_strategy: type");
    let admin = server.sign_in(invoke_tests::ADMIN);
    let images = server.root().join("outputs/images");
    std::fs::remove_file(images.join(&names[0])).unwrap();
    std::fs::create_dir(images.join("user")).unwrap();
    std::fs::write(images.join("user").join(&names[1]), "somebody else's").unwrap();
    admin.post("/api/v1/image_moves/start", &json!({})).has_status(202);
    let status = settled(&admin);
    assert_eq!((&status["needs_move_count"], &status["latest_job"]["state"]), (&json!(2), &json!("error")));
    let told = status["latest_job"]["error_message"].as_str().unwrap();
    assert!(told.contains(&format!("{}: the file is missing", names[0])), "{told}");
    assert!(told.contains(&format!("{}: there is another file in its new place", names[1])), "{told}");
    assert_eq!(std::fs::read(images.join("user").join(&names[1])).unwrap(), b"somebody else's");
    assert!(images.join(&names[1]).is_file() && images.join("user").join(&names[2]).is_file());
}
