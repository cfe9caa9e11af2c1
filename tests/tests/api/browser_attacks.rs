//! Foreign pages, foreign names: what a browser can be made to send.

use invoke_tests::{Answer, Client, TestServer};
use reqwest::Method;
use serde_json::json;

const REFUSED: &str = "Cross-origin request refused";

/// A change that works without any account in single-user mode.
fn change(client: &Client, headers: &[(&str, &str)]) -> Answer {
    let mut request = client.request(Method::POST, "/api/v1/client_state/default/set_by_key?key=k");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.json(&json!("v")))
}

#[test]
fn a_foreign_page_changes_nothing_in_either_mode() {
    let single = TestServer::single_user().start();
    change(&single.nobody(), &[("origin", "https://evil.example")]).refused(403, REFUSED);
    change(&single.nobody(), &[("origin", "null")]).refused(403, REFUSED);
    change(&single.nobody(), &[("sec-fetch-site", "cross-site")]).refused(403, REFUSED);
    let multi = TestServer::start();
    change(multi.admin(), &[("origin", "https://evil.example")]).refused(403, REFUSED);
}

#[test]
fn our_own_pages_and_programs_change_things() {
    let server = TestServer::single_user().start();
    let own = format!("http://{}", server.authority());
    change(&server.nobody(), &[("origin", own.as_str()), ("sec-fetch-site", "same-origin")]).has_status(200);
    change(&server.nobody(), &[]).has_status(200);
    let same_host_other_port = "http://127.0.0.1:1";
    change(&server.nobody(), &[("origin", same_host_other_port)]).refused(403, REFUSED);
}

#[test]
fn a_foreign_page_opens_no_socket() {
    let server = TestServer::single_user().start();
    let handshake = |origin: &str| {
        let request = server.nobody().request(Method::GET, "/ws/socket.io/?EIO=4&transport=polling");
        Answer::of(request.header("origin", origin))
    };
    handshake("https://evil.example").refused(403, REFUSED);
    handshake(&format!("http://{}", server.authority())).has_status(200);
}

#[test]
fn what_a_form_can_send_is_never_read_as_an_object() {
    let server = TestServer::single_user().start();
    let forms = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""];
    for kind in forms {
        let mut request = server.nobody().request(Method::POST, "/api/v1/queue/default/enqueue_batch");
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let body = json!({ "batch": { "graph": { "id": "g", "nodes": {}, "edges": [] }, "runs": 1 } });
        let answer = Answer::of(request.body(body.to_string()));
        assert_eq!(answer.status, 422, "{kind}: {}", answer.text());
    }
    assert_eq!(server.nobody().get("/api/v1/queue/default/status").ok()["queue"]["total"], 0);
}

#[test]
fn a_name_re_pointed_at_this_machine_is_not_answered() {
    let server = TestServer::single_user().with("allowed_hosts: [studio.example]").start();
    let from = |host: &str| Answer::of(server.nobody().request(Method::GET, "/api/v2/models/").header("host", host));
    from("evil.example").refused(400, "Invalid host header");
    from("127.0.0.1.evil.example").refused(400, "Invalid host header");
    for host in ["localhost", "localhost:9090", "127.0.0.1", "[::1]:9090", "studio.example"] {
        from(host).has_status(200);
    }
}

fn preflight(server: &TestServer, origin: &str) -> Answer {
    let request = server.nobody().request(Method::OPTIONS, "/api/v1/images/");
    Answer::of(request.header("origin", origin).header("access-control-request-method", "GET"))
}

#[test]
fn a_preflight_is_refused_unless_the_origin_is_allowed() {
    let server = TestServer::multiuser().with("allow_origins: [\"https://partner.example\"]").start();
    let refused = preflight(&server, "http://other.example");
    assert_eq!((refused.status, refused.text().as_str()), (400, "Disallowed CORS origin"));
    assert_eq!(refused.header("access-control-allow-methods"), "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
    assert_eq!(refused.header("access-control-allow-origin"), "");
    let allowed = preflight(&server, "https://partner.example");
    assert_eq!((allowed.status, allowed.header("access-control-allow-origin")), (200, "https://partner.example"));
    assert_eq!(allowed.header("access-control-allow-credentials"), "true");
}

#[test]
fn an_allowed_origin_reads_answers_and_the_fresh_token() {
    let server = TestServer::multiuser().with("allow_origins: [\"https://partner.example\"]").start();
    let answer = change(server.admin(), &[("origin", "https://partner.example")]);
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "https://partner.example"));
    assert_eq!(answer.header("access-control-expose-headers"), "X-Refreshed-Token");
    let foreign =
        Answer::of(server.admin().request(Method::GET, "/api/v2/models/").header("origin", "https://evil.example"));
    assert_eq!(foreign.header("access-control-allow-origin"), "");
}
