//! Links and replicas that lag: prefixes without gaps, replicas that differ, nothing that overtakes.

use std::time::Duration;

use cosmokit_engine::{
    Lag, TopologyError,
    protocol::wire::{consistency::ConsistencyLevel, region::Region},
    request::{ReplicationDelay, RequestOptions},
};
use proptest::prelude::*;

use super::planet::{FAR, HUB, NEAR, Planet, document, fixed};
use crate::world::create;

use ConsistencyLevel::{ConsistentPrefix, Eventual};

#[test]
fn a_region_without_lag_has_everything_at_once() {
    let planet = Planet::new(Eventual);
    planet.create(&HUB, "1", 1).expect(201, 0);
    for region in [HUB, NEAR, FAR] {
        assert_eq!(planet.number(&region, "1"), Some(1));
    }
}

#[test]
fn a_region_that_lags_shows_the_past_and_then_catches_up() {
    let planet = Planet::new(Eventual);
    planet.lag(&FAR, fixed(100));
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.advance_ms(60);
    planet.replace(&HUB, "1", 2).expect(200, 0);
    assert_eq!(planet.number(&NEAR, "1"), Some(2));
    assert_eq!(planet.number(&FAR, "1"), None);
    planet.advance_ms(40);
    assert_eq!(planet.number(&FAR, "1"), Some(1));
    planet.advance_ms(59);
    assert_eq!(planet.number(&FAR, "1"), Some(1));
    planet.advance_ms(1);
    assert_eq!(planet.number(&FAR, "1"), Some(2));
}

#[test]
fn one_write_is_held_back_on_purpose_and_what_follows_it_waits() {
    let planet = Planet::new(Eventual);
    let held_back = |to, replica| RequestOptions {
        replication_delay: Some(ReplicationDelay {
            to,
            replica,
            by: Duration::from_millis(100),
        }),
        ..RequestOptions::default()
    };
    let verb = create("a", &document("1", 1));
    planet
        .ask_with(&HUB, held_back(Some(FAR), None), verb)
        .expect(201, 0);
    planet.create(&HUB, "2", 2).expect(201, 0);
    let seen = |region: &Region| (planet.number(region, "1"), planet.number(region, "2"));
    assert_eq!(seen(&NEAR), (Some(1), Some(2)));
    assert_eq!(seen(&FAR), (None, None), "nothing overtakes");
    planet.advance_ms(99);
    assert_eq!(seen(&FAR), (None, None));
    planet.advance_ms(1);
    assert_eq!(seen(&FAR), (Some(1), Some(2)));
    // All other regions, and one follower only.
    let verb = create("a", &document("3", 3));
    planet
        .ask_with(&HUB, held_back(None, None), verb)
        .expect(201, 0);
    assert_eq!(
        (planet.number(&NEAR, "3"), planet.number(&FAR, "3")),
        (None, None)
    );
    assert_eq!(planet.number(&HUB, "3"), Some(3));
    planet.advance_ms(100);
    let verb = create("a", &document("4", 4));
    planet
        .ask_with(&HUB, held_back(Some(NEAR), Some(2)), verb)
        .expect(201, 0);
    let looks = |region: &Region| {
        let looks: Vec<_> = (0..64).map(|_| planet.number(region, "4")).collect();
        (looks.contains(&Some(4)), looks.contains(&None))
    };
    assert_eq!(looks(&NEAR), (true, true), "one replica of four is behind");
    assert_eq!(looks(&FAR), (true, false));
    planet.advance_ms(100);
    assert_eq!(looks(&NEAR), (true, false));
}

#[test]
fn a_paused_link_holds_and_sends_when_it_goes_on() {
    let planet = Planet::new(Eventual);
    planet.lag(&FAR, fixed(100));
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.lag(&FAR, Lag::Paused);
    planet.create(&HUB, "2", 2).expect(201, 0);
    planet.advance_ms(1_000_000);
    assert_eq!(
        planet.number(&FAR, "1"),
        None,
        "what was under way is held too"
    );
    planet.lag(&FAR, fixed(50));
    planet.advance_ms(49);
    assert_eq!(planet.number(&FAR, "1"), None);
    planet.advance_ms(1);
    assert_eq!(
        (planet.number(&FAR, "1"), planet.number(&FAR, "2")),
        (Some(1), Some(2))
    );
    planet.lag(&FAR, Lag::Paused);
    planet.create(&HUB, "3", 3).expect(201, 0);
    planet.lag(&FAR, Lag::None);
    assert_eq!(planet.number(&FAR, "3"), Some(3));
}

#[test]
fn eventual_reads_go_back_in_time_when_replicas_differ() {
    let planet = Planet::new(Eventual);
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet
        .account
        .set_replica_lag(&HUB, 2, Lag::Paused)
        .unwrap();
    planet.replace(&HUB, "1", 2).expect(200, 0);
    let seen: Vec<_> = (0..64).map(|_| planet.number(&HUB, "1").unwrap()).collect();
    assert!(seen.windows(2).any(|pair| pair[0] > pair[1]), "{seen:?}");
    assert!(seen.windows(2).any(|pair| pair[0] < pair[1]), "{seen:?}");
    planet.account.set_replica_lag(&HUB, 2, Lag::None).unwrap();
    assert!((0..64).all(|_| planet.number(&HUB, "1") == Some(2)));
}

#[test]
fn the_same_seed_shows_the_same_replicas() {
    let history = |seed: u64| -> Vec<Option<u64>> {
        let builder = cosmokit_engine::Account::builder();
        let planet = Planet::built(builder.consistency(Eventual).seed(seed));
        let uniform = Lag::Uniform {
            min: Duration::from_millis(1),
            max: Duration::from_millis(50),
        };
        planet.lag(&NEAR, uniform);
        planet.account.set_replica_lag(&NEAR, 1, uniform).unwrap();
        let step = |n: u64| {
            planet.create(&HUB, &n.to_string(), n).expect(201, 0);
            planet.advance_ms(3);
            planet.number(&NEAR, &(n / 2).to_string())
        };
        (0..60).map(step).collect()
    };
    assert_eq!(history(1), history(1));
    assert_ne!(history(1), history(2));
}

#[test]
fn leaders_have_no_lag_of_their_own() {
    let planet = Planet::new(Eventual);
    for replica in [0, 4, 255] {
        assert_eq!(
            planet.account.set_replica_lag(&HUB, replica, Lag::Paused),
            Err(TopologyError::Replica(replica))
        );
    }
}

/// What a schedule does.
#[derive(Clone, Debug)]
enum Step {
    Write,
    Batch,
    Advance(u64),
    Link(usize, Lag),
    Replica(usize, u8, Lag),
}

fn lags() -> impl Strategy<Value = Lag> {
    let ms = Duration::from_millis;
    prop_oneof![
        Just(Lag::None),
        Just(Lag::Paused),
        (1_u64..40).prop_map(move |millis| Lag::Fixed(ms(millis))),
        (0_u64..20, 20_u64..60).prop_map(move |(min, max)| Lag::Uniform {
            min: ms(min),
            max: ms(max)
        }),
        (1_u64..40).prop_map(move |millis| Lag::Exponential { mean: ms(millis) }),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => Just(Step::Write),
        1 => Just(Step::Batch),
        3 => (1_u64..30).prop_map(Step::Advance),
        1 => (0_usize..2, lags()).prop_map(|(to, lag)| Step::Link(to, lag)),
        1 => (0_usize..3, 1_u8..4, lags()).prop_map(|(at, replica, lag)| Step::Replica(at, replica, lag)),
    ];
    prop::collection::vec(step, 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Items 1, 2, 3… are written in order; whatever lags, every replica shows the first so many,
    /// and once nothing lags all of them.
    #[test]
    fn a_prefix_has_no_gap(steps in steps(), seed in 0_u64..4) {
        let builder = cosmokit_engine::Account::builder();
        let planet = Planet::built(builder.consistency(ConsistentPrefix).seed(seed));
        let regions = [HUB, NEAR, FAR];
        let mut written = 0_u64;
        for step in steps {
            match step {
                Step::Write => {
                    written += 1;
                    planet.create(&HUB, &written.to_string(), written).expect(201, 0);
                }
                Step::Batch => {
                    let first = written + 1;
                    written += 2;
                    let operations: Vec<_> = (first..=written)
                        .map(|n| serde_json::json!({
                            "operationType": "Create", "resourceBody": document(&n.to_string(), n),
                        }))
                        .collect();
                    planet.ask(&HUB, batch(&operations)).expect(200, 0);
                }
                Step::Advance(millis) => planet.advance_ms(millis),
                Step::Link(to, lag) => planet.lag(&regions[to + 1], lag),
                Step::Replica(at, replica, lag) => {
                    planet.account.set_replica_lag(&regions[at], replica, lag).unwrap();
                }
            }
            for region in &regions {
                let items = planet.ask(region, list());
                let seen: Vec<u64> = items.body["Documents"].as_array().unwrap().iter()
                    .map(|item| item["n"].as_u64().unwrap())
                    .collect();
                let prefix: Vec<u64> = (1..=seen.len() as u64).collect();
                prop_assert_eq!(&seen, &prefix);
                let lsn = items.facts.position.unwrap();
                prop_assert!(lsn.global_committed_lsn.unwrap() <= lsn.quorum_acked_lsn.unwrap());
            }
        }
        planet.account.set_all_links(Lag::None).unwrap();
        for region in &regions {
            for replica in 1..4 {
                planet.account.set_replica_lag(region, replica, Lag::None).unwrap();
            }
            for _ in 0..4 {
                let items = planet.ask(region, list());
                prop_assert_eq!(items.facts.item_count, Some(written));
            }
        }
    }
}

fn list() -> cosmokit_engine::request::ListItems {
    cosmokit_engine::request::ListItems {
        container: super::planet::container(),
        scope: cosmokit_engine::request::FeedScope::default(),
        paging: cosmokit_engine::request::Paging {
            max_item_count: Some(1_000),
            continuation: None,
        },
    }
}

fn batch(operations: &[serde_json::Value]) -> cosmokit_engine::request::Batch {
    cosmokit_engine::request::Batch {
        container: super::planet::container(),
        partition_key: Some("a".into()),
        partition_key_range_id: None,
        mode: cosmokit_engine::request::BatchMode::Atomic,
        body: serde_json::to_vec(operations).unwrap().into(),
    }
}

#[test]
fn a_split_cuts_what_is_on_the_way() {
    let planet = Planet::new(ConsistentPrefix);
    planet.lag(&FAR, fixed(100));
    for n in 0..20 {
        let pk = format!("key {n}");
        let item = serde_json::json!({"id": n.to_string(), "pk": pk, "n": n});
        planet.ask(&HUB, create(&pk, &item)).expect(201, 0);
    }
    planet.advance_ms(50);
    let at = cosmokit_engine::SplitPoint::Middle;
    let halves = planet
        .account
        .split(&super::planet::container(), "0", &at)
        .unwrap();
    assert_eq!(halves.len(), 2);
    assert_eq!(planet.ask(&FAR, list()).facts.item_count, Some(0));
    assert_eq!(planet.ask(&NEAR, list()).facts.item_count, Some(20));
    planet.advance_ms(50);
    assert_eq!(planet.ask(&FAR, list()).facts.item_count, Some(20));
}
