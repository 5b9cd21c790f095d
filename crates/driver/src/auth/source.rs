//! The trait through which Microsoft Entra ID tokens come in.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::SystemTime;

use cosmokit_protocol::wire::signing::Secret;

/// A source of Microsoft Entra ID tokens. The driver caches what it gives and asks again shortly before
/// the token expires, one call at a time.
pub trait TokenSource: Send + Sync {
    /// Gets a token for `scope`, such as `https://name.documents.azure.com/.default`.
    fn token<'a>(&'a self, scope: &'a str) -> TokenFuture<'a>;
}

/// The future that a [`TokenSource`] answers with.
pub type TokenFuture<'a> =
    Pin<Box<dyn Future<Output = Result<AccessToken, Box<dyn Error + Send + Sync>>> + Send + 'a>>;

/// A token and how long it holds.
#[derive(Clone)]
pub struct AccessToken {
    /// The token, as it goes into the `sig=` field of the authorization header.
    pub secret: Secret,
    /// When the service stops accepting it.
    pub expires_at: SystemTime,
    /// When to ask for the next one; five minutes before it expires when absent.
    pub refresh_at: Option<SystemTime>,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
