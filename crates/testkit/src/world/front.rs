//! What the clients of a world meet once their requests have passed the network.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use cosmokit_server::Gateway;
use http::{Request, Response};
use tower::{Service, ServiceExt as _};

/// What went wrong on the way to an answer.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// An answer in the making.
type Exchange = Pin<Box<dyn Future<Output = Result<Response<Bytes>, BoxError>> + Send>>;

/// What clients meet: the gateway, or one who stands before it and breaks promises on purpose.
#[derive(Clone)]
pub struct Front(Arc<dyn Fn(Request<Bytes>) -> Exchange + Send + Sync>);

impl Front {
    /// The gateway itself.
    pub fn honest(gateway: &Gateway) -> Self {
        let gateway = gateway.clone();
        Self::new(move |request| {
            let gateway = gateway.clone();
            async move { gateway.oneshot(request).await.map_err(Into::into) }
        })
    }

    /// Whatever service answers requests.
    pub fn over<S>(service: S) -> Self
    where
        S: Service<Request<Bytes>, Response = Response<Bytes>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
    {
        Self::new(move |request| {
            let service = service.clone();
            async move { service.oneshot(request).await.map_err(Into::into) }
        })
    }

    /// Whoever answers requests like this.
    pub fn new<F>(answer: impl Fn(Request<Bytes>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Response<Bytes>, BoxError>> + Send + 'static,
    {
        Self(Arc::new(move |request| Box::pin(answer(request))))
    }
}

impl Service<Request<Bytes>> for Front {
    type Response = Response<Bytes>;
    type Error = BoxError;
    type Future = Exchange;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Exchange {
        (self.0)(request)
    }
}

impl fmt::Debug for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Front")
    }
}
