//! One user, then several, then one again, over the same root; and whose the content from before is.

use crate::installation::Installation;
use invoke_tests::process::ServerProcess;
use serde_json::{Value, json};

/// Names of all pictures the caller sees.
fn pictures(server: &ServerProcess) -> usize {
    let list = server.get("/api/v1/images/?is_intermediate=false&limit=100");
    list["items"].as_array().unwrap().len()
}

fn account(server: &ServerProcess) -> Value {
    server.get("/api/v1/auth/me")
}

#[test]
fn content_from_before_there_were_accounts_is_for_administrators_and_for_everybody_again_without_accounts() {
    let installation = Installation::of_release("6.9.0");
    // The fixture holds 18 pictures, two of them intermediate.
    let server = ServerProcess::start(installation.root.path());
    assert_eq!(pictures(&server), 16);
    assert_eq!(server.get("/api/v1/auth/status")["setup_required"], false);
    server.kill();

    installation.configure("multiuser: true");
    let mut server = ServerProcess::start(installation.root.path());
    assert_eq!(server.get("/api/v1/auth/status")["setup_required"], true);
    server.set_up_administrator();
    assert_eq!(pictures(&server), 16, "administrators see what belongs to `system`");
    let user =
        json!({ "email": "alice@example.com", "display_name": "Alice", "password": "AlicePass123", "is_admin": false });
    server.post("/api/v1/auth/users", &user);
    server.sign_in_as("alice@example.com", "AlicePass123");
    assert_eq!(account(&server)["email"], "alice@example.com");
    assert_eq!(pictures(&server), 0, "and nobody else does");
    server.kill();

    // Commented out again, as the guide says.
    installation.configure("# multiuser: true");
    let server = ServerProcess::start(installation.root.path());
    assert_eq!(pictures(&server), 16);
    server.kill();

    installation.configure("multiuser: true");
    let mut server = ServerProcess::start(installation.root.path());
    assert_eq!(server.get("/api/v1/auth/status")["setup_required"], false, "the accounts are still there");
    server.sign_in_as("alice@example.com", "AlicePass123");
    assert_eq!(pictures(&server), 0);
}
