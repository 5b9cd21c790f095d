//! How long values are. The table of `docs/session-format.md` is made by this test.

use cosmokit_session::carry::{ValueOptions, Values};
use cosmokit_session::seal::{KeyRing, Protection, Sealer};

use crate::sample::{NOW, session_of};

fn chars(partitions: u32, regions: u32) -> usize {
    let sealer = Sealer::new(Protection::Sealed(KeyRing::new([7; 32]).unwrap()));
    let options = ValueOptions {
        max_chars: 1 << 20,
        ..ValueOptions::default()
    };
    let values = Values::new(sealer, "shop", "cookie", options);
    let closed = values
        .close(&session_of(partitions, regions), None, NOW)
        .unwrap();
    closed.unwrap().text.len()
}

#[test]
fn a_hundred_partitions_in_one_region_within_600_characters() {
    assert!(chars(100, 1) <= 600, "{}", chars(100, 1));
}

#[test]
fn the_table_of_the_documentation_is_true() {
    let document = include_str!("../../../../docs/session-format.md");
    for partitions in [1, 10, 50, 100, 400, 1_000] {
        let lengths = [1, 2, 3, 5].map(|regions| chars(partitions, regions).to_string());
        let row = format!("| {partitions} | {} |", lengths.join(" | "));
        assert!(
            document.contains(&row),
            "docs/session-format.md lacks the row\n{row}"
        );
    }
}
