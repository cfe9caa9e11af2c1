//! https spoken by the server itself, and certificates it cannot use.

use crate::starting::{settings, start};
use invoke_server::StartError;
use invoke_tests::events::Listener;
use invoke_tests::tls::Certificate;
use invoke_tests::{ADMIN, PASSWORD, TestServer, graphs};
use serde_json::json;
use std::fs;
use std::path::Path;

fn files(certificate: &Path, key: &Path) -> String {
    format!("ssl_certfile: {}\nssl_keyfile: {}", certificate.display(), key.display())
}

#[test]
fn with_a_certificate_everything_is_https() {
    let certificate = Certificate::new("localhost");
    let server = TestServer::multiuser().with(&files(&certificate.file(), &certificate.key())).start();
    assert_eq!(server.url(), format!("https://{}", server.authority()));
    let port: u16 = server.authority().rsplit_once(':').unwrap().1.parse().unwrap();
    let account = json!({ "email": ADMIN, "password": PASSWORD }).to_string();
    let made = certificate.ask(port, "POST /api/v1/auth/setup", &[("Origin", "https://localhost")], &account);
    assert!(made.header("set-cookie").contains("; Secure"), "{}", made.header("set-cookie"));
    let token = made.ok()["token"].as_str().unwrap().to_owned();

    let url = "wss://localhost/ws/socket.io/?EIO=4&transport=websocket";
    let mut events = Listener::over(certificate.connect(port), url, &token).unwrap();
    events.subscribe("default");
    let batch = json!({ "batch": { "graph": graphs::addition(), "runs": 1 } }).to_string();
    let bearer = format!("Bearer {token}");
    let enqueue = "POST /api/v1/queue/default/enqueue_batch";
    certificate.ask(port, enqueue, &[("Authorization", &bearer)], &batch).ok();
    assert_eq!(events.next_event().name, "batch_enqueued");
}

#[test]
fn a_certificate_that_cannot_be_used_is_named_with_file_key_expected_and_got() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (Certificate::new("one.example"), Certificate::new("two.example"));
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let (missing, notes, empty) = (folder.path().join("missing.pem"), file("notes", "my notes\n"), file("empty", ""));
    let broken = file("broken", "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n");
    let key_expected = "a PEM file with an unencrypted private key";
    let cert_expected = "a PEM file with the certificate and those it was signed by";
    let cases = [
        (missing.clone(), one.key(), "ssl_certfile", cert_expected, "No such file or directory", missing.clone()),
        (notes.clone(), one.key(), "ssl_certfile", cert_expected, "a file without a PEM section", notes),
        (empty.clone(), one.key(), "ssl_certfile", cert_expected, "an empty file", empty),
        (broken.clone(), one.key(), "ssl_certfile", cert_expected, "a broken PEM file", broken),
        (one.key(), one.key(), "ssl_certfile", cert_expected, "a file with `PRIVATE KEY`", one.key()),
        (one.file(), one.file(), "ssl_keyfile", key_expected, "a file with `CERTIFICATE`", one.file()),
        (one.file(), folder.path().to_owned(), "ssl_keyfile", key_expected, "a folder", folder.path().to_owned()),
        (
            one.file(),
            two.key(),
            "ssl_keyfile",
            "the private key of the certificate in `ssl_certfile`",
            "the key of another certificate",
            two.key(),
        ),
    ];
    for (certificate, private, key, expected, got, named) in cases {
        let root = tempfile::tempdir().unwrap();
        let refused = start(root.path(), &files(&certificate, &private)).unwrap_err();
        assert!(matches!(refused, StartError::Certificate(_)), "{refused}");
        let text = refused.to_string();
        let start =
            format!("{}: key `{key}`: expected {expected}, got: {got}", root.path().join("invokeai.yaml").display());
        assert!(text.starts_with(&start), "{text}\n{start}");
        assert!(text.ends_with(&format!("(`{}`)", named.display())), "{text}");
        assert!(!root.path().join("databases").exists(), "nothing was made before the certificate was read");
    }
}

#[test]
fn a_certificate_without_its_key_is_a_contradiction() {
    let root = tempfile::tempdir().unwrap();
    let refused = settings(root.path(), "ssl_certfile: cert.pem").unwrap_err();
    assert!(refused.to_string().ends_with("`ssl_certfile` and `ssl_keyfile` must be given together"), "{refused}");
}
