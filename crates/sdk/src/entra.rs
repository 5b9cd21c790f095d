//! The vocabulary of `azure_core`, adapted: its credentials become a [`TokenSource`] of the driver, its secrets account
//! keys. Everything here is behind the feature `entra`; nothing else in this crate awaits `azure_core`.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use azure_core::credentials::{Secret as CoreSecret, TokenCredential};
use cosmokit_driver::{AccessToken, Credential, TokenFuture, TokenSource};
use cosmokit_protocol::wire::signing::Secret;

use crate::account::{AccountEndpoint, AccountReference, CosmosCredential};

/// Asks an `azure_core` credential for tokens; caching is the driver's work.
struct CredentialTokens(Arc<dyn TokenCredential>);

impl TokenSource for CredentialTokens {
    fn token<'a>(&'a self, scope: &'a str) -> TokenFuture<'a> {
        Box::pin(async move {
            let token = self.0.get_token(&[scope], None).await?;
            Ok(AccessToken {
                secret: Secret::from(token.token.secret().to_owned()),
                expires_at: SystemTime::from(token.expires_on),
                refresh_at: None,
            })
        })
    }
}

impl fmt::Debug for CredentialTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialTokens")
    }
}

impl From<Arc<dyn TokenCredential>> for CosmosCredential {
    fn from(credential: Arc<dyn TokenCredential>) -> Self {
        Self::from(Credential::TokenSource(Arc::new(CredentialTokens(
            credential,
        ))))
    }
}

impl From<CoreSecret> for CosmosCredential {
    /// An account key.
    fn from(key: CoreSecret) -> Self {
        Self::from(Secret::from(key.secret().to_owned()))
    }
}

impl AccountReference {
    /// An account, used with Microsoft Entra ID tokens. Every credential of `azure_identity` works.
    ///
    /// With such a credential the service serves items and container reads; it refuses to create, replace or delete
    /// databases and containers (403).
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use azure_core::credentials::TokenCredential;
    /// use cosmokit::{AccountEndpoint, AccountReference};
    ///
    /// # fn account(credential: Arc<dyn TokenCredential>) -> cosmokit::Result<AccountReference> {
    /// // let credential = azure_identity::DeveloperToolsCredential::new(None)?;
    /// let endpoint: AccountEndpoint = "https://my-account.documents.azure.com/".parse()?;
    /// Ok(AccountReference::with_credential(endpoint, credential))
    /// # }
    /// ```
    pub fn with_credential(
        endpoint: AccountEndpoint,
        credential: Arc<dyn TokenCredential>,
    ) -> Self {
        Self::new(endpoint, credential)
    }
}
