//! An account to connect to: endpoint and credential together.

use super::{AccountEndpoint, AuthenticationKey, CosmosCredential};
use cosmokit_protocol::wire::connection_string::ConnectionString;

/// An account to connect to: its endpoint and a credential.
///
/// ```
/// use cosmokit::{AccountEndpoint, AccountReference};
///
/// let endpoint: AccountEndpoint = "https://my-account.documents.azure.com/".parse()?;
/// let key = std::env::var("MY_KEY").unwrap_or_else(|_| "bXkga2V5".to_owned());
/// let account = AccountReference::with_authentication_key(endpoint, &key);
/// # Ok::<(), cosmokit::CosmosError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AccountReference {
    endpoint: AccountEndpoint,
    credential: CosmosCredential,
}

impl AccountReference {
    /// An account and any credential.
    pub fn new(endpoint: AccountEndpoint, credential: impl Into<CosmosCredential>) -> Self {
        Self {
            endpoint,
            credential: credential.into(),
        }
    }

    /// An account, used with its primary or secondary key.
    ///
    /// The key is base64; whether it is shows at the first request, which then fails with status 401.
    pub fn with_authentication_key(endpoint: AccountEndpoint, key: impl AuthenticationKey) -> Self {
        Self::new(endpoint, key.into_secret())
    }

    /// The account that a connection string names: `AccountEndpoint=https://…;AccountKey=…;`.
    ///
    /// ```
    /// use cosmokit::AccountReference;
    ///
    /// let text = "AccountEndpoint=https://my-account.documents.azure.com:443/;AccountKey=bXkga2V5;";
    /// let account = AccountReference::from_connection_string(text)?;
    /// assert_eq!(account.endpoint().url().scheme(), "https");
    /// # Ok::<(), cosmokit::CosmosError>(())
    /// ```
    ///
    /// # Errors
    /// When a part is missing or the endpoint cannot be used (status 400).
    pub fn from_connection_string(text: &str) -> crate::Result<Self> {
        let parsed: ConnectionString = text.parse().map_err(|why| {
            // The text holds a key, so the message must not repeat it.
            cosmokit_driver::CosmosError::builder()
                .with_message("the connection string cannot be used")
                .with_source(why)
                .build()
        })?;
        let endpoint = parsed.account_endpoint().parse()?;
        Ok(Self::new(endpoint, parsed.account_key().clone()))
    }

    /// The endpoint.
    pub fn endpoint(&self) -> &AccountEndpoint {
        &self.endpoint
    }

    /// The account as the driver addresses it.
    pub(crate) fn resolve(&self) -> crate::Result<cosmokit_driver::AccountReference> {
        let credential = self.credential.clone().into_inner();
        Ok(cosmokit_driver::AccountReference::new(
            self.endpoint.resolve()?,
            credential,
        ))
    }
}
