//! The tower layer for clients.

use std::task::{Context, Poll};

use http::{HeaderName, HeaderValue, Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::{HostList, OutgoingFuture};
use crate::{SessionCarrying, scope};

/// A tower layer for HTTP clients: takes the session of the task along. Its carrying must have a
/// [`header`](crate::SessionCarryingBuilder::header), the same as that of the services it calls; without one the
/// layer does nothing.
#[derive(Clone, Debug)]
pub struct OutgoingLayer {
    carrying: SessionCarrying,
    hosts: HostList,
}

impl OutgoingLayer {
    /// Takes sessions along to these hosts.
    pub fn new(carrying: SessionCarrying, hosts: HostList) -> Self {
        Self { carrying, hosts }
    }

    /// The header of a request to `host` made now, and the session that the answer's header is for.
    pub(super) fn going_along(
        &self,
        host: Option<&str>,
    ) -> Option<(HeaderName, Option<HeaderValue>, crate::UserSession)> {
        let user = scope::current()?;
        if !host.is_some_and(|host| self.hosts.contains(host)) {
            return None;
        }
        let name = HeaderName::try_from(self.carrying.header_name()?).ok()?;
        let value = self.carrying.header_value(&user).and_then(|text| {
            let mut value = HeaderValue::try_from(text).ok()?;
            value.set_sensitive(true);
            Some(value)
        });
        Some((name, value, user))
    }
}

impl<S> Layer<S> for OutgoingLayer {
    type Service = OutgoingService<S>;

    fn layer(&self, inner: S) -> OutgoingService<S> {
        OutgoingService {
            inner,
            layer: self.clone(),
        }
    }
}

/// A client that takes sessions along. Made by [`OutgoingLayer`].
#[derive(Clone, Debug)]
pub struct OutgoingService<S> {
    inner: S,
    layer: OutgoingLayer,
}

impl<S, B, R> Service<Request<B>> for OutgoingService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = OutgoingFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let Some((name, value, user)) = self.layer.going_along(request.uri().host()) else {
            return OutgoingFuture::new(self.inner.call(request), None);
        };
        if let Some(value) = value {
            request.headers_mut().insert(name.clone(), value);
        }
        OutgoingFuture::new(self.inner.call(request), Some((name, user)))
    }
}
