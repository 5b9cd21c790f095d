//! Where the time of one attempt went.

use std::time::Duration;

/// Where the time of one attempt went. A phase that did not happen is `None`: an attempt over a connection
/// that was open already has no DNS, connect and TLS; an in-process one has only the first byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PhaseTimings {
    /// Waiting for a connection or a stream on one.
    pub queue: Option<Duration>,
    /// Looking up the host's name.
    pub dns: Option<Duration>,
    /// Making the TCP connection.
    pub connect: Option<Duration>,
    /// The TLS handshake.
    pub tls: Option<Duration>,
    /// From handing over the request to the response headers.
    pub first_byte: Option<Duration>,
    /// From the response headers to the end of the body.
    pub body: Option<Duration>,
}
