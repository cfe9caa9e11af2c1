//! Where somebody is signed in, ending it, and passwords that are due.

use invoke_tests::clock::FixedClock;
use invoke_tests::events::Listener;
use invoke_tests::{ADMIN, PASSWORD, TestServer};
use jiff::ToSpan;
use serde_json::{Value, json};

const SESSIONS: &str = "/api/v1/auth/sessions";

#[test]
fn a_person_sees_the_own_sessions_and_ends_one() {
    let server = TestServer::start();
    let (desk, phone) = (server.user("alice"), server.sign_in("alice@example.com"));
    let listed = desk.get(SESSIONS).ok();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 2);
    let other = listed.iter().find(|session| session["is_current"] == false).unwrap();
    let id = other["session_id"].as_str().unwrap();
    server.user("bob").delete(&format!("{SESSIONS}/{id}")).refused(404, "Session not found");
    let mut events = Listener::connect(&server.url(), phone.token());
    desk.delete(&format!("{SESSIONS}/{id}")).has_status(204);
    events.until_disconnected();
    phone.get("/api/v1/auth/me").refused(401, "User account is inactive or does not exist");
    assert_eq!(desk.get(SESSIONS).ok().as_array().unwrap().len(), 1);
}

#[test]
fn signing_out_everywhere_ends_all_sessions_or_all_but_this_one() {
    let server = TestServer::start();
    let (desk, phone) = (server.user("alice"), server.sign_in("alice@example.com"));
    let mut events = Listener::connect(&server.url(), phone.token());
    let answer = desk.delete(&format!("{SESSIONS}?keep_current=true"));
    let renewed = desk.with_token(answer.has_status(200).header("x-refreshed-token"));
    assert!(answer.header("set-cookie").starts_with("invokeai_media_token=ey"), "{}", answer.header("set-cookie"));
    events.until_disconnected();
    for old in [&desk, &phone] {
        old.get("/api/v1/auth/me").has_status(401);
    }
    renewed.get("/api/v1/auth/me").ok();
    let answer = renewed.delete(SESSIONS);
    assert!(answer.has_status(200).header("set-cookie").contains("Max-Age=0"));
    renewed.get("/api/v1/auth/me").has_status(401);
    server.sign_in("alice@example.com").get("/api/v1/auth/me").ok();
}

#[test]
fn an_old_password_is_said_to_be_due_when_signing_in() {
    let clock = FixedClock::new();
    let server = TestServer::multiuser().with("password_max_age_days: 90").clock(clock.clone()).start();
    server.admin();
    let sign_in = |password: &str| {
        server.nobody().post("/api/v1/auth/login", &json!({ "email": ADMIN, "password": password })).ok()
    };
    assert_eq!(sign_in(PASSWORD)["password_change_due"], Value::Null);
    clock.advance((91 * 24).hours());
    let answer = sign_in(PASSWORD);
    assert_eq!(answer["password_change_due"], true);
    let client = server.nobody().with_token(answer["token"].as_str().unwrap());
    let change = json!({ "current_password": PASSWORD, "new_password": "Another1horse" });
    client.patch("/api/v1/auth/me", &change).ok();
    assert_eq!(sign_in("Another1horse")["password_change_due"], Value::Null);
}

#[test]
fn further_rules_for_passwords_hold_in_every_route_and_are_told_before() {
    let server = TestServer::multiuser()
        .with("password_min_length: 12")
        .with("password_require_special: true")
        .with("password_history: 2")
        .start();
    let status = server.nobody().get("/api/v1/auth/status").ok();
    assert_eq!((&status["password_min_length"], &status["password_require_special"]), (&json!(12), &json!(true)));
    let set_up =
        |password: &str| server.nobody().post("/api/v1/auth/setup", &json!({ "email": ADMIN, "password": password }));
    set_up("Short-1horse").ok();
    set_up("x").refused(400, "Administrator account already configured");
    let answer = server.nobody().post("/api/v1/auth/login", &json!({ "email": ADMIN, "password": "Short-1horse" }));
    let admin = server.nobody().with_token(answer.ok()["token"].as_str().unwrap());
    let create =
        |password: &str| admin.post("/api/v1/auth/users", &json!({ "email": "a@example.com", "password": password }));
    create("Abcdef-1").refused(400, "Password must be at least 12 characters long");
    create("Abcdefghijk1").refused(400, "Password must contain a special character, such as !@#$%^&*");
    let id = create("Abcdefghij-1").ok()["user_id"].as_str().unwrap().to_owned();
    let reset = admin.patch(&format!("/api/v1/auth/users/{id}"), &json!({ "password": "Abcdefghij-1" }));
    reset.refused(400, "Password must not be one of the last 2 used");
    let own = json!({ "current_password": "Short-1horse", "new_password": "Short-1horse" });
    admin.patch("/api/v1/auth/me", &own).refused(400, "Password must not be one of the last 2 used");
    let generated = admin.get("/api/v1/auth/generate-password").ok();
    let generated = generated["password"].as_str().unwrap();
    admin.patch(&format!("/api/v1/auth/users/{id}"), &json!({ "password": generated })).ok();
}
