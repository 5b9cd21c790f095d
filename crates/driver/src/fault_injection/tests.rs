//! Which rule hits, and what is said about the others.

use std::sync::Arc;
use std::time::Duration;

use cosmokit_protocol::wire::region::Region;
use http::StatusCode;

use super::*;
use crate::clock::{Clock, Instant};
use crate::entropy::Entropy;
use crate::operation::CosmosOperation;
use crate::reference::{AccountReference, ContainerReference, DatabaseReference, ItemReference};

fn container() -> ContainerReference {
    let account = AccountReference::with_account_key(
        "http://acct.test/".parse().unwrap(),
        cosmokit_protocol::wire::signing::EMULATOR_KEY,
    );
    ContainerReference::from_name(&DatabaseReference::from_name(account, "db"), "c")
}

fn read() -> CosmosOperation {
    CosmosOperation::read_item(ItemReference::from_name(&container(), "pk", "1"))
}

fn rule(id: &str) -> FaultInjectionRuleBuilder {
    let result = FaultInjectionResultBuilder::new()
        .with_error(FaultInjectionErrorType::ServiceUnavailable)
        .build();
    FaultInjectionRuleBuilder::new(id, result)
}

fn on(condition: FaultInjectionConditionBuilder) -> FaultInjectionRule {
    rule("r").with_condition(condition.build()).build()
}

fn injector(rules: impl IntoIterator<Item = FaultInjectionRule>) -> Arc<FaultInjector> {
    let rules = FaultRules::new(rules.into_iter().map(Arc::new));
    FaultInjector::new(&rules, &FaultRules::default(), Entropy::seeded(1))
        .unwrap()
        .unwrap()
}

fn said(injector: &FaultInjector, operation: &CosmosOperation, now: Instant) -> Vec<String> {
    let region = Region::from("East US");
    let aim = Aim {
        operation,
        region: Some(&region),
        container: None,
    };
    let chosen = injector.choose(&aim, now);
    assert_eq!(
        chosen.rule.is_some(),
        chosen
            .evaluations
            .iter()
            .any(FaultInjectionEvaluation::was_applied)
    );
    chosen.evaluations.iter().map(ToString::to_string).collect()
}

#[test]
fn each_condition_is_looked_at() {
    let condition = FaultInjectionConditionBuilder::new;
    let now = Clock::system().now();
    let later = now + Duration::from_secs(1);
    let full = cosmokit_protocol::partition::FeedRange::full();
    for (rule, expected) in [
        (rule("r").build(), "r: applied"),
        (
            on(condition().with_operation_type(FaultOperationType::ReadItem)),
            "r: applied",
        ),
        (
            on(condition().with_operation_type(FaultOperationType::CreateItem)),
            "r: operation_mismatch",
        ),
        (on(condition().with_region("eastus".into())), "r: applied"),
        (
            on(condition().with_region("West US".into())),
            "r: region_mismatch",
        ),
        (on(condition().with_container_id("c")), "r: applied"),
        (
            on(condition().with_container_id("cc")),
            "r: container_mismatch",
        ),
        // What is not known of the container yet does not match.
        (
            on(condition().with_feed_range(full)),
            "r: partition_mismatch",
        ),
        (
            on(condition().with_partition_key_range_id("0")),
            "r: partition_mismatch",
        ),
        (
            on(condition().with_transport_kind(crate::TransportKind::Gateway)),
            "r: applied",
        ),
        (
            on(condition().with_transport_kind(crate::TransportKind::GatewayV2)),
            "r: transport_kind_mismatch",
        ),
        (
            rule("r").with_start_time(later).build(),
            "r: before_start_time",
        ),
        (rule("r").with_start_time(now).build(), "r: applied"),
        (rule("r").with_end_time(now).build(), "r: after_end_time"),
        (rule("r").with_end_time(later).build(), "r: applied"),
        (
            rule("r").with_hit_limit(0).build(),
            "r: hit_limit_exhausted",
        ),
    ] {
        assert_eq!(
            said(&injector([rule.clone()]), &read(), now),
            [expected],
            "{rule:?}"
        );
        assert_eq!(rule.hit_count(), u32::from(expected == "r: applied"));
    }
}

#[test]
fn the_first_that_matches_applies_and_the_limit_hands_over_to_the_next() {
    let (first, second) = (
        rule("first").with_hit_limit(1).build(),
        rule("second").build(),
    );
    let injector = injector([first, second.clone()]);
    let now = Clock::system().now();
    assert_eq!(
        said(&injector, &read(), now),
        ["first: applied", "second: superseded"]
    );
    assert_eq!(second.hit_count(), 0, "a superseded rule has not applied");
    assert_eq!(
        said(&injector, &read(), now),
        ["first: hit_limit_exhausted", "second: applied"]
    );
}

#[test]
fn clones_share_switch_and_count() {
    let rule = rule("r").build();
    let (injector, now) = (injector([rule.clone()]), Clock::system().now());
    said(&injector, &read(), now);
    assert_eq!(rule.hit_count(), 1);
    rule.disable();
    assert_eq!(said(&injector, &read(), now), ["r: disabled"]);
    rule.clone().enable();
    assert_eq!(said(&injector, &read(), now), ["r: applied"]);
    assert_eq!(rule.hit_count(), 2);
}

#[test]
fn chance_is_drawn_from_the_given_entropy() {
    let result = FaultInjectionResultBuilder::new()
        .with_error(FaultInjectionErrorType::Timeout)
        .with_probability(0.3)
        .build();
    let rule = FaultInjectionRuleBuilder::new("r", result).build();
    let (injector, now) = (injector([rule.clone()]), Clock::system().now());
    let misses = (0..1_000)
        .filter(|_| said(&injector, &read(), now) == ["r: probability_miss"])
        .count();
    assert!(misses.abs_diff(700) < 60, "{misses}");
    assert_eq!(usize::try_from(rule.hit_count()).unwrap(), 1_000 - misses);
    for (given, kept) in [(f32::NAN, 0.0), (-1.0, 0.0), (7.0, 1.0)] {
        let result = FaultInjectionResultBuilder::new().with_probability(given);
        assert!((result.build().probability() - kept).abs() < f32::EPSILON);
    }
}

#[test]
fn rules_that_cannot_be_used_are_refused() {
    let response = CustomResponseBuilder::new(StatusCode::OK).with_header("bad header", "x");
    let result = FaultInjectionResultBuilder::new().with_custom_response(response.build());
    let unsendable = FaultInjectionRuleBuilder::new("u", result.build()).build();
    let response = CustomResponseBuilder::new(42_u16).build();
    let result = FaultInjectionResultBuilder::new().with_custom_response(response);
    let no_status = FaultInjectionRuleBuilder::new("s", result.build()).build();
    for (rules, told) in [
        (vec![rule("a").build(), rule("a").build()], "have the id a"),
        (vec![rule("").build()], "has no id"),
        (vec![unsendable], "bad header"),
        (vec![no_status], "status 42"),
    ] {
        let error = FaultRules::new(rules.into_iter().map(Arc::new))
            .check()
            .unwrap_err();
        assert!(error.message().contains(told), "{error}");
        assert_eq!(error.status().sub_status().unwrap().value(), 20_150);
    }
    let same = FaultRules::new([Arc::new(rule("a").build())]);
    assert!(
        FaultInjector::new(&same, &same, Entropy::seeded(1)).is_err(),
        "also between a runtime and a driver"
    );
}

#[test]
fn words_are_read_back() {
    for word in ["TooManyRequests", "ResponseTimeoutAfterService"] {
        let kind: FaultInjectionErrorType = word.parse().unwrap();
        assert_eq!(kind.to_string(), word);
    }
    assert!("Nothing".parse::<FaultInjectionErrorType>().is_err());
}

#[test]
fn verbs_have_their_kind() {
    let item = || ItemReference::from_name(&container(), "pk", "1");
    for (operation, kind) in [
        (read(), FaultOperationType::ReadItem),
        (
            CosmosOperation::create_item(item()),
            FaultOperationType::CreateItem,
        ),
        (
            CosmosOperation::delete_item(item()),
            FaultOperationType::DeleteItem,
        ),
        (
            CosmosOperation::query_items(container(), None),
            FaultOperationType::QueryItem,
        ),
        (
            CosmosOperation::read_container(container()),
            FaultOperationType::MetadataReadContainer,
        ),
        (
            CosmosOperation::read_partition_key_ranges(container()),
            FaultOperationType::MetadataPartitionKeyRanges,
        ),
        (
            CosmosOperation::delete_container(container()),
            FaultOperationType::MetadataDeleteContainer,
        ),
    ] {
        assert_eq!(
            super::operation_type::kind_of(&operation),
            kind,
            "{operation:?}"
        );
    }
}
