//! Accounts as the person at the server's machine manages them: the four commands and the recovery of an administrator,
//! run as the real executables over a temporary root. The texts are those of the reference's commands.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod adding;
mod listing;
mod modifying;
mod places;
mod recovering;
mod removing;

use invoke_tests::{ADMIN, TestServer};

/// What commands say when a server may be running.
const NOTE: &str = "   ℹ️  A running server applies this to new requests immediately; already-open\n      \
                    connections are re-checked within about a minute.\n";

/// The five lines about an account.
fn details(id: &str, email: &str, name: &str, admin: &str, active: &str) -> String {
    format!("   User ID: {id}\n   Email: {email}\n   Display Name: {name}\n   Admin: {admin}\n   Active: {active}\n")
}

/// A running server with an administrator and `alice@example.com`.
fn server() -> TestServer {
    let server = TestServer::multiuser().without_workers().start();
    server.admin();
    server.user("alice");
    server
}

/// The id of an account.
fn id_of(server: &TestServer, email: &str) -> String {
    let users = server.admin().get("/api/v1/auth/users").ok();
    let found = users.as_array().unwrap().iter().find(|user| user["email"] == email).unwrap();
    found["user_id"].as_str().unwrap().to_owned()
}

/// The administrator's id.
fn admin_id(server: &TestServer) -> String {
    id_of(server, ADMIN)
}
