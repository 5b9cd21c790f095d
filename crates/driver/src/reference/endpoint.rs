//! Endpoints: scheme, host and port of an account or of one of its regions, parsed once.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::uri::{Authority, Scheme, Uri};

use crate::error::{CosmosError, ErrorKind, Result, client};

/// Where an account or one of its regions answers, such as `https://name.documents.azure.com:443/`.
///
/// Equal endpoints are equal whatever the case of the host and whether the default port is written.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AccountEndpoint {
    scheme: Scheme,
    authority: Authority,
}

impl AccountEndpoint {
    /// Whether the endpoint speaks TLS.
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// The host, without port; an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        let host = self.authority.host();
        host.strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host)
    }

    /// The port, the scheme's default when none is written.
    pub fn port(&self) -> u16 {
        self.authority
            .port_u16()
            .unwrap_or(default_port(&self.scheme))
    }

    /// Host and port as they stand in a `Host` header.
    pub fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// Whether requests to this endpoint stay on this machine: `localhost` and its subdomains, loopback
    /// addresses, and `host.docker.internal`.
    pub fn is_local(&self) -> bool {
        let host = self.host();
        host == "localhost"
            || host.ends_with(".localhost")
            || host == "host.docker.internal"
            || host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }

    pub(crate) fn uri_parts(&self) -> (Scheme, Authority) {
        (self.scheme.clone(), self.authority.clone())
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        let uri: Uri = text.trim().parse().map_err(|_| "it is not a URL")?;
        let parts = uri.into_parts();
        let scheme = parts
            .scheme
            .ok_or("the scheme is missing; write https://… in front")?;
        if scheme != Scheme::HTTP && scheme != Scheme::HTTPS {
            return Err("the scheme must be https or http");
        }
        let authority = parts.authority.ok_or("the host is missing")?;
        if authority.as_str().contains('@') {
            return Err("user names in an endpoint are not allowed; pass the key separately");
        }
        if authority.host().is_empty() {
            return Err("the host is missing");
        }
        if authority.as_str().len() > authority.host().len() && authority.port_u16().is_none() {
            return Err("the port is not a number below 65536");
        }
        if parts.path_and_query.is_some_and(|path| path != "/") {
            return Err("it must not have a path or query");
        }
        Ok(Self {
            authority: normal(&scheme, &authority)?,
            scheme,
        })
    }
}

fn default_port(scheme: &Scheme) -> u16 {
    if *scheme == Scheme::HTTPS { 443 } else { 80 }
}

fn normal(scheme: &Scheme, authority: &Authority) -> Result<Authority, &'static str> {
    let host = authority.host().to_ascii_lowercase();
    let text = match authority.port_u16() {
        Some(port) if port != default_port(scheme) => format!("{host}:{port}"),
        _ => host,
    };
    text.parse().map_err(|_| "the host is not valid")
}

impl FromStr for AccountEndpoint {
    type Err = CosmosError;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text).map_err(|why| {
            CosmosError::builder()
                .with_kind(ErrorKind::Configuration)
                .with_status(client::ENDPOINT)
                .with_message(format!("the endpoint {text:?} cannot be used: {why}"))
                .build()
        })
    }
}

impl TryFrom<&str> for AccountEndpoint {
    type Error = CosmosError;

    fn try_from(text: &str) -> Result<Self> {
        text.parse()
    }
}

impl TryFrom<String> for AccountEndpoint {
    type Error = CosmosError;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl fmt::Display for AccountEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/", self.scheme, self.authority)
    }
}

impl fmt::Debug for AccountEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(
            text.parse::<AccountEndpoint>().unwrap().to_string(),
            expected,
            "{text}"
        );
    }

    #[test]
    fn endpoints_have_one_form() {
        check(
            "https://Acct.documents.azure.com:443/",
            "https://acct.documents.azure.com/",
        );
        check(
            "https://acct.documents.azure.com",
            "https://acct.documents.azure.com/",
        );
        check("http://LOCALHOST:80", "http://localhost/");
        check("http://localhost:8081/", "http://localhost:8081/");
        check("https://[::1]:8081/", "https://[::1]:8081/");
        check(
            " https://acct.documents.azure.com:444 ",
            "https://acct.documents.azure.com:444/",
        );
    }

    #[test]
    fn what_is_not_an_endpoint_is_refused() {
        for text in [
            "",
            "acct.documents.azure.com",
            "localhost:8081",
            "ftp://a/",
            "https://",
            "https://a/dbs",
            "https://a/?x=1",
            "https://user:pw@a/",
            "https://a:99999/",
            "https://a b/",
            "https://:8081/",
        ] {
            assert!(text.parse::<AccountEndpoint>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn hosts_on_this_machine_are_local() {
        for (text, local) in [
            ("http://localhost:8081", true),
            ("http://westus.localhost:8081", true),
            ("http://127.0.0.1", true),
            ("http://127.8.9.1", true),
            ("http://[::1]:1", true),
            ("http://host.docker.internal:8081", true),
            ("http://10.0.0.1", false),
            ("http://localhost.example.com", false),
            ("https://acct.documents.azure.com", false),
        ] {
            assert_eq!(
                text.parse::<AccountEndpoint>().unwrap().is_local(),
                local,
                "{text}"
            );
        }
    }
}
