//! Bounded staleness: how far reads may be behind, and what holds writes back.

use std::time::Duration;

use cosmokit_engine::{
    Account, Lag, OfflineMode, Staleness, protocol::wire::consistency::ConsistencyLevel,
};

use super::planet::{FAR, HUB, Planet, at_level, fixed};

fn planet(versions: u64, seconds: u64) -> Planet {
    let bound = Staleness {
        versions,
        interval: Duration::from_secs(seconds),
    };
    let level = ConsistencyLevel::BoundedStaleness;
    Planet::built(Account::builder().consistency(level).staleness(bound))
}

#[test]
fn a_write_is_held_back_when_a_region_is_so_many_versions_behind() {
    let planet = planet(3, 1_000);
    planet.lag(&FAR, fixed(500));
    for n in 1..=3 {
        planet.create(&HUB, &n.to_string(), n).expect(201, 0);
    }
    let refused = planet.create(&HUB, "4", 4).expect(429, 3096);
    assert_eq!(refused.retry_after, Some(Duration::from_millis(500)));
    assert_eq!(
        planet.number(&FAR, "1"),
        None,
        "stale, and within the bound"
    );
    planet.advance_ms(500);
    planet.create(&HUB, "4", 4).expect(201, 0);
    assert_eq!(planet.number(&FAR, "3"), Some(3));
}

#[test]
fn a_write_is_held_back_when_a_region_is_so_many_seconds_behind() {
    let planet = planet(1_000, 5);
    planet.lag(&FAR, Lag::Paused);
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.advance_ms(4_999);
    planet.create(&HUB, "2", 2).expect(201, 0);
    planet.advance_ms(1);
    planet.create(&HUB, "3", 3).expect(429, 3096);
}

#[test]
fn no_read_is_older_than_the_bound() {
    let planet = planet(1_000, 5);
    planet.lag(&FAR, Lag::Paused);
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.advance_ms(4_999);
    assert_eq!(planet.number(&FAR, "1"), None);
    planet.advance_ms(1);
    planet.read(&FAR, "1").expect(503, 0);
    let weaker = at_level(ConsistencyLevel::ConsistentPrefix);
    assert_eq!(
        planet.number_with(&FAR, "1", weaker),
        None,
        "no bound at all"
    );
    planet.lag(&FAR, Lag::None);
    assert_eq!(planet.number(&FAR, "1"), Some(1));
}

#[test]
fn a_replica_that_is_too_far_behind_does_not_answer() {
    let planet = planet(2, 1_000);
    for replica in 1..4 {
        planet
            .account
            .set_replica_lag(&HUB, replica, Lag::Paused)
            .unwrap();
    }
    planet.create(&HUB, "1", 1).expect(201, 0);
    let stale = (0..64)
        .filter(|_| planet.number(&HUB, "1").is_none())
        .count();
    assert!(stale > 0, "one version behind is allowed");
    planet.create(&HUB, "2", 2).expect(201, 0);
    planet.create(&HUB, "3", 3).expect(201, 0);
    assert!((0..64).all(|_| planet.number(&HUB, "1") == Some(1)));
}

#[test]
fn a_region_that_is_offline_holds_nobody_back_and_returns_within_the_bound() {
    let planet = planet(2, 1_000);
    planet
        .account
        .take_offline(&FAR, OfflineMode::Refuse)
        .unwrap();
    for n in 1..=5 {
        planet.create(&HUB, &n.to_string(), n).expect(201, 0);
    }
    planet.lag(&FAR, fixed(10));
    planet.account.bring_online(&FAR).unwrap();
    planet.read(&FAR, "1").expect(503, 0);
    planet.advance_ms(10);
    assert_eq!(planet.number(&FAR, "5"), Some(5));
}
