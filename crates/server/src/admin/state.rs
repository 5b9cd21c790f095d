//! `GET /_cosmokit/state`: everything an account is made of: regions and how they are, links and how they lag, containers
//! with their partitions and where each replica stands.

use axum::extract::State;
use axum::{Extension, Json};
use cosmokit_engine::clock::Timestamp;
use cosmokit_engine::request::ContainerAddress;
use cosmokit_engine::{
    ContainerNames, PartitionPositions, RegionPositions, Throttling, Topology, WriteMode,
};
use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_protocol::wire::region::Region;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::clock::ClockState;
use super::failover::FailoverState;
use super::input::Filter;
use super::partitions::PartitionState;
use super::regions::status_word;
use super::route::{Field, Route, optional};
use super::router::AdminState;
use crate::endpoints::Dialled;

/// Containers that are described in one answer.
const MAX_CONTAINERS: usize = 1_000;
/// Partitions of a container that are described in one answer.
const MAX_PARTITIONS: usize = 1_000;

const WANTED: &[Field] = &[optional(
    "container",
    "string",
    "Only this container, as database/container. Default: the first 1,000.",
)];

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/state", "What the account is made of.", state).with_query(WANTED)]
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    container: Option<String>,
}

/// The account as an operator sees it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountState {
    version: &'static str,
    account: String,
    consistency: ConsistencyLevel,
    bounded_staleness: Value,
    write_mode: &'static str,
    throttling: bool,
    topology_version: u32,
    clock: ClockState,
    failover: FailoverState,
    regions: Vec<RegionState>,
    links: Vec<LinkState>,
    container_count: usize,
    containers: Vec<ContainerState>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RegionState {
    name: String,
    id: u32,
    endpoint: String,
    writable: bool,
    status: &'static str,
    /// Lag of each replica behind the leader, the leader's own first.
    replica_lags: Vec<String>,
}

#[derive(Debug, Serialize)]
struct LinkState {
    from: String,
    to: String,
    lag: String,
}

#[derive(Debug, Serialize)]
struct ContainerState {
    database: String,
    container: String,
    partitions: Vec<Value>,
}

async fn state(
    State(state): State<AdminState>,
    Extension(dialled): Extension<Dialled>,
    Filter(wanted): Filter<Wanted>,
) -> Json<Value> {
    let account = &state.shared.account;
    let topology = account.topology();
    let containers = account.containers();
    let described = containers
        .iter()
        .filter(|names| {
            wanted
                .container
                .as_ref()
                .is_none_or(|wanted| *wanted == path(names))
        })
        .take(MAX_CONTAINERS)
        .filter_map(|names| container_state(&state, names));
    let staleness = topology.staleness();
    let answer = AccountState {
        version: env!("CARGO_PKG_VERSION"),
        account: account.name().to_owned(),
        consistency: topology.consistency(),
        bounded_staleness: json!({
            "maxStalenessPrefix": staleness.versions,
            "maxIntervalInSeconds": staleness.interval.as_secs(),
        }),
        write_mode: match topology.write_mode() {
            WriteMode::Single => "single",
            WriteMode::Multi => "multi",
        },
        throttling: account.throttling() == Throttling::Enforced,
        topology_version: topology.version(),
        clock: ClockState::of(&state),
        failover: FailoverState::of(&state),
        regions: region_states(&state, &topology, &dialled),
        links: link_states(&topology),
        container_count: containers.len(),
        containers: described.collect(),
    };
    Json(serde_json::to_value(answer).unwrap_or_default())
}

fn path(names: &ContainerNames) -> String {
    format!("{}/{}", names.database, names.container)
}

fn region_states(state: &AdminState, topology: &Topology, dialled: &Dialled) -> Vec<RegionState> {
    let all = topology.all_regions();
    let regions: Vec<Region> = all.iter().map(|entry| entry.region.clone()).collect();
    let states = all.iter().map(|entry| RegionState {
        name: entry.region.display_name().to_owned(),
        id: entry.id.0,
        endpoint: state.endpoints.of(&entry.region, &regions, dialled),
        writable: topology.is_writable(entry.id),
        status: status_word(entry.status),
        replica_lags: (0..4)
            .map(|replica| topology.replica_lag(entry.id, replica).to_string())
            .collect(),
    });
    states.collect()
}

fn link_states(topology: &Topology) -> Vec<LinkState> {
    let all = topology.all_regions();
    let links = all.iter().flat_map(|from| {
        let others = all.iter().filter(|to| to.id != from.id);
        others.map(|to| LinkState {
            from: from.region.display_name().to_owned(),
            to: to.region.display_name().to_owned(),
            lag: topology.link(from.id, to.id).to_string(),
        })
    });
    links.collect()
}

/// `None` when the container is gone meanwhile.
fn container_state(state: &AdminState, names: &ContainerNames) -> Option<ContainerState> {
    let account = &state.shared.account;
    let address = ContainerAddress::new(&names.database, &names.container);
    let partitions = account.partitions(&address).ok()?;
    let positions = account.positions(&address).ok()?;
    let now = account.now();
    let described = partitions
        .into_iter()
        .take(MAX_PARTITIONS)
        .map(|partition| {
            let stands = positions.iter().find(|stands| stands.id == partition.id);
            let mut described =
                serde_json::to_value(PartitionState::from(partition)).unwrap_or_default();
            if let (Some(object), Some(stands)) = (described.as_object_mut(), stands) {
                object.insert("replicas".to_owned(), replica_states(stands, now));
            }
            described
        });
    Some(ContainerState {
        database: names.database.clone(),
        container: names.container.clone(),
        partitions: described.collect(),
    })
}

/// For each region its replicas, the leader first.
fn replica_states(stands: &PartitionPositions, now: Timestamp) -> Value {
    let regions = stands.regions.iter().map(|region| {
        let name = region.region.display_name().to_owned();
        (name, positions(region, now))
    });
    Value::Object(regions.collect::<Map<_, _>>())
}

fn positions(region: &RegionPositions, now: Timestamp) -> Value {
    let replicas = region.replicas.iter().map(|replica| {
        let behind_ms = replica
            .missing_since
            .map(|since| now.millis().saturating_sub(since.millis()));
        json!({"lsn": replica.lsn.value(), "behind": replica.behind, "behindMs": behind_ms.unwrap_or_default()})
    });
    replicas.collect()
}
