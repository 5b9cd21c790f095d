//! Which region a request is for, and which endpoints its client can reach: the authority that the
//! client dialled, carried over to the other regions. Pure.

use std::sync::Arc;

use arc_swap::ArcSwap;
use cosmokit_protocol::wire::region::Region;
use http::HeaderMap;
use http::uri::{Authority, Uri};

use crate::arrival::Scheme;

/// Stands in where a request names no authority (HTTP/1.0, or an unreadable `Host`).
const NO_AUTHORITY: &str = "127.0.0.1";

/// How the regions of an account are told apart.
#[derive(Debug)]
pub(crate) enum Endpoints {
    /// By host name, for callers in process: `name-westeurope.rest` is West Europe, and a name
    /// without a region is the first region.
    Names,
    /// By port on one host, for sockets. Ports come and go with regions.
    Ports(ArcSwap<Vec<(Region, u16)>>),
}

impl Endpoints {
    pub(crate) fn ports(regions: impl Iterator<Item = (Region, u16)>) -> Self {
        Self::Ports(ArcSwap::from_pointee(regions.collect()))
    }

    /// Replaces the ports; names have none.
    pub(crate) fn set_ports(&self, regions: Vec<(Region, u16)>) {
        if let Self::Ports(ports) = self {
            ports.store(Arc::new(regions));
        }
    }

    /// The endpoint of `region` for a client that dialled `dialled`, with a trailing slash.
    pub(crate) fn of(&self, region: &Region, regions: &[Region], dialled: &Dialled) -> String {
        let scheme = dialled.scheme.as_str();
        let authority = dialled.authority.as_str();
        if regions.len() < 2 {
            return format!("{scheme}://{authority}/");
        }
        match self {
            Self::Names => {
                let (host, port) = split_port(authority);
                let (label, rest) = host.split_at(host.find('.').unwrap_or(host.len()));
                let name = regions
                    .iter()
                    .find_map(|region| without_region(label, region));
                let name = name.unwrap_or(label);
                format!("{scheme}://{name}-{}{rest}{port}/", region.as_str())
            }
            Self::Ports(ports) => {
                let ports = ports.load();
                let port = ports.iter().find(|(named, _)| named == region);
                match port {
                    Some((_, port)) => {
                        format!("{scheme}://{}:{port}/", split_port(authority).0)
                    }
                    None => format!("{scheme}://{authority}/"),
                }
            }
        }
    }
}

/// Scheme and authority that the client used to get here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dialled {
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority,
}

impl Dialled {
    /// Reads them off a request: the URI's authority (HTTP/2, in process), else the `Host` header.
    pub(crate) fn from_request(scheme: Scheme, uri: &Uri, headers: &HeaderMap) -> Self {
        let authority = uri
            .authority()
            .cloned()
            .or_else(|| {
                let host = headers.get(http::header::HOST)?;
                Authority::try_from(host.as_bytes()).ok()
            })
            // Credentials in an authority must not be handed out again.
            .filter(|authority| !authority.as_str().contains('@'))
            .unwrap_or_else(|| Authority::from_static(NO_AUTHORITY));
        Self { scheme, authority }
    }

    /// Whether the host name carries this region, for callers in process.
    pub(crate) fn is_for(&self, region: &Region) -> bool {
        let label = self.authority.host().split('.').next().unwrap_or_default();
        without_region(label, region).is_some()
    }
}

/// The name in `name-region`.
fn without_region<'l>(label: &'l str, region: &Region) -> Option<&'l str> {
    label.strip_suffix(region.as_str())?.strip_suffix('-')
}

/// Splits an authority into its host (an IPv6 address keeps its brackets) and `:port` or nothing.
fn split_port(authority: &str) -> (&str, &str) {
    match authority.rfind(':') {
        Some(at) if !authority.ends_with(']') => authority.split_at(at),
        _ => (authority, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialled(authority: &'static str) -> Dialled {
        Dialled {
            scheme: Scheme::Https,
            authority: Authority::from_static(authority),
        }
    }

    fn regions() -> Vec<Region> {
        vec![Region::from("East US"), Region::from("West Europe")]
    }

    #[test]
    fn a_single_region_echoes_what_was_dialled() {
        let one = [Region::from("East US")];
        for endpoints in [
            Endpoints::Names,
            Endpoints::ports([(one[0].clone(), 1)].into_iter()),
        ] {
            for authority in [
                "localhost:8081",
                "127.0.0.1",
                "[::1]:9",
                "host.docker.internal:81",
            ] {
                assert_eq!(
                    endpoints.of(&one[0], &one, &dialled(authority)),
                    format!("https://{authority}/")
                );
            }
        }
    }

    #[test]
    fn several_regions_keep_the_host_and_change_the_port() {
        let all = regions();
        let endpoints = Endpoints::ports(all.iter().cloned().zip([8081, 8082]));
        let table = [
            ("localhost:8081", "https://localhost:8082/"),
            ("localhost:8082", "https://localhost:8082/"),
            ("[::1]:8081", "https://[::1]:8082/"),
            ("[::1]", "https://[::1]:8082/"),
            ("box", "https://box:8082/"),
        ];
        for (authority, expected) in table {
            assert_eq!(endpoints.of(&all[1], &all, &dialled(authority)), expected);
        }
    }

    #[test]
    fn in_process_the_host_name_carries_the_region() {
        let all = regions();
        let table = [
            ("shop.local", None, "https://shop-westeurope.local/"),
            (
                "shop-eastus.local:9",
                Some(&all[0]),
                "https://shop-westeurope.local:9/",
            ),
            ("shop-westeurope", Some(&all[1]), "https://shop-westeurope/"),
            (
                "shop-mars.local",
                None,
                "https://shop-mars-westeurope.local/",
            ),
        ];
        for (authority, region, endpoint) in table {
            let dialled = dialled(authority);
            assert_eq!(
                all.iter().find(|one| dialled.is_for(one)),
                region,
                "{authority}"
            );
            assert_eq!(Endpoints::Names.of(&all[1], &all, &dialled), endpoint);
        }
    }

    #[test]
    fn the_uri_goes_before_the_host_header() {
        let table = [
            ("http://a:1/", Some("b:2"), "a:1"),
            ("/", Some("b:2"), "b:2"),
            ("/", Some("[::1]:8081"), "[::1]:8081"),
            ("/", None, NO_AUTHORITY),
            ("/", Some(""), NO_AUTHORITY),
            ("/", Some("user:pw@b"), NO_AUTHORITY),
            ("/", Some("b b"), NO_AUTHORITY),
        ];
        for (uri, host, expected) in table {
            let mut headers = HeaderMap::new();
            if let Some(host) = host {
                headers.insert(http::header::HOST, host.parse().unwrap());
            }
            let dialled = Dialled::from_request(Scheme::Http, &uri.parse().unwrap(), &headers);
            assert_eq!(dialled.authority, expected, "{uri} {host:?}");
        }
    }
}
