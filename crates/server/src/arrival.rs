//! How a request reached the server: what the listener knows and the message does not say.

use std::net::{IpAddr, SocketAddr};

use cosmokit_protocol::wire::region::Region;

/// The way a request came in.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// Region of the listener that took the connection; in process the authority tells.
    pub(crate) region: Option<Region>,
    /// Whether the listener has nothing but the admin API.
    pub(crate) only_admin: bool,
    /// What the client dialled.
    pub(crate) scheme: Scheme,
    /// The far end of the socket; `None` in process.
    pub(crate) peer: Option<SocketAddr>,
}

impl Arrival {
    /// A request handed over in process.
    pub(crate) fn in_process(uri: &http::Uri) -> Self {
        let scheme = match uri.scheme_str() {
            Some("https") => Scheme::Https,
            _ => Scheme::Http,
        };
        Self {
            region: None,
            only_admin: false,
            scheme,
            peer: None,
        }
    }

    /// The same for an account that shares the port: its region is in the host name.
    pub(crate) fn by_name(&self) -> Self {
        Self {
            region: None,
            ..self.clone()
        }
    }

    /// Whether the request comes from this machine.
    pub(crate) fn is_local(&self) -> bool {
        self.peer.is_none_or(|peer| is_loopback(peer.ip()))
    }
}

/// Loopback, also in its IPv4-mapped form that a dual-stack listener reports.
fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// The two schemes that share a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Plain text.
    Http,
    /// TLS.
    Https,
}

impl Scheme {
    /// The scheme as it stands before `://`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_peers_and_callers_in_process_are_local() {
        let table = [
            (None, true),
            (Some("127.0.0.1:9"), true),
            (Some("127.8.8.8:9"), true),
            (Some("[::1]:9"), true),
            (Some("[::ffff:127.0.0.1]:9"), true),
            (Some("[::ffff:10.0.0.1]:9"), false),
            (Some("192.168.1.4:9"), false),
            (Some("[fe80::1]:9"), false),
        ];
        for (peer, expected) in table {
            let peer = peer.map(|text| text.parse().unwrap());
            let arrival = Arrival {
                region: None,
                only_admin: false,
                scheme: Scheme::Http,
                peer,
            };
            assert_eq!(arrival.is_local(), expected, "{peer:?}");
        }
    }
}
