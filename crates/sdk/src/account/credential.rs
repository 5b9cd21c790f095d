//! The credential of an account: the driver's, with conversions from the vocabulary of applications.

use std::fmt;

use cosmokit_driver::Credential;
use cosmokit_protocol::wire::signing::Secret;

/// What proves to an account who is asking: an account key, a resource token, or Microsoft Entra ID.
///
/// It is the driver's [`Credential`] and exists so that an `azure_core` credential converts into it. Its `Debug`
/// output never shows a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct CosmosCredential(Credential);

impl CosmosCredential {
    /// A resource token: the `_token` of a permission document, for a user who may see part of an account.
    pub fn resource_token(token: impl Into<Secret>) -> Self {
        Self(Credential::ResourceToken(token.into()))
    }

    /// The driver's credential.
    pub fn into_inner(self) -> Credential {
        self.0
    }
}

impl From<Credential> for CosmosCredential {
    fn from(credential: Credential) -> Self {
        Self(credential)
    }
}

impl From<Secret> for CosmosCredential {
    /// An account key.
    fn from(key: Secret) -> Self {
        Self(Credential::AccountKey(key))
    }
}

impl fmt::Debug for CosmosCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_secret() {
        for credential in [
            CosmosCredential::from(Secret::from("c2VjcmV0".to_owned())),
            CosmosCredential::resource_token("type=resource&ver=1&sig=c2VjcmV0".to_owned()),
        ] {
            assert!(
                !format!("{credential:?}").contains("c2VjcmV0"),
                "{credential:?}"
            );
        }
    }
}
