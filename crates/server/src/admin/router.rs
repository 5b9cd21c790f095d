//! The routes of the admin API, and the way in from the data plane's request type.

use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Router, middleware};
use bytes::Bytes;
use cosmokit_engine::Account;
use cosmokit_protocol::op::ErrorBody;
use cosmokit_protocol::wire::header;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::{AdminAccess, access, ready, state};
use crate::endpoints::{Dialled, Endpoints};

const PREFIX: &str = "/_cosmokit";

/// What the handlers share.
#[derive(Debug, Clone)]
pub(crate) struct AdminState {
    pub(crate) account: Account,
    pub(crate) endpoints: Arc<Endpoints>,
    pub(crate) access: AdminAccess,
}

/// Whether the caller is on this machine; set on each request by [`AdminRouter::answer`].
#[derive(Debug, Clone, Copy)]
pub(super) struct FromThisMachine(pub(super) bool);

/// Whether a path belongs to the admin API.
pub(crate) fn is_admin_path(path: &str) -> bool {
    path.strip_prefix(PREFIX)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The admin API as one call.
#[derive(Clone)]
pub(crate) struct AdminRouter(Router);

impl AdminRouter {
    pub(crate) fn new(state: AdminState) -> Self {
        let guarded = Router::new()
            .route("/state", get(state::state))
            .fallback(no_such_path)
            .layer(middleware::from_fn_with_state(state.clone(), access::check));
        let open = Router::new().route("/ready", get(ready::ready));
        let router = Router::new()
            .nest(PREFIX, open.merge(guarded))
            .fallback(no_such_path)
            .method_not_allowed_fallback(no_such_method)
            .with_state(state);
        Self(router)
    }

    /// Answers one request.
    pub(crate) async fn answer(
        &self,
        mut request: Request<Bytes>,
        from_this_machine: bool,
        dialled: Dialled,
    ) -> http::Response<Bytes> {
        request
            .extensions_mut()
            .insert(FromThisMachine(from_this_machine));
        request.extensions_mut().insert(dialled);
        let never_fails = self.0.clone().oneshot(request.map(Body::from)).await;
        let (parts, body) = match never_fails {
            Ok(response) => response.into_parts(),
            Err(never) => match never {},
        };
        // Handlers build their bodies in memory; a body that fails to arrive is an empty one.
        let body = body
            .collect()
            .await
            .map(http_body_util::Collected::to_bytes);
        http::Response::from_parts(parts, body.unwrap_or_default())
    }
}

impl fmt::Debug for AdminRouter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminRouter").finish_non_exhaustive()
    }
}

async fn no_such_path() -> Response {
    refuse(StatusCode::NOT_FOUND, "the admin API has no such path")
}

async fn no_such_method() -> Response {
    refuse(
        StatusCode::METHOD_NOT_ALLOWED,
        "the admin API has this path, with another method",
    )
}

/// A refusal in the form of the data plane's.
pub(super) fn refuse(status: StatusCode, message: &str) -> Response {
    let body = ErrorBody::for_status(status.as_u16(), message).to_bytes();
    (
        status,
        [(header::CONTENT_TYPE, header::value::APPLICATION_JSON)],
        body,
    )
        .into_response()
}

#[cfg(test)]
#[path = "router_tests.rs"]
mod tests;
