//! Addresses, origins, certificates, proxies.

use crate::section::section;
use crate::value::{FromValue, Int};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};
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
        forwarded_allow_ips: Proxies = Proxies::default(),
        /// Compression of text answers, from 0 (none) to 9 (smallest).
        http_compression_level: Int<0, 9> = Int(9),
        /// A folder with another build of the web pages.
        web_root: Option<PathBuf> = None,
    }
}

/// Addresses and networks whose word about a visitor counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxies {
    /// `*`: any address.
    pub everybody: bool,
    /// Each with the length of its prefix in bits.
    pub networks: Vec<(IpAddr, u8)>,
}

impl Default for Proxies {
    fn default() -> Self {
        Self { everybody: false, networks: vec![(IpAddr::V4(Ipv4Addr::LOCALHOST), 32)] }
    }
}

impl FromValue for Proxies {
    fn expected() -> String {
        "addresses or networks like `10.0.0.0/8`, comma-separated, or `*`".into()
    }
    fn from_value(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        let entries = || text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let everybody = entries().any(|entry| entry == "*");
        let networks = entries().filter(|entry| *entry != "*").map(network).collect::<Option<_>>()?;
        Some(Self { everybody, networks })
    }
    fn to_value(&self) -> Value {
        let any = self.everybody.then(|| "*".to_owned());
        let networks = self.networks.iter().map(|(address, bits)| {
            if *bits == whole(*address) { address.to_string() } else { format!("{address}/{bits}") }
        });
        Value::String(any.into_iter().chain(networks).collect::<Vec<_>>().join(","))
    }
}

/// `10.0.0.0/8`, or one address.
fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address.parse().ok()?, Some(bits.parse().ok()?)),
        None => (text.parse().ok()?, None),
    };
    let bits = bits.unwrap_or_else(|| whole(address));
    (bits <= whole(address)).then_some((address, bits))
}

/// The bits of a whole address.
fn whole(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// A normalised path prefix: `/a` or `/a/b`; empty for the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasePath(String);

/// First segments that are routes of the server itself.
const RESERVED: [&str; 10] =
    ["api", "ws", "docs", "redoc", "openapi.json", "static", "assets", "locales", "healthz", "readyz"];

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
