//! Set-up, sign-in, tokens.

use invoke_tests::clock::FixedClock;
use invoke_tests::{ADMIN, PASSWORD, TestServer};
use jiff::ToSpan;
use reqwest::Method;
use serde_json::{Value, json};

#[test]
fn setting_up_signs_the_first_administrator_in_and_works_once() {
    let server = TestServer::start();
    let status = || server.nobody().get("/api/v1/auth/status").ok();
    assert_eq!(
        status(),
        json!({ "setup_required": true, "multiuser_enabled": true, "strict_password_checking": true, "admin_email": null })
    );
    let me = server.admin().get("/api/v1/auth/me").ok();
    assert_eq!((&me["email"], &me["is_admin"], &me["last_login_at"]), (&json!(ADMIN), &json!(true), &Value::Null));
    assert_eq!(status()["setup_required"], false);
    let again = json!({ "email": "second@example.com", "password": PASSWORD });
    server.nobody().post("/api/v1/auth/setup", &again).refused(400, "Administrator account already configured");
}

#[test]
fn passwords_follow_the_rules_unless_the_administrator_relaxed_them() {
    let account = |password: &str| json!({ "email": ADMIN, "password": password });
    let strict = TestServer::start();
    let refused = |password| strict.nobody().post("/api/v1/auth/setup", &account(password));
    refused("Ab1").refused(400, "Password must be at least 8 characters long");
    refused("abcdefgh1").refused(400, "Password must contain uppercase, lowercase, and numbers");
    let lax = TestServer::multiuser().with("strict_password_checking: false").start();
    lax.nobody().post("/api/v1/auth/setup", &account("")).refused(400, "Password cannot be empty");
    lax.nobody().post("/api/v1/auth/setup", &account("a")).ok();
}

#[test]
fn a_wrong_password_and_an_unknown_account_get_the_same_answer() {
    let server = TestServer::start();
    server.admin();
    for (email, password) in [(ADMIN, "wrong"), ("ghost@example.com", PASSWORD), ("system@system.invokeai", "")] {
        let answer = server.nobody().post("/api/v1/auth/login", &json!({ "email": email, "password": password }));
        answer.refused(401, "Incorrect email or password");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
}

#[test]
fn an_address_that_is_none_is_named_as_the_problem() {
    let answer = TestServer::start().nobody().post("/api/v1/auth/login", &json!({ "email": "foo", "password": "x" }));
    assert_eq!(
        answer.has_status(422).json(),
        json!({ "detail": [{
        "type": "value_error", "loc": ["body", "email"], "input": "foo",
        "msg": "Invalid email address: An email address must have an @-sign.",
    }] })
    );
}

#[test]
fn tokens_end_with_their_time_and_changes_make_new_ones() {
    let clock = FixedClock::new();
    let server = TestServer::multiuser().clock(clock.clone()).start();
    let admin = server.admin();
    clock.advance(23.hours());
    let change = admin.request(Method::POST, "/api/v1/client_state/default/set_by_key?key=k").json(&json!("v"));
    let answer = invoke_tests::Answer::of(change);
    let renewed = admin.with_token(answer.has_status(200).header("x-refreshed-token"));
    clock.advance(2.hours());
    let expired = admin.get("/api/v1/auth/me");
    expired.refused(401, "Invalid or expired authentication token");
    assert_eq!(expired.header("www-authenticate"), "Bearer");
    admin.get("/api/v2/models/").refused(401, "Invalid or expired token");
    renewed.get("/api/v1/auth/me").ok();
}

#[test]
fn reading_makes_no_new_token_and_neither_does_a_refusal() {
    let server = TestServer::start();
    let alice = server.user("alice");
    assert_eq!(alice.get("/api/v1/auth/me").header("x-refreshed-token"), "");
    let refused = alice.put("/api/v1/queue/default/processor/pause");
    assert_eq!(refused.has_status(403).header("x-refreshed-token"), "");
}

#[test]
fn signing_out_ends_the_session_and_no_other() {
    let server = TestServer::start();
    let first = server.user("alice");
    let second = server.sign_in("alice@example.com");
    let answer = first.post("/api/v1/auth/logout", &json!({}));
    assert_eq!(answer.ok(), json!({ "success": true }));
    assert!(answer.header("set-cookie").starts_with("invokeai_media_token=; "), "{}", answer.header("set-cookie"));
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    first.get("/api/v1/auth/me").refused(401, "User account is inactive or does not exist");
    first.get("/api/v2/models/").refused(401, "User not found or inactive");
    second.get("/api/v1/auth/me").ok();
}

#[test]
fn signing_in_sets_a_cookie_that_scripts_cannot_read() {
    let server = TestServer::start();
    server.admin();
    let login = json!({ "email": ADMIN, "password": PASSWORD, "remember_me": true });
    let answer = server.nobody().post("/api/v1/auth/login", &login);
    assert_eq!(answer.ok()["expires_in"], 604_800);
    let cookie = answer.header("set-cookie");
    for part in ["invokeai_media_token=", "HttpOnly", "SameSite=Lax", "Path=/api/v1", "Max-Age=604800"] {
        assert!(cookie.contains(part), "{part} is missing in {cookie}");
    }
}

#[test]
fn nobody_learns_from_a_bad_body_what_a_token_would_show() {
    let server = TestServer::start();
    let answer = server.nobody().post("/api/v1/queue/default/enqueue_batch", &json!({ "nonsense": true }));
    answer.refused(401, "Authentication required");
}

#[test]
fn without_accounts_everybody_is_the_system_user_but_there_is_no_own_account() {
    let server = TestServer::single_user().start();
    let nobody = server.nobody();
    assert_eq!(nobody.get("/api/v1/auth/status").ok()["multiuser_enabled"], false);
    nobody.get("/api/v2/models/").ok();
    nobody.with_token("junk").get("/api/v2/models/").ok();
    nobody.get("/api/v1/auth/me").refused(401, "Missing authentication credentials");
    let account = json!({ "email": ADMIN, "password": PASSWORD });
    nobody
        .post("/api/v1/auth/login", &account)
        .refused(403, "Multiuser mode is disabled. Authentication is not required in single-user mode.");
    nobody
        .post("/api/v1/auth/setup", &account)
        .refused(403, "Multiuser mode is disabled. Admin setup is not required in single-user mode.");
    assert_eq!(nobody.post("/api/v1/auth/media-cookie", &json!({})).ok(), json!({ "success": true }));
}

#[test]
fn a_body_that_is_too_long_is_refused_before_it_is_read() {
    let server = TestServer::start();
    let long = json!({ "email": ADMIN, "password": "x".repeat(20_000) });
    server.nobody().post("/api/v1/auth/login", &long).has_status(413);
}
