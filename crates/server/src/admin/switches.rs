//! `PUT /_cosmokit/consistency|throttling|write-mode`: what the account does with its regions and its throughput.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use cosmokit_engine::{Staleness, Throttling, WriteMode};
use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use serde::{Deserialize, Serialize};

use super::input::{Answer, Input};
use super::route::{Field, Route, needed, optional};
use super::router::AdminState;

const CONSISTENCY: &[Field] = &[
    needed(
        "level",
        "string",
        "Strong, BoundedStaleness, Session, ConsistentPrefix or Eventual.",
    ),
    optional(
        "maxStalenessPrefix",
        "integer",
        "Versions that bounded staleness allows. Default 100.",
    ),
    optional(
        "maxIntervalInSeconds",
        "integer",
        "Seconds that bounded staleness allows. Default 5.",
    ),
];
const THROTTLING: &[Field] = &[needed("enforced", "boolean", "Whether clients get 429.")];
const WRITE_MODE: &[Field] = &[needed("mode", "string", "`single` or `multi`.")];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::put(
            "/consistency",
            "Changes the default consistency level.",
            consistency,
        )
        .with_body(CONSISTENCY),
        Route::put(
            "/throttling",
            "Has clients kept to their throughput, or not.",
            throttling,
        )
        .with_body(THROTTLING),
        Route::put(
            "/write-mode",
            "Has one region take writes, or all.",
            write_mode,
        )
        .with_body(WRITE_MODE),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Consistency {
    level: ConsistencyLevel,
    max_staleness_prefix: Option<u64>,
    max_interval_in_seconds: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Enforced {
    enforced: bool,
}

#[derive(Debug, Serialize)]
struct Level {
    level: ConsistencyLevel,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WriteModeWish {
    mode: Mode,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Mode {
    Single,
    Multi,
}

async fn consistency(
    State(state): State<AdminState>,
    Input(wish): Input<Consistency>,
) -> Answer<Json<Level>> {
    let account = &state.shared.account;
    if wish.max_staleness_prefix.is_some() || wish.max_interval_in_seconds.is_some() {
        let mut bound: Staleness = account.topology().staleness();
        bound.versions = wish.max_staleness_prefix.unwrap_or(bound.versions);
        bound.interval = wish
            .max_interval_in_seconds
            .map_or(bound.interval, Duration::from_secs);
        account.set_staleness(bound)?;
    }
    account.set_consistency(wish.level)?;
    Ok(Json(Level { level: wish.level }))
}

async fn throttling(
    State(state): State<AdminState>,
    Input(wish): Input<Enforced>,
) -> Json<Enforced> {
    state.shared.account.set_throttling(if wish.enforced {
        Throttling::Enforced
    } else {
        Throttling::Off
    });
    Json(wish)
}

async fn write_mode(
    State(state): State<AdminState>,
    Input(wish): Input<WriteModeWish>,
) -> Answer<Json<WriteModeWish>> {
    state.shared.account.set_write_mode(match wish.mode {
        Mode::Single => WriteMode::Single,
        Mode::Multi => WriteMode::Multi,
    })?;
    Ok(Json(wish))
}
