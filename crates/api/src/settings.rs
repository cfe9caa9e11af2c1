//! What the HTTP side needs to know about its surroundings. Plain values; the server maps its configuration to them.

use crate::TrustedProxies;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, Ordering};

/// How the API presents itself.
#[derive(Debug, Clone)]
pub struct WebSettings {
    /// People sign in; without it every request works as `system`, who administers.
    pub multiuser: bool,
    /// The address listened on is a loopback one, so only loopback host names are answered.
    pub loopback: bool,
    /// Further host names answered on a loopback address, without port.
    pub allowed_hosts: Vec<String>,
    /// Cross-origin requests.
    pub cors: CorsSettings,
    /// gzip level for text of 1000 bytes and more; 0 turns compression off.
    pub compression_level: u32,
    /// Public path prefix behind a reverse proxy, `/x`, or empty.
    pub base_path: String,
    /// The site is reached over https, so cookies are marked `Secure`.
    pub https: bool,
    /// Whose word about prefix, scheme, name and address of a visitor counts.
    pub trusted_proxies: TrustedProxies,
    /// Where the pages come from.
    pub pages: Pages,
}

impl Default for WebSettings {
    /// The reference's defaults: single-user, on a loopback address, no pages.
    fn default() -> Self {
        Self {
            multiuser: false,
            loopback: true,
            allowed_hosts: Vec::new(),
            cors: CorsSettings::default(),
            compression_level: 9,
            base_path: String::new(),
            https: false,
            trusted_proxies: TrustedProxies::default(),
            pages: Pages::None,
        }
    }
}

/// Which other origins may use the API from a browser.
#[derive(Debug, Clone)]
pub struct CorsSettings {
    /// Origins, `scheme://host[:port]`, or `*`.
    pub origins: Vec<String>,
    /// Cookies and `Authorization` may be sent along.
    pub credentials: bool,
    /// Methods, or `*`.
    pub methods: Vec<String>,
    /// Request headers, or `*`.
    pub headers: Vec<String>,
}

impl Default for CorsSettings {
    fn default() -> Self {
        let any = || vec!["*".to_owned()];
        Self { origins: Vec::new(), credentials: true, methods: any(), headers: any() }
    }
}

impl CorsSettings {
    /// Refuses what no browser should be told.
    ///
    /// # Errors
    /// When every origin would be allowed with credentials: any page on the web could then act as its visitor.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.credentials && self.origins.iter().any(|origin| origin == "*") {
            return Err("`allow_origins` must not contain `*` while `allow_credentials` is true");
        }
        Ok(())
    }

    /// Whether pages of `origin` may use the API.
    pub(crate) fn allows(&self, origin: &str) -> bool {
        self.origins.iter().any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(origin))
    }
}

/// Where the browser's files come from.
#[derive(Debug, Clone)]
pub enum Pages {
    /// Compiled into the program: path without leading slash in, file out.
    Embedded(fn(&str) -> Option<Page>),
    /// A folder with an `index.html`.
    Folder(PathBuf),
    /// Not built; a plain page says how to.
    None,
}

/// One file of the pages.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// Differs when the content does.
    pub tag: String,
}

/// The configuration as administrators see it, and what they may change of it while the server runs.
#[derive(Debug, Clone, Default)]
pub struct Configuration {
    /// Every key with its value, secrets masked.
    pub values: Map<String, Value>,
    /// The keys that are not at their default.
    pub given: BTreeSet<String>,
    /// The keys that an environment variable or a flag decides about, so that nothing else can.
    pub fixed: BTreeSet<String>,
}

/// A device that may compute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceOption {
    /// `cpu`, `cuda:0`, …
    pub device: String,
    /// What people call it.
    pub name: String,
}

/// From which level on the log is written: 10 debug, 20 info, 30 warning, 40 error, 50 critical; 0 everything.
#[derive(Debug)]
pub struct Verbosity {
    level: AtomicU8,
    apply: fn(u8),
}

impl Verbosity {
    /// The present level, and what changes it.
    pub fn new(level: u8, apply: fn(u8)) -> Self {
        Self { level: AtomicU8::new(level), apply }
    }

    /// The present level.
    pub(crate) fn get(&self) -> u8 {
        self.level.load(Ordering::Relaxed)
    }

    /// Changes the level.
    pub(crate) fn set(&self, level: u8) {
        (self.apply)(level);
        self.level.store(level, Ordering::Relaxed);
    }
}
