//! `GET|POST|DELETE /_cosmokit/faults`: the rules of faults on purpose.

use axum::Json;
use axum::extract::{Path, State};
use cosmokit_protocol::wire::fault::{FaultCounts, FaultRule};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::input::{Answer, Input, Refusal};
use super::route::{Field, Route, needed, optional};
use super::router::AdminState;
use crate::fault::{LiveRule, RuleRefusal};

/// The fields of a rule; `cosmokit_protocol::wire::fault` has them in full.
const RULE: &[Field] = &[
    needed("id", "string", "Its name, unique among the rules."),
    needed(
        "effect",
        "object",
        "What it does: `delayMs`, and one of `status` (with `substatus`, `headers`, `body`), `dropConnection` and \
         `noAnswer` (`before` or `after` the operation took effect), `cutBody` (`afterBytes`), `slowBody` \
         (`chunkBytes`, `pauseMs`), `refuseTls` (true), `delayReplication` (`to`, `replica`, `byMs`).",
    ),
    optional(
        "condition",
        "object",
        "Which requests it meets, each field optional: `region`, `operation`, `database`, `container`, `partition`, \
         `header` (`name`, `value`).",
    ),
    optional(
        "probability",
        "number",
        "From 0 to 1, how often it strikes. Default 1.",
    ),
    optional("seed", "integer", "Seed of the draws. Default 0."),
    optional("limit", "integer", "How many times it strikes at most."),
    optional(
        "startAfterMs",
        "integer",
        "When it begins, by the account's clock, from now.",
    ),
    optional(
        "endAfterMs",
        "integer",
        "When it ends, by the account's clock, from now.",
    ),
    optional("enabled", "boolean", "Whether it is on. Default true."),
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/faults",
            "The rules in force, with what they have seen.",
            list,
        ),
        Route::post(
            "/faults",
            "Puts a rule, or each of an array of rules, behind the others.",
            add,
        )
        .with_body(RULE)
        .creating(),
        Route::delete("/faults", "Takes all rules away.", clear),
        Route::get("/faults/{id}", "One rule.", read),
        Route::delete("/faults/{id}", "Takes one rule away.", remove),
    ]
}

#[derive(Debug, Serialize)]
struct Rules {
    faults: Vec<RuleState>,
}

#[derive(Debug, Serialize)]
struct RuleState {
    #[serde(flatten)]
    rule: FaultRule,
    #[serde(flatten)]
    counts: FaultCounts,
}

impl From<&LiveRule> for RuleState {
    fn from(live: &LiveRule) -> Self {
        Self {
            rule: live.rule.clone(),
            counts: live.counts(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Removed {
    removed: usize,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<serde_json::Value>),
    One(serde_json::Value),
}

async fn list(State(state): State<AdminState>) -> Json<Rules> {
    let rules = state.shared.faults.rules();
    Json(Rules {
        faults: rules
            .iter()
            .map(|live| RuleState::from(live.as_ref()))
            .collect(),
    })
}

async fn add(
    State(state): State<AdminState>,
    Input(given): Input<OneOrMany>,
) -> Answer<(StatusCode, Json<Rules>)> {
    let values = match given {
        OneOrMany::Many(values) => values,
        OneOrMany::One(value) => vec![value],
    };
    // All are read before the first is put in force.
    let rules = values
        .into_iter()
        .map(read_rule)
        .collect::<Answer<Vec<_>>>()?;
    let now = state.shared.account.now();
    let mut added: Vec<String> = Vec::with_capacity(rules.len());
    for rule in rules {
        let id = rule.id.clone();
        if let Err(refused) = state.shared.faults.add(rule, now) {
            for id in &added {
                state.shared.faults.remove(id);
            }
            return Err(refusal(&refused));
        }
        added.push(id);
    }
    let in_force = state.shared.faults.rules();
    let faults = in_force
        .iter()
        .filter(|live| added.contains(&live.rule.id))
        .map(|live| RuleState::from(live.as_ref()));
    let faults = Rules {
        faults: faults.collect(),
    };
    Ok((StatusCode::CREATED, Json(faults)))
}

fn read_rule(value: serde_json::Value) -> Answer<FaultRule> {
    let rule: FaultRule = serde_json::from_value(value)
        .map_err(|error| Refusal::bad(format!("the rule cannot be read: {error}")))?;
    Ok(rule)
}

fn refusal(refused: &RuleRefusal) -> Refusal {
    match refused {
        RuleRefusal::Known(_) => Refusal::conflict(refused.to_string()),
        RuleRefusal::Id | RuleRefusal::TooMany => Refusal::bad(refused.to_string()),
    }
}

async fn clear(State(state): State<AdminState>) -> Json<Removed> {
    Json(Removed {
        removed: state.shared.faults.clear(),
    })
}

async fn read(State(state): State<AdminState>, Path(id): Path<String>) -> Answer<Json<RuleState>> {
    let rules = state.shared.faults.rules();
    let live = rules.iter().find(|live| live.rule.id == id);
    live.map(|live| Json(RuleState::from(live.as_ref())))
        .ok_or_else(|| absent(&id))
}

async fn remove(State(state): State<AdminState>, Path(id): Path<String>) -> Answer<Json<Removed>> {
    if state.shared.faults.remove(&id) {
        return Ok(Json(Removed { removed: 1 }));
    }
    Err(absent(&id))
}

fn absent(id: &str) -> Refusal {
    Refusal::absent(format!("there is no fault rule {id:?}"))
}
