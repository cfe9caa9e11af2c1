//! Which reverse proxies are believed. What they say about a request (`X-Forwarded-*`) could be said by anybody, so it
//! counts only when the connection comes from an address the administrator named in `forwarded_allow_ips`.

use std::net::IpAddr;

/// The proxies that are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxies {
    everybody: bool,
    networks: Vec<(IpAddr, u8)>,
}

impl Default for TrustedProxies {
    /// Those on this machine.
    fn default() -> Self {
        let here = [IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), IpAddr::V6(std::net::Ipv6Addr::LOCALHOST)];
        Self { everybody: false, networks: here.map(|address| (address, whole(address))).into() }
    }
}

impl TrustedProxies {
    /// `everybody` believes any peer; `networks` are addresses with the length of their prefix in bits.
    pub fn new(everybody: bool, networks: Vec<(IpAddr, u8)>) -> Self {
        Self { everybody, networks }
    }

    /// Whether what `peer` says about a request counts.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.everybody || self.networks.iter().any(|(network, bits)| contains(*network, *bits, peer))
    }
}

/// The bits of a whole address.
fn whole(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn contains(network: IpAddr, bits: u8, address: IpAddr) -> bool {
    match (network.to_canonical(), address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            same(network.to_bits().into(), address.to_bits().into(), 32, bits)
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => same(network.to_bits(), address.to_bits(), 128, bits),
        _ => false,
    }
}

/// Whether the first `bits` of two numbers of `width` bits are equal.
fn same(one: u128, other: u128, width: u32, bits: u8) -> bool {
    let ignored = width.saturating_sub(u32::from(bits));
    // Shifting a number out as a whole leaves nothing to differ.
    (one ^ other).checked_shr(ignored).is_none_or(|rest| rest == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(networks: &[(&str, u8)]) -> TrustedProxies {
        TrustedProxies::new(false, networks.iter().map(|(address, bits)| (address.parse().unwrap(), *bits)).collect())
    }

    #[test]
    fn an_address_is_believed_when_it_was_named() {
        let named = proxies(&[("127.0.0.1", 32), ("10.1.0.0", 16), ("fd00::", 8)]);
        for believed in ["127.0.0.1", "::ffff:127.0.0.1", "10.1.255.3", "fd12::1"] {
            assert!(named.trusts(believed.parse().unwrap()), "{believed}");
        }
        for stranger in ["127.0.0.2", "10.2.0.1", "::1", "fe80::1"] {
            assert!(!named.trusts(stranger.parse().unwrap()), "{stranger}");
        }
    }

    #[test]
    fn a_prefix_of_no_bits_is_every_address_of_its_kind() {
        let all = proxies(&[("0.0.0.0", 0)]);
        assert!(all.trusts("203.0.113.9".parse().unwrap()));
        assert!(!all.trusts("2001:db8::1".parse().unwrap()));
        assert!(TrustedProxies::new(true, vec![]).trusts("2001:db8::1".parse().unwrap()));
    }

    #[test]
    fn proxies_of_this_machine_are_believed_unless_others_are_named() {
        assert!(TrustedProxies::default().trusts("127.0.0.1".parse().unwrap()));
        assert!(TrustedProxies::default().trusts("::1".parse().unwrap()));
        assert!(!TrustedProxies::default().trusts("192.168.0.2".parse().unwrap()));
    }
}
