//! The layer and its service.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::request::Parts;
use http::{Extensions, HeaderMap, Method, Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::SessionFuture;
use crate::scope::{InSession as _, sync_scope};
use crate::{SessionCarrying, UserSession};

/// Finds what values of a request's user are bound to: the id of the login, from a header or an extension
/// that an outer layer has set.
pub type Binding = Arc<dyn Fn(&HeaderMap, &Extensions) -> Option<Vec<u8>> + Send + Sync>;

/// Whether requests of a route carry sessions.
type Applies = Arc<dyn Fn(&Method, &str, &HeaderMap) -> bool + Send + Sync>;

/// A tower layer that carries sessions. Made by [`SessionCarrying::layer`].
///
/// Layers may be nested: an inner one finds the session of the outer one and leaves it alone.
#[derive(Clone)]
pub struct SessionLayer {
    carrying: SessionCarrying,
    binding: Option<Binding>,
    applies: Option<Applies>,
}

impl SessionLayer {
    pub(crate) fn new(carrying: SessionCarrying) -> Self {
        Self {
            carrying,
            binding: None,
            applies: None,
        }
    }

    /// Binds values to users: one that another user sends is not taken. Default: values work for whoever
    /// sends them, which does no harm beyond making reads as fresh as somebody else's.
    #[must_use]
    pub fn bound_by(
        mut self,
        binding: impl Fn(&HeaderMap, &Extensions) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        self.binding = Some(Arc::new(binding));
        self
    }

    /// Carries sessions only for requests that this accepts, by method, path and headers: leave out static
    /// files, health checks, webhooks. Default: all.
    #[must_use]
    pub fn only_for(
        mut self,
        applies: impl Fn(&Method, &str, &HeaderMap) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.applies = Some(Arc::new(applies));
        self
    }

    fn begin(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Option<UserSession> {
        let is_nested = extensions.get::<UserSession>().is_some();
        let applies = self
            .applies
            .as_ref()
            .is_none_or(|applies| applies(method, path, headers));
        if is_nested || !applies {
            return None;
        }
        let binding = self
            .binding
            .as_ref()
            .and_then(|binding| binding(headers, extensions));
        Some(self.carrying.begin(headers, binding.as_deref()))
    }
}

impl fmt::Debug for SessionLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionLayer")
            .field("carrying", &self.carrying)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for SessionLayer {
    type Service = SessionService<S>;

    fn layer(&self, inner: S) -> SessionService<S> {
        SessionService {
            inner,
            layer: self.clone(),
        }
    }
}

/// A service that carries sessions. Made by [`SessionLayer`].
#[derive(Clone, Debug)]
pub struct SessionService<S> {
    inner: S,
    layer: SessionLayer,
}

impl<S, B, R> Service<Request<B>> for SessionService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = SessionFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (parts, body) = request.into_parts();
        let Parts {
            method,
            uri,
            headers,
            extensions,
            ..
        } = &parts;
        let Some(user) = self.layer.begin(method, uri.path(), headers, extensions) else {
            return SessionFuture::outside(self.inner.call(Request::from_parts(parts, body)));
        };
        let method = method.clone();
        let mut request = Request::from_parts(parts, body);
        request.extensions_mut().insert(user.clone());
        // What runs inside of `call` itself is in the session too, not only what the future does.
        let future = sync_scope(user.clone(), || self.inner.call(request));
        SessionFuture::new(future.in_session(user.clone()), user, method)
    }
}
