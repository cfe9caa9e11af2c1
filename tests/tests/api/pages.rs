//! The browser's files, and paths nobody knows.

use invoke_tests::{Answer, TestServer};
use reqwest::Method;
use serde_json::{Value, json};
use std::fs;

fn with_pages() -> (tempfile::TempDir, TestServer) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("assets")).unwrap();
    fs::write(folder.path().join("index.html"), "<!DOCTYPE html><title>Pages</title>").unwrap();
    fs::write(folder.path().join("assets/app-1234.js"), "console.log('hello');\n".repeat(100)).unwrap();
    fs::write(folder.path().parent().unwrap().join("outside.txt"), "secret").unwrap();
    let server = TestServer::single_user().with(&format!("web_root: {}", folder.path().display())).start();
    (folder, server)
}

#[test]
fn paths_of_the_pages_get_the_index() {
    let (_folder, server) = with_pages();
    for path in ["/", "/app", "/login", "/zzz.html"] {
        let answer = server.nobody().get(path);
        assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        assert_eq!(answer.header("cache-control"), "no-cache");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("script-src 'self';"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        let again =
            Answer::of(server.nobody().request(Method::GET, path).header("if-none-match", answer.header("etag")));
        assert_eq!(again.status, 304);
    }
    let redirect = server.nobody().get("/?__theme=dark");
    assert_eq!((redirect.status, redirect.header("location")), (307, "/"));
}

#[test]
fn files_named_after_their_content_are_kept_and_a_missing_one_is_no_page() {
    let (_folder, server) = with_pages();
    let script = server.nobody().get("/assets/app-1234.js");
    assert_eq!(script.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(script.header("content-type").starts_with("text/javascript"), "{}", script.header("content-type"));
    server.nobody().get("/assets/gone.js").refused(404, "Not Found");
}

#[test]
fn nothing_outside_the_folder_is_served() {
    let (_folder, server) = with_pages();
    for path in ["/../outside.txt", "/assets/../../outside.txt", "/..%2Foutside.txt", "/%2e%2e/outside.txt"] {
        assert!(!server.nobody().get(path).text().contains("secret"), "{path}");
    }
}

#[test]
fn long_text_is_compressed_for_those_who_ask() {
    let (_folder, server) = with_pages();
    let plain = server.nobody().get("/assets/app-1234.js");
    assert_eq!(plain.header("content-encoding"), "");
    let request = server.nobody().request(Method::GET, "/assets/app-1234.js").header("accept-encoding", "gzip, br");
    let packed = Answer::of(request);
    assert_eq!((packed.header("content-encoding"), packed.header("vary")), ("gzip", "Accept-Encoding"));
    assert!(packed.bytes.starts_with(&[0x1f, 0x8b]) && packed.bytes.len() < plain.bytes.len() / 4);
    let short = Answer::of(server.nobody().request(Method::GET, "/").header("accept-encoding", "gzip"));
    assert_eq!(short.header("content-encoding"), "");
}

#[test]
fn without_pages_the_server_says_how_to_build_them() {
    let answer = TestServer::single_user().start().nobody().get("/");
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("cargo xtask serve"));
}

#[test]
fn unknown_paths_of_the_api_are_told_in_json() {
    let server = TestServer::start();
    let nobody = server.nobody();
    nobody.get("/api/v1/nope").refused(404, "Not Found");
    nobody.get("/api/v1/images").refused(404, "Not Found");
    nobody.put("/api/v1/app/version").refused(405, "Method Not Allowed");
    nobody.put("/nowhere").refused(405, "Method Not Allowed");
    nobody.get("/api/v1/auth/login").refused(405, "Method Not Allowed");
    assert_eq!(nobody.get("/api/v1/app/version").ok(), json!({ "version": "6.14.2" }));
}

#[test]
fn the_document_and_the_health_routes_need_nobody() {
    let server = TestServer::start();
    assert_eq!(server.nobody().get("/healthz").text(), "ok");
    assert_eq!(server.nobody().get("/readyz").text(), "ready");
    let document = server.nobody().get("/openapi.json").ok();
    assert_eq!(document["info"]["title"], "Invoke - Community Edition");
    assert_ne!(document["components"]["schemas"]["Graph"], Value::Null);
}

#[test]
fn a_prefix_kept_by_a_proxy_is_understood() {
    let server = TestServer::multiuser().with("base_url: /invoke").start();
    let nobody = invoke_tests::Client::nobody(&format!("http://{}", server.authority()));
    for path in ["/invoke/api/v1/app/version", "/api/v1/app/version"] {
        assert_eq!(nobody.get(path).ok(), json!({ "version": "6.14.2" }), "{path}");
    }
    nobody.get("/invokeapi/v1/app/version").has_status(200);
    nobody.get("/invoke/api/v1/nope").refused(404, "Not Found");
    let account = json!({ "email": "a@example.com", "password": invoke_tests::PASSWORD });
    let made = nobody.post("/invoke/api/v1/auth/setup", &account);
    assert!(made.header("set-cookie").contains("Path=/invoke/api/v1"), "{}", made.header("set-cookie"));
}
