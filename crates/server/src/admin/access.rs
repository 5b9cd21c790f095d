//! Who may use the admin API.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use super::input::Refusal;
use super::router::{AdminState, FromThisMachine};

/// Who may use the admin API besides its readiness probe.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AdminAccess {
    /// Callers on this machine, and callers in process.
    #[default]
    ThisMachine,
    /// Everyone who can reach the port; for containers, whose host is another machine to them.
    Everyone,
}

/// Lets a request pass or answers 403.
pub(super) async fn check(
    State(state): State<AdminState>,
    request: Request,
    next: Next,
) -> Response {
    let local = request
        .extensions()
        .get::<FromThisMachine>()
        .is_some_and(|caller| caller.0);
    if local || state.shared.access == AdminAccess::Everyone {
        return next.run(request).await;
    }
    Refusal::new(
        StatusCode::FORBIDDEN,
        "the admin API answers callers on this machine only",
    )
    .into_response()
}
