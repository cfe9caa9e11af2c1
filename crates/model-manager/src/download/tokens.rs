//! Which token goes to which address. A token goes to the host it was given for and to no other, whatever that host answers.

use super::address::host_of;
use regex_lite::Regex;
use url::Url;

/// A token for addresses that match, from the key `remote_api_tokens`.
#[derive(Clone)]
pub struct RemoteToken {
    pattern: Regex,
    token: String,
}

impl std::fmt::Debug for RemoteToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteToken").field("pattern", &self.pattern.as_str()).finish_non_exhaustive()
    }
}

impl RemoteToken {
    /// A token for addresses in which `url_regex` is found.
    ///
    /// # Errors
    /// When it is no regular expression.
    pub fn new(url_regex: &str, token: impl Into<String>) -> Result<Self, regex_lite::Error> {
        Ok(Self { pattern: Regex::new(url_regex)?, token: token.into() })
    }
}

/// The configured token for an address. The query is not looked at: whoever asks for a download chooses it, and could make
/// any address match.
pub(super) fn configured<'a>(tokens: &'a [RemoteToken], url: &Url) -> Option<&'a str> {
    let mut bare = url.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    let _ = bare.set_username("").and_then(|()| bare.set_password(None));
    tokens.iter().find(|entry| entry.pattern.is_match(bare.as_str())).map(|entry| entry.token.as_str())
}

/// Whether a token for `first` may be sent to `next`: the same host and port, or the same host by https instead of http.
pub(super) fn may_follow(first: &Url, next: &Url) -> bool {
    let upgraded = first.scheme() == "http"
        && next.scheme() == "https"
        && (first.port_or_known_default(), next.port_or_known_default()) == (Some(80), Some(443));
    let same = first.scheme() == next.scheme() && first.port_or_known_default() == next.port_or_known_default();
    !host_of(first).is_empty() && first.host() == next.host() && (same || upgraded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_token_is_found_by_the_address_without_its_query() {
        let tokens =
            [RemoteToken::new("civitai.com", "one").unwrap(), RemoteToken::new("^https://b.org/x", "two").unwrap()];
        assert_eq!(configured(&tokens, &url("https://civitai.com/api/download/models/1")), Some("one"));
        assert_eq!(configured(&tokens, &url("https://b.org/x/y")), Some("two"));
        assert_eq!(configured(&tokens, &url("https://evil.org/?civitai.com")), None);
        assert_eq!(configured(&tokens, &url("https://civitai.com@evil.org/")), None);
    }

    #[test]
    fn a_token_stays_with_its_host() {
        let first = url("https://hub.org/a");
        assert!(may_follow(&first, &url("https://hub.org/b")));
        assert!(may_follow(&url("http://hub.org/a"), &url("https://hub.org/a")));
        for other in ["https://cdn.hub.org/a", "http://hub.org/a", "https://hub.org:8443/a", "https://evil.org/hub.org"]
        {
            assert!(!may_follow(&first, &url(other)), "{other}");
        }
        assert!(!may_follow(&url("http://127.0.0.1:80/"), &url("http://127.0.0.1:81/")));
    }

    #[test]
    fn a_token_is_not_printed() {
        assert!(!format!("{:?}", RemoteToken::new("x", "secret").unwrap()).contains("secret"));
    }
}
