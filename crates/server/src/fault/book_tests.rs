//! Order, counting and bounds of rules.

use cosmokit_protocol::wire::fault::FaultOperationType;
use http::HeaderMap;
use serde_json::{Value, json};

use super::*;

fn rule(value: Value) -> FaultRule {
    serde_json::from_value(value).unwrap()
}

fn book(rules: impl IntoIterator<Item = Value>) -> FaultBook {
    let book = FaultBook::default();
    for value in rules {
        book.add(rule(value), Timestamp::from_secs(100)).unwrap();
    }
    book
}

/// The rule that strikes a read at this second.
fn struck(book: &FaultBook, stage: FaultStage, second: u64) -> Option<String> {
    let headers = HeaderMap::new();
    let target = FaultTarget {
        region: None,
        operation: FaultOperationType::ReadItem,
        database: [None, None],
        container: [None, None],
        partition: None,
        headers: &headers,
    };
    book.strike(stage, &target, Timestamp::from_secs(second))
        .map(|live| live.rule.id.clone())
}

#[test]
fn the_first_rule_that_can_strike_does() {
    let book = book([
        json!({"id": "other", "effect": {}, "condition": {"operation": "CreateItem"}}),
        json!({"id": "tls", "effect": {"refuseTls": true}}),
        json!({"id": "twice", "effect": {"status": 500}, "limit": 2}),
        json!({"id": "rest", "effect": {"status": 503}}),
    ]);
    let names: Vec<_> = (0..4)
        .map(|_| struck(&book, FaultStage::Request, 100).unwrap())
        .collect();
    assert_eq!(names, ["twice", "twice", "rest", "rest"]);
    assert_eq!(struck(&book, FaultStage::Handshake, 100).unwrap(), "tls");
    let counts: Vec<_> = book.rules().iter().map(|live| live.counts().hits).collect();
    assert_eq!(counts, [0, 1, 2, 2]);
}

#[test]
fn a_rule_has_its_time_by_the_clock_it_is_given() {
    let book =
        book([json!({"id": "a", "effect": {}, "startAfterMs": 10_000, "endAfterMs": 20_000})]);
    let check = |second: u64, expected: bool| {
        assert_eq!(
            struck(&book, FaultStage::Request, second).is_some(),
            expected,
            "{second}"
        );
    };
    check(99, false);
    check(109, false);
    check(110, true);
    check(119, true);
    check(120, false);
}

#[test]
fn rules_are_known_by_their_id_and_bounded() {
    let book = book([json!({"id": "a", "effect": {}})]);
    let add = |id: &str| book.add(rule(json!({"id": id, "effect": {}})), Timestamp::default());
    assert_eq!(add("a"), Err(RuleRefusal::Known("a".to_owned())));
    assert_eq!(add(""), Err(RuleRefusal::Id));
    assert_eq!(add(&"x".repeat(129)), Err(RuleRefusal::Id));
    for number in 1..MAX_RULES {
        add(&number.to_string()).unwrap();
    }
    assert_eq!(add("one more"), Err(RuleRefusal::TooMany));
    assert!(book.remove("a") && !book.remove("a"));
    assert_eq!(book.clear(), MAX_RULES - 1);
    assert!(book.is_empty());
    assert_eq!(struck(&book, FaultStage::Request, 0), None);
}
