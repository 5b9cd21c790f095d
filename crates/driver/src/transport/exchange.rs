//! One request to one endpoint, whatever carries it.

use std::sync::Arc;

use ::http::uri::{Authority, PathAndQuery, Scheme};
use ::http::{HeaderMap, HeaderValue, Method, Request, Response, Uri};
use bytes::Bytes;

use super::error::TransportError;
use super::http::EndpointPool;
use super::service::Exchange;
use super::trace::AttemptTrace;
use crate::clock::Clock;
use crate::reference::AccountEndpoint;

/// A request that is ready to leave, without its destination.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) path: PathAndQuery,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Where a request goes, in the forms that requests need.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority,
    /// The value of the `Host` header.
    pub(crate) host: HeaderValue,
}

impl Target {
    pub(crate) fn of(endpoint: &AccountEndpoint) -> Self {
        let (scheme, authority) = endpoint.uri_parts();
        let host =
            HeaderValue::try_from(authority.as_str()).expect("an authority is visible ASCII");
        Self {
            scheme,
            authority,
            host,
        }
    }
}

/// The way to one endpoint.
#[derive(Clone, Debug)]
pub(crate) enum Channel {
    Http(Arc<EndpointPool>),
    Service(Arc<dyn Exchange>),
}

impl Channel {
    /// Takes the request, sends it and waits for the whole answer. What is noted in `trace` holds also when the
    /// future is dropped.
    pub(crate) async fn send(
        &self,
        target: &Target,
        request: &mut Option<Outgoing>,
        trace: &AttemptTrace,
        clock: Clock,
    ) -> Result<Response<Bytes>, TransportError> {
        match self {
            Self::Http(pool) => pool.send(target, request, trace).await,
            Self::Service(service) => {
                let started = clock.now();
                let request = request.take().ok_or_else(TransportError::already_sent)?;
                trace.handed_over();
                let answer = service.exchange(request.absolute(target)).await?;
                trace.answered(clock, started);
                Ok(answer)
            }
        }
    }
}

impl Outgoing {
    /// With an absolute URI, as HTTP/2 and services want it.
    pub(crate) fn absolute<B: From<Bytes>>(self, target: &Target) -> Request<B> {
        let mut parts = ::http::uri::Parts::default();
        parts.scheme = Some(target.scheme.clone());
        parts.authority = Some(target.authority.clone());
        parts.path_and_query = Some(self.path);
        let uri = Uri::from_parts(parts).expect("scheme, authority and path make a URI");
        assemble(self.method, uri, self.headers, self.body)
    }

    /// With the path alone and a `Host` header, as HTTP/1.1 wants it.
    pub(crate) fn origin_form<B: From<Bytes>>(mut self, target: &Target) -> Request<B> {
        self.headers
            .insert(::http::header::HOST, target.host.clone());
        assemble(self.method, Uri::from(self.path), self.headers, self.body)
    }
}

fn assemble<B: From<Bytes>>(
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Request<B> {
    let mut request = Request::new(B::from(body));
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    request
}
