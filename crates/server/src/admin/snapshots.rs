//! `/_cosmokit/snapshots`, `POST /_cosmokit/reset`: the account as it was, brought back or gone on with beside it.

use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::extract::{Path, State};
use cosmokit_engine::Snapshot;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::accounts::{HostedState, named};
use super::input::{Answer, Input, Refusal};
use super::route::{Field, Route, optional};
use super::router::AdminState;
use crate::server::Reach;

/// Snapshots that are kept at once. Each shares its structure with the account, and keeps what the account has let go.
const MAX_SNAPSHOTS: usize = 256;

const TAKE: &[Field] = &[optional("id", "string", "Its name. Default: a number.")];

const FORK: &[Field] = &[optional(
    "name",
    "string",
    "Its name, by which it is reached too. Default: that of this account, at ports alone.",
)];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/snapshots", "The snapshots that are kept.", list),
        Route::post(
            "/snapshots",
            "Keeps the account as it is, in no time.",
            take,
        )
        .with_body(TAKE)
        .creating(),
        Route::delete("/snapshots/{id}", "Forgets a snapshot.", forget),
        Route::post(
            "/snapshots/{id}/restore",
            "Makes the account what it was.",
            restore,
        ),
        Route::post(
            "/snapshots/{id}/fork",
            "Another account that begins as the snapshot, at ports of its own.",
            fork,
        )
        .with_body(FORK)
        .creating(),
        Route::post("/reset", "Makes the account empty.", reset),
    ]
}

/// The snapshots that are kept, in the order in which they were taken.
#[derive(Debug, Default)]
pub(crate) struct Shelf(Mutex<Shelved>);

#[derive(Debug, Default)]
struct Shelved {
    kept: Vec<Kept>,
    taken: u64,
}

#[derive(Debug)]
struct Kept {
    id: String,
    at_ms: u64,
    snapshot: Snapshot,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Take {
    id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fork {
    name: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: String,
    time_ms: u64,
}

#[derive(Debug, Serialize)]
struct Entries {
    snapshots: Vec<Entry>,
}

impl From<&Kept> for Entry {
    fn from(kept: &Kept) -> Self {
        Self {
            id: kept.id.clone(),
            time_ms: kept.at_ms,
        }
    }
}

impl Shelf {
    fn with<T>(&self, look: impl FnOnce(&mut Shelved) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn find(&self, id: &str) -> Answer<Snapshot> {
        let found = self.with(|shelved| {
            let kept = shelved.kept.iter().find(|kept| kept.id == id);
            kept.map(|kept| kept.snapshot.clone())
        });
        found.ok_or_else(|| absent(id))
    }
}

async fn list(State(state): State<AdminState>) -> Json<Entries> {
    let snapshots = state
        .shared
        .snapshots
        .with(|shelved| shelved.kept.iter().map(Entry::from).collect());
    Json(Entries { snapshots })
}

async fn take(
    State(state): State<AdminState>,
    Input(wish): Input<Take>,
) -> Answer<(StatusCode, Json<Entry>)> {
    if wish
        .id
        .as_ref()
        .is_some_and(|id| id.is_empty() || id.len() > 128)
    {
        return Err(Refusal::bad("a snapshot's id has 1 to 128 bytes"));
    }
    let account = &state.shared.account;
    account.preload().await?;
    let (snapshot, at_ms) = (account.snapshot(), account.now().millis());
    state.shared.snapshots.with(|shelved| {
        if shelved.kept.len() >= MAX_SNAPSHOTS {
            return Err(Refusal::conflict(format!(
                "{MAX_SNAPSHOTS} snapshots are kept, which is the limit: delete some first"
            )));
        }
        shelved.taken += 1;
        let id = wish.id.unwrap_or_else(|| shelved.taken.to_string());
        if shelved.kept.iter().any(|kept| kept.id == id) {
            return Err(Refusal::conflict(format!(
                "a snapshot {id:?} is kept already"
            )));
        }
        let kept = Kept {
            id,
            at_ms,
            snapshot,
        };
        let entry = Entry::from(&kept);
        shelved.kept.push(kept);
        Ok((StatusCode::CREATED, Json(entry)))
    })
}

async fn forget(State(state): State<AdminState>, Path(id): Path<String>) -> Answer<Json<Entry>> {
    state.shared.snapshots.with(|shelved| {
        let place = shelved.kept.iter().position(|kept| kept.id == id);
        let place = place.ok_or_else(|| absent(&id))?;
        Ok(Json(Entry::from(&shelved.kept.remove(place))))
    })
}

async fn restore(
    State(state): State<AdminState>,
    Path(id): Path<String>,
) -> Answer<Json<serde_json::Value>> {
    let snapshot = state.shared.snapshots.find(&id)?;
    let restored = state.shared.account.restore(&snapshot);
    restored.await?;
    Ok(Json(serde_json::json!({"restored": id})))
}

async fn fork(
    State(state): State<AdminState>,
    Path(id): Path<String>,
    Input(wish): Input<Fork>,
) -> Answer<(StatusCode, Json<HostedState>)> {
    let snapshot = state.shared.snapshots.find(&id)?;
    let account = &state.shared.account;
    let fork = match wish.name {
        Some(name) => named(&state, account.sibling(name).snapshot(&snapshot))?,
        None => account.fork(&snapshot),
    };
    let name = fork.name().to_owned();
    let hosted = state.host(fork, Reach::Ports(0)).await;
    let hosted = hosted.map_err(|problem| {
        Refusal::new(
            StatusCode::NOT_IMPLEMENTED,
            format!("a fork needs a port: {problem}"),
        )
    })?;
    Ok((StatusCode::CREATED, Json(HostedState::new(name, &hosted))))
}

async fn reset(State(state): State<AdminState>) -> Answer<Json<serde_json::Value>> {
    let account = &state.shared.account;
    account.reset().await?;
    Ok(Json(serde_json::json!({})))
}

fn absent(id: &str) -> Refusal {
    Refusal::absent(format!("there is no snapshot {id:?}"))
}
