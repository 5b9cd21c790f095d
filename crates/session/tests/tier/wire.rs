//! What an instance sends to the account: counted and kept.

use std::sync::atomic::{AtomicUsize, Ordering};
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

/// The session token of each item request, in order, and the number of all others.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Vec<Option<String>>>>, Arc<AtomicUsize>);

impl Seen {
    /// Requests about anything but items since this was asked last.
    pub(crate) fn take_lookups(&self) -> usize {
        self.1.swap(0, Ordering::Relaxed)
    }

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
        } else {
            self.seen.1.fetch_add(1, Ordering::Relaxed);
        }
        self.inner.call(request)
    }
}
