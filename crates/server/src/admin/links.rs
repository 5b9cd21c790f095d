//! `PUT /_cosmokit/links/{from}/{to}`, `PUT /_cosmokit/replicas/{region}/{n}`: how far places lag behind.

use axum::Json;
use axum::extract::{Path, State};
use cosmokit_engine::{Lag, Link};
use cosmokit_protocol::wire::region::Region;
use serde::{Deserialize, Serialize};

use super::input::{Answer, Input, Refusal};
use super::route::{Field, Route, needed};
use super::router::AdminState;

const LAG: &[Field] = &[needed(
    "lag",
    "string",
    "none, paused, 30ms, 20..50ms, exponential 30ms or normal 30ms 10ms.",
)];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::put("/links", "Sets the lag of every link.", all_links).with_body(LAG),
        Route::put(
            "/links/{from}/{to}",
            "Sets the lag of a link, in one direction.",
            link,
        )
        .with_body(LAG),
        Route::put(
            "/replicas/{region}/{n}",
            "Sets the lag of a replica, 1 to 3, behind the leader of its region.",
            replica,
        )
        .with_body(LAG),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    lag: String,
}

#[derive(Debug, Serialize)]
struct Set {
    lag: String,
}

impl Wish {
    fn lag(&self) -> Answer<Lag> {
        self.lag
            .parse()
            .map_err(|error: cosmokit_engine::LagSyntaxError| Refusal::bad(error.to_string()))
    }
}

impl Set {
    fn to(lag: Lag) -> Json<Self> {
        Json(Self {
            lag: lag.to_string(),
        })
    }
}

async fn all_links(State(state): State<AdminState>, Input(wish): Input<Wish>) -> Answer<Json<Set>> {
    let lag = wish.lag()?;
    state.shared.account.set_all_links(lag)?;
    Ok(Set::to(lag))
}

async fn link(
    State(state): State<AdminState>,
    Path((from, to)): Path<(Region, Region)>,
    Input(wish): Input<Wish>,
) -> Answer<Json<Set>> {
    if from == to {
        return Err(Refusal::bad("a link has two ends"));
    }
    let lag = wish.lag()?;
    state.shared.account.set_link(&Link { from, to }, lag)?;
    Ok(Set::to(lag))
}

async fn replica(
    State(state): State<AdminState>,
    Path((region, n)): Path<(Region, String)>,
    Input(wish): Input<Wish>,
) -> Answer<Json<Set>> {
    let replica: u8 = n
        .parse()
        .map_err(|_| Refusal::bad(format!("{n:?} is no replica: 1 to 3 are")))?;
    let lag = wish.lag()?;
    state
        .shared
        .account
        .set_replica_lag(&region, replica, lag)?;
    Ok(Set::to(lag))
}
