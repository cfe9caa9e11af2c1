//! Addresses, origins, certificates, proxies.

use crate::section::section;
use crate::value::{FromValue, Int};
use serde_json::Value;
use std::path::PathBuf;

section! {
    /// Where and to whom the server answers.
    Network {
        /// Address to listen on; `0.0.0.0` for the whole network.
        host: String = "127.0.0.1".into(),
        /// Port to listen on; the next free one is taken when it is in use.
        port: Int<0, 65535> = Int(9090),
        /// Other sites whose pages may call the API (CORS).
        allow_origins: Vec<String> = vec![],
        /// Whether such pages may send credentials.
        allow_credentials: bool = true,
        /// Methods such pages may use.
        allow_methods: Vec<String> = vec!["*".into()],
        /// Headers such pages may send.
        allow_headers: Vec<String> = vec!["*".into()],
        /// Further host names a loopback server answers to; others are refused, so that no web site can reach it.
        allowed_hosts: Vec<String> = vec![],
        /// Certificate for HTTPS, PEM.
        ssl_certfile: Option<PathBuf> = None,
        /// Private key for HTTPS, PEM.
        ssl_keyfile: Option<PathBuf> = None,
        /// Path prefix that a reverse proxy keeps, like `/invoke`.
        base_url: Option<BasePath> = None,
        /// Addresses of proxies whose `X-Forwarded-*` headers count, comma-separated, or `*`.
        forwarded_allow_ips: String = "127.0.0.1".into(),
        /// Compression of text answers, from 0 (none) to 9 (smallest).
        http_compression_level: Int<0, 9> = Int(9),
        /// A folder with another build of the web pages.
        web_root: Option<PathBuf> = None,
    }
}

/// A normalised path prefix: `/a` or `/a/b`; empty for the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasePath(String);

/// First segments that are routes of the server itself.
const RESERVED: [&str; 9] = ["api", "ws", "docs", "redoc", "openapi.json", "static", "assets", "locales", "healthz"];

impl BasePath {
    /// The prefix, empty or with a leading and without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromValue for BasePath {
    fn expected() -> String {
        format!("a path like `/invoke` whose first segment is none of {}", RESERVED.join(", "))
    }
    fn from_value(value: &Value) -> Option<Self> {
        let path = value.as_str()?.trim().trim_matches('/');
        let first = path.split('/').next().unwrap_or_default();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
        if RESERVED.contains(&first) || !path.chars().all(plain) || path.split('/').any(|part| part == "..") {
            return None;
        }
        Some(Self(if path.is_empty() { String::new() } else { format!("/{path}") }))
    }
    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
