//! What lies between a client and the local account.

use cosmokit::options::{ConnectionPoolOptions, ServerCertificateValidation};
use cosmokit_driver::options::PlainHttpVersion;
use cosmokit_server::RegionEndpoint;

/// What lies between a client and the local account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wire {
    /// Nothing: requests are handed over inside the process.
    #[default]
    InProcess,
    /// A loopback socket with plain HTTP/1.1.
    Http1,
    /// A loopback socket with plain HTTP/2, spoken from the first byte.
    Http2,
    /// A loopback socket with TLS and a self-signed certificate.
    Https,
}

impl Wire {
    /// Every wire there is.
    pub const ALL: [Self; 4] = [Self::InProcess, Self::Http1, Self::Http2, Self::Https];

    /// Where a client dials the account.
    pub(crate) fn endpoint(self, server: &RegionEndpoint) -> String {
        match self {
            Self::Https => server.https(),
            Self::InProcess | Self::Http1 | Self::Http2 => server.http(),
        }
    }

    /// How a client connects.
    pub(crate) fn connection_pool(self) -> ConnectionPoolOptions {
        let mut pool = ConnectionPoolOptions::default();
        match self {
            Self::InProcess => {}
            Self::Http1 => pool.plain_http_version = Some(PlainHttpVersion::Http1),
            Self::Http2 => pool.plain_http_version = Some(PlainHttpVersion::Http2),
            Self::Https => {
                pool.server_certificate_validation =
                    Some(ServerCertificateValidation::RequiredUnlessEmulator);
            }
        }
        pool
    }
}
