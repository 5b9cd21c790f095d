//! Session tokens over several regions: who may answer, what tokens look like, who is not fooled.

use cosmokit_engine::{
    Lag,
    protocol::{session::CompositeToken, wire::consistency::ConsistencyLevel},
};

use super::planet::{FAR, HUB, NEAR, Planet, at_level, fixed, with_token};
use crate::world::read;

use ConsistencyLevel::Session;

#[test]
fn a_token_is_a_vector_with_every_region() {
    let planet = Planet::new(Session);
    let ids: Vec<u32> = planet
        .account
        .topology()
        .regions()
        .iter()
        .map(|entry| entry.id.0)
        .collect();
    let token = planet.create(&HUB, "1", 1).token();
    let parsed: CompositeToken = token.parse().unwrap();
    let vector = parsed.for_range("0").unwrap().as_vector().unwrap();
    assert_eq!((vector.version(), vector.global_lsn().value()), (1, 1));
    let mut listed: Vec<u32> = vector
        .regions()
        .iter()
        .map(|entry| entry.region.0)
        .collect();
    let mut expected = ids.clone();
    listed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(listed, expected);
    let of =
        |place: usize| vector.local_lsn(cosmokit_engine::protocol::session::RegionId(ids[place]));
    assert_eq!(of(0).unwrap().value(), 1);
    assert_eq!(of(1).unwrap().value(), 0);
    assert_eq!(planet.read(&NEAR, "1").token(), token);
}

#[test]
fn without_its_token_a_read_is_stale_and_with_it_refused_until_it_can_be_served() {
    let planet = Planet::new(Session);
    planet.lag(&FAR, fixed(100));
    let written = planet.create(&HUB, "1", 1).expect(201, 0);
    let token = written.token();
    planet.read(&FAR, "1").expect(404, 0);
    let refused = planet
        .ask_with(&FAR, with_token(&token), read("a", "1"))
        .expect(404, 1002);
    assert_eq!(refused.facts.position.unwrap().lsn.value(), 0);
    assert!(planet.number_with(&NEAR, "1", with_token(&token)).is_some());
    planet.advance_ms(100);
    assert_eq!(planet.number_with(&FAR, "1", with_token(&token)), Some(1));
}

#[test]
fn all_replicas_of_a_region_are_tried() {
    let planet = Planet::new(Session);
    for replica in 1..4 {
        planet
            .account
            .set_replica_lag(&HUB, replica, Lag::Paused)
            .unwrap();
    }
    let token = planet.create(&HUB, "1", 1).expect(201, 0).token();
    let stale = (0..64)
        .filter(|_| planet.number(&HUB, "1").is_none())
        .count();
    assert!(
        (1..64).contains(&stale),
        "any replica answers without a token"
    );
    for _ in 0..64 {
        assert_eq!(planet.number_with(&HUB, "1", with_token(&token)), Some(1));
    }
}

#[test]
fn a_weaker_level_ignores_the_token() {
    let planet = Planet::new(Session);
    planet.lag(&FAR, Lag::Paused);
    let token = planet.create(&HUB, "1", 1).expect(201, 0).token();
    let options = cosmokit_engine::request::RequestOptions {
        session_token: Some(token),
        ..at_level(ConsistencyLevel::Eventual)
    };
    assert_eq!(planet.number_with(&FAR, "1", options), None);
}

#[test]
fn hostile_tokens_are_refused_and_leave_nothing_behind() {
    let planet = Planet::new(Session);
    let honest = planet.create(&HUB, "1", 1).expect(201, 0).token();
    let id = planet.account.topology().regions()[0].id;
    for inflated in [
        "0:1#9007199254740992".to_owned(),
        format!("0:1#1#{id}=9007199254740992"),
        "0:2147483648#1".to_owned(),
        "0:99".to_owned(),
    ] {
        planet
            .ask_with(&HUB, with_token(&inflated), read("a", "1"))
            .expect(404, 1002);
    }
    for harmless in ["7:1#900", "0:1#1#77777=12345", "0:0#900"] {
        let answer = planet.ask_with(&HUB, with_token(harmless), read("a", "1"));
        assert_eq!(answer.expect(200, 0).token(), honest, "{harmless}");
    }
    planet
        .ask_with(&HUB, with_token("0:1#x"), read("a", "1"))
        .expect(400, 0);
    assert_eq!(planet.read(&HUB, "1").token(), honest);
}

#[test]
fn a_token_outlives_changes_of_regions() {
    let planet = Planet::new(Session);
    planet.lag(&FAR, fixed(100));
    planet.link(&NEAR, &FAR, fixed(100));
    let token = planet.create(&HUB, "1", 1).expect(201, 0).token();
    planet
        .account
        .add_region(cosmokit_engine::protocol::wire::region::Region::NORTH_EUROPE)
        .unwrap();
    planet.account.fail_over(&NEAR).unwrap();
    planet
        .ask_with(&FAR, with_token(&token), read("a", "1"))
        .expect(404, 1002);
    assert_eq!(planet.number_with(&NEAR, "1", with_token(&token)), Some(1));
    planet.advance_ms(100);
    assert_eq!(planet.number_with(&FAR, "1", with_token(&token)), Some(1));
    let later = planet.replace(&NEAR, "1", 2).expect(200, 0).token();
    assert!(later.starts_with("0:3#2#"), "{later}");
}
