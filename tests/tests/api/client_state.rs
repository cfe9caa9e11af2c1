//! What the pages remember.

use invoke_tests::{Answer, Client, TestServer};
use reqwest::Method;
use serde_json::{Value, json};

const STATE: &str = "/api/v1/client_state/default";

fn get(client: &Client, key: &str) -> Value {
    client.get(&format!("{STATE}/get_by_key?key={key}")).ok()
}

#[test]
fn a_value_is_kept_for_its_account_alone() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    assert_eq!(alice.post(&format!("{STATE}/set_by_key?key=k1"), &json!("{\"a\":1}")).ok(), json!("{\"a\":1}"));
    assert_eq!((get(&alice, "k1"), get(&bob, "k1")), (json!("{\"a\":1}"), Value::Null));
    assert_eq!(alice.get(&format!("{STATE}/get_keys_by_prefix?prefix=k")).ok(), json!(["k1"]));
    assert_eq!(alice.post(&format!("{STATE}/delete_by_key?key=k1"), &json!(null)).ok(), Value::Null);
    assert_eq!(get(&alice, "k1"), Value::Null);
}

#[test]
fn the_official_pages_send_plain_text() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let request = alice.request(Method::POST, &format!("{STATE}/set_by_key?key=canvas"));
    let answer = Answer::of(request.header("content-type", "text/plain;charset=UTF-8").body("{\"layers\":[]}"));
    assert_eq!(answer.ok(), json!("{\"layers\":[]}"));
    assert_eq!(get(&alice, "canvas"), json!("{\"layers\":[]}"));
}

#[test]
fn a_value_that_is_no_text_and_a_missing_key_are_named() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let answer = alice.post(&format!("{STATE}/set_by_key?key=k1"), &json!({ "a": 1 }));
    assert_eq!(
        answer.has_status(422).json()["detail"],
        json!([{
            "type": "string_type", "loc": ["body"], "msg": "Input should be a valid string", "input": { "a": 1 },
        }])
    );
    let answer = alice.get(&format!("{STATE}/get_by_key"));
    assert_eq!(
        answer.has_status(422).json()["detail"],
        json!([{
            "type": "missing", "loc": ["query", "key"], "msg": "Field required", "input": null,
        }])
    );
}
