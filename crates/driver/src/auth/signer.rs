//! The `authorization` value of each request, by whatever credential the account has.

use std::sync::Arc;

use cosmokit_protocol::wire::signing::{MasterKey, StringToSign, resource_token_header};
use http::{HeaderValue, Method};

use super::token::TokenCache;
use crate::clock::Clock;
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::reference::{AccountReference, Credential};

/// Makes `authorization` values.
#[derive(Debug)]
pub(crate) enum Signer {
    /// Signs each request; the key schedule is prepared.
    Key(MasterKey),
    /// Sends the same text with each request.
    Fixed(HeaderValue),
    /// Sends a token that expires.
    Token(Arc<TokenCache>),
}

/// What a signature covers, apart from the date.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signable<'a> {
    pub(crate) method: &'a Method,
    pub(crate) resource_type: &'a str,
    pub(crate) link: &'a str,
}

impl Signer {
    /// Prepares the account's credential.
    ///
    /// # Errors
    /// When the account key is not base64.
    pub(crate) fn new(account: &AccountReference, clock: Clock) -> Result<Self> {
        match account.credential() {
            Credential::AccountKey(key) => {
                MasterKey::try_from(key).map(Self::Key).map_err(|error| {
                    CosmosError::builder()
                        .with_kind(ErrorKind::Authentication)
                        .with_status(client::CREDENTIAL)
                        .with_message("the account key cannot be used; it must be base64, as the portal shows it")
                        .with_source(error)
                        .build()
                })
            }
            Credential::ResourceToken(token) => Ok(Self::Fixed(resource_token_header(token.secret()))),
            Credential::TokenSource(source) => {
                let host = account.endpoint().host();
                Ok(Self::Token(Arc::new(TokenCache::new(Arc::clone(source), host, clock))))
            }
        }
    }

    /// The value for one request.
    ///
    /// # Errors
    /// When the token source gives no token.
    pub(crate) async fn authorization(
        &self,
        request: Signable<'_>,
        date: &HeaderValue,
    ) -> Result<HeaderValue> {
        match self {
            Self::Key(key) => {
                let text = StringToSign {
                    method: request.method,
                    resource_type: request.resource_type,
                    link: request.link,
                    x_ms_date: date.to_str().unwrap_or_default(),
                    http_date: "",
                };
                Ok(key.authorization(&text))
            }
            Self::Fixed(value) => Ok(value.clone()),
            Self::Token(cache) => cache.header().await,
        }
    }
}
