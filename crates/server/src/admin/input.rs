//! What a caller sends, read with refusals that say what is wrong: a JSON body, a query, and refusals themselves.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::response::{IntoResponse, Response};
use cosmokit_protocol::op::ErrorBody;
use cosmokit_protocol::wire::header;
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;

/// A refusal of the admin API: a status and why, in the form of the data plane's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    message: String,
}

/// What a handler answers.
pub(super) type Answer<T> = Result<T, Refusal>;

impl Refusal {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    /// 400: the input is wrong.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 404: what is named is not there.
    pub(super) fn absent(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 409: what is asked for does not fit what is there.
    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = ErrorBody::for_status(self.status.as_u16(), self.message).to_bytes();
        let content_type = [(header::CONTENT_TYPE, header::value::APPLICATION_JSON)];
        (self.status, content_type, body).into_response()
    }
}

/// A JSON body; an empty one is `{}`.
#[derive(Debug)]
pub(super) struct Input<T>(pub(super) T);

impl<T, S> FromRequest<S> for Input<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|refused| Refusal::new(refused.status(), refused.body_text()))?;
        let text: &[u8] = if body.trim_ascii().is_empty() {
            b"{}"
        } else {
            &body
        };
        serde_json::from_slice(text)
            .map(Self)
            .map_err(|error| Refusal::bad(format!("the body cannot be read: {error}")))
    }
}

/// Parameters behind the `?`.
#[derive(Debug)]
pub(super) struct Filter<T>(pub(super) T);

impl<T, S> FromRequestParts<S> for Filter<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        Query::from_request_parts(parts, state)
            .await
            .map(|Query(filter)| Self(filter))
            .map_err(|refused| Refusal::bad(refused.body_text()))
    }
}
