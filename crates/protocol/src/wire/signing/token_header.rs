//! `authorization` values of tokens that somebody else issued.

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// What stays as it is; every client keeps these four.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The value for a resource token, given as its permission document's `_token` shows it
/// (`type=resource&ver=1&sig=…`). Marked sensitive.
pub fn resource_token_header(token: &str) -> HeaderValue {
    header(&[token])
}

/// The value for an Entra ID access token (a JWT). Marked sensitive.
pub fn entra_header(access_token: &str) -> HeaderValue {
    header(&["type=aad&ver=1.0&sig=", access_token])
}

fn header(parts: &[&str]) -> HeaderValue {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    // Tokens are base64 with few characters to escape.
    let mut text = String::with_capacity(length + 32);
    for part in parts {
        text.extend(percent_encode(part.as_bytes(), ESCAPED));
    }
    let mut value = HeaderValue::try_from(text).expect("percent-encoding leaves visible ASCII");
    value.set_sensitive(true);
    value
}
