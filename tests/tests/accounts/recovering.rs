//! `invokeai-web recover-admin`: back in when nobody can sign in as an administrator.

use super::server;
use invoke_tests::commands::run;
use invoke_tests::process::ServerProcess;
use invoke_tests::{ADMIN, Answer, Client, PASSWORD};
use serde_json::{Value, json};
use std::path::Path;

const WRONG: &str = "The recovery code is wrong, used or expired";

/// The code the command shows.
fn code(root: &Path) -> String {
    let printed = run("invokeai-web", root, &["recover-admin"], "");
    let line = printed.done().lines().find_map(|line| line.strip_prefix("Recovery code: ")).unwrap();
    let groups: Vec<&str> = line.split('-').collect();
    assert!(groups.len() == 4 && groups.iter().all(|group| group.len() == 4), "{line}");
    assert!(!printed.err.contains(line), "the code is on the console, not in the log");
    line.to_owned()
}

fn asked(code: &str, email: &str) -> Value {
    json!({ "code": code, "email": email, "display_name": "Back", "password": "Recovered1horse" })
}

fn recover(client: &Client, code: &str, email: &str) -> Answer {
    client.post("/api/v1/auth/recover", &asked(code, email))
}

#[test]
fn while_the_server_runs_a_code_makes_an_administrator_once() {
    let server = server();
    let nobody = server.nobody();
    recover(&nobody, "AAAA-AAAA-AAAA-AAAA", "new@example.com").refused(403, WRONG);
    let code = code(server.root());
    recover(&nobody, "AAAA-AAAA-AAAA-AAAA", "new@example.com").refused(403, WRONG);
    let weak = json!({ "code": code, "email": "new@example.com", "password": "weak" });
    nobody.post("/api/v1/auth/recover", &weak).refused(400, "Password must be at least 8 characters long");
    let back = recover(&nobody, &code.to_lowercase(), "new@example.com");
    assert!(back.header("set-cookie").starts_with("invokeai_media_token="), "{}", back.header("set-cookie"));
    let answer = back.ok();
    assert_eq!((&answer["user"]["is_admin"], &answer["expires_in"]), (&json!(true), &json!(86_400)));
    nobody.with_token(answer["token"].as_str().unwrap()).get("/api/v1/auth/users").ok();
    recover(&nobody, &code, "other@example.com").refused(403, WRONG);
    assert_eq!(nobody.get("/api/v1/auth/status").ok()["setup_required"], false);
}

#[test]
fn an_administrator_who_forgot_the_password_gets_a_new_one_and_everybody_else_keeps_theirs() {
    let server = server();
    let before = server.admin().clone();
    let alice = server.sign_in("alice@example.com");
    let code = code(server.root());
    recover(&server.nobody(), &code, ADMIN).ok();
    before.get("/api/v1/auth/me").refused(401, "User account is inactive or does not exist");
    alice.get("/api/v1/auth/me").ok();
    let login = |password: &str| {
        server.nobody().post("/api/v1/auth/login", &json!({ "email": ADMIN, "password": password })).status
    };
    assert_eq!((login(PASSWORD), login("Recovered1horse")), (401, 200));
}

#[test]
fn a_code_made_while_the_server_is_down_works_when_it_is_up_again() {
    let root = tempfile::tempdir().unwrap();
    let mut server = ServerProcess::start(root.path());
    server.set_up_administrator();
    server.kill();
    let first = code(root.path());
    let second = code(root.path());
    let server = ServerProcess::start(root.path());
    let try_with = |code: &str| server.try_post("/api/v1/auth/recover", &asked(code, "new@example.com")).0;
    assert_eq!((try_with(&first), try_with(&second)), (403, 200), "the last code counts");
}

#[test]
fn where_nothing_can_be_recovered_it_says_so_and_makes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let refused = run("invokeai-web", root.path(), &["recover-admin"], "");
    let single = "invokeai-web: nobody signs in while `multiuser` is false, so there is no administrator to recover\n";
    assert_eq!((refused.code, refused.out.as_str(), refused.err.as_str()), (1, "", single));
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);

    std::fs::write(root.path().join("invokeai.yaml"), "schema_version: 4.0.3\nmultiuser: true\n").unwrap();
    let refused = run("invokeai-web", root.path(), &["recover-admin"], "");
    let file = root.path().join("databases/invokeai.db");
    let missing = format!("invokeai-web: there is no database at `{}`\n", file.display());
    assert_eq!((refused.code, refused.out.as_str(), refused.err.as_str()), (1, "", missing.as_str()));
    assert!(!root.path().join("databases").exists());
}
