//! A tower service in this process as a transport.

use std::fmt;
use std::future::{Future, poll_fn};
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

/// A service's own words when it speaks them; else nobody can tell whether the request arrived.
fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> TransportError {
    match error.downcast::<TransportError>() {
        Ok(error) => *error,
        Err(other) => TransportError::new(TransportErrorKind::Broken, RequestSentStatus::Unknown)
            .with_source(other),
    }
}

pub(crate) fn boxed<S>(service: S) -> Arc<dyn Exchange>
where
    S: tower::Service<Request<Bytes>, Response = Response<Bytes>> + Clone + Send + Sync + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    S::Future: Send + 'static,
{
    Arc::new(Cloned(service))
}
