//! Carried values to test with: by hand, and arbitrary ones.

use cosmokit_protocol::session::{Lsn, RangeId, RangeToken, RegionId, RegionProgress, VectorToken};
use cosmokit_session::carried::{
    AccountHash, Carried, ContainerKey, ContainerRid, Origin, Position, Seconds,
};
use proptest::prelude::*;

pub(crate) const NOW: Seconds = Seconds(1_800_000_000);

pub(crate) fn key(account: u8, container: u8) -> ContainerKey {
    ContainerKey {
        account: AccountHash([account; 8]),
        rid: ContainerRid([container; 8]),
    }
}

pub(crate) fn token(text: &str) -> RangeToken {
    RangeToken::parse(text).unwrap()
}

pub(crate) fn position(text: &str, origin: Origin, age: u64) -> Position {
    Position::new(token(text), origin, Seconds(NOW.0 - age))
}

/// A session that touched so many partitions of one container, each with so many regions.
pub(crate) fn session_of(partitions: u32, regions: u32) -> Carried {
    let mut carried = Carried::new();
    let mut generator = fastrand::Rng::with_seed(1);
    for range in 0..partitions {
        let global = generator.u64(5_000_000..10_000_000);
        let region = |number| RegionProgress {
            region: RegionId(number),
            lsn: Lsn::new(global - generator_lag(global, number)).ok(),
        };
        let vector = VectorToken::new(3, Lsn::new(global).unwrap())
            .and_then(|vector| vector.with_regions((0..regions).map(region)))
            .unwrap();
        let seen_at = Seconds(NOW.0 - generator.u64(0..60));
        let position = Position::new(RangeToken::Vector(vector), Origin::Write, seen_at);
        carried
            .observe(key(1, 1), RangeId::from(range), position)
            .unwrap();
    }
    carried
}

/// The first region is at the global position, the others somewhat behind.
fn generator_lag(global: u64, region: u32) -> u64 {
    if region == 0 {
        0
    } else {
        global % 97 * u64::from(region)
    }
}

fn range_tokens() -> impl Strategy<Value = RangeToken> {
    let lsn = prop_oneof![0..200_u64, Just(Lsn::MAX.value())];
    let regions = prop::collection::btree_map(0..4_u32, prop::option::of(lsn.clone()), 0..4);
    let vector = (-1..3_i64, lsn.clone(), regions).prop_map(|(version, global, regions)| {
        let regions = regions.into_iter().map(|(region, lsn)| RegionProgress {
            region: RegionId(region),
            lsn: lsn.map(|lsn| Lsn::new(lsn).unwrap()),
        });
        let vector = VectorToken::new(version, Lsn::new(global).unwrap()).unwrap();
        RangeToken::Vector(vector.with_regions(regions).unwrap())
    });
    let simple = lsn.prop_map(|lsn| RangeToken::Simple(Lsn::new(lsn).unwrap()));
    prop_oneof![4 => vector, 1 => simple]
}

fn range_ids() -> impl Strategy<Value = RangeId> {
    prop_oneof![
        4 => (0..6_u32).prop_map(RangeId::from),
        1 => "[0-9]{1,10}".prop_map(|text| RangeId::parse(&text).unwrap()),
    ]
}

/// Any value, small.
pub(crate) fn any_carried() -> impl Strategy<Value = Carried> {
    let origin = prop_oneof![Just(Origin::Read), Just(Origin::Write)];
    let seen = (
        0..3_u8,
        0..3_u8,
        range_ids(),
        range_tokens(),
        origin,
        0..500_u64,
    );
    let mark = (0..3_u8, 0..3_u8, 1..900_u64);
    let seen = prop::collection::vec(seen, 0..12);
    (seen, prop::collection::vec(mark, 0..3)).prop_map(|(seen, marks)| {
        let mut carried = Carried::new();
        for (account, container, range, token, origin, age) in seen {
            let position = Position::new(token, origin, Seconds(NOW.0 - age));
            carried
                .observe(key(account, container), range, position)
                .unwrap();
        }
        for (account, container, ahead) in marks {
            carried
                .mark_uncertain(key(account, container), NOW.plus(ahead))
                .unwrap();
        }
        carried
    })
}
