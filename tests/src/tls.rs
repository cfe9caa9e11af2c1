//! https as a browser speaks it: a certificate made for the test, and a client that accepts that one only.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

use crate::client::Answer;

/// A self-signed certificate with its files.
#[derive(Debug)]
pub struct Certificate {
    folder: TempDir,
    name: String,
    trust: Arc<ClientConfig>,
}

/// A connection.
pub type Stream = StreamOwned<ClientConnection, TcpStream>;

impl Certificate {
    /// For the host `name`.
    ///
    /// # Panics
    /// When it cannot be made or written.
    pub fn new(name: &str) -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("cert.pem"), cert.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), signing_key.serialize_pem()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(cert.der().clone()).unwrap();
        let trust = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { folder, name: name.to_owned(), trust: Arc::new(trust) }
    }

    /// The certificate, PEM.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// Its private key, PEM.
    pub fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// Connects to `port` of this machine, which must have this certificate.
    ///
    /// # Panics
    /// When nobody listens there.
    pub fn connect(&self, port: u16) -> Stream {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        let name = ServerName::try_from(self.name.clone()).unwrap();
        StreamOwned::new(ClientConnection::new(Arc::clone(&self.trust), name).unwrap(), stream)
    }

    /// Sends a request to `port` of this machine and reads the answer. `body` is JSON, empty for none.
    ///
    /// # Panics
    /// When no answer comes.
    pub fn ask(&self, port: u16, request: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = self.connect(port);
        let mut text = format!("{request} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.name);
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() {
            text += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        }
        stream.write_all(format!("{text}\r\n{body}").as_bytes()).unwrap();
        let mut bytes = Vec::new();
        // Some servers end the connection without the goodbye of TLS.
        let _ = stream.read_to_end(&mut bytes);
        parse(request, &bytes)
    }
}

fn parse(request: &str, bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer");
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        let name: HeaderName = name.parse().unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    assert!(!headers.contains_key("transfer-encoding"), "answers of a known length are expected");
    Answer { to: request.to_owned(), status, headers, bytes: bytes[end + 4..].to_vec() }
}
