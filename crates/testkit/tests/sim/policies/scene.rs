//! Short worlds in which one client works under one kind of trouble, and a rule for its conduct.

use std::time::Duration;

use bytes::Bytes;
use cosmokit_engine::WriteMode;
use cosmokit_testkit::actor::{Actor, ContainerKind, Part, Write};
use cosmokit_testkit::conduct::{Rule, Sent};
use cosmokit_testkit::history::{History, WriteVerb};
use cosmokit_testkit::world::{ClientSettings, World, WorldSettings, sleep};
use http::{Method, Request};
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub(super) const EAST: &str = "eastus";
pub(super) const WEST: &str = "westeurope";

/// What a client did, and what it sent.
pub(super) struct Course {
    history: History,
    sent: Vec<Sent>,
}

impl Course {
    /// The client kept the rule, and something was compared.
    #[track_caller]
    pub(super) fn keeps(&self, rule: &Rule) {
        match rule.judge(&self.history, &self.sent) {
            Ok(checked) => assert!(checked > 0, "{rule:?}: there was nothing to compare"),
            Err(breach) => panic!("{rule:?}: {breach}"),
        }
    }

    /// The client broke the rule, and the judge has a story to tell.
    #[track_caller]
    pub(super) fn breaks(&self, rule: &Rule) {
        let verdict = rule.judge(&self.history, &self.sent);
        let breach = verdict.expect_err("the policy is broken on purpose");
        assert!(!breach.story.is_empty());
    }
}

pub(super) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Two regions, of which the client lives in the first.
pub(super) fn two_regions() -> WorldSettings {
    WorldSettings::new(11).regions(&["East US", "West Europe"])
}

/// Two regions that both take writes.
pub(super) fn two_writers() -> WorldSettings {
    two_regions().write_mode(WriteMode::Multi)
}

/// Lets a client live through something: a world with one container, in which an item is there.
pub(super) fn live(
    settings: WorldSettings,
    client: impl FnOnce(ClientSettings) -> ClientSettings,
    story: impl AsyncFnOnce(&World, &mut Actor),
) -> Course {
    World::simulate(settings, async |world: World| {
        let kind = ContainerKind::AllVersions;
        world.create_container("items", kind).await.unwrap();
        let home = world.regions()[0].clone();
        let client = client(ClientSettings::new(1, home));
        let mut actor = world.enter(Part::new(1, client), "items").await.unwrap();
        write(&mut actor, "first", WriteVerb::Upsert).await;
        story(&world, &mut actor).await;
        Course {
            history: world.recorder().history(),
            sent: world.traffic().sent(),
        }
    })
}

/// Writes an item under the one partition key.
pub(super) async fn write(actor: &mut Actor, id: &str, verb: WriteVerb) -> bool {
    let key = actor.key("p", id);
    let mark = actor.next_mark(0);
    actor.write(Write::new(key, verb, mark)).await
}

/// Reads the first item, so many times.
pub(super) async fn read_often(actor: &Actor, times: usize, pause: Duration) {
    let key = actor.key("p", "first");
    for _ in 0..times {
        actor.read(&key).await;
        sleep(pause).await;
    }
}

/// The account does something to requests about items on purpose, from now on.
pub(super) async fn fault(world: &World, condition: Value, effect: Value) {
    let rule = json!({"id": "on purpose", "condition": condition, "effect": effect});
    let request = Request::builder()
        .method(Method::POST)
        .uri("http://world.local/_cosmokit/faults")
        .header("content-type", "application/json")
        .body(Bytes::from(rule.to_string()))
        .unwrap();
    let answer = world.gateway().clone().oneshot(request).await.unwrap();
    let text = String::from_utf8_lossy(answer.body());
    assert!(answer.status().is_success(), "{text}");
}
