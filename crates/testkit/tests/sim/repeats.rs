//! The same seed gives the same history, byte by byte.

use cosmokit_testkit::campaign::Campaign;
use cosmokit_testkit::history::History;

#[test]
fn byte_by_byte() {
    let campaign = Campaign::named("one_region").unwrap();
    let text = |seed| campaign.run(seed).history.to_ndjson();
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
