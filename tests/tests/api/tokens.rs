//! Tokens that somebody made with the server's key, as the recordings of the reference have them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use invoke_tests::{Answer, Client, TestServer};
use serde_json::{Value, json};
use sha2::Sha256;

const KEY: &str = "a key for tests only";
/// The first second of 2100.
const LATE: i64 = 4_102_444_800;

fn mint(claims: &Value) -> String {
    let part = |value: &Value| BASE64.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({ "alg": "HS256", "typ": "JWT" })), part(claims));
    let mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap().chain_update(&signed);
    format!("{signed}.{}", BASE64.encode(mac.finalize().into_bytes()))
}

struct World {
    server: TestServer,
    alice: Client,
    id: String,
}

impl World {
    /// alice's epoch is 1.
    fn new() -> Self {
        let server = TestServer::multiuser().with(&format!("jwt_secret_key: {KEY}")).start();
        let first = server.user("alice");
        let id = first.own_id();
        let reset = json!({ "password": invoke_tests::PASSWORD });
        server.admin().patch(&format!("/api/v1/auth/users/{id}"), &reset).ok();
        let alice = server.sign_in("alice@example.com");
        Self { server, alice, id }
    }

    /// `GET path` with what alice's token says, changed.
    fn get(&self, path: &str, change: impl FnOnce(&mut Value)) -> Answer {
        let mut claims = json!({
            "user_id": self.id, "email": "alice@example.com", "is_admin": false, "remember_me": false, "token_epoch": 1,
            "exp": LATE,
        });
        change(&mut claims);
        self.server.nobody().with_token(&mint(&claims)).get(path)
    }
}

const ME: &str = "/api/v1/auth/me";

#[test]
fn a_token_made_with_the_key_is_accepted_also_without_remember_me() {
    let world = World::new();
    assert_eq!(world.get(ME, |_| {}).ok(), world.alice.get(ME).ok());
    world.get(ME, |claims| drop(claims.as_object_mut().unwrap().remove("remember_me"))).ok();
}

#[test]
fn the_role_in_a_token_gives_nothing() {
    let world = World::new();
    let answer = world.get("/api/v1/auth/users", |claims| claims["is_admin"] = json!(true));
    answer.refused(403, "Admin privileges required");
}

#[test]
fn a_token_of_another_epoch_or_without_one_is_void() {
    let world = World::new();
    let text = "User account is inactive or does not exist";
    world.get(ME, |claims| drop(claims.as_object_mut().unwrap().remove("token_epoch"))).refused(401, text);
    world.get(ME, |claims| claims["token_epoch"] = json!(2)).refused(401, text);
}

#[test]
fn an_expired_token_and_one_without_expiry_are_refused() {
    let world = World::new();
    let text = "Invalid or expired authentication token";
    world.get(ME, |claims| claims["exp"] = json!(1_700_000_000)).refused(401, text);
    world.get(ME, |claims| drop(claims.as_object_mut().unwrap().remove("exp"))).refused(401, text);
}

#[test]
fn no_token_opens_the_system_account() {
    let world = World::new();
    let answer = world.get(ME, |claims| {
        claims["user_id"] = json!("system");
        claims["token_epoch"] = json!(0);
    });
    answer.refused(401, "User account is inactive or does not exist");
}

#[test]
fn a_scheme_in_lower_case_counts_and_another_scheme_does_not() {
    let world = World::new();
    let with = |value: String| {
        let request = world.server.nobody().request(reqwest::Method::GET, ME).header("authorization", value);
        Answer::of(request)
    };
    with(format!("bearer {}", world.alice.token())).ok();
    with("Basic Zm9vOmJhcg==".to_owned()).refused(401, "Missing authentication credentials");
}
