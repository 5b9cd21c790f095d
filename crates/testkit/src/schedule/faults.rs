//! Trouble that the account makes by itself: its rules of faults on purpose, through its admin API.

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::Trouble;
use super::play::note;
use crate::world::{World, sleep};

/// What the account does to requests on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerFault {
    /// Answers 429/3200, with a short time to wait.
    Throttles,
    /// Answers 503.
    Unavailable,
    /// Answers 500.
    Fails,
    /// Drops the connection after the request took effect.
    Forgets,
    /// Answers a quarter of a second later.
    Dawdles,
}

impl ServerFault {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [
        Self::Throttles,
        Self::Unavailable,
        Self::Fails,
        Self::Forgets,
        Self::Dawdles,
    ];

    fn effect(self) -> Value {
        match self {
            Self::Throttles => json!({
                "status": 429, "substatus": 3200, "headers": {"x-ms-retry-after-ms": "20"}
            }),
            Self::Unavailable => json!({"status": 503}),
            Self::Fails => json!({"status": 500}),
            Self::Forgets => json!({"dropConnection": "after"}),
            Self::Dawdles => json!({"delayMs": 250}),
        }
    }
}

impl std::fmt::Display for ServerFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Throttles => "throttled",
            Self::Unavailable => "answered with 503",
            Self::Fails => "answered with 500",
            Self::Forgets => "carried out and dropped",
            Self::Dawdles => "answered late",
        })
    }
}

/// Puts a rule in force that strikes so many of a thousand requests, and takes it away again. `number` tells it from
/// the other troubles of the schedule: several may begin at the same instant.
pub(super) async fn strike(
    world: &World,
    (number, trouble): (usize, &Trouble),
    fault: ServerFault,
    per_mille: u32,
) {
    note(world, trouble);
    let id = format!("trouble-{number}");
    let rule = json!({
        "id": id,
        "effect": fault.effect(),
        "probability": f64::from(per_mille) / 1_000.0,
        "seed": world.seed().split("faults", u64::from(per_mille)).number() >> 12,
    });
    ask(world, Method::POST, "/_cosmokit/faults", Some(&rule)).await;
    sleep(trouble.lasts).await;
    let path = format!("/_cosmokit/faults/{id}");
    ask(world, Method::DELETE, &path, None).await;
}

/// Asks the account's admin API.
async fn ask(world: &World, method: Method, path: &str, body: Option<&Value>) {
    let request = Request::builder()
        .method(method)
        .uri(format!("http://world.local{path}"))
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(Bytes::from(body.map(Value::to_string).unwrap_or_default()))
        .expect("a fixed path is a URI");
    let answer = world.gateway().clone().oneshot(request).await;
    let answer = answer.expect("no fault meets the admin API");
    let text = String::from_utf8_lossy(answer.body());
    assert!(answer.status().is_success(), "{path} was refused: {text}");
}
