//! Regions come, go, and are out of reach.

use cosmokit_engine::{
    OfflineMode, RegionAvailability,
    protocol::{
        session::Lsn,
        wire::{consistency::ConsistencyLevel, region::Region},
    },
};

use super::planet::{FAR, HUB, NEAR, Planet, fixed};

fn names(planet: &Planet) -> Vec<Region> {
    let topology = planet.account.topology();
    topology
        .regions()
        .iter()
        .map(|entry| entry.region.clone())
        .collect()
}

#[test]
fn a_region_that_is_added_has_everything_at_once() {
    let planet = Planet::new(ConsistencyLevel::Session);
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.create(&Region::UK_SOUTH, "2", 2).expect(403, 1008);
    let version = planet.account.topology().version();
    let id = planet.account.add_region(Region::UK_SOUTH).unwrap();
    assert_eq!(planet.account.topology().version(), version + 1);
    assert_eq!(names(&planet), [HUB, NEAR, FAR, Region::UK_SOUTH]);
    assert_eq!(planet.number(&Region::UK_SOUTH, "1"), Some(1));
    let token = planet.create(&HUB, "2", 2).expect(201, 0).token();
    assert!(token.contains(&format!("#{id}=0")), "{token}");
    planet.create(&Region::UK_SOUTH, "3", 3).expect(403, 3);
}

#[test]
fn a_region_is_removed_in_two_phases() {
    let planet = Planet::new(ConsistencyLevel::Session);
    let account = &planet.account;
    let first_id = account.topology().find(&FAR).unwrap().id;
    account.begin_remove_region(&FAR).unwrap();
    assert_eq!(names(&planet), [HUB, NEAR]);
    assert_eq!(account.topology().all_regions().len(), 3);
    assert_eq!(
        account.region_availability(&FAR),
        RegionAvailability::NotInRegion
    );
    planet.read(&FAR, "1").expect(403, 1008);
    account.finish_remove_region(&FAR).unwrap();
    assert_eq!(account.topology().all_regions().len(), 2);
    planet.read(&FAR, "1").expect(403, 1008);
    let second_id = account.add_region(FAR).unwrap();
    assert_ne!(first_id, second_id, "a number is never given again");
    planet.create(&HUB, "1", 1).expect(201, 0);
    assert_eq!(planet.number(&FAR, "1"), Some(1));
}

#[test]
fn an_account_grows_from_one_region_and_shrinks_to_it() {
    let clock = std::sync::Arc::new(cosmokit_engine::clock::ManualClock::default());
    let account = cosmokit_engine::Account::builder()
        .clock(clock.clone())
        .build()
        .unwrap();
    let planet = Planet::over(account, clock);
    planet.prepare();
    let one = planet.create(&HUB, "1", 1).expect(201, 0).token();
    assert_eq!(one, "0:-1#1");
    planet.account.add_region(NEAR).unwrap();
    planet.lag(&NEAR, fixed(10));
    let two = planet.replace(&HUB, "1", 2).expect(200, 0).token();
    assert!(two.starts_with("0:1#2#"), "{two}");
    let options = || super::planet::with_token(&one);
    assert_eq!(planet.number_with(&NEAR, "1", options()), Some(1));
    planet.account.begin_remove_region(&NEAR).unwrap();
    planet.account.finish_remove_region(&NEAR).unwrap();
    assert_eq!(planet.replace(&HUB, "1", 3).expect(200, 0).token(), "0:2#3");
}

#[test]
fn an_outage_holds_changes_and_its_end_sends_them() {
    let planet = Planet::new(ConsistencyLevel::Eventual);
    planet.lag(&FAR, fixed(10));
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet
        .account
        .take_offline(&FAR, OfflineMode::BlackHole)
        .unwrap();
    assert_eq!(
        planet.account.region_availability(&FAR),
        RegionAvailability::BlackHole
    );
    assert_eq!(
        names(&planet),
        [HUB, NEAR, FAR],
        "the account document does not notice"
    );
    planet.advance_ms(1_000);
    planet.create(&HUB, "2", 2).expect(201, 0);
    planet.account.bring_online(&FAR).unwrap();
    assert_eq!(
        planet.account.region_availability(&FAR),
        RegionAvailability::Online
    );
    assert_eq!(planet.number(&FAR, "1"), None);
    planet.advance_ms(10);
    assert_eq!(
        (planet.number(&FAR, "1"), planet.number(&FAR, "2")),
        (Some(1), Some(2))
    );
}

#[test]
fn priorities_order_the_regions_that_read() {
    let planet = Planet::new(ConsistencyLevel::Session);
    planet.account.set_priorities(&[HUB, FAR, NEAR]).unwrap();
    assert_eq!(names(&planet), [HUB, FAR, NEAR]);
    planet.create(&HUB, "1", 1).expect(201, 0);
    assert_eq!(planet.number(&NEAR, "1"), Some(1));
}

#[test]
fn positions_are_told_as_they_are() {
    let planet = Planet::new(ConsistencyLevel::Session);
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.lag(&FAR, fixed(10));
    let written = planet
        .replace(&HUB, "1", 2)
        .expect(200, 0)
        .facts
        .position
        .unwrap();
    let told = |position: &cosmokit_engine::response::Position| {
        let value = |lsn: Option<Lsn>| lsn.map(Lsn::value);
        (
            position.lsn.value(),
            value(position.quorum_acked_lsn),
            value(position.global_committed_lsn),
        )
    };
    assert_eq!(told(&written), (2, Some(2), Some(1)));
    assert_eq!(written.read_regions, 2);
    let far = planet.read(&FAR, "1").facts.position.unwrap();
    assert_eq!(told(&far), (1, Some(1), Some(1)));
    planet.advance_ms(10);
    let far = planet.read(&FAR, "1").facts.position.unwrap();
    assert_eq!(told(&far), (2, Some(2), Some(2)));
}
