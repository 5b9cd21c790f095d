//! What the client calls itself in the `User-Agent` header.

use std::fmt;

use http::HeaderValue;

use crate::error::{CosmosError, ErrorKind, Result, client};

/// A word that a program adds to the user agent, to find its requests in the service's logs: 1 to 25
/// ASCII letters, digits, `-`, `_`, `.`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserAgentSuffix(String);

impl UserAgentSuffix {
    /// Characters that a suffix may have.
    pub const MAX_LENGTH: usize = 25;

    /// A suffix, unless it is empty, too long or has other characters.
    pub fn try_new(value: impl Into<String>) -> Option<Self> {
        let value = value.into();
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let fits = (1..=Self::MAX_LENGTH).contains(&value.len()) && value.bytes().all(legal);
        fits.then_some(Self(value))
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for UserAgentSuffix {
    type Error = CosmosError;

    fn try_from(value: &str) -> Result<Self> {
        Self::try_new(value).ok_or_else(|| {
            CosmosError::builder()
                .with_kind(ErrorKind::Configuration)
                .with_status(client::CONFIGURATION)
                .with_message(format!(
                    "the user agent suffix {value:?} must be 1 to {} letters, digits, '-', '_' or '.'",
                    Self::MAX_LENGTH
                ))
                .build()
        })
    }
}

impl TryFrom<String> for UserAgentSuffix {
    type Error = CosmosError;

    fn try_from(value: String) -> Result<Self> {
        Self::try_from(value.as_str())
    }
}

impl AsRef<str> for UserAgentSuffix {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserAgentSuffix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The header value: `cosmokit/0.1.0 (linux; x86_64) suffix`.
pub(crate) fn user_agent(suffix: Option<&UserAgentSuffix>) -> HeaderValue {
    let plain = concat!("cosmokit/", env!("CARGO_PKG_VERSION"));
    let system = format!(
        "{plain} ({}; {})",
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    let whole = suffix.map_or_else(|| system.clone(), |suffix| format!("{system} {suffix}"));
    HeaderValue::try_from(whole).unwrap_or(HeaderValue::from_static(plain))
}
