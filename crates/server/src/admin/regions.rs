//! `/_cosmokit/regions`: adding and removing regions, outages, priorities. A region that is added gets a port of its
//! own before the answer, one that is gone has lost it.

use axum::Json;
use axum::extract::{Path, State};
use cosmokit_engine::{OfflineMode, RegionStatus, TopologyError};
use cosmokit_protocol::wire::region::Region;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::input::{Answer, Input, Refusal};
use super::route::{Field, Route, needed, optional};
use super::router::AdminState;

const ADD: &[Field] = &[needed("name", "string", "Such as West Europe.")];
const OFFLINE: &[Field] = &[optional(
    "mode",
    "string",
    "`refuse` (connections are refused) or `blackHole` (connections are taken and nothing is answered). Default refuse.",
)];
const PRIORITIES: &[Field] = &[needed(
    "regions",
    "strings",
    "Every region once, in the new order.",
)];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/regions", "Adds a region with the last priority.", add)
            .with_body(ADD)
            .creating(),
        Route::delete(
            "/regions/{r}",
            "Removes a region in two calls: the first has it answer 403/1008 and leave the account document, the second \
             ends it.",
            remove,
        ),
        Route::post(
            "/regions/{r}/offline",
            "Takes a region offline, as an outage does.",
            offline,
        )
        .with_body(OFFLINE),
        Route::post("/regions/{r}/online", "Ends an outage.", online),
        Route::put(
            "/priorities",
            "Puts the regions in another order.",
            priorities,
        )
        .with_body(PRIORITIES),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Add {
    name: Region,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Offline {
    #[serde(default)]
    mode: Mode,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Mode {
    #[default]
    Refuse,
    BlackHole,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Priorities {
    regions: Vec<Region>,
}

/// A region and how it is.
#[derive(Debug, Serialize)]
pub(super) struct Named {
    region: String,
    status: &'static str,
}

impl Named {
    fn new(region: &Region, status: &'static str) -> Json<Self> {
        Json(Self {
            region: region.display_name().to_owned(),
            status,
        })
    }
}

/// The word for a region's status.
pub(super) const fn status_word(status: RegionStatus) -> &'static str {
    match status {
        RegionStatus::Online => "online",
        RegionStatus::Draining => "draining",
        RegionStatus::Offline(OfflineMode::Refuse) => "offline",
        RegionStatus::Offline(OfflineMode::BlackHole) => "blackHole",
    }
}

async fn add(
    State(state): State<AdminState>,
    Input(add): Input<Add>,
) -> Answer<(StatusCode, Json<Named>)> {
    if add.name.as_str().is_empty() || add.name.as_str().len() > 64 {
        return Err(Refusal::bad("a region's name has 1 to 64 characters"));
    }
    state.shared.account.add_region(add.name.clone())?;
    if let Err(problem) = state.settle_ports().await {
        return Err(Refusal::conflict(format!(
            "the region is there, but cannot be reached: {problem}"
        )));
    }
    Ok((StatusCode::CREATED, Named::new(&add.name, "online")))
}

async fn remove(State(state): State<AdminState>, Path(r): Path<Region>) -> Answer<Json<Named>> {
    let account = &state.shared.account;
    let topology = account.topology();
    let is_draining = topology
        .all_regions()
        .iter()
        .any(|entry| entry.region == r && entry.status == RegionStatus::Draining);
    let status = if is_draining {
        account.finish_remove_region(&r)?;
        "removed"
    } else {
        account.begin_remove_region(&r)?;
        "draining"
    };
    settle(&state).await?;
    Ok(Named::new(&r, status))
}

async fn offline(
    State(state): State<AdminState>,
    Path(r): Path<Region>,
    Input(offline): Input<Offline>,
) -> Answer<Json<Named>> {
    let mode = match offline.mode {
        Mode::Refuse => OfflineMode::Refuse,
        Mode::BlackHole => OfflineMode::BlackHole,
    };
    state.shared.account.take_offline(&r, mode)?;
    settle(&state).await?;
    Ok(Named::new(&r, status_word(RegionStatus::Offline(mode))))
}

async fn online(State(state): State<AdminState>, Path(r): Path<Region>) -> Answer<Json<Named>> {
    state.shared.account.bring_online(&r)?;
    settle(&state).await?;
    Ok(Named::new(&r, "online"))
}

async fn priorities(
    State(state): State<AdminState>,
    Input(order): Input<Priorities>,
) -> Answer<Json<Vec<String>>> {
    state.shared.account.set_priorities(&order.regions)?;
    let topology = state.shared.account.topology();
    let names = topology
        .regions()
        .iter()
        .map(|entry| entry.region.display_name().to_owned());
    Ok(Json(names.collect()))
}

/// Waits until the sockets are as the topology says.
async fn settle(state: &AdminState) -> Answer<()> {
    state
        .settle_ports()
        .await
        .map_err(|problem| Refusal::conflict(format!("a port could not follow: {problem}")))
}

/// A change of the topology that was refused.
impl From<TopologyError> for Refusal {
    fn from(error: TopologyError) -> Self {
        let status = match error {
            TopologyError::NoSuchRegion(_) => StatusCode::NOT_FOUND,
            TopologyError::TooManyRegions
            | TopologyError::Priorities
            | TopologyError::Replica(_)
            | TopologyError::Staleness => StatusCode::BAD_REQUEST,
            _ => StatusCode::CONFLICT,
        };
        Self::new(status, error.to_string())
    }
}
