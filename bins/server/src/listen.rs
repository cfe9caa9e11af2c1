//! The socket to listen on.

use crate::StartError;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs as _};

/// How many ports are tried after the wanted one.
const TRIES: u16 = 100;

/// Listens on `port` of `host`, or on the next free one.
pub(crate) fn bind(host: &str, port: u16) -> Result<TcpListener, StartError> {
    let failed = |source| StartError::Listen { host: host.to_owned(), port, source };
    let mut wanted = port;
    loop {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let addresses: Vec<SocketAddr> = (bare, wanted).to_socket_addrs().map_err(failed)?.collect();
        match TcpListener::bind(addresses.as_slice()) {
            Ok(listener) => {
                if wanted != port {
                    tracing::warn!("port {port} is in use, listening on port {wanted} instead");
                }
                return Ok(listener);
            }
            Err(error) if error.kind() == ErrorKind::AddrInUse && wanted < port.saturating_add(TRIES) => wanted += 1,
            Err(error) => return Err(failed(error)),
        }
    }
}

/// Whether only this machine can reach the address.
pub(crate) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_free_port_is_taken() {
        let first = bind("127.0.0.1", 0).unwrap();
        let taken = first.local_addr().unwrap().port();
        let second = bind("127.0.0.1", taken).unwrap();
        assert!(second.local_addr().unwrap().port() > taken);
    }

    #[test]
    fn a_host_that_is_none_is_named_in_the_error() {
        let refused = bind("no-such-host.invalid", 9090).unwrap_err();
        assert!(refused.to_string().contains("no-such-host.invalid"));
    }

    #[test]
    fn loopback_is_known_in_all_its_forms() {
        for text in ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"] {
            assert!(is_loopback(text.parse().unwrap()), "{text}");
        }
        for text in ["0.0.0.0", "::", "192.168.0.2"] {
            assert!(!is_loopback(text.parse().unwrap()), "{text}");
        }
    }
}
