//! One request over the network: where it may go, through how many redirects, with which token.
//!
//! A name is resolved once, by [`Guard`], and the connection is made to the addresses that were checked there, so that a name
//! server that answers differently the second time gains nothing. Redirects are followed by hand, each hop checked anew.

use super::address::{self, host_of, is_public};
use super::error::DownloadError;
use super::{DownloadSettings, tokens};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Response, StatusCode};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt as _;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use url::Url;

/// Redirects that are followed.
const MAX_HOPS: usize = 10;
/// The longest JSON answer of a host's API.
const MAX_ANSWER: usize = 32 << 20;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(15);
/// How long a question to a host's API may take in all; somebody waits for it.
const QUESTION: Duration = Duration::from_secs(60);
/// The longest a host can make us wait before the next attempt.
const LONGEST_WAIT: u64 = 300;
/// What the hub calls a file's SHA-256 in the answer that leads to where the file lies.
const LINKED_ETAG: HeaderName = HeaderName::from_static("x-linked-etag");

/// Turns a name into addresses.
type Lookup = fn(&str) -> io::Result<Vec<IpAddr>>;

fn system_lookup(host: &str) -> io::Result<Vec<IpAddr>> {
    Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
}

/// Resolves names, to public addresses only.
#[derive(Debug, Clone)]
struct Guard {
    lookup: Lookup,
    is_public: fn(IpAddr) -> bool,
    allow_private: bool,
}

/// A name that leads to an address that is not public.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' has an address that is not public")]
struct NotPublic(String);

impl Guard {
    /// All addresses of a host, if all of them are public: which one is connected to is not ours to choose.
    fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Box<dyn std::error::Error + Send + Sync>> {
        let found = (self.lookup)(host)?;
        if self.allow_private || found.iter().all(|address| (self.is_public)(*address)) {
            Ok(found)
        } else {
            Err(Box::new(NotPublic(host.to_owned())))
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || guard.addresses(name.as_str())).await??;
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

/// What to ask for besides an address.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ask<'a> {
    /// The token that was given for this address; else a configured one is looked for.
    pub(crate) token: Option<&'a str>,
    /// From which byte on, if the file is still the one that `if_range` names.
    pub(crate) from: u64,
    /// The entity tag or date of what is there already.
    pub(crate) if_range: Option<&'a str>,
}

/// The beginning of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) response: Response,
    /// Where it came from in the end.
    pub(crate) url: Url,
    /// SHA-256 of the file, if the host that was asked first announced one on the way.
    pub(crate) announced: Option<String>,
}

impl Answer {
    /// A header that is text.
    pub(crate) fn header(&self, name: HeaderName) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// Host and port of where it came from.
    pub(crate) fn host(&self) -> String {
        host_of(&self.url)
    }

    /// An answer that is none of those expected, as an error.
    pub(crate) fn refusal(&self) -> DownloadError {
        let status = self.response.status();
        let retry_after = self.header(header::RETRY_AFTER).and_then(|text| text.trim().parse::<u64>().ok());
        DownloadError::Status {
            host: self.host(),
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or("an unknown status").to_owned(),
            retry_after: retry_after.map(|seconds| Duration::from_secs(seconds.min(LONGEST_WAIT))),
        }
    }
}

/// Asks the network. Cheap to share.
#[derive(Debug)]
pub(crate) struct Http {
    settings: DownloadSettings,
    guard: Guard,
    /// Made for the first request: reading the machine's certificates takes a moment.
    client: OnceLock<Client>,
}

impl Http {
    pub(crate) fn new(settings: DownloadSettings) -> Self {
        Self::with(settings, system_lookup, is_public)
    }

    /// With another way to addresses, and another idea of which are public.
    fn with(settings: DownloadSettings, lookup: Lookup, is_public: fn(IpAddr) -> bool) -> Self {
        let guard = Guard { lookup, is_public, allow_private: settings.allow_private };
        Self { settings, guard, client: OnceLock::new() }
    }

    pub(crate) fn settings(&self) -> &DownloadSettings {
        &self.settings
    }

    fn client(&self) -> Result<&Client, DownloadError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let mut builder = Client::builder()
            .user_agent(concat!("invokeai-rs/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .read_timeout(self.settings.patience)
            .no_proxy()
            .tls_backend_preconfigured(tls());
        let broken = |source| DownloadError::Unreachable { host: "the network".to_owned(), source };
        if let Some(proxy) = &self.settings.proxy {
            // The proxy decides where it connects to; it may well have a private address itself.
            builder = builder.proxy(reqwest::Proxy::all(proxy).map_err(broken)?);
        } else {
            builder = builder.dns_resolver(Arc::new(self.guard.clone()));
        }
        let client = builder.build().map_err(broken)?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Refuses an address that is not public before anybody is asked for it.
    async fn check(&self, url: &Url) -> Result<(), DownloadError> {
        if self.settings.allow_private {
            return Ok(());
        }
        let refused = || DownloadError::Private(url.host_str().unwrap_or_default().to_owned());
        if let Some(address) = address::literal(url) {
            return if (self.guard.is_public)(address) { Ok(()) } else { Err(refused()) };
        }
        if self.settings.proxy.is_none() {
            return Ok(());
        }
        // What the proxy connects to is its affair; what resolves here to something private is refused all the same.
        let (guard, host) = (self.guard.clone(), url.host_str().unwrap_or_default().to_owned());
        let looked =
            tokio::task::spawn_blocking(move || guard.addresses(&host).map_err(|error| error.is::<NotPublic>()));
        if matches!(looked.await, Ok(Err(true))) { Err(refused()) } else { Ok(()) }
    }

    /// Asks for `address` and follows where it leads. The status is the caller's to judge.
    pub(crate) async fn get(&self, address: &str, ask: Ask<'_>) -> Result<Answer, DownloadError> {
        let first = address::parse(address)?;
        let token = ask.token.or_else(|| tokens::configured(&self.settings.tokens, &first));
        let mut url = first.clone();
        let mut announced = None;
        for _ in 0..=MAX_HOPS {
            self.check(&url).await?;
            let mut headers = HeaderMap::new();
            // What was compressed on the way would have another length.
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            if ask.from > 0 {
                let range = format!("bytes={}-", ask.from);
                headers.extend(HeaderValue::from_str(&range).ok().map(|value| (header::RANGE, value)));
                let validator = ask.if_range.and_then(|value| HeaderValue::from_str(value).ok());
                headers.extend(validator.map(|value| (header::IF_RANGE, value)));
            }
            if let Some(token) = token.filter(|_| tokens::may_follow(&first, &url))
                && let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {token}"))
            {
                value.set_sensitive(true);
                headers.insert(header::AUTHORIZATION, value);
            }
            let sent = self.client()?.get(url.clone()).headers(headers).send().await;
            let response = sent.map_err(|source| unreachable(&url, source))?;
            if tokens::may_follow(&first, &url) {
                announced =
                    response.headers().get(LINKED_ETAG).and_then(|value| sha256_in(value.to_str().ok()?)).or(announced);
            }
            let Some(next) = redirect(&response) else { return Ok(Answer { response, url, announced }) };
            let next = address::parse(url.join(next).map_err(|_| DownloadError::BadAddress)?.as_str())?;
            if url.scheme() == "https" && next.scheme() == "http" {
                return Err(DownloadError::Downgrade(host_of(&url)));
            }
            url = next;
        }
        Err(DownloadError::Redirects(host_of(&first)))
    }

    /// Asks a host's API for a small JSON answer. The status is the caller's to judge; an answer that is none is null.
    pub(crate) async fn json(
        &self,
        address: &str,
        token: Option<&str>,
    ) -> Result<(Answer, serde_json::Value), DownloadError> {
        let asked = async {
            let mut answer = self.get(address, Ask { token, ..Ask::default() }).await?;
            let mut body = Vec::new();
            let host = answer.host();
            while let Some(piece) = answer.response.chunk().await.map_err(|source| broke_off(&host, source))? {
                body.extend_from_slice(&piece);
                if body.len() > MAX_ANSWER {
                    return Err(DownloadError::Unexpected { host, what: "the answer is too long" });
                }
            }
            Ok((answer, serde_json::from_slice(&body).unwrap_or_default()))
        };
        let late = |_| DownloadError::Unexpected { host: shown_host(address), what: "no answer in time" };
        tokio::time::timeout(QUESTION, asked).await.map_err(late)?
    }
}

fn shown_host(address: &str) -> String {
    Url::parse(address).map(|url| host_of(&url)).unwrap_or_default()
}

/// Where an answer leads to instead.
fn redirect(response: &Response) -> Option<&str> {
    let moved = [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::FOUND,
        StatusCode::SEE_OTHER,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::PERMANENT_REDIRECT,
    ];
    moved.contains(&response.status()).then(|| response.headers().get(header::LOCATION)?.to_str().ok())?
}

/// A SHA-256 in an entity tag; tags of other files are shorter.
fn sha256_in(tag: &str) -> Option<String> {
    let bare = tag.trim().trim_start_matches("W/").trim_matches('"');
    let is_hash = bare.len() == 64 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| bare.to_ascii_lowercase())
}

fn unreachable(url: &Url, source: reqwest::Error) -> DownloadError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&source);
    while let Some(error) = cause {
        if let Some(NotPublic(host)) = error.downcast_ref::<NotPublic>() {
            return DownloadError::Private(host.clone());
        }
        cause = error.source();
    }
    DownloadError::Unreachable { host: host_of(url), source: source.without_url() }
}

pub(super) fn broke_off(host: &str, source: reqwest::Error) -> DownloadError {
    DownloadError::BrokeOff { host: host.to_owned(), source: source.without_url() }
}

/// TLS 1.2 and 1.3 by rustls with ring, as for the server's own https, and the machine's certificates.
fn tls() -> ClientConfig {
    let builder = || {
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        builder.with_safe_default_protocol_versions()
    };
    let made = builder().and_then(|builder| builder.with_platform_verifier());
    match made {
        Ok(verified) => verified.with_no_client_auth(),
        Err(error) => {
            // Without certificates nothing by https is trusted; plain http still works.
            tracing::warn!(%error, "the certificates of this machine can not be read; install `ca-certificates`");
            let empty = rustls::RootCertStore::empty();
            ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map(|builder| builder.with_root_certificates(empty).with_no_client_auth())
                .unwrap_or_else(|_| unreachable!("ring has the versions that are safe"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;
    use std::sync::mpsc;

    /// A host that gives the same answer to everybody, and tells what it was asked.
    fn host(address: &str, answer: String) -> (u16, mpsc::Receiver<String>) {
        let listener = TcpListener::bind((address, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, asked) = mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut head = String::new();
                for line in BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok) {
                    if line.is_empty() {
                        break;
                    }
                    head = head + &line + "\n";
                }
                let _ = sender.send(head);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        (port, asked)
    }

    const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

    fn moved(to: &str) -> String {
        format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }

    fn get(http: &Http, address: &str, token: Option<&str>) -> Result<Answer, DownloadError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(http.get(address, Ask { token, ..Ask::default() }))
    }

    fn nowhere(_: &str) -> io::Result<Vec<IpAddr>> {
        panic!("no name is looked up")
    }

    /// 127.0.0.1 stands for the internet and the rest of 127.0.0.0/8 for what only the server can reach.
    fn first_loopback(address: IpAddr) -> bool {
        address == IpAddr::from([127, 0, 0, 1])
    }

    #[test]
    fn what_is_not_public_is_not_asked() {
        let http = Http::new(DownloadSettings::default());
        let (port, asked) = host("127.0.0.1", OK.to_owned());
        for address in [
            format!("http://127.0.0.1:{port}/x"),
            format!("http://2130706433:{port}/x"),
            format!("http://[::1]:{port}/"),
        ] {
            let refused = get(&http, &address, None).unwrap_err();
            assert!(matches!(refused, DownloadError::Private(_)), "{address}: {refused}");
        }
        let refused = get(&http, &format!("http://127.0.0.1:{port}/x"), None).unwrap_err().to_string();
        let told = "Refusing to download from '127.0.0.1': it resolves to a non-public address. Set \
                    `allow_private_download_urls` in invokeai.yaml to permit downloads from loopback and private-network addresses.";
        assert_eq!(refused, told);
        assert!(asked.try_recv().is_err());
    }

    #[test]
    fn a_name_is_as_public_as_the_worst_of_its_addresses() {
        fn both(_: &str) -> io::Result<Vec<IpAddr>> {
            Ok(vec![IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2])])
        }
        fn one(_: &str) -> io::Result<Vec<IpAddr>> {
            Ok(vec![IpAddr::from([127, 0, 0, 1])])
        }
        let (port, asked) = host("127.0.0.1", OK.to_owned());
        let address = format!("http://models.test:{port}/x");
        let refused = get(&Http::with(DownloadSettings::default(), both, first_loopback), &address, None).unwrap_err();
        assert!(matches!(&refused, DownloadError::Private(host) if host == "models.test"), "{refused:?}");
        assert!(asked.try_recv().is_err());
        // The address that was checked is the one that is asked: this name resolves nowhere else.
        let answer = get(&Http::with(DownloadSettings::default(), one, first_loopback), &address, None).unwrap();
        assert_eq!(answer.response.status(), 200);
    }

    #[test]
    fn a_redirect_is_checked_like_the_first_address() {
        let (inner, asked) = host("127.0.0.2", OK.to_owned());
        let (port, _) = host("127.0.0.1", moved(&format!("http://127.0.0.2:{inner}/secret")));
        let http = Http::with(DownloadSettings::default(), nowhere, first_loopback);
        let refused = get(&http, &format!("http://127.0.0.1:{port}/x"), None).unwrap_err();
        assert!(matches!(&refused, DownloadError::Private(host) if host == "127.0.0.2"), "{refused:?}");
        assert!(asked.try_recv().is_err());
        let (port, _) = host("127.0.0.1", moved("file:///etc/passwd"));
        let refused = get(&http, &format!("http://127.0.0.1:{port}/x"), None).unwrap_err();
        assert!(matches!(refused, DownloadError::Scheme(_)), "{refused:?}");
    }

    #[test]
    fn a_token_goes_to_its_host_and_no_further() {
        let settings = DownloadSettings { allow_private: true, ..DownloadSettings::default() };
        let http = Http::new(settings);
        let (cdn, at_cdn) = host("127.0.0.2", OK.to_owned());
        let (port, at_hub) = host("127.0.0.1", moved(&format!("http://127.0.0.2:{cdn}/file?signature=x")));
        let answer = get(&http, &format!("http://127.0.0.1:{port}/file"), Some("secret")).unwrap();
        assert_eq!(answer.url.as_str(), format!("http://127.0.0.2:{cdn}/file?signature=x"));
        assert!(at_hub.recv().unwrap().to_lowercase().contains("authorization: bearer secret"));
        let head = at_cdn.recv().unwrap().to_lowercase();
        assert!(head.contains("accept-encoding: identity") && !head.contains("authorization"), "{head}");
    }

    #[test]
    fn redirects_end() {
        let http = Http::new(DownloadSettings { allow_private: true, ..DownloadSettings::default() });
        let (port, _) = host("127.0.0.1", moved("/again"));
        let refused = get(&http, &format!("http://127.0.0.1:{port}/x"), None).unwrap_err();
        assert!(matches!(refused, DownloadError::Redirects(_)), "{refused:?}");
    }

    #[test]
    fn an_error_does_not_tell_the_secrets_of_an_address() {
        let http = Http::new(DownloadSettings { allow_private: true, ..DownloadSettings::default() });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let refused = get(&http, &format!("http://127.0.0.1:{port}/x?token=secret"), None).unwrap_err();
        assert!(refused.may_pass() && !refused.chain().contains("secret"), "{}", refused.chain());
    }

    #[test]
    fn a_hash_is_told_from_other_tags() {
        let hash = "a".repeat(64);
        assert_eq!(sha256_in(&format!("\"{hash}\"")), Some(hash));
        assert_eq!(sha256_in("\"6a7f-5e\""), None);
    }
}
