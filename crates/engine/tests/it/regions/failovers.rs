//! The right to write moves: planned without loss, forced with the loss of what had not arrived.

use cosmokit_engine::{
    FailoverPhase, Lag, OfflineMode, TopologyError,
    protocol::{
        session::{CompositeToken, RangeProgress},
        wire::consistency::ConsistencyLevel,
    },
    request::{ChangeFeedFormat, FeedScope, ReadChangeFeed},
};

use super::planet::{FAR, HUB, NEAR, Planet, container, fixed, with_token};
use crate::world::read;

use ConsistencyLevel::Session;

#[test]
fn a_planned_failover_goes_in_steps_and_loses_nothing() {
    let planet = Planet::new(Session);
    planet.lag(&NEAR, fixed(1_000));
    planet.lag(&FAR, fixed(2_000));
    planet.link(&NEAR, &FAR, fixed(2_000));
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.create(&NEAR, "x", 1).expect(403, 3);
    let account = &planet.account;
    account.announce_failover(&NEAR).unwrap();
    planet.create(&HUB, "2", 2).expect(201, 0);
    assert_eq!(
        account.topology().failover().unwrap().phase,
        FailoverPhase::Announced
    );
    account.begin_failover().unwrap();
    planet.create(&HUB, "3", 3).expect(403, 3);
    planet.create(&NEAR, "3", 3).expect(403, 3);
    assert_eq!(account.topology().writable()[0].region, HUB);
    account.complete_failover().unwrap();
    assert_eq!(account.topology().writable()[0].region, NEAR);
    assert_eq!(account.topology().failover(), None);
    planet.create(&HUB, "3", 3).expect(403, 3);
    assert_eq!(planet.number(&NEAR, "2"), Some(2));
    let written = planet.create(&NEAR, "3", 3).expect(201, 0);
    assert_eq!(written.lsn(), 3);
    assert_eq!(planet.number(&HUB, "3"), Some(3));
    assert_eq!(planet.number(&FAR, "1"), None, "still on its way");
    planet.advance_ms(2_000);
    assert_eq!(planet.number(&FAR, "3"), Some(3));
}

#[test]
fn a_failover_waits_for_links_that_hold_changes() {
    let planet = Planet::new(Session);
    planet.lag(&NEAR, Lag::Paused);
    planet.create(&HUB, "1", 1).expect(201, 0);
    let held = TopologyError::NotCaughtUp(NEAR);
    assert_eq!(planet.account.fail_over(&NEAR), Err(held.clone()));
    planet.account.announce_failover(&NEAR).unwrap();
    planet.account.begin_failover().unwrap();
    assert_eq!(planet.account.complete_failover(), Err(held));
    planet.account.cancel_failover().unwrap();
    planet.create(&HUB, "2", 2).expect(201, 0);
    planet.lag(&NEAR, Lag::None);
    planet.account.fail_over(&NEAR).unwrap();
    planet.create(&NEAR, "3", 3).expect(201, 0);
}

#[test]
fn a_forced_failover_loses_the_tail_that_had_not_arrived() {
    let planet = Planet::new(Session);
    planet.lag(&NEAR, fixed(100));
    planet.lag(&FAR, fixed(10));
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.advance_ms(100);
    let lost = planet.create(&HUB, "2", 2).expect(201, 0);
    planet.replace(&HUB, "1", 9).expect(200, 0);
    planet.advance_ms(10);
    assert_eq!(planet.number(&FAR, "2"), Some(2));
    planet
        .account
        .take_offline(&HUB, OfflineMode::Refuse)
        .unwrap();
    planet.create(&HUB, "3", 3).expect(503, 0);
    planet.account.force_failover(&NEAR).unwrap();
    for region in [NEAR, FAR] {
        assert_eq!(planet.number(&region, "1"), Some(1), "{region:?}");
        assert_eq!(planet.number(&region, "2"), None, "{region:?}");
    }
    let written = planet.create(&NEAR, "3", 3).expect(201, 0);
    assert_eq!(written.lsn(), 4, "no position is given out twice");
    // The session that lost a write goes on instead of stalling.
    assert_eq!(
        planet.number_with(&NEAR, "2", with_token(&lost.token())),
        None
    );
    planet.account.bring_online(&HUB).unwrap();
    assert_eq!(
        planet.number(&HUB, "1"),
        Some(1),
        "its divergent tail is discarded"
    );
    assert_eq!(planet.number(&HUB, "2"), None);
    assert_eq!(planet.number(&HUB, "3"), Some(3));
    planet.create(&HUB, "4", 4).expect(403, 3);
}

#[test]
fn a_session_that_lost_writes_is_served_when_it_has_seen_more() {
    let planet = Planet::new(Session);
    planet.lag(&NEAR, Lag::Paused);
    let lost = planet.create(&HUB, "1", 1).expect(201, 0);
    planet.create(&HUB, "2", 2).expect(201, 0);
    planet
        .account
        .take_offline(&HUB, OfflineMode::Refuse)
        .unwrap();
    planet.account.force_failover(&NEAR).unwrap();
    let seen = planet.read(&NEAR, "1").expect(404, 0);
    planet.account.bring_online(&HUB).unwrap();
    planet.lag(&NEAR, Lag::None);
    // A client keeps of each region the greatest count that it has seen, at any version.
    let entry = |token: String| CompositeToken::parse(&token).unwrap().segments()[0].clone();
    let mut progress = RangeProgress::new(entry(lost.token()).token);
    let seen = entry(seen.token());
    progress.observe(&seen.token);
    let token = format!("{}:{}", seen.range, progress.token());
    for region in [HUB, NEAR, FAR] {
        // 404/1002 would be no number.
        let number = planet.number_with(&region, "1", with_token(&token));
        assert_eq!(number, None, "{region:?}");
    }
}

#[test]
fn a_change_feed_goes_on_behind_a_forced_failover() {
    let planet = Planet::new(Session);
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.lag(&NEAR, Lag::Paused);
    planet.create(&HUB, "2", 2).expect(201, 0);
    let feed = |etag| ReadChangeFeed {
        container: container(),
        mode: cosmokit_engine::protocol::op::ChangeFeedMode::LatestVersion,
        format: ChangeFeedFormat::Documents,
        scope: FeedScope::default(),
        if_none_match: etag,
        if_modified_since: None,
        max_item_count: Some(100),
    };
    let page = planet.ask(&HUB, feed(None)).expect(200, 0);
    assert_eq!(page.facts.item_count, Some(2));
    planet.account.force_failover(&NEAR).unwrap();
    planet.create(&NEAR, "3", 3).expect(201, 0);
    let page = planet.ask(&NEAR, feed(page.facts.etag)).expect(200, 0);
    let ids: Vec<_> = page.body["Documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["id"])
        .collect();
    assert_eq!(ids, ["3"], "behind what was lost, nothing is missed");
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let planet = Planet::new(Session);
    let account = &planet.account;
    let nowhere = cosmokit_engine::protocol::wire::region::Region::new("Nowhere");
    let before = account.topology();
    let refused = [
        account.fail_over(&HUB).unwrap_err(),
        account.fail_over(&nowhere).unwrap_err(),
        account.begin_failover().unwrap_err(),
        account.complete_failover().unwrap_err(),
        account.cancel_failover().unwrap_err(),
        account.begin_remove_region(&HUB).unwrap_err(),
        account.finish_remove_region(&NEAR).unwrap_err(),
        account.add_region(NEAR).unwrap_err(),
        account.set_priorities(&[NEAR, HUB, FAR]).unwrap_err(),
        account.set_priorities(&[HUB, NEAR]).unwrap_err(),
        account.set_priorities(&[HUB, NEAR, NEAR]).unwrap_err(),
    ];
    assert_eq!(
        refused,
        [
            TopologyError::AlreadyWriteRegion(HUB),
            TopologyError::NoSuchRegion(nowhere),
            TopologyError::NoFailover("announced"),
            TopologyError::NoFailover("begun"),
            TopologyError::NoFailover("announced"),
            TopologyError::WriteRegion(HUB),
            TopologyError::NotDraining(NEAR),
            TopologyError::RegionExists(NEAR),
            TopologyError::WriteRegion(HUB),
            TopologyError::Priorities,
            TopologyError::Priorities,
        ]
    );
    assert_eq!(account.topology(), before);
    planet
        .account
        .take_offline(&NEAR, OfflineMode::BlackHole)
        .unwrap();
    assert_eq!(
        account.force_failover(&NEAR),
        Err(TopologyError::RegionOffline(NEAR))
    );
    planet.ask(&HUB, read("a", "1")).expect(404, 0);
}
