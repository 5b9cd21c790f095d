//! Refusals that never reach the engine, in the engine's own form, so that one path answers both.

use cosmokit_engine::request::Feature;
use cosmokit_engine::response::Failure;
use http::StatusCode;

/// A feature that is recognised and not implemented: 501 with its name.
pub(crate) fn unsupported(feature: Feature) -> Failure {
    Failure::new(
        StatusCode::NOT_IMPLEMENTED,
        format!("{feature}: not implemented by this version"),
    )
}

/// A request that cannot be read: 400.
pub(crate) fn bad_request(message: impl Into<String>) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, message)
}

/// A path that names no resource: 404.
pub(crate) fn not_found(message: impl Into<String>) -> Failure {
    Failure::new(StatusCode::NOT_FOUND, message)
}

/// A body beyond the limit: 413.
pub(crate) fn too_large(limit_bytes: usize) -> Failure {
    let message = format!("the request's body is larger than the limit of {limit_bytes} bytes");
    Failure::new(StatusCode::PAYLOAD_TOO_LARGE, message)
}
