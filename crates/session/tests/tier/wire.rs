//! What an instance sends to the account: counted and kept.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use tower_service::Service;

/// A service that notes the session tokens of the item requests that pass through it.
#[derive(Clone)]
pub(crate) struct Wire<S> {
    pub(crate) inner: S,
    pub(crate) seen: Seen,
}

/// The session token of each item request, in order.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Vec<Option<String>>>>);

impl Seen {
    pub(crate) fn take(&self) -> Vec<Option<String>> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl<S: Service<Request<Bytes>, Response = Response<Bytes>>> Service<Request<Bytes>> for Wire<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(
        &mut self,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Bytes>) -> S::Future {
        if request.uri().path().contains("/docs") {
            let token = request.headers().get("x-ms-session-token");
            let token = token.map(|token| token.to_str().unwrap().to_owned());
            self.seen.0.lock().unwrap().push(token);
        }
        self.inner.call(request)
    }
}
