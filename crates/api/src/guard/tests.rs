use super::{host, origin};
use crate::{CorsSettings, WebSettings};

#[test]
fn a_loopback_address_answers_only_to_loopback_names() {
    let settings = WebSettings { allowed_hosts: vec!["studio.example".to_owned()], ..WebSettings::default() };
    for name in ["localhost:9090", "127.0.0.1", "127.0.0.1:9090", "[::1]:9090", "app.localhost", "studio.example:80"] {
        assert!(host::is_served(&settings, Some(name)), "{name}");
    }
    for name in ["evil.example", "127.0.0.1.evil.example", "192.168.0.2:9090", "localhost.evil.example"] {
        assert!(!host::is_served(&settings, Some(name)), "{name}");
    }
    let open = WebSettings { loopback: false, ..settings };
    assert!(host::is_served(&open, Some("192.168.0.2:9090")));
}

#[test]
fn an_origin_is_our_own_when_host_and_port_are() {
    assert!(origin::is_own("http://127.0.0.1:9090", "127.0.0.1:9090"));
    assert!(origin::is_own("https://Studio.example", "studio.example"));
    assert!(origin::is_own("https://studio.example", "studio.example:443"));
    assert!(!origin::is_own("http://127.0.0.1:9091", "127.0.0.1:9090"));
    assert!(!origin::is_own("https://studio.example", "studio.example:80"));
    assert!(!origin::is_own("null", "127.0.0.1:9090"));
}

#[test]
fn every_origin_with_credentials_is_refused_at_start() {
    let every = |credentials| CorsSettings { origins: vec!["*".to_owned()], credentials, ..CorsSettings::default() };
    assert!(every(true).check().is_err());
    assert!(every(false).check().is_ok());
}
