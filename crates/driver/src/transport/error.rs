//! Why no answer came, and whether the request may have arrived all the same.

use std::fmt;
use std::sync::Arc;

use cosmokit_protocol::status::CosmosStatus;

use crate::diagnostics::RequestSentStatus;
use crate::error::client;

/// Why a request got no answer. A tower service may fail with it to say more than "something broke".
#[derive(Clone, Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    sent: RequestSentStatus,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// What went wrong on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host's name did not resolve.
    Dns,
    /// No connection could be made.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// All connections are in use and too many requests wait for one.
    Exhausted,
    /// The connection broke, or the peer refused the request without looking at it.
    Broken,
    /// No answer came within the attempt's timeout.
    Timeout,
    /// The answer's body broke off.
    Body,
    /// The answer's body is longer than the limit.
    TooLarge,
}

impl TransportError {
    /// A failure of this kind, with what is known about the request.
    pub fn new(kind: TransportErrorKind, sent: RequestSentStatus) -> Self {
        Self {
            kind,
            sent,
            source: None,
        }
    }

    /// A request that was taken cannot be sent again.
    pub(super) fn already_sent() -> Self {
        Self::new(TransportErrorKind::Broken, RequestSentStatus::Unknown)
    }

    /// What caused it.
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether the service may have got the request.
    pub fn request_sent(&self) -> RequestSentStatus {
        self.sent
    }
}

impl TransportErrorKind {
    /// The status that the client gives to an attempt that failed like this.
    pub(crate) const fn status(self) -> CosmosStatus {
        match self {
            Self::Dns => client::DNS,
            Self::Connect | Self::Tls | Self::Exhausted => client::CONNECT,
            Self::Broken => client::IO,
            Self::Timeout => client::ATTEMPT_TIMEOUT,
            Self::Body | Self::TooLarge => client::BODY,
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Dns => "the host name did not resolve",
            Self::Connect => "no connection could be made",
            Self::Tls => "the TLS handshake failed",
            Self::Exhausted => "all connections are in use and too many requests wait for one",
            Self::Broken => "the connection broke",
            Self::Timeout => "no answer came in time",
            Self::Body => "the body of the answer broke off",
            Self::TooLarge => "the body of the answer is longer than max_response_body_bytes",
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.message())?;
        // Causes are few and short; they say which address or certificate it was.
        let mut cause = self
            .source
            .as_deref()
            .map(|source| source as &dyn std::error::Error);
        for _ in 0..4 {
            let Some(error) = cause else { break };
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}
