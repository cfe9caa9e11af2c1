//! Where a request comes from: the address limits are kept for and people are told about.

use crate::{App, TrustedProxies};
use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::Data;
use invoke_auth::Origin;
use std::net::{IpAddr, Ipv4Addr};

/// Longer names of programs say no more.
const LONGEST_AGENT: usize = 200;
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The client, from the address that connected and what proxies wrote down. Each proxy appends whom it saw, so the list is
/// read from its end, and only as far as everybody who wrote it is trusted.
fn client(trusted: &TrustedProxies, peer: IpAddr, forwarded: &str) -> IpAddr {
    let mut client = peer.to_canonical();
    for entry in forwarded.rsplit(',') {
        if !trusted.trusts(client) {
            break;
        }
        let Some(address) = forwarded_address(entry) else { break };
        client = address;
    }
    client
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
    client(&app.web.trusted_proxies, peer, &lines.collect::<Vec<_>>().join(","))
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

    /// Behind proxies with these addresses; `*` for any.
    fn seen(trusted: &str, peer: &str, forwarded: &str) -> String {
        let addresses = trusted.split(", ").filter_map(|address| address.parse::<IpAddr>().ok());
        let networks = addresses.map(|address| (address, if address.is_ipv4() { 32 } else { 128 })).collect();
        let trusted = TrustedProxies::new(trusted == "*", networks);
        client(&trusted, peer.parse().unwrap(), forwarded).to_string()
    }

    #[test]
    fn only_a_trusted_peer_is_believed() {
        assert_eq!(seen("127.0.0.1", "127.0.0.1", "192.0.2.7"), "192.0.2.7");
        assert_eq!(seen("127.0.0.1", "192.0.2.9", "192.0.2.7"), "192.0.2.9");
        assert_eq!(seen("", "127.0.0.1", "192.0.2.7"), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", "127.0.0.1", ""), "127.0.0.1");
    }

    #[test]
    fn what_a_client_wrote_itself_is_not_believed() {
        assert_eq!(seen("127.0.0.1", "127.0.0.1", "1.2.3.4, 192.0.2.7"), "192.0.2.7");
        assert_eq!(seen("127.0.0.1, 10.1.2.3", "127.0.0.1", "1.2.3.4, 192.0.2.7, 10.1.2.3"), "192.0.2.7");
        assert_eq!(seen("127.0.0.1", "127.0.0.1", "192.0.2.7, nonsense"), "127.0.0.1");
    }

    #[test]
    fn who_trusts_everybody_believes_the_whole_list() {
        assert_eq!(seen("*", "203.0.113.1", "1.2.3.4, 192.0.2.7"), "1.2.3.4");
    }

    #[test]
    fn ports_and_ipv6_are_understood() {
        assert_eq!(seen("127.0.0.1", "127.0.0.1", "192.0.2.7:4711"), "192.0.2.7");
        assert_eq!(seen("::1", "::1", "[2001:db8::1]:80"), "2001:db8::1");
        assert_eq!(seen("127.0.0.1", "::ffff:127.0.0.1", "2001:db8::1"), "2001:db8::1");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(forwarded in r"[0-9a-f:.,\[\] ]{0,60}|.{0,30}") {
            client(&TrustedProxies::new(true, Vec::new()), IpAddr::V4(Ipv4Addr::LOCALHOST), &forwarded);
        }
    }
}
