//! TLS settings, made when the first https connection needs them: a program that speaks plain HTTP to a
//! local account never reads a root certificate.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::sync::OnceCell;

use crate::diagnostics::RequestSentStatus;
use crate::options::{ConnectionPoolSettings, RootCertificates};
use crate::tasks;
use crate::transport::error::{TransportError, TransportErrorKind};

/// The two TLS settings that a transport may need.
#[derive(Debug)]
pub(crate) struct TlsConfigs {
    /// What is offered to servers, best first.
    protocols: &'static [&'static [u8]],
    own_roots: RootCertificates,
    verifying: OnceCell<Arc<ClientConfig>>,
    trusting: OnceCell<Arc<ClientConfig>>,
}

/// Whose certificates are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Those that a root certificate of this machine vouches for.
    Roots,
    /// Any: the peer is on this machine.
    Anyone,
}

/// What is offered to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// Everything that the options allow.
    All,
    /// HTTP/1.1 alone: the server said that it requires it.
    Http1,
}

impl TlsConfigs {
    pub(crate) fn new(settings: &ConnectionPoolSettings) -> Self {
        let (both, old): (&[&[u8]], &[&[u8]]) = (&[b"h2", b"http/1.1"], &[b"http/1.1"]);
        Self {
            protocols: if settings.is_http2_allowed { both } else { old },
            own_roots: settings.root_certificates.clone(),
            verifying: OnceCell::new(),
            trusting: OnceCell::new(),
        }
    }

    /// The settings for servers of this kind; with `Offer::Http1` as if HTTP/2 were unknown.
    pub(crate) async fn get(
        &self,
        trust: Trust,
        offer: Offer,
    ) -> Result<Arc<ClientConfig>, TransportError> {
        let config = self.whole(trust).await?;
        match offer {
            Offer::All => Ok(config),
            Offer::Http1 => Ok(with_protocols(ClientConfig::clone(&config), &[b"http/1.1"])),
        }
    }

    async fn whole(&self, trust: Trust) -> Result<Arc<ClientConfig>, TransportError> {
        let protocols = self.protocols;
        let config = match trust {
            Trust::Roots => {
                self.verifying
                    .get_or_try_init(|| async move {
                        let own = self.own_roots.clone();
                        tasks::blocking(move || verifying(protocols, &own))
                            .await
                            .unwrap_or_else(|| Err(interrupted()))
                    })
                    .await?
            }
            Trust::Anyone => {
                self.trusting
                    .get_or_try_init(|| async move { trusting(protocols) })
                    .await?
            }
        };
        Ok(Arc::clone(config))
    }
}

fn verifying(
    protocols: &[&[u8]],
    own: &RootCertificates,
) -> Result<Arc<ClientConfig>, TransportError> {
    let mut roots = RootCertStore::empty();
    for certificate in own.iter() {
        roots.add(certificate.clone()).map_err(refused)?;
    }
    let found = rustls_native_certs::load_native_certs();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    let added = added + own.len();
    if added == 0 {
        return Err(refused("no root certificates were found on this machine"));
    }
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(refused)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(with_protocols(config, protocols))
}

fn trusting(protocols: &[&[u8]]) -> Result<Arc<ClientConfig>, TransportError> {
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(refused)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider())))
        .with_no_client_auth();
    Ok(with_protocols(config, protocols))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn with_protocols(mut config: ClientConfig, protocols: &[&[u8]]) -> Arc<ClientConfig> {
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Arc::new(config)
}

fn refused(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TransportError {
    TransportError::new(TransportErrorKind::Tls, RequestSentStatus::NotSent).with_source(cause)
}

fn interrupted() -> TransportError {
    refused("reading the root certificates was interrupted")
}

/// Accepts any certificate, and still checks that the peer holds its key.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{ConnectionPoolOptions, Environment};

    fn configs(options: &ConnectionPoolOptions) -> TlsConfigs {
        TlsConfigs::new(&ConnectionPoolSettings::of(options, &Environment::empty()).unwrap())
    }

    #[tokio::test]
    async fn settings_are_made_when_they_are_asked_for_and_once() {
        let configs = configs(&ConnectionPoolOptions::default());
        assert!(configs.verifying.get().is_none() && configs.trusting.get().is_none());
        let first = configs.get(Trust::Anyone, Offer::All).await.unwrap();
        let second = configs.get(Trust::Anyone, Offer::All).await.unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        assert!(
            configs.verifying.get().is_none(),
            "no root certificate is read for a peer on this machine"
        );
        assert_eq!(first.alpn_protocols, [&b"h2"[..], b"http/1.1"]);
        let older = configs.get(Trust::Anyone, Offer::Http1).await.unwrap();
        assert_eq!(older.alpn_protocols, [b"http/1.1"]);
    }

    #[tokio::test]
    async fn a_root_certificate_that_is_none_is_told() {
        let options = ConnectionPoolOptions::default()
            .with_root_certificates(RootCertificates::from_der(vec![1, 2, 3]));
        let refused = configs(&options).get(Trust::Roots, Offer::All).await;
        assert_eq!(refused.unwrap_err().kind(), TransportErrorKind::Tls);
    }
}
