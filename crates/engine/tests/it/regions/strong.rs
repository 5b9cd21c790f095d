//! Strong consistency: majorities in every region, and answers that wait for them.

use cosmokit_engine::{
    Account, Lag, OfflineMode, TopologyError, WriteMode,
    protocol::wire::consistency::ConsistencyLevel,
};

use super::planet::{FAR, HUB, NEAR, Planet, at_level, document, fixed};
use crate::world::{create, replace};

use ConsistencyLevel::{Eventual, Strong};

#[test]
fn a_write_waits_for_a_majority_in_every_region() {
    let planet = Planet::new(Strong);
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.lag(&NEAR, fixed(30));
    planet.lag(&FAR, fixed(100));
    let mut write = planet.start(&HUB, replace("a", "1", &document("1", 2)));
    assert!(write.poll().is_none());
    planet.advance_ms(99);
    assert!(write.poll().is_none());
    for region in [HUB, NEAR, FAR] {
        assert_eq!(
            planet.number(&region, "1"),
            Some(1),
            "nobody sees it before all can"
        );
    }
    planet.advance_ms(1);
    for region in [HUB, NEAR, FAR] {
        assert_eq!(planet.number(&region, "1"), Some(2));
    }
    write.poll().expect("it is acknowledged").expect(200, 0);
}

#[test]
fn a_majority_is_three_of_four() {
    let planet = Planet::new(Strong);
    planet
        .account
        .set_replica_lag(&FAR, 1, Lag::Paused)
        .unwrap();
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.account.set_replica_lag(&FAR, 2, fixed(10)).unwrap();
    let mut write = planet.start(&HUB, create("a", &document("2", 2)));
    assert!(write.poll().is_none());
    planet.advance_ms(10);
    let answer = write.poll().expect("three of four have it").expect(201, 0);
    let position = answer.facts.position.unwrap();
    assert_eq!((position.write_quorum, position.replica_set_size), (3, 4));
    for _ in 0..32 {
        assert_eq!(planet.number(&FAR, "2"), Some(2));
    }
}

#[test]
fn a_refusal_tells_of_what_is_there_and_waits_for_it() {
    let planet = Planet::new(Strong);
    planet.lag(&FAR, fixed(100));
    let mut first = planet.start(&HUB, create("a", &document("1", 1)));
    let mut second = planet.start(&HUB, create("a", &document("1", 2)));
    assert!(first.poll().is_none() && second.poll().is_none());
    planet.advance_ms(100);
    first.poll().unwrap().expect(201, 0);
    second.poll().unwrap().expect(409, 0);
}

#[test]
fn the_wait_ends_with_408_and_the_write_may_still_be_applied() {
    let planet = Planet::new(Strong);
    planet.lag(&FAR, Lag::Paused);
    let mut write = planet.start(&HUB, create("a", &document("1", 1)));
    assert!(write.poll().is_none());
    planet.advance_ms(9_999);
    assert!(write.poll().is_none());
    planet.advance_ms(1);
    write.poll().unwrap().expect(408, 0);
    assert_eq!(planet.number(&HUB, "1"), None);
    planet.lag(&FAR, Lag::None);
    assert_eq!(planet.number(&HUB, "1"), Some(1));
}

#[test]
fn a_link_that_goes_on_wakes_who_waits() {
    let planet = Planet::new(Strong);
    planet.lag(&FAR, Lag::Paused);
    let mut write = planet.start(&HUB, create("a", &document("1", 1)));
    assert!(write.poll().is_none());
    planet.lag(&FAR, Lag::None);
    write.poll().unwrap().expect(201, 0);
}

#[test]
fn a_weaker_read_sees_what_is_not_acknowledged_yet() {
    let planet = Planet::new(Strong);
    planet.lag(&FAR, fixed(100));
    let mut write = planet.start(&HUB, create("a", &document("1", 1)));
    assert!(write.poll().is_none());
    assert_eq!(planet.number_with(&HUB, "1", at_level(Eventual)), Some(1));
    assert_eq!(planet.number_with(&FAR, "1", at_level(Eventual)), None);
    assert_eq!(planet.number(&HUB, "1"), None);
}

#[test]
fn an_outage_leaves_the_majority_of_regions_to_go_on() {
    let planet = Planet::new(Strong);
    planet
        .account
        .take_offline(&FAR, OfflineMode::Refuse)
        .unwrap();
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.lag(&FAR, fixed(100));
    planet.account.bring_online(&FAR).unwrap();
    planet.read(&FAR, "1").expect(503, 0);
    assert_eq!(
        planet.account.force_failover(&FAR),
        Err(TopologyError::WouldLoseAcknowledged(FAR))
    );
    planet.advance_ms(100);
    assert_eq!(planet.number(&FAR, "1"), Some(1));
    // Two of three regions out: no majority of regions is left.
    planet
        .account
        .take_offline(&FAR, OfflineMode::Refuse)
        .unwrap();
    planet
        .account
        .take_offline(&NEAR, OfflineMode::BlackHole)
        .unwrap();
    let mut write = planet.start(&HUB, create("a", &document("2", 2)));
    assert!(write.poll().is_none());
    planet.account.bring_online(&NEAR).unwrap();
    write.poll().unwrap().expect(201, 0);
}

#[test]
fn a_failover_loses_nothing_that_was_acknowledged_and_says_so_of_the_rest() {
    let planet = Planet::new(Strong);
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.lag(&NEAR, fixed(50));
    planet.lag(&FAR, fixed(50));
    let mut write = planet.start(&HUB, create("a", &document("2", 2)));
    assert!(write.poll().is_none());
    planet
        .account
        .take_offline(&HUB, OfflineMode::Refuse)
        .unwrap();
    planet.account.force_failover(&NEAR).unwrap();
    let answer = write.poll().expect("nothing to wait for any more");
    answer.expect(503, 0);
    assert_eq!(planet.number(&NEAR, "1"), Some(1));
    planet.read(&NEAR, "2").expect(404, 0);
    planet.create(&NEAR, "3", 3).expect(201, 0);
}

#[test]
fn strong_and_several_write_regions_exclude_each_other() {
    let regions = [HUB, NEAR];
    let refused = Account::builder()
        .regions(regions)
        .consistency(Strong)
        .write_mode(WriteMode::Multi)
        .build();
    assert_eq!(refused.unwrap_err(), TopologyError::StrongMultiWrite.into());
    let planet = Planet::new(Strong);
    assert_eq!(
        planet.account.set_write_mode(WriteMode::Multi),
        Err(TopologyError::StrongMultiWrite)
    );
}
