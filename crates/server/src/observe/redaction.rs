//! What of a request's headers may be shown: everything but what opens an account or a session.

use cosmokit_protocol::wire::header;
use http::{HeaderMap, HeaderName};

/// Stands where a secret stood.
const REDACTED: &str = "(redacted)";
/// Characters of one value that are shown.
const MAX_VALUE_CHARS: usize = 1_024;

/// Headers whose values are never shown.
fn is_secret(name: &HeaderName) -> bool {
    name == http::header::AUTHORIZATION
        || name == http::header::PROXY_AUTHORIZATION
        || name == http::header::COOKIE
        || name == header::SESSION_TOKEN
}

/// Names and values that may be shown, in the order of the request.
pub(crate) fn shown(headers: &HeaderMap) -> impl Iterator<Item = (String, String)> + '_ {
    headers.iter().map(|(name, value)| {
        let text = if is_secret(name) {
            REDACTED.to_owned()
        } else {
            let text = String::from_utf8_lossy(value.as_bytes());
            text.chars().take(MAX_VALUE_CHARS).collect()
        };
        (name.as_str().to_owned(), text)
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn secrets_are_named_and_not_shown() {
        let mut headers = HeaderMap::new();
        for name in [
            "authorization",
            "cookie",
            "x-ms-session-token",
            "proxy-authorization",
        ] {
            headers.insert(name, HeaderValue::from_static("open sesame"));
        }
        headers.insert("x-ms-version", HeaderValue::from_static("2020-07-15"));
        headers.insert("x-long", HeaderValue::from_str(&"y".repeat(5_000)).unwrap());
        let shown: Vec<_> = shown(&headers).collect();
        assert_eq!(shown.len(), 6);
        for (name, value) in &shown {
            match name.as_str() {
                "x-ms-version" => assert_eq!(value, "2020-07-15"),
                "x-long" => assert_eq!(value.len(), MAX_VALUE_CHARS),
                _ => assert_eq!(value, REDACTED, "{name}"),
            }
        }
    }
}
