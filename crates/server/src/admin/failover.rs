//! `/_cosmokit/failover`: another region takes over the writes, planned (at once or step by step) or forced.

use axum::Json;
use axum::extract::State;
use cosmokit_engine::FailoverPhase;
use cosmokit_protocol::wire::region::Region;
use serde::{Deserialize, Serialize};

use super::input::{Answer, Input, Refusal};
use super::route::{Field, Route, needed, optional};
use super::router::AdminState;

const FAIL_OVER: &[Field] = &[
    needed("to", "string", "The region that is to take the writes."),
    optional(
        "forced",
        "boolean",
        "With what has reached that region; the rest is lost, as after the loss of the write region. Default false.",
    ),
    optional(
        "steps",
        "boolean",
        "Only announce; POST begin and complete follow. Default false.",
    ),
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post(
            "/failover",
            "Has another region take over the writes.",
            fail_over,
        )
        .with_body(FAIL_OVER),
        Route::post(
            "/failover/begin",
            "Begins the announced failover: writes get 403/3 until it completes.",
            begin,
        ),
        Route::post(
            "/failover/complete",
            "Completes the failover that has begun; nothing is lost.",
            complete,
        ),
        Route::post(
            "/failover/cancel",
            "Gives up the failover that is under way.",
            cancel,
        ),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FailOver {
    to: Region,
    #[serde(default)]
    forced: bool,
    #[serde(default)]
    steps: bool,
}

/// Who writes, and how far a failover is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FailoverState {
    write_regions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    phase: &'static str,
}

impl FailoverState {
    pub(super) fn of(state: &AdminState) -> Self {
        let topology = state.shared.account.topology();
        let writable = topology.writable().iter();
        let failover = topology.failover();
        Self {
            write_regions: writable
                .map(|entry| entry.region.display_name().to_owned())
                .collect(),
            to: failover.map(|failover| failover.to.display_name().to_owned()),
            phase: match failover.map(|failover| failover.phase) {
                None => "none",
                Some(FailoverPhase::Announced) => "announced",
                Some(FailoverPhase::Begun) => "begun",
            },
        }
    }
}

async fn fail_over(
    State(state): State<AdminState>,
    Input(wish): Input<FailOver>,
) -> Answer<Json<FailoverState>> {
    let account = &state.shared.account;
    let done = match (wish.forced, wish.steps) {
        (true, true) => return Err(Refusal::bad("a forced failover has no steps")),
        (true, false) => account.force_failover(&wish.to),
        (false, true) => account.announce_failover(&wish.to),
        (false, false) => account.fail_over(&wish.to),
    };
    done?;
    Ok(Json(FailoverState::of(&state)))
}

async fn begin(State(state): State<AdminState>) -> Answer<Json<FailoverState>> {
    state.shared.account.begin_failover()?;
    Ok(Json(FailoverState::of(&state)))
}

async fn complete(State(state): State<AdminState>) -> Answer<Json<FailoverState>> {
    state.shared.account.complete_failover()?;
    Ok(Json(FailoverState::of(&state)))
}

async fn cancel(State(state): State<AdminState>) -> Answer<Json<FailoverState>> {
    state.shared.account.cancel_failover()?;
    Ok(Json(FailoverState::of(&state)))
}
