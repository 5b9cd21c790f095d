//! What is kept of answers and what of it is sent.

use std::sync::Arc;

use cosmokit_protocol::partition::{EffectivePartitionKey, EpkRange, RangeEntry, RangeMap};
use http::HeaderValue;
use proptest::prelude::*;

use super::{Captured, ContainerSession, SessionStore};

fn session(tokens: &[&str]) -> ContainerSession {
    let session = ContainerSession::default();
    for token in tokens {
        session.capture(&HeaderValue::try_from(*token).unwrap(), Captured::Read);
    }
    session
}

fn text(header: Option<HeaderValue>) -> Option<String> {
    header.map(|header| header.to_str().unwrap().to_owned())
}

/// Range 0 split into 1 and 2; 2 split into 3 and 4.
fn after_two_splits() -> RangeMap<()> {
    let at = |hex| EffectivePartitionKey::from_hex(hex).unwrap();
    let range = |min, max| EpkRange::new(at(min), at(max)).unwrap();
    RangeMap::try_complete([
        RangeEntry::new("1", range("", "40"), ()).with_parents(["0"]),
        RangeEntry::new("3", range("40", "80"), ()).with_parents(["0", "2"]),
        RangeEntry::new("4", range("80", "FF"), ()).with_parents(["0", "2"]),
    ])
    .unwrap()
}

fn check(seen: &[&str], range: &str, expected: Option<&str>) {
    let map = after_two_splits();
    let sent = text(session(seen).for_range(map.get(range).unwrap()));
    assert_eq!(sent.as_deref(), expected, "{seen:?} {range}");
}

#[test]
fn a_range_is_sent_its_own_token_only() {
    check(&["1:1#5#0=5", "3:1#7#0=7"], "1", Some("1:1#5#0=5"));
    check(&["1:1#5#0=5,3:1#7#0=7"], "3", Some("3:1#7#0=7"));
    check(&["1:1#5#0=5"], "3", None);
    check(&[], "1", None);
}

#[test]
fn a_child_inherits_from_all_its_parents() {
    check(&["0:1#5#0=5"], "1", Some("1:1#5#0=5"));
    check(&["0:1#5#0=5#1=2", "2:1#9#0=9"], "4", Some("4:1#9#0=9#1=2"));
    check(&["2:2#3#0=3", "0:1#9#0=9"], "4", Some("4:2#3#0=9"));
    check(&["2:1#9", "4:1#11"], "4", Some("4:1#11"));
    // A replica of the child that lags told less than the parent had: the parent's position still counts.
    check(&["2:1#9", "4:1#3"], "4", Some("4:1#9"));
}

#[test]
fn positions_only_advance() {
    check(&["1:1#5#0=5", "1:1#4#0=4"], "1", Some("1:1#5#0=5"));
    check(&["1:1#5#0=5", "1:1#6#1=2"], "1", Some("1:1#6#0=5#1=2"));
    check(&["1:1#5#0=5", "1:2#1#0=1"], "1", Some("1:2#1#0=5"));
    check(&["1:2#1#0=1", "1:1#5#0=5"], "1", Some("1:2#1#0=5"));
    check(&["1:42", "1:1#5"], "1", Some("1:1#5"));
}

#[test]
fn what_cannot_be_read_is_ignored() {
    check(
        &[
            "1:1#5", "", "nonsense", "1:", ":1#9", "1:1#x", "x:1#9", "1:9#9#",
        ],
        "1",
        Some("1:9#9"),
    );
    let session = session(&["0:1#5"]);
    session.capture(
        &HeaderValue::from_bytes(b"0:1#9\xFF").unwrap(),
        Captured::Read,
    );
    assert_eq!(session.token().unwrap().as_str(), "0:1#5");
}

#[test]
fn a_request_to_all_ranges_carries_everything() {
    assert_eq!(
        text(session(&["0:1#5,1:1#2", "2:1#3"]).for_many::<()>(None, 8_192)).as_deref(),
        Some("0:1#5,1:1#2,2:1#3")
    );
    assert_eq!(text(session(&[]).for_many::<()>(None, 8_192)), None);
    assert!(session(&[]).is_empty());
}

#[test]
fn a_long_session_is_cut_to_what_advanced_last() {
    let session = session(&["0:1#5,1:1#2,2:1#3", "1:1#7"]);
    let sent = |limit| text(session.for_many::<()>(None, limit));
    assert_eq!(sent(17).as_deref(), Some("0:1#5,1:1#7,2:1#3"));
    assert_eq!(sent(16).as_deref(), Some("1:1#7,2:1#3"));
    assert_eq!(sent(11).as_deref(), Some("1:1#7,2:1#3"));
    assert_eq!(sent(10).as_deref(), Some("1:1#7"));
    assert_eq!(sent(4), None);
    let map = after_two_splits();
    assert_eq!(
        text(session.for_many(Some(map.entries()), 99)).as_deref(),
        Some("1:1#7")
    );
}

#[test]
fn the_number_of_ranges_is_bounded() {
    let session = ContainerSession::default();
    for id in 0..5_000 {
        session.capture(
            &HeaderValue::try_from(format!("{id}:1#1")).unwrap(),
            Captured::Read,
        );
    }
    let token = session.token().unwrap();
    assert_eq!(token.as_str().split(',').count(), 4_096);
    assert!(token.as_str().split(',').any(|part| part == "4999:1#1"));
    assert!(!token.as_str().split(',').any(|part| part == "0:1#1"));
}

#[test]
fn a_recreated_container_starts_anew_and_others_keep_theirs() {
    let store = SessionStore::default();
    let (old, new) = (Arc::from("AAAAAIAAAAE="), Arc::from("AAAAAIAAAAI="));
    store
        .of(&old)
        .capture(&HeaderValue::from_static("0:1#5"), Captured::Read);
    assert!(store.of(&new).is_empty());
    assert!(!store.of(&old).is_empty());
    store.forget(&old);
    assert!(store.of(&old).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the order in which answers arrive, the same is known in the end.
    #[test]
    fn the_order_of_answers_does_not_matter(
        tokens in prop::collection::vec((0_u8..3, 0_u8..3, 0_u16..50, 0_u16..50), 1..8),
        seed in any::<u64>(),
    ) {
        let texts: Vec<String> = tokens
            .iter()
            .map(|(range, version, global, local)| format!("{range}:{version}#{global}#0={local}"))
            .collect();
        let known = |order: &[String]| {
            let refs: Vec<&str> = order.iter().map(String::as_str).collect();
            let token = session(&refs).token().unwrap();
            let mut parts: Vec<String> = token.as_str().split(',').map(str::to_owned).collect();
            parts.sort();
            parts
        };
        let mut shuffled = texts.clone();
        let steps = usize::try_from(seed % 8).unwrap_or(0);
        shuffled.rotate_left(steps % texts.len());
        if seed % 2 == 0 {
            shuffled.reverse();
        }
        prop_assert_eq!(known(&texts), known(&shuffled));
    }
}
