//! Proxies named by the environment: which endpoint is reached through which, and the tunnel through one.
//!
//! `HTTPS_PROXY` and `HTTP_PROXY` by the endpoint's scheme, then `ALL_PROXY`; the lower-case name goes before
//! the upper-case one. `NO_PROXY` lists what is reached directly: `*`, names with all that is below them, with
//! or without a port. `HTTP_PROXY` is not read where `REQUEST_METHOD` is set: under CGI its value comes from
//! whoever sends a `Proxy` header.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::uri::Uri;
use http::{HeaderValue, header};
use percent_encoding::percent_decode_str;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::options::Environment;
use crate::reference::AccountEndpoint;

/// Bytes of a proxy's answer to CONNECT.
const MAX_ANSWER_BYTES: usize = 8 * 1024;

/// The proxies of a process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies {
    https: Option<Named>,
    http: Option<Named>,
    direct: Vec<Exception>,
}

/// What a variable names.
#[derive(Clone, Debug)]
enum Named {
    Usable(Proxy),
    /// Going around a proxy that is there but cannot be used would be worse than failing.
    Unusable(String),
}

/// One HTTP proxy.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Proxy {
    pub(super) host: String,
    pub(super) port: u16,
    /// The value of `Proxy-Authorization`.
    pub(super) authorization: Option<HeaderValue>,
}

/// One entry of `NO_PROXY`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Exception {
    /// Without a leading dot, in lower case; `*` is everything.
    host: String,
    port: Option<u16>,
}

impl Proxies {
    pub(crate) fn from_environment(environment: &Environment) -> Self {
        let read = |lower: &str, upper: Option<&str>| {
            let value = environment.get(lower);
            let value = value.or_else(|| environment.get(upper?));
            value.filter(|value| !value.trim().is_empty())
        };
        let upper_http = environment
            .get("REQUEST_METHOD")
            .is_none()
            .then_some("HTTP_PROXY");
        let all = read("all_proxy", Some("ALL_PROXY"));
        let https = read("https_proxy", Some("HTTPS_PROXY")).or_else(|| all.clone());
        let http = read("http_proxy", upper_http).or(all);
        let direct = read("no_proxy", Some("NO_PROXY")).unwrap_or_default();
        Self {
            https: https.map(|text| Named::parse(text.trim())),
            http: http.map(|text| Named::parse(text.trim())),
            direct: direct.split(',').filter_map(Exception::parse).collect(),
        }
    }

    /// The proxy that an endpoint is reached through; `None` when it is reached directly.
    ///
    /// # Errors
    /// With the reason why the proxy that is named cannot be used.
    pub(super) fn to(&self, endpoint: &AccountEndpoint) -> Result<Option<Proxy>, String> {
        let named = if endpoint.is_https() {
            &self.https
        } else {
            &self.http
        };
        let Some(named) = named else {
            return Ok(None);
        };
        let (host, port) = (endpoint.host(), endpoint.port());
        if endpoint.is_local() || self.direct.iter().any(|entry| entry.covers(host, port)) {
            return Ok(None);
        }
        match named {
            Named::Usable(proxy) => Ok(Some(proxy.clone())),
            Named::Unusable(reason) => Err(reason.clone()),
        }
    }
}

impl Named {
    fn parse(text: &str) -> Self {
        match Proxy::parse(text) {
            Ok(proxy) => Self::Usable(proxy),
            Err(reason) => Self::Unusable(format!("the proxy of the environment {reason}")),
        }
    }
}

impl Proxy {
    /// `[http://][user:password@]host[:port]`.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let text = if text.contains("://") {
            text.to_owned()
        } else {
            format!("http://{text}")
        };
        let uri: Uri = text.parse().map_err(|_| "is no address")?;
        if uri.scheme_str() != Some("http") {
            return Err("is not an http:// one; TLS to proxies and SOCKS are not supported");
        }
        let authority = uri.authority().ok_or("has no host")?;
        let host = authority.host().trim_matches(['[', ']']);
        if host.is_empty() {
            return Err("has no host");
        }
        let user = authority.as_str().rsplit_once('@').map(|(user, _)| user);
        Ok(Self {
            host: host.to_owned(),
            port: authority.port_u16().unwrap_or(80),
            authorization: user.map(basic),
        })
    }
}

fn basic(user: &str) -> HeaderValue {
    let plain: Vec<u8> = percent_decode_str(user).collect();
    let text = format!("Basic {}", STANDARD.encode(plain));
    let mut value = HeaderValue::try_from(text).expect("base64 is visible ASCII");
    value.set_sensitive(true);
    value
}

impl Exception {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let (host, port) = match text.rsplit_once(':') {
            // An IPv6 address has more than one colon.
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                (host.to_owned(), port.parse().ok())
            }
            _ => (text, None),
        };
        let host = host.trim_matches(['[', ']']).trim_start_matches('.');
        (!host.is_empty()).then(|| Self {
            host: host.to_owned(),
            port,
        })
    }

    fn covers(&self, host: &str, port: u16) -> bool {
        if self.port.is_some_and(|own| own != port) {
            return false;
        }
        let host = host.to_ascii_lowercase();
        let below = host.strip_suffix(&self.host);
        self.host == "*" || below.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

/// Asks the proxy at the other end of `stream` for a tunnel to `host:port`.
///
/// # Errors
/// When the proxy refuses, or says something that is not an answer.
pub(super) async fn tunnel<S>(
    stream: &mut S,
    proxy: &Proxy,
    endpoint: &AccountEndpoint,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let host = endpoint.host();
    let bracketed = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    let target = format!("{bracketed}:{}", endpoint.port());
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n").into_bytes();
    if let Some(authorization) = &proxy.authorization {
        request.extend_from_slice(header::PROXY_AUTHORIZATION.as_str().as_bytes());
        request.extend_from_slice(b": ");
        request.extend_from_slice(authorization.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await?;
    stream.flush().await?;
    let mut answer = Vec::with_capacity(256);
    // Byte by byte: what follows the empty line belongs to the tunnel. Once per connection, from a buffer of the
    // machine.
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() >= MAX_ANSWER_BYTES {
            return Err(io::Error::other(
                "the proxy's answer to CONNECT does not end",
            ));
        }
        answer.push(stream.read_u8().await?);
    }
    let line = answer
        .split(|byte| *byte == b'\r')
        .next()
        .unwrap_or(&answer);
    let mut words = line.split(|byte| *byte == b' ');
    let is_http = words
        .next()
        .is_some_and(|word| word.starts_with(b"HTTP/1."));
    match words.next() {
        Some([b'2', _, _]) if is_http => Ok(()),
        _ => Err(io::Error::other(format!(
            "the proxy {}:{} refused the tunnel: {}",
            proxy.host,
            proxy.port,
            String::from_utf8_lossy(line)
        ))),
    }
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({}:{})", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(variables: &[(&str, &str)], endpoint: &str) -> Result<Option<String>, String> {
        let environment = Environment::fixed(variables.iter().copied());
        let proxies = Proxies::from_environment(&environment);
        let found = proxies.to(&endpoint.parse().unwrap())?;
        Ok(found.map(|proxy| format!("{}:{}", proxy.host, proxy.port)))
    }

    #[test]
    fn the_environment_says_which_proxy_leads_where() {
        let both = [("HTTPS_PROXY", "http://s:1"), ("HTTP_PROXY", "p:2")];
        let lower = [("HTTPS_PROXY", "http://upper"), ("https_proxy", "lower")];
        let all = [("ALL_PROXY", "http://a:9/")];
        let cgi = [("HTTP_PROXY", "evil"), ("REQUEST_METHOD", "GET")];
        let some = |text: &str| Ok(Some(text.to_owned()));
        let (secure, plain) = ("https://acct.example.com/", "http://acct.example.com/");
        for (variables, endpoint, expected) in [
            (&[][..], secure, Ok(None)),
            (&both[..], secure, some("s:1")),
            (&both[..], plain, some("p:2")),
            (&both[..], "https://localhost:8081/", Ok(None)),
            (&lower[..], secure, some("lower:80")),
            (&all[..], secure, some("a:9")),
            (&all[..], plain, some("a:9")),
            (&cgi[..], plain, Ok(None)),
            (&[("HTTPS_PROXY", " ")][..], secure, Ok(None)),
            (
                &[("HTTPS_PROXY", "http://[::1]:3128")][..],
                secure,
                some("::1:3128"),
            ),
        ] {
            assert_eq!(through(variables, endpoint), expected, "{variables:?}");
        }
        for unusable in ["socks5://x:1", "https://x:1", "http://", "a b"] {
            let refused = through(&[("HTTPS_PROXY", unusable)], secure);
            assert!(refused.is_err(), "{unusable}");
        }
    }

    #[test]
    fn exceptions_cover_names_below_them() {
        for (list, host, covered) in [
            ("*", "acct.example.com", true),
            ("example.com", "acct.example.com", true),
            (".example.com", "acct.example.com", true),
            ("EXAMPLE.com", "acct.example.COM", true),
            ("acct.example.com", "acct.example.com", true),
            ("ample.com", "acct.example.com", false),
            ("other.test, example.com", "acct.example.com", true),
            ("example.com:443", "acct.example.com", true),
            ("example.com:444", "acct.example.com", false),
            ("10.0.0.7", "10.0.0.7", true),
            ("10.0.0.7", "10.0.0.70", false),
            ("", "acct.example.com", false),
            (",,", "acct.example.com", false),
        ] {
            let variables = [("https_proxy", "p"), ("no_proxy", list)];
            let found = through(&variables, &format!("https://{host}/")).unwrap();
            assert_eq!(found.is_none(), covered, "{list} {host}");
        }
    }

    #[test]
    fn credentials_go_into_a_header_and_not_into_debug() {
        let proxy = Proxy::parse("http://me:p%40ss@proxy:8080").unwrap();
        // "me:p@ss"
        assert_eq!(proxy.authorization.clone().unwrap(), "Basic bWU6cEBzcw==");
        assert_eq!(format!("{proxy:?}"), "Proxy(proxy:8080)");
    }

    #[tokio::test]
    async fn a_tunnel_is_asked_for_and_nothing_beyond_the_answer_is_read() {
        let endpoint = "https://acct.example.com/".parse().unwrap();
        let proxy = Proxy::parse("http://u:p@proxy").unwrap();
        for (answer, opens) in [
            (&b"HTTP/1.1 200 Connection established\r\n\r\nTLS"[..], true),
            (b"HTTP/1.0 200 OK\r\nX: y\r\n\r\nTLS", true),
            (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", false),
            (b"SSH-2.0 200 hm\r\n\r\n", false),
            (b"\r\n\r\n", false),
        ] {
            let (mut near, mut far) = tokio::io::duplex(16 * 1024);
            far.write_all(answer).await.unwrap();
            let opened = tunnel(&mut near, &proxy, &endpoint).await;
            assert_eq!(opened.is_ok(), opens, "{opened:?}");
            let mut asked = vec![0; 1_024];
            let read = far.read(&mut asked).await.unwrap();
            let asked = String::from_utf8_lossy(&asked[..read]).into_owned();
            assert!(
                asked.starts_with("CONNECT acct.example.com:443 HTTP/1.1\r\n"),
                "{asked}"
            );
            assert!(
                asked.contains("proxy-authorization: Basic dTpw\r\n"),
                "{asked}"
            );
            if opens {
                let mut rest = [0; 3];
                near.read_exact(&mut rest).await.unwrap();
                assert_eq!(&rest, b"TLS");
            }
        }
        let (mut near, mut far) = tokio::io::duplex(64 * 1024);
        far.write_all(&[b'x'; 9_000]).await.unwrap();
        assert!(tunnel(&mut near, &proxy, &endpoint).await.is_err());
    }
}
