//! A tower service in this process as a transport.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use ::http::{Request, Response};
use bytes::Bytes;

use super::error::{TransportError, TransportErrorKind};
use crate::diagnostics::RequestSentStatus;

/// A service with its type erased.
pub(crate) trait Exchange: Send + Sync {
    fn exchange(&self, request: Request<Bytes>) -> Answer;
}

/// What an [`Exchange`] gives.
pub(crate) type Answer =
    Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send>>;

impl fmt::Debug for dyn Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exchange")
    }
}

/// A service, cloned for each request so that it needs no lock.
struct Cloned<S>(S);

impl<S> Exchange for Cloned<S>
where
    S: tower::Service<Request<Bytes>, Response = Response<Bytes>> + Clone + Send + Sync + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    S::Future: Send + 'static,
{
    fn exchange(&self, request: Request<Bytes>) -> Answer {
        let mut service = self.0.clone();
        Box::pin(async move {
            poll_fn(|context| service.poll_ready(context))
                .await
                .map_err(|error| failed(error.into()))?;
            service
                .call(request)
                .await
                .map_err(|error| failed(error.into()))
        })
    }
}

/// A service's own words when it speaks them; an I/O error says what a socket's would; else nobody can tell whether the
/// request arrived.
fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> TransportError {
    let error = match error.downcast::<TransportError>() {
        Ok(error) => return *error,
        Err(other) => other,
    };
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    let (kind, sent) = match kind {
        Some(io::ErrorKind::ConnectionRefused) => {
            (TransportErrorKind::Connect, RequestSentStatus::NotSent)
        }
        Some(io::ErrorKind::UnexpectedEof) => (TransportErrorKind::Body, RequestSentStatus::Sent),
        Some(io::ErrorKind::TimedOut) => (TransportErrorKind::Timeout, RequestSentStatus::Unknown),
        _ => (TransportErrorKind::Broken, RequestSentStatus::Unknown),
    };
    TransportError::new(kind, sent).with_source(error)
}

pub(crate) fn boxed<S>(service: S) -> Arc<dyn Exchange>
where
    S: tower::Service<Request<Bytes>, Response = Response<Bytes>> + Clone + Send + Sync + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    S::Future: Send + 'static,
{
    Arc::new(Cloned(service))
}

#[cfg(test)]
mod tests {
    use super::*;
    use RequestSentStatus as Sent;
    use TransportErrorKind as Kind;

    #[test]
    fn what_a_service_fails_with_is_told_apart() {
        let check = |error: Box<dyn std::error::Error + Send + Sync>, kind, sent| {
            let failed = failed(error);
            assert_eq!(
                (failed.kind(), failed.request_sent()),
                (kind, sent),
                "{failed}"
            );
        };
        let io = |kind: io::ErrorKind| Box::new(io::Error::from(kind));
        check(
            io(io::ErrorKind::ConnectionRefused),
            Kind::Connect,
            Sent::NotSent,
        );
        check(
            io(io::ErrorKind::ConnectionReset),
            Kind::Broken,
            Sent::Unknown,
        );
        check(io(io::ErrorKind::UnexpectedEof), Kind::Body, Sent::Sent);
        check(io(io::ErrorKind::TimedOut), Kind::Timeout, Sent::Unknown);
        check("anything".into(), Kind::Broken, Sent::Unknown);
        let own = TransportError::new(Kind::Dns, Sent::NotSent);
        check(Box::new(own), Kind::Dns, Sent::NotSent);
    }
}
