//! `GET /_cosmokit/clock`, `POST /_cosmokit/clock/advance|freeze|resume`: the account's clock. What takes place by it
//! (expiry, lag, budgets, windows of faults) takes place at once when it is moved.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::input::{Answer, Input, Refusal};
use super::route::{Field, Route, optional};
use super::router::AdminState;

const ADVANCE: &[Field] = &[
    optional("byMs", "integer", "How far, in milliseconds."),
    optional(
        "by",
        "string",
        "How far, such as 500ms, 30s, 5m, 2h or 30d.",
    ),
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/clock", "The account's clock.", read),
        Route::post("/clock/advance", "Moves the clock forward.", advance).with_body(ADVANCE),
        Route::post("/clock/freeze", "Stops the clock.", freeze),
        Route::post(
            "/clock/resume",
            "Lets the clock go on from where it stands.",
            resume,
        ),
    ]
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClockState {
    now_ms: u64,
    frozen: bool,
    /// Where it would be if nobody had moved it.
    unsteered_ms: u64,
}

impl ClockState {
    pub(super) fn of(state: &AdminState) -> Self {
        let clock = state.shared.account.clock();
        Self {
            now_ms: state.shared.account.now().millis(),
            frozen: clock.is_frozen(),
            unsteered_ms: clock.unsteered().millis(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Advance {
    by_ms: Option<u64>,
    by: Option<String>,
}

async fn read(State(state): State<AdminState>) -> Json<ClockState> {
    Json(ClockState::of(&state))
}

async fn advance(
    State(state): State<AdminState>,
    Input(advance): Input<Advance>,
) -> Answer<Json<ClockState>> {
    let by = match (advance.by_ms, advance.by) {
        (Some(ms), None) => Duration::from_millis(ms),
        (None, Some(text)) => duration(&text).ok_or_else(|| {
            Refusal::bad(format!(
                "{text:?} is no duration, such as 500ms, 30s, 5m, 2h or 30d"
            ))
        })?,
        _ => return Err(Refusal::bad("say how far: `byMs` or `by`")),
    };
    state.shared.account.clock().advance(by);
    Ok(Json(ClockState::of(&state)))
}

async fn freeze(State(state): State<AdminState>) -> Json<ClockState> {
    state.shared.account.clock().freeze();
    Json(ClockState::of(&state))
}

async fn resume(State(state): State<AdminState>) -> Json<ClockState> {
    state.shared.account.clock().resume();
    Json(ClockState::of(&state))
}

/// A whole number and its unit.
fn duration(text: &str) -> Option<Duration> {
    const UNITS: [(&str, u64); 5] = [
        ("ms", 1),
        ("s", 1_000),
        ("m", 60_000),
        ("h", 3_600_000),
        ("d", 86_400_000),
    ];
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
    let number: u64 = number.parse().ok()?;
    Some(Duration::from_millis(number.checked_mul(*millis)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_number_and_a_unit() {
        let check = |text: &str, expected: Option<u64>| {
            assert_eq!(
                duration(text),
                expected.map(Duration::from_millis),
                "{text}"
            );
        };
        check("500ms", Some(500));
        check(" 30 s ", Some(30_000));
        check("30d", Some(30 * 86_400_000));
        check("2h", Some(7_200_000));
        check("5m", Some(300_000));
        check("", None);
        check("5", None);
        check("ms", None);
        check("-5s", None);
        check("5 years", None);
        check("99999999999999999999d", None);
        check("18446744073709551615d", None);
    }
}
