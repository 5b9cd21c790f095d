//! Sessions, and what a client tells of writes, right and broken on purpose.

use std::time::Duration;

use bytes::Bytes;
use cosmokit::options::OperationOptions;
use cosmokit_driver::options::WriteRetryPolicy;
use cosmokit_engine::{Lag, Link};
use cosmokit_testkit::actor::{ContainerKind, Part, Write};
use cosmokit_testkit::history::{History, Impact, Outcome, WriteVerb};
use cosmokit_testkit::judge::{Guarantee, Scope, Verdict};
use cosmokit_testkit::world::{ClientSettings, Front, World, WorldSettings, sleep};
use http::Request;
use tower::ServiceExt as _;

/// A session writes where writes are taken and reads in another region, to which nothing is replicated meanwhile.
fn write_here_read_there(
    client: impl Fn(ClientSettings) -> ClientSettings,
    front: impl FnOnce(&cosmokit_server::Gateway) -> Front + 'static,
) -> Verdict {
    let settings = WorldSettings::new(1)
        .regions(&["East US", "West Europe"])
        .front(front);
    let history = World::simulate(settings, async |world: World| {
        world
            .create_container("items", ContainerKind::Plain)
            .await
            .unwrap();
        let [east, west] = [0, 1].map(|at| world.regions()[at].clone());
        let link = Link {
            from: east,
            to: west.clone(),
        };
        world.account().set_link(&link, Lag::Paused).unwrap();
        let part = Part::new(1, client(ClientSettings::new(1, west)));
        let mut actor = world.enter(part, "items").await.unwrap();
        for partition in ["p0", "p1", "p2", "p3"] {
            let key = actor.key(partition, "a");
            for version in 1..=3 {
                let mark = actor.next_mark(version);
                let write = Write::new(key.clone(), WriteVerb::Upsert, mark);
                assert!(actor.write(write).await);
                actor.read(&key).await;
            }
        }
        world.recorder().history()
    });
    Guarantee::ReadYourWrites.judge(&history, &Scope::default())
}

/// Changes the session token of each request on its way.
fn retoken(change: fn(&str) -> Option<String>) -> impl FnOnce(&cosmokit_server::Gateway) -> Front {
    move |gateway| {
        let gateway = gateway.clone();
        Front::new(move |mut request: Request<Bytes>| {
            let token = request.headers_mut().remove("x-ms-session-token");
            let token = token.and_then(|token| change(token.to_str().unwrap_or_default()));
            if let Some(token) = token {
                let headers = request.headers_mut();
                headers.insert("x-ms-session-token", token.parse().unwrap());
            }
            let gateway = gateway.clone();
            async move { Ok(gateway.oneshot(request).await?) }
        })
    }
}

#[test]
fn own_writes_are_read_in_another_region() {
    let verdict = write_here_read_there(|client| client, Front::honest);
    assert!(verdict.holds_for_something(), "{verdict}");
}

/// The published client reads with what it knows of another range: the gateway has nothing to hold the read against.
#[test]
fn a_token_that_is_not_narrowed_to_its_range_reads_stale() {
    let of_another_range = |token: &str| {
        let (_, position) = token.split_once(':')?;
        Some(format!("999:{position}"))
    };
    let verdict = write_here_read_there(|client| client, retoken(of_another_range));
    assert!(verdict.is_violated(), "{verdict}");
}

#[test]
fn without_sessions_reads_are_stale() {
    let verdict = write_here_read_there(ClientSettings::without_tokens, Front::honest);
    assert!(verdict.is_violated(), "{verdict}");
    let verdict = write_here_read_there(|client| client, retoken(|_| None));
    assert!(verdict.is_violated(), "{verdict}");
}

/// Items are created while half of the answers are lost, and read when all is quiet.
fn create_over_a_bad_network(policy: WriteRetryPolicy) -> History {
    World::simulate(WorldSettings::new(5), async |world: World| {
        world
            .create_container("items", ContainerKind::Plain)
            .await
            .unwrap();
        let home = world.regions()[0].clone();
        let options = OperationOptions::default().with_write_retry_policy(policy);
        let client = ClientSettings::new(1, home).with_operation_options(options);
        let mut actor = world.enter(Part::new(1, client), "items").await.unwrap();
        world.losses().lose_answers(400);
        for number in 0..40 {
            let key = actor.key("p", &format!("item {number}"));
            let mark = actor.next_mark(1);
            let write = Write::new(key, WriteVerb::Create, mark);
            actor.write(write).await;
        }
        world.losses().lose_answers(0);
        sleep(Duration::from_secs(60)).await;
        world.recorder().disturb("quiet", Impact::Settled);
        actor.list("p").await;
        world.recorder().history()
    })
}

/// Whether some write was reported as not done for sure, or as done, and how often it stayed open.
fn open_writes(history: &History) -> usize {
    let writes = history.operations.iter().filter(|it| it.action.is_write());
    writes
        .filter(|it| matches!(it.outcome, Outcome::Unknown { .. }))
        .count()
}

#[test]
fn what_became_of_a_write_is_told_truthfully() {
    let policies = [
        WriteRetryPolicy::Never,
        WriteRetryPolicy::IfIdempotent,
        WriteRetryPolicy::Always,
    ];
    let histories = policies.map(create_over_a_bad_network);
    for (policy, history) in policies.iter().zip(&histories) {
        for guarantee in [
            Guarantee::NoPhantom,
            Guarantee::Durability,
            Guarantee::Linearizable,
        ] {
            let verdict = guarantee.judge(history, &Scope::default());
            assert!(verdict.holds_for_something(), "{policy:?}: {verdict}");
        }
    }
    let [never, idempotent, always] = histories.each_ref().map(open_writes);
    assert!(never > 0, "a lost answer leaves a write open");
    assert!(idempotent < never, "{idempotent} of {never}");
    assert!(always <= idempotent, "{always} of {idempotent}");
}
