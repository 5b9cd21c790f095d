//! `/_cosmokit/snapshots`, `POST /_cosmokit/reset`: the account as it was, brought back or gone on with beside it.

use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::extract::{Path, State};
use cosmokit_engine::Snapshot;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::input::{Answer, Input, Refusal};
use super::route::{Field, Route, optional};
use super::router::AdminState;

/// Snapshots that are kept at once. Each shares its structure with the account, and keeps what the account has let go.
const MAX_SNAPSHOTS: usize = 256;

const TAKE: &[Field] = &[optional("id", "string", "Its name. Default: a number.")];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/snapshots", "The snapshots that are kept.", list),
        Route::post(
            "/snapshots",
            "Keeps the account as it is, in no time.",
            take,
        )
        .with_body(TAKE),
        Route::delete("/snapshots/{id}", "Forgets a snapshot.", forget),
        Route::post(
            "/snapshots/{id}/restore",
            "Makes the account what it was.",
            restore,
        ),
        Route::post(
            "/snapshots/{id}/fork",
            "Another account that begins as the snapshot, behind ports of its own.",
            fork,
        ),
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

    fn find(&self, id: &str) -> Answer<Snapshot> {
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
) -> Answer<(StatusCode, Json<serde_json::Value>)> {
    let snapshot = state.shared.snapshots.find(&id)?;
    let account = state.shared.account.fork(&snapshot);
    let hosted = state.host(account).await.map_err(|problem| {
        Refusal::new(
            StatusCode::NOT_IMPLEMENTED,
            format!("a fork needs a port: {problem}"),
        )
    })?;
    let regions: Vec<serde_json::Value> = hosted
        .iter()
        .map(|endpoint| {
            serde_json::json!({
                "name": endpoint.region().display_name(),
                "endpoint": endpoint.http(),
                "https": endpoint.https(),
            })
        })
        .collect();
    let endpoint = hosted
        .first()
        .map(crate::server::RegionEndpoint::http)
        .unwrap_or_default();
    let answer = serde_json::json!({
        "endpoint": endpoint,
        "admin": format!("{endpoint}_cosmokit/"),
        "regions": regions,
    });
    Ok((StatusCode::CREATED, Json(answer)))
}

async fn reset(State(state): State<AdminState>) -> Answer<Json<serde_json::Value>> {
    let account = &state.shared.account;
    account.reset().await?;
    Ok(Json(serde_json::json!({})))
}

fn absent(id: &str) -> Refusal {
    Refusal::absent(format!("there is no snapshot {id:?}"))
}
