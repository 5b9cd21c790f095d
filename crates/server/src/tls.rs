//! TLS for the shared port: one certificate, TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1 by ALPN.

use std::sync::Arc;

use rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;

use crate::self_signed::Identity;

/// Protocols offered in order of preference. A client that offers only one of them gets it; one
/// without ALPN speaks HTTP/1.1 or sends the HTTP/2 preface.
const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Builds the acceptor that turns a TCP stream into a TLS stream.
///
/// # Errors
/// When the key does not fit the certificate.
pub(crate) fn acceptor(identity: Identity) -> Result<TlsAcceptor, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(identity.certificates, identity.key)?;
    config.alpn_protocols = ALPN.map(<[u8]>::to_vec).into();
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::config::CertificatePlace;
    use crate::self_signed::identity;

    #[test]
    fn the_key_must_fit_the_certificate() {
        let made = || identity(&CertificatePlace::Memory, SystemTime::UNIX_EPOCH).unwrap();
        assert!(acceptor(made()).is_ok());
        let mixed = Identity {
            certificates: made().certificates,
            key: made().key,
        };
        assert!(acceptor(mixed).is_err());
    }
}
