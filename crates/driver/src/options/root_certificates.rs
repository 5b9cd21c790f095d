//! Root certificates of one's own.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::{CosmosError, ErrorKind, Result, client};

/// Certificates that servers' certificates may be vouched for by, in addition to those of this machine: of a company's
/// own authority, of a proxy that reads TLS, of a local account.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RootCertificates(Arc<[CertificateDer<'static>]>);

impl RootCertificates {
    /// None.
    pub fn none() -> Self {
        Self::default()
    }

    /// All certificates of a PEM text, such as a bundle file; what else stands in it is passed over.
    ///
    /// # Errors
    /// When the text cannot be read or has no certificate.
    pub fn from_pem(pem: &[u8]) -> Result<Self> {
        let read: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let certificates = read.map_err(|error| refused(&format!("cannot be read: {error}")))?;
        if certificates.is_empty() {
            return Err(refused("have no certificate in them"));
        }
        Ok(Self(certificates.into()))
    }

    /// One certificate in DER form.
    pub fn from_der(der: impl Into<Vec<u8>>) -> Self {
        Self(Arc::from([CertificateDer::from(der.into())]))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &CertificateDer<'static>> {
        self.0.iter()
    }
}

impl fmt::Debug for RootCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootCertificates({})", self.len())
    }
}

fn refused(what: &str) -> CosmosError {
    CosmosError::builder()
        .with_kind(ErrorKind::Configuration)
        .with_status(client::CONFIGURATION)
        .with_message(format!("the root certificates {what}"))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pem_is_refused() {
        for text in [
            &b""[..],
            b"hello",
            b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
            b"-----BEGIN CERTIFICATE-----\n",
        ] {
            let error = RootCertificates::from_pem(text).unwrap_err();
            assert!(error.message().contains("root certificates"), "{error}");
        }
        assert_eq!(RootCertificates::from_der(vec![1, 2, 3]).len(), 1);
        assert!(RootCertificates::none().is_empty());
    }
}
