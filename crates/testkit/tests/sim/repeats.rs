//! The same seed gives the same history, byte by byte.

use std::time::Duration;

use cosmokit_engine::WriteMode;
use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_testkit::campaign::Campaign;
use cosmokit_testkit::history::History;
use cosmokit_testkit::judge::StalenessBound;
use cosmokit_testkit::schedule::Menu;

const ONE_REGION: Campaign = Campaign {
    name: "one_region",
    level: ConsistencyLevel::Session,
    weaker: Some(ConsistencyLevel::Eventual),
    regions: &["East US"],
    write_mode: WriteMode::Single,
    menu: Menu {
        losses: 2,
        clock_jumps: 1,
        repartitions: 4,
    },
    length: Duration::from_secs(3),
    bound: StalenessBound {
        versions: 100,
        age: Duration::from_secs(5),
    },
};

#[test]
fn byte_by_byte() {
    let text = |seed| ONE_REGION.run(seed).history.to_ndjson();
    let first = text(1);
    assert_eq!(first, text(1));
    assert_ne!(first, text(2));
    let read = History::from_ndjson(&first).unwrap();
    assert_eq!(
        read.to_ndjson(),
        first,
        "and survives being written and read"
    );
}

#[test]
fn promises_hold() {
    let mut tally = ONE_REGION.judge(&ONE_REGION.run(1));
    for seed in 2..6 {
        tally.add(ONE_REGION.judge(&ONE_REGION.run(seed)));
    }
    if let Some((replay, violation)) = tally.broken_promises().next() {
        panic!("{violation}\n{tally}\n{replay}");
    }
}
