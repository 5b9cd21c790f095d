//! The address of an account and the credential to use it with.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use cosmokit_protocol::wire::connection_string::ConnectionString;
use cosmokit_protocol::wire::signing::Secret;

use super::AccountEndpoint;
use crate::auth::TokenSource;
use crate::error::Result;

/// An account: its endpoint and a credential. Cheap to clone.
///
/// Two references are equal when they name the same endpoint with the same credential; equal references
/// get the same driver from a runtime.
#[derive(Clone, Debug)]
pub struct AccountReference(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    endpoint: AccountEndpoint,
    credential: Credential,
}

/// What proves to the service who is asking.
#[derive(Clone)]
#[non_exhaustive]
pub enum Credential {
    /// A primary or secondary key of the account, base64.
    AccountKey(Secret),
    /// A resource token: `type=resource&ver=1&sig=…`, as a permission document holds it.
    ResourceToken(Secret),
    /// A source of Microsoft Entra ID tokens.
    TokenSource(Arc<dyn TokenSource>),
}

impl AccountReference {
    /// An account and any credential.
    pub fn new(endpoint: AccountEndpoint, credential: Credential) -> Self {
        Self(Arc::new(Parts {
            endpoint,
            credential,
        }))
    }

    /// An account used with one of its keys.
    pub fn with_account_key(endpoint: AccountEndpoint, key: impl Into<Secret>) -> Self {
        Self::new(endpoint, Credential::AccountKey(key.into()))
    }

    /// An account used with Microsoft Entra ID tokens.
    pub fn with_token_source(endpoint: AccountEndpoint, source: Arc<dyn TokenSource>) -> Self {
        Self::new(endpoint, Credential::TokenSource(source))
    }

    /// The account that a connection string names.
    ///
    /// # Errors
    /// When the endpoint in it cannot be used.
    pub fn from_connection_string(text: &ConnectionString) -> Result<Self> {
        Ok(Self::with_account_key(
            text.account_endpoint().parse()?,
            text.account_key().clone(),
        ))
    }

    /// The endpoint of the whole account.
    pub fn endpoint(&self) -> &AccountEndpoint {
        &self.0.endpoint
    }

    /// The credential.
    pub fn credential(&self) -> &Credential {
        &self.0.credential
    }
}

impl PartialEq for AccountReference {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.endpoint == other.0.endpoint && self.0.credential == other.0.credential)
    }
}

impl Eq for AccountReference {}

impl Hash for AccountReference {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.endpoint.hash(state);
    }
}

impl PartialEq for Credential {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::AccountKey(a), Self::AccountKey(b))
            | (Self::ResourceToken(a), Self::ResourceToken(b)) => a == b,
            (Self::TokenSource(a), Self::TokenSource(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl Eq for Credential {}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccountKey(_) => "AccountKey",
            Self::ResourceToken(_) => "ResourceToken",
            Self::TokenSource(_) => "TokenSource",
        })
    }
}
