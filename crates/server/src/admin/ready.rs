//! `GET /_cosmokit/ready`: the account answers requests. No socket is accepted before that, so the
//! answer is always yes.

use axum::Json;
use serde::Serialize;

/// The body of a readiness answer.
#[derive(Debug, Serialize)]
pub(super) struct Ready {
    status: &'static str,
}

pub(super) async fn ready() -> Json<Ready> {
    Json(Ready { status: "ready" })
}
