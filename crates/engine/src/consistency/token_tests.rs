//! What tokens ask for and what is emitted, as tables.

use cosmokit_protocol::wire::{consistency::ConsistencyLevel, region::Region};

use super::*;
use crate::account::WriteMode;

const HERE: RegionId = RegionId(4);

/// A state at a position; with several regions, that many writes came from each.
fn state(lsn: u32, writes: &[(u32, u32)]) -> State {
    let mut state = State::at(Lsn::from(lsn));
    let mut progress = Progress::default();
    for (region, count) in writes {
        let counted = Progress::begin(RegionId(*region), Lsn::from(*count));
        progress = progress.join(&counted);
    }
    state.set_progress(progress);
    state
}

struct Server {
    regions: &'static [RegionId],
    version: i64,
    horizon: Horizon,
}

impl Server {
    fn meets(&self, token: &str, ancestors: &[u32], state: &State) -> bool {
        let ancestors: Vec<_> = ancestors.iter().map(|id| RangeId::from(*id)).collect();
        let subject = TokenSubject {
            range: RangeId::from(3),
            ancestors: &ancestors,
        };
        let server = TokenServer {
            region: HERE,
            regions: self.regions,
            version: self.version,
            horizon: &self.horizon,
        };
        let requirement = requirement(Some(token), &subject).expect("well-formed");
        requirement.is_met(state, &server)
    }
}

#[test]
fn a_token_asks_for_what_its_entry_saw() {
    let server = Server {
        regions: &[],
        version: -1,
        horizon: Horizon::default(),
    };
    // The lowest position that satisfies the token, or none.
    let check = |token: &str, expected: Option<u32>| {
        let met = |lsn: u32| server.meets(token, &[1, 0], &state(lsn, &[]));
        let lowest = (0..200).find(|lsn| met(*lsn));
        assert_eq!(lowest, expected, "{token}");
    };
    check("3:-1#12", Some(12));
    check("3:0#12", Some(12));
    check("3:7", Some(7));
    check("3:0#12#4=14#5=99", Some(14));
    check("3:1#1", None);
    check("3:2147483648#1", None);
    check("9:-1#12", Some(0));
    check("9:-1#12,3:-1#2", Some(2));
    check("0:-1#12", Some(12));
    check("0:-1#12,1:-1#15", Some(15));
    check("0:5#12,1:-1#15", None);
    check("1:-1#15,3:-1#2", Some(2));
    check("3:-1#9007199254740992", None);
    let subject = TokenSubject {
        range: RangeId::from(3),
        ancestors: &[],
    };
    assert_eq!(requirement(None, &subject), Ok(Requirement::Nothing));
}

#[test]
fn with_several_regions_each_count_must_be_reached() {
    let server = Server {
        regions: &[],
        version: 2,
        horizon: Horizon::default(),
    };
    let have = state(20, &[(4, 12), (5, 8)]);
    let check = |token: &str, expected: bool| {
        assert_eq!(server.meets(token, &[], &have), expected, "{token}");
    };
    check("3:2#20#4=12#5=8", true);
    check("3:2#19#4=12#5=8", true);
    check("3:2#20#4=13#5=8", false);
    check("3:2#20#4=12#5=9", false);
    check("3:2#21#4=12#5=8", false);
    check("3:2#20#4=-1#5=8", true);
    check("3:2#20#4=12#5=8#77=5", true);
    check("3:3#1#4=1#5=1", false);
}

/// Nothing of a region has arrived, which is less than a token that has seen something of it asks.
#[test]
fn a_region_of_the_account_of_which_nothing_has_arrived_counts_as_nothing() {
    let server = Server {
        regions: &[HERE, RegionId(5)],
        version: 2,
        horizon: Horizon::default(),
    };
    let have = state(20, &[(4, 20)]);
    let check = |token: &str, expected: bool| {
        assert_eq!(server.meets(token, &[], &have), expected, "{token}");
    };
    check("3:2#1#4=0#5=1", false);
    check("3:2#1#4=0#5=0", true);
    check("3:2#1#4=0#5=-1", true);
    check("3:2#1#4=0#77=1", true);
}

#[test]
fn a_token_of_an_earlier_version_asks_for_no_more_than_was_kept() {
    let horizon = Horizon {
        lsn: Lsn::from(15),
        progress: Progress::begin(HERE, Lsn::from(10)),
    };
    let server = Server {
        regions: &[],
        version: 2,
        horizon,
    };
    let check = |token: &str, lsn: u32, writes: u32, expected: bool| {
        let state = state(lsn, &[(4, writes)]);
        assert_eq!(server.meets(token, &[], &state), expected, "{token} {lsn}");
    };
    check("3:1#12#4=9", 12, 9, true);
    check("3:1#12#4=9", 11, 9, false);
    check("3:1#99#4=99", 15, 10, true);
    check("3:1#99#4=99", 14, 10, false);
    check("3:2#99#4=99", 15, 10, false);
}

#[test]
fn hostile_texts_are_errors() {
    let huge = "1:-1#1,".repeat(20_000);
    let subject = TokenSubject {
        range: RangeId::from(3),
        ancestors: &[],
    };
    for token in [
        "",
        "x",
        "3",
        "3:",
        "3:x#1",
        "3:-1#",
        "3:9007199254740991#1",
        "3:-1#9007199254740993",
        "3:-1#-5",
        "-3:1#1",
        "3:1#1#4",
        &huge,
    ] {
        assert!(requirement(Some(token), &subject).is_err(), "{token:.40}");
    }
}

#[test]
fn emits_the_vector_form() {
    let topology = |regions: &[&str]| {
        let regions = regions.iter().map(Region::new).collect();
        Topology::new(regions, WriteMode::Single, ConsistencyLevel::Session)
    };
    let one = topology(&["My Lab"]);
    let none = Progress::default();
    assert_eq!(
        token_at(
            RangeId::from(0),
            &TokenClock::of(&one, 0),
            Lsn::from(12),
            &none
        ),
        "0:-1#12"
    );
    let two = topology(&["Second", "First"]);
    let ids: Vec<u32> = two.regions().iter().map(|entry| entry.id.0).collect();
    let progress = state(12, &[(ids[0], 12)]).progress().clone();
    assert_eq!(
        token_at(
            RangeId::from(7),
            &TokenClock::of(&two, 0),
            Lsn::from(12),
            &progress
        ),
        format!("7:1#12#{}=12#{}=0", ids[0], ids[1])
    );
}
