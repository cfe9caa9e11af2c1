//! Removing accounts: rows and files, handing over, what crashes leave; adoption and usage.

use invoke_auth::Content;
use invoke_domain::UserId;
use invoke_permissions::Actor;
use invoke_tests::{Client, TestServer, graphs};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn user_path(client: &Client) -> String {
    format!("/api/v1/auth/users/{}", client.own_id())
}

/// Every file below the images folder.
fn files(server: &TestServer) -> Vec<PathBuf> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { collect(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    collect(&server.root().join("outputs/images"), &mut found);
    found
}

fn images(client: &Client) -> Value {
    client.get("/api/v1/images/names").ok()["total_count"].clone()
}

#[test]
fn an_account_goes_with_its_images_and_their_files() {
    let server = TestServer::multiuser().without_workers().start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    server.store_image(&alice, None);
    server.store_image(&bob, None);
    let item = alice.enqueue(&graphs::addition());
    assert_eq!(files(&server).len(), 4);
    let path = user_path(&alice);
    bob.delete(&path).refused(403, "Admin privileges required");
    let answer = server.admin().delete(&path);
    assert_eq!((answer.status, answer.bytes.len()), (204, 0));
    assert_eq!(files(&server).len(), 2, "an image of bob's and its thumbnail");
    assert_eq!((images(server.admin()), images(&bob)), (json!(1), json!(1)));
    server.admin().get(&format!("/api/v1/queue/default/i/{item}")).has_status(404);
    alice.get("/api/v1/auth/me").refused(401, "User account is inactive or does not exist");
    server.admin().get(&path).refused(404, "User not found");
    server.admin().delete(&path).refused(404, "User not found");
}

#[test]
fn content_can_be_transferred_or_kept() {
    let server = TestServer::multiuser().without_workers().start();
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| server.user(name));
    for client in [&alice, &carol] {
        server.store_image(client, None);
    }
    let admin = server.admin();
    let path = user_path(&alice);
    let missing = admin.delete(&format!("{path}?content=transfer"));
    assert_eq!(missing.has_status(422).json()["detail"][0]["loc"], json!(["query", "to"]));
    admin.delete(&format!("{path}?content=nonsense")).has_status(422);
    let nobody = admin.delete(&format!("{path}?content=transfer&to=nobody"));
    nobody.refused(404, "The user to transfer content to was not found");
    admin.delete(&format!("{path}?content=transfer&to={}", bob.own_id())).has_status(204);
    assert_eq!(images(&bob), 1);
    admin.delete(&format!("{}?content=keep", user_path(&carol))).has_status(204);
    assert_eq!((images(&bob), images(admin)), (json!(1), json!(2)));
    let kept = admin.get("/api/v1/images/").ok();
    assert_eq!(kept["total"], 2);
    assert_eq!(files(&server).len(), 4);
}

#[test]
fn the_last_administrator_stays_whatever_the_route() {
    let server = TestServer::start();
    let admin = server.admin();
    let path = user_path(admin);
    let text = "Cannot remove the last administrator";
    admin.delete(&path).refused(400, text);
    admin.delete(&format!("{path}?content=keep")).refused(400, text);
    admin.patch(&path, &json!({ "is_admin": false })).refused(400, text);
    admin.patch(&path, &json!({ "is_active": false })).refused(400, text);
}

#[test]
fn of_two_administrators_who_remove_each_other_at_once_one_stays() {
    let server = TestServer::start();
    let admin = server.admin().clone();
    let second = server.user("second");
    let paths = [user_path(&second), user_path(&admin)];
    admin.patch(&paths[0], &json!({ "is_admin": true })).ok();
    let start = std::sync::Barrier::new(2);
    let statuses = std::thread::scope(|scope| {
        [(&admin, &paths[0]), (&second, &paths[1])]
            .map(|(client, path)| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    client.delete(path).status
                })
            })
            .map(|attempt| attempt.join().unwrap())
    });
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert_eq!(server.nobody().get("/api/v1/auth/status").ok()["setup_required"], false);
}

#[test]
fn files_of_an_account_whose_removal_was_cut_short_go_at_the_next_start() {
    let server = TestServer::multiuser().without_workers().start();
    server.admin();
    let alice = server.user("alice");
    server.store_image(&alice, None);
    let id = UserId::from(alice.own_id().as_str());
    // As a command that was killed after its transaction.
    server.accounts_of_another_process().delete(&Actor::operator(), &id, Content::Delete).unwrap();
    assert_eq!(files(&server).len(), 2);
    let server = server.restart();
    assert!(files(&server).is_empty());
}

#[test]
fn what_was_made_before_there_were_accounts_is_counted_and_then_assigned() {
    let server = TestServer::multiuser().without_workers().start();
    let (alice, admin) = (server.user("alice"), server.admin());
    server.store_image(&alice, None);
    admin.delete(&format!("{}?content=keep", user_path(&alice))).has_status(204);
    let bob = server.user("bob");
    let path = format!("{}/adopt", user_path(&bob));
    bob.post(&path, &json!({})).refused(403, "Admin privileges required");
    let counted = admin.post(&path, &json!({ "dry_run": true })).ok();
    assert_eq!((&counted["dry_run"], &counted["images"], &counted["boards"]), (&json!(true), &json!(1), &json!(0)));
    assert_eq!(images(&bob), 0);
    let done = admin.post(&path, &json!({})).ok();
    assert_eq!((&done["dry_run"], &done["images"]), (&json!(false), &json!(1)));
    assert_eq!(images(&bob), 1);
    assert_eq!(admin.post(&path, &json!({ "dry_run": true })).ok()["images"], 0);
    let unknown = admin.post(&path, &json!({ "from_user_id": "nobody" }));
    unknown.refused(404, "User not found");
}

#[test]
fn administrators_see_what_each_account_uses() {
    let server = TestServer::multiuser().without_workers().start();
    let alice = server.user("alice");
    server.store_image(&alice, None);
    alice.enqueue_times(&graphs::addition(), 2);
    let admin = server.admin();
    alice.get("/api/v1/auth/statistics").refused(403, "Admin privileges required");
    let page = admin.get("/api/v1/auth/statistics?limit=1").ok();
    assert_eq!((&page["total"], page["items"].as_array().unwrap().len()), (&json!(2), 1));
    let all = admin.get("/api/v1/auth/statistics").ok();
    let entry = all["items"].as_array().unwrap().iter().find(|entry| entry["user"]["email"] == "alice@example.com");
    let entry = entry.unwrap();
    let on_disk: u64 = files(&server).iter().map(|path| std::fs::metadata(path).unwrap().len()).sum();
    assert_eq!((&entry["images"], &entry["boards"], &entry["storage_bytes"]), (&json!(1), &json!(0), &json!(on_disk)));
    assert_eq!((&entry["queue"]["pending"], &entry["queue"]["completed"]), (&json!(2), &json!(0)));
    assert!(entry["user"]["last_login_at"].is_string());
    admin.get("/api/v1/auth/statistics?limit=0").has_status(422);
}
