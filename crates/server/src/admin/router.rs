//! The way into the admin API from the data plane's request type, and the router behind it, which is made from the list
//! of routes when the first request comes.

use std::fmt;
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::{Extension, Router, middleware};
use bytes::Bytes;
use cosmokit_engine::Account;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::input::Refusal;
use super::openapi::{Document, openapi};
use super::route::Route;
use super::{
    access, accounts, clock, failover, faults, links, metrics, partitions, ready, regions,
    requests, snapshots, state, switches,
};
use crate::endpoints::{Dialled, Endpoints};
use crate::gateway_builder::Shared;
use crate::host::HostLink;
use crate::server::{Reach, RegionEndpoint};

pub(super) const PREFIX: &str = "/_cosmokit";

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct AdminState {
    pub(crate) shared: Arc<Shared>,
    pub(crate) endpoints: Arc<Endpoints>,
    pub(crate) host: HostLink,
}

impl AdminState {
    /// Waits until the sockets have followed the topology.
    pub(super) async fn settle_ports(&self) -> Result<(), String> {
        self.host.settle().await
    }

    /// Has another account reached.
    pub(super) async fn host(
        &self,
        account: Account,
        reach: Reach,
    ) -> Result<Vec<RegionEndpoint>, String> {
        self.host.host(account, reach).await
    }
}

/// Whether the caller is on this machine; set on each request by [`AdminRouter::answer`].
#[derive(Debug, Clone, Copy)]
pub(super) struct FromThisMachine(pub(super) bool);

/// Whether a path belongs to the admin API.
pub(crate) fn is_admin_path(path: &str) -> bool {
    path.strip_prefix(PREFIX)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Every route for callers that pass [`access::check`], in the order of the document.
pub(super) fn routes() -> Vec<Route> {
    let groups = [
        state::routes(),
        regions::routes(),
        failover::routes(),
        links::routes(),
        switches::routes(),
        partitions::routes(),
        snapshots::routes(),
        accounts::routes(),
        faults::routes(),
        requests::routes(),
        metrics::routes(),
        clock::routes(),
        vec![Route::get("/openapi.json", "This document.", openapi)],
    ];
    groups.into_iter().flatten().collect()
}

/// The admin API as one call.
pub(crate) struct AdminRouter {
    state: AdminState,
    router: OnceLock<Router>,
}

impl AdminRouter {
    pub(crate) fn new(state: AdminState) -> Self {
        Self {
            state,
            router: OnceLock::new(),
        }
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
        let router = self.router.get_or_init(|| router(self.state.clone()));
        let never_fails = router.clone().oneshot(request.map(Body::from)).await;
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

fn router(state: AdminState) -> Router {
    let open = vec![Route::get(
        "/ready",
        "Whether the account answers; for everyone.",
        ready::ready,
    )];
    let guarded = routes();
    let document = Document::new(open.iter().chain(&guarded));
    let mount = |router: Router<AdminState>, route: Route| router.route(route.path, route.handler);
    let open = open.into_iter().fold(Router::new(), mount);
    let guarded = guarded
        .into_iter()
        .fold(Router::new(), mount)
        .fallback(no_such_path)
        .layer(middleware::from_fn_with_state(state.clone(), access::check));
    Router::new()
        .nest(PREFIX, open.merge(guarded))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(Extension(document))
        .with_state(state)
}

async fn no_such_path() -> Refusal {
    Refusal::absent("the admin API has no such path: GET /_cosmokit/openapi.json lists them")
}

async fn no_such_method() -> Refusal {
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "the admin API has this path, with another method",
    )
}

#[cfg(test)]
#[path = "router_tests.rs"]
mod tests;
