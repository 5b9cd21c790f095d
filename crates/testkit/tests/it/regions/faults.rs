//! Under injected faults: what stays, what goes to the satellite, what goes to the hub.

use std::time::Duration;

use cosmokit::FeedScope;
use cosmokit::fault_injection::{
    CustomResponseBuilder, FaultInjectionConditionBuilder, FaultInjectionErrorType as Fault,
    FaultInjectionResultBuilder, FaultInjectionRule, FaultInjectionRuleBuilder,
    FaultOperationType as Kind,
};
use cosmokit::feed::ChangeFeedStartFrom;
use cosmokit_driver::ExecutionContext;
use cosmokit_engine::WriteMode::{Multi, Single};
use cosmokit_protocol::wire::region::Region;
use futures_util::TryStreamExt as _;
use serde_json::Value;

use super::scene::{
    BOTH, EAST, HUB, SATELLITE, WEST, document, enter, enter_with_fault, number, read, settings,
    upsert, world,
};
use super::trail::Trail;

fn rule(fault: Fault, kind: Kind) -> FaultInjectionRuleBuilder {
    let result = FaultInjectionResultBuilder::new().with_error(fault).build();
    let condition = FaultInjectionConditionBuilder::new().with_operation_type(kind);
    FaultInjectionRuleBuilder::new("rule", result).with_condition(condition.build())
}

fn in_region(fault: Fault, kind: Kind, region: &Region) -> FaultInjectionRule {
    let condition = FaultInjectionConditionBuilder::new()
        .with_operation_type(kind)
        .with_region(region.clone());
    rule(fault, kind).with_condition(condition.build()).build()
}

#[tokio::test(start_paused = true)]
async fn throttling_that_ends_stays_in_the_region() {
    for writes in BOTH {
        let throttled = |kind| rule(Fault::TooManyRequests, kind).with_hit_limit(2).build();
        let world = world(writes).await;
        let reads = throttled(Kind::ReadItem);
        let items = enter_with_fault(&world, &HUB, &reads).await;
        upsert(&items, "1", 1).await.unwrap();
        let trail = Trail::of(&read(&items, "1").await);
        trail.succeeded_in(&[EAST; 3], "read");
        assert_eq!(trail.faults(), [true, true, false]);
        assert_eq!(reads.hit_count(), 2);

        let writing = throttled(Kind::UpsertItem);
        let items = enter_with_fault(&world, &HUB, &writing).await;
        let trail = Trail::of(&upsert(&items, "1", 2).await);
        trail.succeeded_in(&[EAST; 3], "write");
        assert_eq!(writing.hit_count(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_that_fails_at_home_is_served_by_the_other_region() {
    // Where one more try may help, it is made before the region is left.
    let table = [
        (Fault::Timeout, 1),
        (Fault::InternalServerError, 2),
        (Fault::ServiceUnavailable, 2),
        (Fault::ConnectionError, 2),
        (Fault::ResponseTimeout, 1),
        (Fault::ResponseTimeoutAfterService, 1),
    ];
    for writes in BOTH {
        for (fault, tries) in table {
            let what = format!("{fault} {writes:?}");
            let world = world(writes).await;
            let failing = in_region(fault, Kind::ReadItem, &HUB);
            let items = enter_with_fault(&world, &HUB, &failing).await;
            upsert(&items, "1", 1).await.unwrap();
            let outcome = read(&items, "1").await;
            let trail = Trail::of(&outcome);
            let mut regions = vec![EAST; tries];
            regions.push(WEST);
            trail.succeeded_in(&regions, &what);
            assert_eq!(
                number(outcome),
                1,
                "{what}: by the satellite's own replicas"
            );
            assert_eq!(trail.faults().pop(), Some(false), "{what}");
            let last = trail.contexts().pop();
            assert_eq!(last, Some(ExecutionContext::RegionFailover), "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_for_creates_leaves_reads_alone() {
    for writes in BOTH {
        let world = world(writes).await;
        let creates = rule(Fault::ServiceUnavailable, Kind::CreateItem).build();
        let items = enter_with_fault(&world, &SATELLITE, &creates).await;
        upsert(&items, "1", 1).await.unwrap();
        let trail = Trail::of(&read(&items, "1").await);
        trail.succeeded_in(&[WEST], "read");
        assert_eq!(creates.hit_count(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_satellite_that_says_it_is_behind_sends_the_read_to_the_hub() {
    for writes in BOTH {
        let world = world(writes).await;
        let behind = in_region(Fault::ReadSessionNotAvailable, Kind::ReadItem, &SATELLITE);
        let items = enter_with_fault(&world, &SATELLITE, &behind).await;
        upsert(&items, "1", 1).await.unwrap();
        let trail = Trail::of(&read(&items, "1").await);
        trail.succeeded_in(&[WEST, EAST], &format!("{writes:?}"));
        let last = trail.contexts().pop();
        assert_eq!(last, Some(ExecutionContext::SessionRetry));
    }
}

#[tokio::test(start_paused = true)]
async fn one_connection_error_is_retried_where_it_was() {
    for writes in BOTH {
        for kind in [Kind::ReadItem, Kind::UpsertItem] {
            let what = format!("{kind} {writes:?}");
            let world = world(writes).await;
            let setting_up = enter(&world, &settings(9, &HUB)).await;
            upsert(&setting_up, "1", 1).await.unwrap();
            let once = rule(Fault::ConnectionError, kind).with_hit_limit(1).build();
            let items = enter_with_fault(&world, &HUB, &once).await;
            let outcome = match kind {
                Kind::ReadItem => read(&items, "1").await,
                _ => upsert(&items, "1", 2).await,
            };
            let trail = Trail::of(&outcome);
            trail.succeeded_in(&[EAST, EAST], &what);
            assert_eq!(trail.faults(), [true, false], "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_fails_over_only_where_another_region_takes_writes() {
    for fault in [Fault::ConnectionError, Fault::ServiceUnavailable] {
        let failing = in_region(fault, Kind::CreateItem, &HUB);
        let several = world(Multi).await;
        let items = enter_with_fault(&several, &HUB, &failing).await;
        let outcome = Box::pin(items.create_item("p", "1", document("1", 1), None)).await;
        let trail = Trail::of(&outcome);
        trail.succeeded_in(&[EAST, EAST, WEST], &format!("{fault}"));

        let one = world(Single).await;
        let items = enter_with_fault(&one, &HUB, &failing).await;
        let outcome = Box::pin(items.create_item("p", "1", document("1", 1), None)).await;
        let trail = Trail::of(&outcome);
        assert!(outcome.is_err(), "{fault}: {}", trail.0);
        assert!(trail.regions().iter().all(|region| region == EAST));
    }
}

/// Every partition refuses at once; the feed tells of it once, and what is asked afterwards is answered as it is then.
#[tokio::test(start_paused = true)]
async fn a_refused_change_feed_tells_of_it_once() {
    let refused = FaultInjectionResultBuilder::new()
        .with_custom_response(CustomResponseBuilder::new(403_u16).build())
        .with_delay(Duration::from_millis(10))
        .build();
    let condition = FaultInjectionConditionBuilder::new().with_operation_type(Kind::ChangeFeedItem);
    let rule = FaultInjectionRuleBuilder::new("all", refused)
        .with_condition(condition.build())
        .build();
    let world = world(Single).await;
    let items = enter_with_fault(&world, &HUB, &rule).await;
    upsert(&items, "1", 1).await.unwrap();
    let (scope, start) = (FeedScope::full_container(), ChangeFeedStartFrom::Beginning);
    let mut changes = items
        .query_change_feed::<Value>(scope, start, None)
        .await
        .unwrap();

    let error = changes.try_next().await.unwrap_err();
    assert_eq!(error.status().status_code().as_u16(), 403);
    assert_eq!(rule.hit_count(), 4, "all partitions were asked");
    rule.disable();
    let page = changes.try_next().await.unwrap().unwrap();
    assert_eq!(page.items().len(), 1);
}
