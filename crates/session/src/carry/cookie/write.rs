//! The cookies that an answer sets.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{CookieOptions, ReceivedCookies};
use crate::entropy::{Entropy, NoEntropy};

/// `Set-Cookie` lines that put `value` in the place of everything that the request brought. The
/// new cookie stands first.
///
/// # Errors
/// [`NoEntropy`] when the operating system gives no random bytes for the name.
pub fn write(
    options: &CookieOptions,
    received: &ReceivedCookies,
    value: &str,
    lifetime: u64,
    entropy: &Entropy,
) -> Result<Vec<String>, NoEntropy> {
    let suffix = URL_SAFE_NO_PAD.encode(entropy.bytes::<9>()?);
    let name = format!("{}{suffix}", options.full_prefix());
    let mut lines = vec![options.line(&name, value, lifetime)];
    lines.extend(clear(options, received));
    Ok(lines)
}

/// `Set-Cookie` lines that delete everything that the request brought, as when a user logs out.
pub fn clear(options: &CookieOptions, received: &ReceivedCookies) -> impl Iterator<Item = String> {
    received
        .replaced
        .iter()
        .map(|name| options.line(name, "", 0))
}
