//! A transport that answers everything alike and keeps what it was sent.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, StatusCode};

/// A service that answers with one status and an empty error body.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    status: StatusCode,
    sent: Arc<Mutex<Vec<Request<Bytes>>>>,
}

impl Recorder {
    pub(crate) fn answering(status: StatusCode) -> Self {
        Self {
            status,
            sent: Arc::default(),
        }
    }

    /// The requests so far, oldest first.
    pub(crate) fn take(&self) -> Vec<Request<Bytes>> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

impl tower::Service<Request<Bytes>> for Recorder {
    type Response = Response<Bytes>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Bytes>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        self.sent.lock().unwrap().push(request);
        let body = Bytes::from_static(br#"{"code":"Unauthorized","message":"no"}"#);
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        ready(Ok(response))
    }
}
