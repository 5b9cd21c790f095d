//! What may be given as an account key: every kind of text and both `Secret` types, without a lifetime of its own.

use cosmokit_protocol::wire::signing::Secret;

/// A text that can be an account's primary or secondary key: `&str`, [`String`], [`Secret`], and with the feature
/// `entra` also `azure_core::credentials::Secret`.
///
/// It is sealed: these are all there are.
pub trait AuthenticationKey: sealed::Sealed {
    /// The key as a secret, whose `Debug` output hides it.
    fn into_secret(self) -> Secret;
}

mod sealed {
    pub trait Sealed {}
}

impl sealed::Sealed for Secret {}

impl AuthenticationKey for Secret {
    fn into_secret(self) -> Secret {
        self
    }
}

impl sealed::Sealed for &str {}

impl AuthenticationKey for &str {
    fn into_secret(self) -> Secret {
        Secret::from(self.to_owned())
    }
}

impl sealed::Sealed for String {}

impl AuthenticationKey for String {
    fn into_secret(self) -> Secret {
        Secret::from(self)
    }
}

impl sealed::Sealed for &String {}

impl AuthenticationKey for &String {
    fn into_secret(self) -> Secret {
        Secret::from(self.clone())
    }
}

#[cfg(feature = "entra")]
impl sealed::Sealed for azure_core::credentials::Secret {}

#[cfg(feature = "entra")]
impl AuthenticationKey for azure_core::credentials::Secret {
    fn into_secret(self) -> Secret {
        Secret::from(self.secret().to_owned())
    }
}
