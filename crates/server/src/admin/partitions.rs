//! `/_cosmokit/dbs/{db}/colls/{c}/partitions`: a container's partitions, and splitting and merging them, at once or in
//! steps that the caller takes.

use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::extract::{Path, State};
use cosmokit_engine::request::ContainerAddress;
use cosmokit_engine::response::Failure;
use cosmokit_engine::{PartitionProperties, Repartition, RepartitionPhase, SplitPoint};
use cosmokit_protocol::partition::EffectivePartitionKey;
use serde::{Deserialize, Serialize};

use super::input::{Answer, Input, Refusal};
use super::route::{Field, Route, needed, optional};
use super::router::AdminState;

/// Splits and merges that may be under way at once.
const MAX_UNDER_WAY: usize = 64;
/// Partitions in one answer.
const MAX_LISTED: usize = 10_000;

const SPLIT: &[Field] = &[
    optional(
        "at",
        "string",
        "`middle`, `storage`, or a hash point in hexadecimal. Default middle.",
    ),
    optional(
        "steps",
        "boolean",
        "Only begin; POST step takes each further step. Default false.",
    ),
];
const MERGE: &[Field] = &[
    needed("with", "string", "Id of the neighbour."),
    optional(
        "steps",
        "boolean",
        "Only begin; POST step takes each further step. Default false.",
    ),
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/dbs/{db}/colls/{c}/partitions",
            "The partitions of a container.",
            list,
        ),
        Route::post(
            "/dbs/{db}/colls/{c}/partitions/{id}/split",
            "Splits a partition in two.",
            split,
        )
        .with_body(SPLIT),
        Route::post(
            "/dbs/{db}/colls/{c}/partitions/{id}/merge",
            "Merges a partition with its neighbour.",
            merge,
        )
        .with_body(MERGE),
        Route::post(
            "/dbs/{db}/colls/{c}/partitions/{id}/step",
            "Takes the next step of a split or merge that was begun: begun, copied, completed.",
            step,
        ),
        Route::post(
            "/dbs/{db}/colls/{c}/partitions/{id}/abort",
            "Gives up a split or merge that was begun.",
            abort,
        ),
    ]
}

/// Splits and merges that callers take step by step.
#[derive(Debug, Default)]
pub(crate) struct UnderWay(Mutex<Vec<Named>>);

/// A split or merge by the partition it was asked of.
#[derive(Debug)]
struct Named {
    container: ContainerAddress,
    range: String,
    work: Repartition,
}

#[derive(Debug, Deserialize)]
pub(super) struct Place {
    db: String,
    c: String,
    id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ContainerPlace {
    db: String,
    c: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Split {
    at: Option<String>,
    #[serde(default)]
    steps: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {
    with: String,
    #[serde(default)]
    steps: bool,
}

/// How far a split or merge has come.
#[derive(Debug, Serialize)]
struct Progress {
    phase: &'static str,
    parents: Vec<String>,
    children: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Partitions {
    partitions: Vec<PartitionState>,
}

/// A partition as it is shown.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PartitionState {
    id: String,
    min_inclusive: String,
    max_exclusive: String,
    parents: Vec<String>,
    status: serde_json::Value,
    lsn: u64,
    items: u64,
    items_bytes: u64,
}

impl From<PartitionProperties> for PartitionState {
    fn from(partition: PartitionProperties) -> Self {
        Self {
            id: partition.id.to_string(),
            min_inclusive: partition.range.min().to_hex(),
            max_exclusive: partition.range.max().to_hex(),
            parents: partition.parents.iter().map(ToString::to_string).collect(),
            status: serde_json::to_value(partition.status).unwrap_or_default(),
            lsn: partition.lsn.value(),
            items: partition.items,
            items_bytes: partition.items_bytes,
        }
    }
}

impl Progress {
    fn of(work: &Repartition) -> Self {
        Self {
            phase: phase_name(work.phase()),
            parents: work.parents().map(|id| id.to_string()).collect(),
            children: work.children().map(|id| id.to_string()).collect(),
        }
    }
}

const fn phase_name(phase: RepartitionPhase) -> &'static str {
    match phase {
        RepartitionPhase::Begun => "begun",
        RepartitionPhase::Copied => "copied",
        RepartitionPhase::Completed => "completed",
        RepartitionPhase::Aborted => "aborted",
    }
}

async fn list(
    State(state): State<AdminState>,
    Path(place): Path<ContainerPlace>,
) -> Answer<Json<Partitions>> {
    let container = ContainerAddress::new(place.db, place.c);
    let partitions = state.shared.account.partitions(&container)?;
    let partitions = partitions.into_iter().take(MAX_LISTED);
    Ok(Json(Partitions {
        partitions: partitions.map(PartitionState::from).collect(),
    }))
}

async fn split(
    State(state): State<AdminState>,
    Path(place): Path<Place>,
    Input(split): Input<Split>,
) -> Answer<Json<Progress>> {
    let at = split_point(split.at.as_deref())?;
    let container = ContainerAddress::new(place.db, place.c);
    let account = &state.shared.account;
    account.preload_container(&container).await?;
    let work = account.begin_split(&container, &place.id, &at)?;
    begin(&state, (container, place.id), work, split.steps)
}

async fn merge(
    State(state): State<AdminState>,
    Path(place): Path<Place>,
    Input(merge): Input<Merge>,
) -> Answer<Json<Progress>> {
    let container = ContainerAddress::new(place.db, place.c);
    let account = &state.shared.account;
    account.preload_container(&container).await?;
    let work = account.begin_merge(&container, [&place.id, &merge.with])?;
    begin(&state, (container, place.id), work, merge.steps)
}

/// Keeps the work for the steps to come, or does all of it.
fn begin(
    state: &AdminState,
    (container, range): (ContainerAddress, String),
    mut work: Repartition,
    in_steps: bool,
) -> Answer<Json<Progress>> {
    if !in_steps {
        while !is_over(work.phase()) {
            work.step();
        }
        return Ok(Json(Progress::of(&work)));
    }
    let progress = Progress::of(&work);
    let mut under_way = state.shared.under_way.lock();
    if under_way.len() >= MAX_UNDER_WAY {
        return Err(Refusal::conflict(format!(
            "{MAX_UNDER_WAY} splits and merges are under way, which is the limit"
        )));
    }
    under_way.push(Named {
        container,
        range,
        work,
    });
    Ok(Json(progress))
}

async fn step(State(state): State<AdminState>, Path(place): Path<Place>) -> Answer<Json<Progress>> {
    let mut under_way = state.shared.under_way.lock();
    let at = find(&under_way, place)?;
    let Some(named) = under_way.get_mut(at) else {
        return Err(Refusal::absent("nothing is under way"));
    };
    let phase = named.work.step();
    let progress = Progress::of(&named.work);
    if is_over(phase) {
        under_way.remove(at);
    }
    Ok(Json(progress))
}

async fn abort(
    State(state): State<AdminState>,
    Path(place): Path<Place>,
) -> Answer<Json<Progress>> {
    let mut under_way = state.shared.under_way.lock();
    let at = find(&under_way, place)?;
    let named = under_way.remove(at);
    let progress = Progress {
        phase: phase_name(RepartitionPhase::Aborted),
        ..Progress::of(&named.work)
    };
    named.work.abort();
    Ok(Json(progress))
}

fn is_over(phase: RepartitionPhase) -> bool {
    matches!(
        phase,
        RepartitionPhase::Completed | RepartitionPhase::Aborted
    )
}

fn find(under_way: &[Named], place: Place) -> Answer<usize> {
    let container = ContainerAddress::new(place.db, place.c);
    let found = under_way
        .iter()
        .position(|named| named.container == container && named.range == place.id);
    found.ok_or_else(|| {
        Refusal::absent(format!(
            "no split or merge of partition {} is under way: begin one with steps",
            place.id
        ))
    })
}

impl UnderWay {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Named>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn split_point(text: Option<&str>) -> Answer<SplitPoint> {
    match text {
        None | Some("middle") => Ok(SplitPoint::Middle),
        Some("storage") => Ok(SplitPoint::Storage),
        Some(hex) => EffectivePartitionKey::from_hex(hex)
            .map(SplitPoint::At)
            .map_err(|error| {
                Refusal::bad(format!("`at` is middle, storage or a hash point: {error}"))
            }),
    }
}

/// The engine's refusal, in the admin API's form.
impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::new(failure.status(), failure.message())
    }
}
