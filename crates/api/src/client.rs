//! Where a request comes from: the address limits are kept for and people are told about.

use crate::App;
use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::Data;
use invoke_auth::Origin;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

/// Longer names of programs say no more.
const LONGEST_AGENT: usize = 200;
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The proxies whose word about the client's address counts: the setting `forwarded_allow_ips`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    everybody: bool,
    networks: Vec<(IpAddr, u8)>,
}

impl FromStr for TrustedProxies {
    type Err = String;

    /// Addresses and networks (`10.0.0.0/8`), comma-separated, or `*` for whoever connects; empty for nobody.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut trusted = Self::default();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            if entry == "*" {
                trusted.everybody = true;
                continue;
            }
            let network = network(entry).ok_or_else(|| {
                format!("`forwarded_allow_ips` names neither an address nor a network nor `*`: {entry}")
            })?;
            trusted.networks.push(network);
        }
        Ok(trusted)
    }
}

fn network(entry: &str) -> Option<(IpAddr, u8)> {
    let (address, length) = match entry.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u8>().ok()?)),
        None => (entry, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let all = bits(address).1;
    let length = length.unwrap_or(all);
    (length <= all).then_some((address, length))
}

/// An address as a number, and how many bits it has.
fn bits(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

impl TrustedProxies {
    /// Whether the word of `peer` counts.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        let (number, all) = bits(peer);
        self.everybody
            || self.networks.iter().any(|(network, length)| {
                let (network, of) = bits(*network);
                // Shifting by all bits would be an overflow; a network of length 0 holds everything.
                of == all && (number ^ network).checked_shr(u32::from(all - length)).unwrap_or(0) == 0
            })
    }

    /// The client, from the address that connected and what proxies wrote down. Each proxy appends whom it saw, so the
    /// list is read from its end, and only as far as everybody who wrote it is trusted.
    fn client(&self, peer: IpAddr, forwarded: &str) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            return client;
        }
        for entry in forwarded.rsplit(',') {
            let Some(address) = forwarded_address(entry) else { break };
            client = address;
            if !self.trusts(client) {
                break;
            }
        }
        client
    }
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
fn forwarded_address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = entry.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(address, _)| address);
    let address = bare.unwrap_or(entry).parse::<IpAddr>().ok();
    let with_port = || entry.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    address.or_else(with_port).map(|address| address.to_canonical())
}

/// The client's address.
pub(crate) fn address(http: &HttpRequest) -> IpAddr {
    let peer = http.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let Some(app) = http.app_data::<Data<App>>() else { return peer };
    let lines = http.headers().get_all(FORWARDED_FOR).filter_map(|line| line.to_str().ok());
    app.web.trusted_proxies.client(peer, &lines.collect::<Vec<_>>().join(","))
}

/// What a person may recognise a sign-in by.
pub(crate) fn origin(http: &HttpRequest) -> Origin {
    let agent = http.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    Origin {
        address: Some(address(http).to_string()),
        user_agent: agent.map(|agent| agent.chars().take(LONGEST_AGENT).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn client(trusted: &str, peer: &str, forwarded: &str) -> String {
        trusted.parse::<TrustedProxies>().unwrap().client(peer.parse().unwrap(), forwarded).to_string()
    }

    #[test]
    fn only_a_trusted_peer_is_believed() {
        assert_eq!(client("127.0.0.1", "127.0.0.1", "192.0.2.7"), "192.0.2.7");
        assert_eq!(client("127.0.0.1", "192.0.2.9", "192.0.2.7"), "192.0.2.9");
        assert_eq!(client("", "127.0.0.1", "192.0.2.7"), "127.0.0.1");
        assert_eq!(client("127.0.0.1", "127.0.0.1", ""), "127.0.0.1");
    }

    #[test]
    fn what_a_client_wrote_itself_is_not_believed() {
        assert_eq!(client("127.0.0.1", "127.0.0.1", "1.2.3.4, 192.0.2.7"), "192.0.2.7");
        assert_eq!(client("127.0.0.1, 10.0.0.0/8", "127.0.0.1", "1.2.3.4, 192.0.2.7, 10.1.2.3"), "192.0.2.7");
        assert_eq!(client("127.0.0.1", "127.0.0.1", "192.0.2.7, nonsense"), "127.0.0.1");
    }

    #[test]
    fn a_star_believes_the_whole_list() {
        assert_eq!(client("*", "203.0.113.1", "1.2.3.4, 192.0.2.7"), "1.2.3.4");
    }

    #[test]
    fn networks_ports_and_ipv6_are_understood() {
        assert_eq!(client("10.0.0.0/8", "10.9.8.7", "192.0.2.7:4711"), "192.0.2.7");
        assert_eq!(client("10.0.0.0/8", "11.0.0.1", "192.0.2.7"), "11.0.0.1");
        assert_eq!(client("::1, fd00::/8", "fd12::1", "[2001:db8::1]:80"), "2001:db8::1");
        assert_eq!(client("127.0.0.1", "::ffff:127.0.0.1", "2001:db8::1"), "2001:db8::1");
        assert_eq!(client("0.0.0.0/0", "203.0.113.1", "1.2.3.4"), "1.2.3.4");
        assert_eq!(client("192.0.2.7/32", "192.0.2.8", "1.2.3.4"), "192.0.2.8");
    }

    #[test]
    fn what_is_no_address_is_named() {
        let error = |text: &str| text.parse::<TrustedProxies>().unwrap_err();
        assert!(error("127.0.0.1, proxy").ends_with(": proxy"));
        assert!(error("10.0.0.0/33").ends_with(": 10.0.0.0/33"));
        assert!(error("10.0.0.0/-1").ends_with(": 10.0.0.0/-1"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(setting in ".{0,30}", forwarded in r"[0-9a-f:.,\[\] ]{0,60}|.{0,30}") {
            if let Ok(trusted) = setting.parse::<TrustedProxies>() {
                trusted.client(IpAddr::V4(Ipv4Addr::LOCALHOST), &forwarded);
            }
            TrustedProxies { everybody: true, networks: Vec::new() }.client(IpAddr::V4(Ipv4Addr::LOCALHOST), &forwarded);
        }
    }
}
