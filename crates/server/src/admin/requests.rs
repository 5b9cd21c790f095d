//! `GET /_cosmokit/requests`: the last requests, latest first. Credentials, session tokens and bodies are not shown.

use axum::Json;
use axum::extract::State;
use cosmokit_protocol::wire::fault::FaultOperationType;
use cosmokit_protocol::wire::region::Region;
use serde::{Deserialize, Serialize};

use super::input::{Answer, Filter};
use super::route::{Field, Route, optional};
use super::router::AdminState;
use crate::observe::RequestLine;

/// Requests in an answer when the caller does not say.
const DEFAULT_LIMIT: usize = 100;
/// Requests in an answer at most.
const MAX_LIMIT: usize = 10_000;

const FILTER: &[Field] = &[
    optional(
        "limit",
        "integer",
        "How many at most, up to 10,000. Default 100.",
    ),
    optional("region", "string", "Those of this region."),
    optional(
        "operation",
        "string",
        "Those of this operation, such as ReadItem.",
    ),
    optional("status", "integer", "Those with this status."),
    optional("fault", "string", "Those that this rule struck."),
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/requests",
            "The last requests, latest first, without credentials, session tokens and bodies.",
            list,
        )
        .with_query(FILTER),
        Route::delete("/requests", "Forgets the last requests.", clear),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    limit: Option<usize>,
    region: Option<Region>,
    operation: Option<FaultOperationType>,
    status: Option<u16>,
    fault: Option<String>,
}

#[derive(Debug, Serialize)]
struct Requests {
    /// How many are kept at most.
    capacity: usize,
    requests: Vec<RequestLine>,
}

async fn list(
    State(state): State<AdminState>,
    Filter(wanted): Filter<Wanted>,
) -> Answer<Json<Requests>> {
    let limit = wanted.limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
    let log = &state.shared.requests;
    let requests = log.latest(limit, |record| {
        let (note, ended) = (&record.note, &record.ended);
        let fault = note.fault.as_ref().map(|live| &live.rule.id);
        let status = ended.status.map(|status| status.as_u16());
        wanted.region.is_none_or_same(note.region.as_ref())
            && wanted
                .operation
                .is_none_or(|operation| operation == note.operation)
            && wanted.status.is_none_or_same(status.as_ref())
            && wanted.fault.is_none_or_same(fault)
    });
    Ok(Json(Requests {
        capacity: log.capacity(),
        requests,
    }))
}

/// A filter that may be absent.
trait Filtering<T> {
    /// Whether there is no filter, or the value is the one wanted.
    fn is_none_or_same(&self, value: Option<&T>) -> bool;
}

impl<T: PartialEq> Filtering<T> for Option<T> {
    fn is_none_or_same(&self, value: Option<&T>) -> bool {
        self.is_none() || self.as_ref() == value
    }
}

async fn clear(State(state): State<AdminState>) -> Json<serde_json::Value> {
    state.shared.requests.clear();
    Json(serde_json::json!({}))
}
