//! Continuation tokens of feeds that the client puts together: a kind with its version, then JSON and a checksum of it in
//! base64url, so that a token can stand in a URL, a header or a form. Only this client reads them. The checksum tells
//! tokens that were damaged on their way; it is no protection against forgery, which could only harm who forges.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{CosmosError, Result};

/// Where a feed goes on, in this process or another one. Opaque text without blanks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContinuationToken(String);

impl ContinuationToken {
    /// A token that was kept as text. Whether it fits shows when it is used.
    pub fn from_string(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Writes a state down behind its kind.
    pub(crate) fn encode(kind: &str, state: &impl Serialize) -> Result<Self> {
        let mut json = serde_json::to_vec(state)?;
        json.extend(checksum(&json));
        let mut text = String::with_capacity(kind.len() + json.len().div_ceil(3) * 4);
        text.push_str(kind);
        URL_SAFE_NO_PAD.encode_string(json, &mut text);
        Ok(Self(text))
    }

    /// Reads a state of this kind back.
    ///
    /// # Errors
    /// When the text is not a token of this kind.
    pub(crate) fn decode<T: DeserializeOwned>(&self, kind: &str, what: &str) -> Result<T> {
        let state = self
            .0
            .strip_prefix(kind)
            .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        state
            .and_then(|bytes| {
                let (json, check) = bytes.split_last_chunk::<CHECKSUM_BYTES>()?;
                (*check == checksum(json)).then(|| serde_json::from_slice(json).ok())?
            })
            .ok_or_else(|| {
                unfit(format!(
                    "the text is not a continuation token of {what} of this client"
                ))
            })
    }
}

/// Bytes of a checksum.
const CHECKSUM_BYTES: usize = 8;

fn checksum(json: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let digest = Sha256::digest(json);
    digest.first_chunk().copied().unwrap_or_default()
}

/// The error for a token that cannot be used here.
pub(crate) fn unfit(why: impl Into<std::borrow::Cow<'static, str>>) -> CosmosError {
    CosmosError::builder()
        .with_status(crate::error::client::CONTINUATION)
        .with_message(why)
        .build()
}

impl fmt::Display for ContinuationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<ContinuationToken> for String {
    fn from(token: ContinuationToken) -> Self {
        token.0
    }
}
