//! A round-robin balancer: each request goes to the next instance, whoever sends it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, HOST, TRANSFER_ENCODING, UPGRADE};
use axum::http::uri::{Authority, Scheme};
use axum::http::{HeaderName, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

struct Balancer {
    instances: Vec<SocketAddr>,
    turn: AtomicUsize,
    client: Client<HttpConnector, Body>,
}

/// Headers that are about one connection.
const HOP_BY_HOP: [HeaderName; 3] = [CONNECTION, TRANSFER_ENCODING, UPGRADE];

/// Hands requests to the instances in turn.
pub(crate) fn balancer(instances: Vec<SocketAddr>) -> Router {
    let balancer = Balancer {
        instances,
        turn: AtomicUsize::new(0),
        client: Client::builder(TokioExecutor::new()).build_http(),
    };
    Router::new()
        .fallback(forward)
        .with_state(Arc::new(balancer))
}

async fn forward(State(balancer): State<Arc<Balancer>>, mut request: Request) -> Response {
    let turn = balancer.turn.fetch_add(1, Ordering::Relaxed);
    let count = balancer.instances.len().max(1);
    let Some(instance) = balancer.instances.get(turn % count) else {
        return (StatusCode::SERVICE_UNAVAILABLE, "no instance").into_response();
    };
    let mut parts = request.uri().clone().into_parts();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Authority::try_from(instance.to_string()).ok();
    let Ok(uri) = Uri::from_parts(parts) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    *request.uri_mut() = uri;
    for name in HOP_BY_HOP.iter().chain([&HOST]) {
        request.headers_mut().remove(name);
    }
    match balancer.client.request(request).await {
        Ok(mut response) => {
            for name in &HOP_BY_HOP {
                response.headers_mut().remove(name);
            }
            response.map(Body::new)
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}
