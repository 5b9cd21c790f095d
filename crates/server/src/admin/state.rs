//! `GET /_cosmokit/state`: what the account is made of.

use axum::extract::State;
use axum::{Extension, Json};
use cosmokit_engine::WriteMode;
use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_protocol::wire::region::Region;
use serde::Serialize;

use super::route::Route;
use super::router::AdminState;
use crate::endpoints::Dialled;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/state", "What the account is made of.", state)]
}

/// The account as an operator sees it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountState {
    version: &'static str,
    account: String,
    consistency: ConsistencyLevel,
    write_mode: &'static str,
    regions: Vec<RegionState>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RegionState {
    name: String,
    id: u32,
    endpoint: String,
    writable: bool,
}

pub(super) async fn state(
    State(state): State<AdminState>,
    Extension(dialled): Extension<Dialled>,
) -> Json<AccountState> {
    let topology = state.shared.account.topology();
    let regions: Vec<Region> = topology
        .regions()
        .iter()
        .map(|entry| entry.region.clone())
        .collect();
    let region_state = |entry: &cosmokit_engine::AccountRegion| RegionState {
        name: entry.region.display_name().to_owned(),
        id: entry.id.0,
        endpoint: state.endpoints.of(&entry.region, &regions, &dialled),
        writable: topology.is_writable(entry.id),
    };
    Json(AccountState {
        version: env!("CARGO_PKG_VERSION"),
        account: state.shared.account.name().to_owned(),
        consistency: topology.consistency(),
        write_mode: match topology.write_mode() {
            WriteMode::Single => "single",
            WriteMode::Multi => "multi",
        },
        regions: topology.regions().iter().map(region_state).collect(),
    })
}
