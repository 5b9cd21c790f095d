//! Rules by their JSON form, what they meet and how often they strike.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::*;
use crate::wire::region::Region;

fn rule(value: &Value) -> FaultRule {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"))
}

#[test]
fn every_effect_is_read_and_written_back() {
    let table = [
        json!({}),
        json!({"delayMs": 200}),
        json!({"status": 503}),
        json!({"delayMs": 5, "status": 429, "substatus": 3200, "headers": {"x-ms-retry-after-ms": "10"}, "body": {"code": "x"}}),
        json!({"dropConnection": "before"}),
        json!({"dropConnection": "after"}),
        json!({"noAnswer": "after"}),
        json!({"cutBody": {}}),
        json!({"cutBody": {"afterBytes": 7}}),
        json!({"slowBody": {"chunkBytes": 1, "pauseMs": 10}}),
        json!({"refuseTls": true}),
        json!({"delayReplication": {"to": "westeurope", "replica": 2, "byMs": 500}}),
    ];
    for effect in table {
        let read: FaultEffect = serde_json::from_value(effect.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), effect);
    }
}

#[test]
fn effects_that_cannot_be_are_refused_with_a_reason() {
    let table = [
        (
            json!({"status": 503, "dropConnection": "before"}),
            "status and dropConnection",
        ),
        (json!({"substatus": 3}), "needs a `status`"),
        (json!({"headers": {"a": "b"}}), "needs a `status`"),
        (json!({"body": {}}), "needs a `status`"),
        (json!({"status": 99}), "99"),
        (json!({"status": 700}), "700"),
        (json!({"status": 101}), "101"),
        (json!({"status": 200, "headers": {"a b": "c"}}), "a b"),
        (json!({"status": 200, "headers": {"a": "c\n"}}), "\"a\""),
        (json!({"slowBody": {"chunkBytes": 0}}), "chunkBytes"),
        (json!({"refuseTls": false}), "refuseTls"),
        (json!({"delayMs": -1}), "-1"),
        (json!({"explode": true}), "explode"),
    ];
    for (effect, reason) in table {
        let error = serde_json::from_value::<FaultEffect>(effect.clone()).unwrap_err();
        assert!(error.to_string().contains(reason), "{effect}: {error}");
    }
}

#[test]
fn a_rule_of_one_line_has_defaults() {
    let short = rule(&json!({"id": "a", "effect": {"status": 500}}));
    assert_eq!(short, FaultRule::new("a", short.effect.clone()));
    for bad in [
        json!({"effect": {}}),
        json!({"id": "a"}),
        json!({"id": "a", "effect": {}, "probability": 1.5}),
        json!({"id": "a", "effect": {}, "probability": -0.1}),
        json!({"id": "a", "effect": {}, "condition": {"operation": "ReadBook"}}),
        json!({"id": "a", "effect": {}, "condition": {"regoin": "East US"}}),
    ] {
        assert!(
            serde_json::from_value::<FaultRule>(bad.clone()).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn a_condition_holds_when_each_of_its_fields_does() {
    let mut headers = HeaderMap::new();
    headers.insert("user-agent", HeaderValue::from_static("shop/1"));
    let region = Region::WEST_EUROPE;
    let target = FaultTarget {
        region: Some(&region),
        operation: FaultOperationType::ReadItem,
        database: [Some("shop"), None],
        container: [Some("orders"), Some("AAAAAIAAAAE=")],
        partition: Some("3"),
        headers: &headers,
    };
    let table = [
        (json!({}), true),
        (json!({"region": "West Europe"}), true),
        (json!({"region": "East US"}), false),
        (json!({"operation": "readitem"}), true),
        (json!({"operation": "CreateItem"}), false),
        (json!({"database": "shop"}), true),
        (json!({"database": "orders"}), false),
        (json!({"container": "orders"}), true),
        (json!({"container": "AAAAAIAAAAE="}), true),
        (json!({"container": "Orders"}), false),
        (json!({"partition": "3"}), true),
        (json!({"partition": "0"}), false),
        (json!({"header": {"name": "User-Agent"}}), true),
        (
            json!({"header": {"name": "User-Agent", "value": "shop/1"}}),
            true,
        ),
        (
            json!({"header": {"name": "User-Agent", "value": "shop"}}),
            false,
        ),
        (json!({"header": {"name": "not a name"}}), false),
        (
            json!({"region": "West Europe", "container": "orders", "operation": "ReadItem"}),
            true,
        ),
        (
            json!({"region": "West Europe", "container": "orders", "operation": "QueryItem"}),
            false,
        ),
    ];
    for (condition, expected) in table {
        let read: FaultCondition = serde_json::from_value(condition.clone()).unwrap();
        assert_eq!(read.meets(&target), expected, "{condition}");
        assert_eq!(
            serde_json::from_value::<FaultCondition>(serde_json::to_value(&read).unwrap()).unwrap(),
            read
        );
    }
}

#[test]
fn time_limit_and_switch_close_a_rule() {
    let windowed =
        rule(&json!({"id": "a", "effect": {}, "limit": 2, "startAfterMs": 10, "endAfterMs": 20}));
    let check = |hits: u64, age_ms: u64, expected: bool| {
        let counts = FaultCounts { met: 9, hits };
        assert_eq!(
            windowed.is_open(counts, Duration::from_millis(age_ms)),
            expected,
            "{hits} {age_ms}"
        );
    };
    check(0, 9, false);
    check(0, 10, true);
    check(1, 19, true);
    check(2, 19, false);
    check(0, 20, false);
    let off = rule(&json!({"id": "a", "effect": {}, "enabled": false}));
    assert!(!off.is_open(FaultCounts::default(), Duration::ZERO));
}

#[test]
fn probability_is_kept_and_repeats_with_the_seed() {
    let hits = |probability: f64, seed: u64| -> Vec<bool> {
        let rule =
            rule(&json!({"id": "a", "effect": {}, "probability": probability, "seed": seed}));
        (0..10_000)
            .map(|met| rule.strikes(FaultCounts { met, hits: 0 }))
            .collect()
    };
    let count = |struck: &[bool]| struck.iter().filter(|hit| **hit).count();
    assert_eq!(count(&hits(0.0, 1)), 0);
    assert_eq!(count(&hits(1.0, 1)), 10_000);
    let quarter = hits(0.25, 1);
    assert!((2_300..2_700).contains(&count(&quarter)));
    assert_eq!(quarter, hits(0.25, 1));
    assert_ne!(quarter, hits(0.25, 2));
}

#[test]
fn a_cut_body_is_always_shorter() {
    let check = |after: Option<u64>, length: usize, expected: usize| {
        assert_eq!(BodyCut { after_bytes: after }.kept(length), expected);
    };
    check(None, 10, 5);
    check(None, 1, 0);
    check(None, 0, 0);
    check(Some(3), 10, 3);
    check(Some(10), 10, 9);
    check(Some(u64::MAX), 10, 9);
    check(Some(0), 10, 0);
}
