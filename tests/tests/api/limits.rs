//! How often a password may be tried.

use invoke_tests::clock::FixedClock;
use invoke_tests::{ADMIN, Answer, Client, PASSWORD, TestServer};
use jiff::ToSpan;
use serde_json::json;
use std::sync::Arc;

const LOGIN: &str = "/api/v1/auth/login";
const SCHOOL: &str = "198.51.100.1";
const HOME: &str = "203.0.113.5";

fn server() -> (TestServer, Arc<FixedClock>) {
    let clock = FixedClock::new();
    let server = TestServer::multiuser().clock(clock.clone()).start();
    server.admin();
    (server, clock)
}

fn login(server: &TestServer, from: &str, email: &str, password: &str) -> Answer {
    server.nobody().post_from(from, LOGIN, &json!({ "email": email, "password": password }))
}

#[test]
fn a_thousand_wrong_passwords_are_limited_and_lock_nobody_out_but_the_one_who_tries() {
    let (server, clock) = server();
    for name in ["alice", "bob"] {
        server.user(name);
    }
    let alice = "alice@example.com";
    let answers: Vec<Answer> = (0..1000).map(|_| login(&server, SCHOOL, alice, "wrong")).collect();
    let wrong = answers.iter().filter(|answer| answer.status == 401).count();
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!((wrong, refused), (5, 995));
    let last = answers.last().unwrap();
    last.refused(429, "Too many failed attempts. Try again in 1 seconds");
    assert_eq!(last.header("retry-after"), "1");

    login(&server, HOME, alice, PASSWORD).ok();
    login(&server, SCHOOL, "bob@example.com", PASSWORD).ok();
    login(&server, SCHOOL, alice, PASSWORD).has_status(429);
    clock.advance(1.second());
    login(&server, SCHOOL, alice, PASSWORD).ok();
    login(&server, SCHOOL, alice, "wrong").has_status(401);
}

#[test]
fn an_administrator_is_never_locked_out_by_others() {
    let (server, _) = server();
    for number in 0..15 {
        for _ in 0..2 {
            login(&server, &format!("198.51.100.{number}"), ADMIN, "wrong").has_status(401);
        }
    }
    login(&server, HOME, ADMIN, PASSWORD).ok();
}

#[test]
fn an_account_that_does_not_exist_is_limited_like_one_that_does() {
    let (server, _) = server();
    let statuses = |email: &str| (0..7).map(|_| login(&server, SCHOOL, email, "wrong").status).collect::<Vec<_>>();
    assert_eq!(statuses("ghost@example.com"), statuses(ADMIN));
}

#[test]
fn attempts_that_try_no_password_are_not_counted() {
    let (server, _) = server();
    for _ in 0..10 {
        login(&server, SCHOOL, "foo", "x").has_status(422);
        login(&server, SCHOOL, ADMIN, &"x".repeat(1025)).has_status(400);
    }
    login(&server, SCHOOL, ADMIN, PASSWORD).ok();
}

#[test]
fn the_current_password_cannot_be_guessed_with_a_stolen_token() {
    let (server, clock) = server();
    let alice = server.user("alice");
    let change = |current: &str| {
        let body = json!({ "current_password": current, "new_password": "Another1horse" });
        alice.patch("/api/v1/auth/me", &body)
    };
    for _ in 0..5 {
        change("wrong").refused(400, "Current password is incorrect");
    }
    change(PASSWORD).refused(429, "Too many failed attempts. Try again in 1 seconds");
    alice.patch("/api/v1/auth/me", &json!({ "display_name": "Alice" })).ok();
    clock.advance(1.second());
    change(PASSWORD).ok();
}

#[test]
fn trying_to_set_up_again_is_limited_too() {
    let (server, _) = server();
    let again = json!({ "email": "x@example.com", "password": PASSWORD });
    let set_up = || server.nobody().post("/api/v1/auth/setup", &again);
    for _ in 0..5 {
        set_up().refused(400, "Administrator account already configured");
    }
    set_up().has_status(429);
}

#[test]
fn only_a_proxy_that_is_trusted_is_believed_about_the_address() {
    let server = TestServer::multiuser().with("forwarded_allow_ips: 192.0.2.1").start();
    server.admin();
    for number in 0..5 {
        login(&server, &format!("198.51.100.{number}"), ADMIN, "wrong").has_status(401);
    }
    login(&server, HOME, ADMIN, "wrong").has_status(429);
}

#[test]
fn a_sign_in_is_listed_with_the_address_it_came_from() {
    let (server, _) = server();
    let token = login(&server, HOME, ADMIN, PASSWORD).ok()["token"].as_str().unwrap().to_owned();
    let client: Client = server.nobody().with_token(&token);
    let sessions = client.get("/api/v1/auth/sessions").ok();
    let current = sessions.as_array().unwrap().iter().find(|session| session["is_current"] == true).unwrap();
    assert_eq!(current["address"], HOME);
}

#[test]
fn a_recovery_code_cannot_be_guessed_and_whoever_guesses_keeps_no_one_else_from_using_theirs() {
    let (server, _) = server();
    let recover = |from: &str, code: &str| {
        let body = json!({ "code": code, "email": "new@example.com", "password": PASSWORD });
        server.nobody().post_from(from, "/api/v1/auth/recover", &body)
    };
    let statuses: Vec<u16> = (0..7).map(|_| recover(SCHOOL, "AAAA-AAAA-AAAA-AAAA").status).collect();
    assert_eq!(statuses, [403, 403, 403, 403, 403, 429, 429]);
    let code = server.accounts_of_another_process().begin_recovery().unwrap();
    recover(SCHOOL, &code.code).has_status(429);
    recover(HOME, &code.code).ok();
}
