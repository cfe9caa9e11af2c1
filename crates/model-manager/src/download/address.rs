//! Which addresses may be asked: only such as anybody on the internet could ask, so that nobody reaches through the server
//! what only the server can reach.

use super::DownloadError;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Whether an address is globally routable unicast, together with what it may carry traffic to.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// The special-purpose ranges of IANA's registry: first address, length of the prefix.
const SPECIAL_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    !SPECIAL_V4.iter().any(|(first, length)| (bits ^ first.to_bits()) >> (32 - length) == 0)
}

/// Of 2000::/3, which is all that is given out, these are special: protocols (Teredo among them), documentation, 6to4.
const SPECIAL_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];
const GIVEN_OUT: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// Marks an IPv4 address tunnelled by ISATAP in the last 32 bits (RFC 5214).
const ISATAP: [u32; 2] = [0x0000_5efe, 0x0200_5efe];

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let bits = address.to_bits();
    let within = |(first, length): (Ipv6Addr, u32)| (bits ^ first.to_bits()) >> (128 - length) == 0;
    let words = [bits >> 32, bits].map(|part| u32::try_from(part & 0xffff_ffff).unwrap_or_default());
    let tunnelled = ISATAP.contains(&words[0]).then(|| Ipv4Addr::from_bits(words[1]));
    within(GIVEN_OUT) && !SPECIAL_V6.into_iter().any(within) && tunnelled.is_none_or(is_public_v4)
}

/// Reads an address and refuses what is none to download from. Other spellings of a number (decimal, octal, hexadecimal,
/// percent-encoded) are understood as what they are.
pub(super) fn parse(text: &str) -> Result<Url, DownloadError> {
    let url = Url::parse(text).map_err(|_| DownloadError::BadAddress)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(DownloadError::Scheme(url.scheme().to_owned()));
    }
    if url.host().is_none() {
        return Err(DownloadError::BadAddress);
    }
    Ok(url)
}

/// The number in an address, if it has one instead of a name. No name server is asked about it.
pub(super) fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
    }
}

/// Host and port, as people write them.
pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// An address without what may be secret in it: name, password, query and fragment.
pub(crate) fn shown(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return "(no address)".to_owned() };
    url.set_query(None);
    url.set_fragment(None);
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url.to_string()
}

/// Names in a query whose values let somebody in.
const SECRETS: [&str; 5] = ["token", "access_token", "api_key", "apikey", "key"];

/// An address without name, password and what of its query lets somebody in.
pub(crate) fn without_secrets(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return text.to_owned() };
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let (secret, kept): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|(name, _)| SECRETS.iter().any(|secret| name.eq_ignore_ascii_case(secret)));
    if secret.is_empty() && url.username().is_empty() && url.password().is_none() {
        return text.to_owned();
    }
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn only_addresses_of_the_internet_are_public() {
        for text in ["1.1.1.1", "93.184.216.34", "172.15.255.255", "172.32.0.1", "100.128.0.1", "2606:4700::1111"] {
            assert!(public(text), "{text}");
        }
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.1.5",
            "198.19.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "2001:db8::1",
            "64:ff9b::7f00:1",
            "2001:0:1::",
            "4000::1",
        ] {
            assert!(!public(text), "{text}");
        }
    }

    #[test]
    fn an_address_is_also_what_it_wraps() {
        assert!(public("::ffff:1.1.1.1"));
        for text in ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2606:4700::5efe:7f00:1"] {
            assert!(!public(text), "{text}");
        }
    }

    #[test]
    fn other_spellings_of_a_number_are_that_number() {
        let loopback: IpAddr = "127.0.0.1".parse().unwrap();
        for text in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://127%2e0%2E0.1/",
            "http://127.0.0.1./",
        ] {
            assert_eq!(literal(&parse(text).unwrap()), Some(loopback), "{text}");
        }
        assert_eq!(literal(&parse("http://[::1]:80/").unwrap()), Some("::1".parse().unwrap()));
        assert_eq!(literal(&parse("https://huggingface.co/").unwrap()), None);
    }

    #[test]
    fn only_http_is_fetched() {
        assert!(matches!(parse("file:///etc/passwd"), Err(DownloadError::Scheme(_))));
        assert!(matches!(parse("ftp://example.com/x"), Err(DownloadError::Scheme(_))));
        assert!(matches!(parse("no address"), Err(DownloadError::BadAddress)));
        assert!(matches!(parse("http://"), Err(DownloadError::BadAddress)));
    }

    #[test]
    fn what_is_kept_of_an_address_lets_nobody_in() {
        for (given, kept) in [
            (
                "https://host.org/models/1?type=Model&format=SafeTensor",
                "https://host.org/models/1?type=Model&format=SafeTensor",
            ),
            ("https://host.org/models/1?token=secret", "https://host.org/models/1"),
            ("https://host.org/models/1?type=Model&Token=secret", "https://host.org/models/1?type=Model"),
            ("https://me:pass@host.org/a?b=1", "https://host.org/a?b=1"),
            ("owner/repository:fp16:unet", "owner/repository:fp16:unet"),
        ] {
            assert_eq!(without_secrets(given), kept);
        }
    }

    #[test]
    fn what_is_shown_of_an_address_has_no_secrets() {
        assert_eq!(shown("https://me:pass@host.org/a/b?token=secret#x"), "https://host.org/a/b");
    }
}
