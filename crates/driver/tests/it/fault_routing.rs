//! Where operations end up when faults are injected: the effective region and endpoint, as diagnostics tell them.
//! The account has its hub in East US and a satellite in West US.

use std::sync::Arc;
use std::time::Duration;

use cosmokit_driver::fault_injection::*;
use cosmokit_driver::options::{EndToEndOperationLatencyPolicy, ThrottlingRetryOptions};
use cosmokit_driver::{
    CosmosDriver, CosmosOperation, DiagnosticsContext, DriverOptions, OperationOptions,
    RequestSentStatus,
};

use crate::fake::{Fake, container, item};

const HUB: (&str, &str) = ("eastus", "http://east.test/");
const SATELLITE: (&str, &str) = ("westus", "http://west.test/");

/// Which regions take writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writes {
    Single,
    Multi,
}

use FaultInjectionErrorType as Fault;
use FaultOperationType as Kind;
use Writes::{Multi, Single};

struct Scene {
    writes: Writes,
    preferred: &'static str,
    rule: FaultInjectionRule,
}

fn rule(fault: Fault) -> FaultInjectionRuleBuilder {
    let result = FaultInjectionResultBuilder::new().with_error(fault).build();
    FaultInjectionRuleBuilder::new("rule", result)
}

fn on(kind: Kind) -> FaultInjectionConditionBuilder {
    FaultInjectionConditionBuilder::new().with_operation_type(kind)
}

fn in_hub(kind: Kind) -> FaultInjectionCondition {
    on(kind).with_region("East US".into()).build()
}

impl Scene {
    fn new(writes: Writes, rule: FaultInjectionRule) -> Self {
        Self {
            writes,
            preferred: "East US",
            rule,
        }
    }

    async fn driver(&self) -> (Fake, Arc<CosmosDriver>) {
        let fake = Fake::default();
        fake.set(|state| {
            state.regions = vec![
                ("East US", "http://east.test/"),
                ("West US", "http://west.test/"),
            ];
            state.multiple_write_regions = self.writes == Multi;
        });
        let options = DriverOptions::builder()
            .with_preferred_regions([self.preferred.into()])
            .with_fault_injection_rules([Arc::new(self.rule.clone())])
            .unwrap();
        let driver = fake.driver_with(options.build()).await;
        (fake, driver)
    }

    /// What one operation did, whether it succeeded or not.
    async fn play(&self, operation: CosmosOperation) -> Arc<DiagnosticsContext> {
        let (_fake, driver) = self.driver().await;
        run(&driver, operation).await
    }
}

/// Without hedging: these are about retries, and a hedge may be quicker than one.
fn plain() -> OperationOptions {
    OperationOptions::default().with_hedging_enabled(false)
}

async fn run(driver: &CosmosDriver, operation: CosmosOperation) -> Arc<DiagnosticsContext> {
    let options = plain();
    match driver.execute_operation(operation, &options).await {
        Ok(response) => response.diagnostics(),
        Err(error) => error.diagnostics().unwrap(),
    }
}

fn read() -> CosmosOperation {
    CosmosOperation::read_item(item())
}

fn create() -> CosmosOperation {
    CosmosOperation::create_item(item()).with_body(r#"{"id":"1"}"#)
}

fn batch() -> CosmosOperation {
    let body = r#"[{"operationType":"Create","resourceBody":{"id":"1"}}]"#;
    CosmosOperation::batch(container(), "pk").with_body(body)
}

/// One operation of each kind that a rule can aim at.
fn kinds() -> Vec<(Kind, CosmosOperation)> {
    let query = CosmosOperation::query_items(container(), Some("pk".into()));
    vec![
        (Kind::ReadItem, read()),
        (Kind::QueryItem, query.with_body("{}")),
        (Kind::CreateItem, create()),
        (
            Kind::UpsertItem,
            CosmosOperation::upsert_item(item()).with_body("{}"),
        ),
        (
            Kind::ReplaceItem,
            CosmosOperation::replace_item(item()).with_body("{}"),
        ),
        (Kind::DeleteItem, CosmosOperation::delete_item(item())),
        (
            Kind::PatchItem,
            CosmosOperation::patch_item(item()).with_body(r#"{"operations":[]}"#),
        ),
        (Kind::BatchItem, batch()),
        (
            Kind::ChangeFeedItem,
            CosmosOperation::change_feed(container()),
        ),
    ]
}

/// Region and endpoint of each attempt.
fn places(diagnostics: &DiagnosticsContext) -> Vec<(String, String)> {
    let place = |request: &cosmokit_driver::RequestDiagnostics| {
        let region = request.region().map(ToString::to_string);
        (region.unwrap_or_default(), request.endpoint().to_owned())
    };
    diagnostics.requests().map(place).collect()
}

/// The operation succeeded at `expected`, after something went wrong.
fn ended_at(diagnostics: &DiagnosticsContext, expected: (&str, &str), what: &str) {
    assert!(!diagnostics.is_failure(), "{what}: {diagnostics}");
    assert!(diagnostics.request_count() > 1, "{what}: {diagnostics}");
    let first = diagnostics.requests().next().unwrap();
    let was_hit = |evaluations: &[FaultInjectionEvaluation]| {
        evaluations
            .iter()
            .any(FaultInjectionEvaluation::was_applied)
    };
    assert!(
        was_hit(first.fault_injection_evaluations()),
        "{what}: {diagnostics}"
    );
    let places = places(diagnostics);
    let (region, endpoint) = places.last().unwrap();
    assert_eq!(
        (region.as_str(), endpoint.as_str()),
        expected,
        "{what}: {diagnostics}"
    );
    let last = diagnostics.requests().last().unwrap();
    assert!(
        !was_hit(last.fault_injection_evaluations()),
        "{what}: {diagnostics}"
    );
}

fn stayed_at(diagnostics: &DiagnosticsContext, expected: (&str, &str), what: &str) {
    for (region, endpoint) in places(diagnostics) {
        assert_eq!(
            (region.as_str(), endpoint.as_str()),
            expected,
            "{what}: {diagnostics}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_fault_every_item_operation_is_one_attempt_at_the_hub() {
    for writes in [Single, Multi] {
        let other =
            rule(Fault::ServiceUnavailable).with_condition(on(Kind::MetadataQueryPlan).build());
        let scene = Scene::new(writes, other.build());
        let (_fake, driver) = scene.driver().await;
        for operation in [
            create(),
            read(),
            CosmosOperation::upsert_item(item()).with_body("{}"),
            CosmosOperation::replace_item(item()).with_body("{}"),
            CosmosOperation::patch_item(item()).with_body(r#"{"operations":[]}"#),
            CosmosOperation::delete_item(item()),
            batch(),
            CosmosOperation::query_items(container(), Some("pk".into())).with_body("{}"),
            CosmosOperation::read_all_items(container(), "pk"),
            CosmosOperation::change_feed(container()),
        ] {
            let name = format!("{} {writes:?}", operation.name());
            let diagnostics = run(&driver, operation).await;
            assert!(!diagnostics.is_failure(), "{name}");
            assert_eq!(diagnostics.request_count(), 1, "{name}");
            stayed_at(&diagnostics, HUB, &name);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_stays_on_the_hub() {
    for writes in [Single, Multi] {
        for (kind, operation) in kinds() {
            let throttle = rule(Fault::TooManyRequests)
                .with_condition(on(kind).build())
                .with_hit_limit(2)
                .build();
            let diagnostics = Scene::new(writes, throttle.clone()).play(operation).await;
            let what = format!("{kind} {writes:?}");
            ended_at(&diagnostics, HUB, &what);
            stayed_at(&diagnostics, HUB, &what);
            assert_eq!(diagnostics.request_count(), 3, "{what}");
            assert_eq!(throttle.hit_count(), 2, "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_that_the_hub_fails_goes_to_the_satellite() {
    for writes in [Single, Multi] {
        for fault in [
            Fault::Timeout,
            Fault::InternalServerError,
            Fault::ServiceUnavailable,
            Fault::ConnectionError,
            Fault::ConnectionReset,
            Fault::ResponseTimeout,
            Fault::ResponseTimeoutAfterService,
            Fault::ResponseBodyCut,
        ] {
            let failing = rule(fault).with_condition(in_hub(Kind::ReadItem)).build();
            let diagnostics = Scene::new(writes, failing).play(read()).await;
            ended_at(&diagnostics, SATELLITE, &format!("{fault} {writes:?}"));
            assert_eq!(diagnostics.regions_contacted().len(), 2);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_is_not_affected_by_a_rule_for_creates() {
    for writes in [Single, Multi] {
        let failing = rule(Fault::ServiceUnavailable)
            .with_condition(on(Kind::CreateItem).build())
            .build();
        let diagnostics = Scene::new(writes, failing.clone()).play(read()).await;
        assert_eq!(diagnostics.request_count(), 1);
        stayed_at(&diagnostics, HUB, "read");
        assert_eq!(failing.hit_count(), 0);
        let request = diagnostics.requests().next().unwrap();
        let said = request.fault_injection_evaluations()[0].to_string();
        assert_eq!(said, "rule: operation_mismatch");
    }
}

#[tokio::test(start_paused = true)]
async fn a_replica_behind_its_session_sends_the_read_to_the_hub() {
    for writes in [Single, Multi] {
        let behind = rule(Fault::ReadSessionNotAvailable)
            .with_condition(on(Kind::ReadItem).with_region("West US".into()).build())
            .build();
        let scene = Scene {
            preferred: "West US",
            ..Scene::new(writes, behind)
        };
        let diagnostics = scene.play(read()).await;
        ended_at(&diagnostics, HUB, &format!("{writes:?}"));
        assert_eq!(
            places(&diagnostics)[0].0,
            SATELLITE.0,
            "it began at the satellite"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn one_connection_error_is_retried_where_it_was() {
    for writes in [Single, Multi] {
        for (kind, operation) in kinds() {
            let once = rule(Fault::ConnectionError)
                .with_condition(on(kind).build())
                .with_hit_limit(1)
                .build();
            let diagnostics = Scene::new(writes, once).play(operation).await;
            let what = format!("{kind} {writes:?}");
            ended_at(&diagnostics, HUB, &what);
            stayed_at(&diagnostics, HUB, &what);
            assert_eq!(diagnostics.request_count(), 2, "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_fails_over_only_where_another_region_takes_writes() {
    for fault in [Fault::ConnectionError, Fault::ServiceUnavailable] {
        let failing = || rule(fault).with_condition(in_hub(Kind::CreateItem)).build();
        let diagnostics = Scene::new(Multi, failing()).play(create()).await;
        ended_at(&diagnostics, SATELLITE, &format!("{fault}"));

        let diagnostics = Scene::new(Single, failing()).play(create()).await;
        assert!(diagnostics.is_failure(), "{fault}: {diagnostics}");
        stayed_at(&diagnostics, HUB, &format!("{fault}"));
    }
}

#[tokio::test(start_paused = true)]
async fn every_operation_that_cannot_connect_leaves_for_where_it_may() {
    for (kind, operation) in kinds() {
        for writes in [Single, Multi] {
            let failing = rule(Fault::ConnectionError).with_condition(in_hub(kind));
            let (reads, what) = (operation.is_read_only(), format!("{kind} {writes:?}"));
            let diagnostics = Scene::new(writes, failing.build())
                .play(operation.clone())
                .await;
            let first = diagnostics.requests().next().unwrap();
            assert_eq!(first.request_sent(), RequestSentStatus::NotSent, "{what}");
            if reads || writes == Multi {
                ended_at(&diagnostics, SATELLITE, &what);
                let expected = [HUB, HUB, SATELLITE]
                    .map(|(region, endpoint)| (region.to_owned(), endpoint.to_owned()));
                assert_eq!(
                    places(&diagnostics),
                    expected,
                    "{what}: one more try at home"
                );
            } else {
                assert!(diagnostics.is_failure(), "{what}: {diagnostics}");
                stayed_at(&diagnostics, HUB, &what);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_done_twice_stays_where_it_was_unless_it_was_not_sent() {
    for writes in [Single, Multi] {
        for fault in [
            Fault::ServiceUnavailable,
            Fault::InternalServerError,
            Fault::ResponseTimeoutAfterService,
        ] {
            let failing = rule(fault).with_condition(in_hub(Kind::BatchItem)).build();
            let diagnostics = Scene::new(writes, failing).play(batch()).await;
            let what = format!("{fault} {writes:?}: {diagnostics}");
            assert!(diagnostics.is_failure(), "{what}");
            assert!(diagnostics.may_have_been_applied(), "{what}");
            assert_eq!(diagnostics.request_count(), 1, "{what}");
            stayed_at(&diagnostics, HUB, &what);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_throttling_is_bounded_by_the_budget_and_counted_truly() {
    let storm = rule(Fault::TooManyRequests)
        .with_condition(on(Kind::ReadItem).build())
        .build();
    let scene = Scene::new(Single, storm.clone());
    let (_fake, driver) = scene.driver().await;
    let retries = ThrottlingRetryOptions::default()
        .with_max_retry_count(500_u32)
        .with_max_retry_wait_time(Duration::from_secs(3_600));
    let policy = EndToEndOperationLatencyPolicy::new(Duration::from_secs(3_000));
    let options = plain()
        .with_throttling_retry_options(retries)
        .with_end_to_end_latency_policy(policy);
    let error = driver
        .execute_operation(read(), &options)
        .await
        .unwrap_err();
    let diagnostics = error.diagnostics().unwrap();
    assert_eq!(diagnostics.request_count(), 501);
    assert_eq!(storm.hit_count(), 501);
    assert_eq!(diagnostics.retained_request_count(), 64);
    let omitted: u32 = diagnostics
        .omitted_requests()
        .iter()
        .map(|kind| kind.count)
        .sum();
    assert_eq!(omitted, 437);
    let summary = diagnostics.summary();
    assert!(summary.len() <= 2_048, "{}", summary.len());
    assert!(summary.starts_with(r#"{"reason":"#), "{summary}");
}
