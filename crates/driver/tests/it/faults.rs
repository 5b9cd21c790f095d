//! Fault injection from the outside: what each kind of fault does, what reaches the service, and what
//! diagnostics tell. The effects on routing are in `fault_routing.rs`.

use std::sync::Arc;
use std::time::Duration;

use cosmokit_driver::fault_injection::*;
use cosmokit_driver::{
    CosmosDriver, CosmosError, CosmosOperation, CosmosResponse, DriverOptions, ErrorKind,
    OperationOptions, RequestDiagnostics, RequestSentStatus,
};
use cosmokit_protocol::partition::FeedRange;
use http::StatusCode;
use tokio::time::Instant;

use crate::fake::{Fake, account, answer, container, item};

fn once() -> OperationOptions {
    OperationOptions::default().with_max_failover_retry_count(0_u32)
}

pub(crate) fn error(kind: FaultInjectionErrorType) -> FaultInjectionResult {
    FaultInjectionResultBuilder::new().with_error(kind).build()
}

async fn driver(fake: &Fake, rules: Vec<Arc<FaultInjectionRule>>) -> Arc<CosmosDriver> {
    let options = DriverOptions::builder()
        .with_fault_injection_rules(rules)
        .unwrap();
    fake.driver_with(options.build()).await
}

async fn read(driver: &CosmosDriver) -> Result<CosmosResponse, CosmosError> {
    driver
        .execute_operation(CosmosOperation::read_item(item()), &once())
        .await
}

fn last(error: &CosmosError) -> RequestDiagnostics {
    error
        .diagnostics()
        .unwrap()
        .requests()
        .last()
        .unwrap()
        .clone()
}

fn on_items(result: FaultInjectionResult) -> FaultInjectionRule {
    let condition = FaultInjectionConditionBuilder::new()
        .with_operation_type(FaultOperationType::ReadItem)
        .build();
    FaultInjectionRuleBuilder::new("r", result)
        .with_condition(condition)
        .build()
}

#[tokio::test(start_paused = true)]
async fn each_error_type_is_what_it_says() {
    use FaultInjectionErrorType as Type;
    use RequestSentStatus::{NotSent, Sent, Unknown};
    for (kind, status, substatus, sent, arrives) in [
        (Type::InternalServerError, 500, None, Sent, false),
        (Type::TooManyRequests, 429, Some(3200), Sent, false),
        (Type::RetryWith, 449, None, Sent, false),
        (Type::ReadSessionNotAvailable, 404, Some(1002), Sent, false),
        (Type::Timeout, 408, None, Sent, false),
        (Type::ServiceUnavailable, 503, None, Sent, false),
        (Type::PartitionIsGone, 410, Some(1002), Sent, false),
        (Type::WriteForbidden, 403, Some(3), Sent, false),
        (Type::DatabaseAccountNotFound, 403, Some(1008), Sent, false),
        (Type::ConnectionError, 503, Some(20010), NotSent, false),
        (Type::ConnectionReset, 503, Some(20011), Unknown, false),
        (Type::ResponseTimeout, 503, Some(20003), Unknown, false),
        (
            Type::ConnectionResetAfterService,
            503,
            Some(20011),
            Unknown,
            true,
        ),
        (
            Type::ResponseTimeoutAfterService,
            503,
            Some(20003),
            Unknown,
            true,
        ),
        (Type::ResponseBodyCut, 503, Some(20014), Sent, true),
    ] {
        let fake = Fake::default();
        let rule = FaultInjectionRuleBuilder::new("once", error(kind))
            .with_condition(on_items(error(kind)).condition().clone())
            .with_hit_limit(1)
            .build();
        let driver = driver(&fake, vec![Arc::new(rule)]).await;
        let before = fake.items_seen().len();
        let outcome = read(&driver).await;
        let diagnostics = match &outcome {
            Ok(response) => response.diagnostics(),
            Err(error) => error.diagnostics().unwrap(),
        };
        let first = diagnostics.requests().next().unwrap();
        assert_eq!(first.status().status_code(), status, "{kind}");
        let told = first
            .status()
            .sub_status()
            .map(cosmokit_protocol::status::SubStatusCode::value);
        assert_eq!(told, substatus, "{kind}");
        assert_eq!(first.request_sent(), sent, "{kind}");
        let retries = diagnostics.request_count() - 1;
        let arrived = fake.items_seen().len() - before - retries;
        assert_eq!(arrived, usize::from(arrives), "{kind}");
        let evaluations = first.fault_injection_evaluations();
        assert_eq!(evaluations[0].rule_id(), "once");
        assert!(evaluations[0].was_applied(), "{kind}");
        assert!(diagnostics.summary().contains("once: applied"), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_ones_own_takes_the_place_of_the_service() {
    let fake = Fake::default();
    let response = CustomResponseBuilder::new(StatusCode::CREATED)
        .with_header("x-ms-request-charge", "7.5")
        .with_header("x-mine", "yes")
        .with_sub_status(42)
        .with_body(r#"{"id":"made up"}"#)
        .build();
    let result = FaultInjectionResultBuilder::new()
        .with_custom_response(response)
        .build();
    let driver = driver(&fake, vec![Arc::new(on_items(result))]).await;
    let response = read(&driver).await.unwrap();
    assert_eq!(response.status().status_code(), 201);
    assert_eq!(response.status().sub_status().unwrap().value(), 42);
    assert_eq!(response.headers().as_map()["x-mine"], "yes");
    assert_eq!(response.body().as_bytes(), r#"{"id":"made up"}"#);
    let charge = response.diagnostics().total_request_charge();
    assert_eq!(charge.to_string(), "7.5");
    assert!(fake.items_seen().is_empty(), "the service saw nothing");
}

#[tokio::test(start_paused = true)]
async fn a_delay_alone_slows_the_request_and_a_timeout_during_it_is_ambiguous() {
    let fake = Fake::default();
    let slow = |by| FaultInjectionResultBuilder::new().with_delay(by).build();
    let rule = Arc::new(on_items(slow(Duration::from_secs(2))));
    let patient = driver(&fake, vec![rule]).await;
    let started = Instant::now();
    let response = read(&patient).await.unwrap();
    assert_eq!(started.elapsed(), Duration::from_secs(2));
    assert_eq!(response.status().status_code(), 200);
    assert_eq!(fake.items_seen().len(), 1);

    let rule = Arc::new(on_items(slow(Duration::from_secs(60))));
    let impatient = driver(&fake, vec![rule]).await;
    let started = Instant::now();
    let failed = last(&read(&impatient).await.unwrap_err());
    assert_eq!(
        started.elapsed(),
        Duration::from_secs(6),
        "the attempt's timeout"
    );
    assert_eq!(failed.request_sent(), RequestSentStatus::Unknown);
    assert_eq!(fake.items_seen().len(), 1, "it had not left");
}

#[tokio::test(start_paused = true)]
async fn an_error_can_come_late() {
    let fake = Fake::default();
    let result = FaultInjectionResultBuilder::new()
        .with_error(FaultInjectionErrorType::ServiceUnavailable)
        .with_delay(Duration::from_millis(300))
        .build();
    let rule = FaultInjectionRuleBuilder::new("r", result)
        .with_condition(
            on_items(error(FaultInjectionErrorType::Timeout))
                .condition()
                .clone(),
        )
        .with_hit_limit(1)
        .build();
    let driver = driver(&fake, vec![Arc::new(rule)]).await;
    let outcome = read(&driver).await;
    let diagnostics = match &outcome {
        Ok(response) => response.diagnostics(),
        Err(error) => error.diagnostics().unwrap(),
    };
    let first = diagnostics.requests().next().unwrap();
    assert_eq!(first.duration(), Duration::from_millis(300));
    assert_eq!(first.phases().first_byte, Some(Duration::from_millis(300)));
}

#[tokio::test(start_paused = true)]
async fn a_time_window_opens_and_closes() {
    let fake = Fake::default();
    let now = Instant::now();
    let condition = on_items(error(FaultInjectionErrorType::Timeout))
        .condition()
        .clone();
    let rule = FaultInjectionRuleBuilder::new("r", error(FaultInjectionErrorType::WriteForbidden))
        .with_condition(condition)
        .with_start_time(now + Duration::from_secs(10))
        .with_end_time(now + Duration::from_secs(20))
        .build();
    let driver = driver(&fake, vec![Arc::new(rule.clone())]).await;
    for (wait, expected) in [(9, 0), (2, 1), (8, 1), (2, 1)] {
        tokio::time::advance(Duration::from_secs(wait)).await;
        let _ = read(&driver).await;
        let hit = rule.hit_count() > 0;
        assert_eq!(hit, expected == 1, "after {wait} s");
    }
    let outcome = read(&driver).await.unwrap();
    let told = outcome.diagnostics().requests().next().unwrap().clone();
    assert_eq!(
        told.fault_injection_evaluations()[0].to_string(),
        "r: after_end_time"
    );
}

#[tokio::test(start_paused = true)]
async fn the_partition_of_a_key_can_be_aimed_at() {
    use crate::fake::range;
    let fake = Fake::default();
    fake.set(|state| {
        state.ranges = vec![range("1", "", "80", &[]), range("2", "80", "FF", &[])];
    });
    let definition = cosmokit_protocol::partition::PartitionKeyDefinition::from("/pk");
    let own = FeedRange::try_for_partition("pk".into(), &definition).unwrap();
    let other = FeedRange::try_for_partition("another".into(), &definition).unwrap();
    let first_half = own.min_inclusive().to_string().as_str() < "80";
    let (own_id, other_id) = if first_half { ("1", "2") } else { ("2", "1") };
    let aim = FaultInjectionConditionBuilder::new;
    for (condition, hits) in [
        (aim().with_feed_range(own), true),
        (aim().with_feed_range(other), false),
        (aim().with_partition_key_range_id(own_id), true),
        (aim().with_partition_key_range_id(other_id), false),
    ] {
        let rule =
            FaultInjectionRuleBuilder::new("r", error(FaultInjectionErrorType::WriteForbidden))
                .with_condition(
                    condition
                        .with_operation_type(FaultOperationType::ReadItem)
                        .build(),
                )
                .with_hit_limit(1)
                .build();
        let driver = driver(&fake, vec![Arc::new(rule.clone())]).await;
        let options = OperationOptions::default();
        driver
            .resolve_partition_key_ranges(
                &container(),
                cosmokit_driver::RangeRefresh::IfMissing,
                &options,
            )
            .await
            .unwrap();
        let _ = read(&driver).await;
        assert_eq!(rule.hit_count() == 1, hits, "{:?}", rule.condition());
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_driver_does_for_itself_can_fail_too() {
    let fake = Fake::default();
    let condition = FaultInjectionConditionBuilder::new()
        .with_operation_type(FaultOperationType::MetadataReadDatabaseAccount)
        .build();
    let rule = FaultInjectionRuleBuilder::new("r", error(FaultInjectionErrorType::WriteForbidden))
        .with_condition(condition)
        .build();
    let runtime = fake
        .runtime()
        .with_fault_injection_rules([Arc::new(rule.clone())])
        .unwrap()
        .build()
        .unwrap();
    let refused = runtime
        .get_or_create_driver(account(), DriverOptions::default())
        .await
        .unwrap_err();
    assert!(rule.hit_count() > 0, "{refused}");
    rule.disable();
    assert!(
        runtime
            .get_or_create_driver(account(), DriverOptions::default())
            .await
            .is_ok(),
        "a runtime's rule can be switched off"
    );
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_is_lost_was_applied_and_the_error_says_that_it_may_be() {
    let fake = Fake::default();
    fake.script([answer(201)]);
    let rule = FaultInjectionRuleBuilder::new(
        "lost",
        error(FaultInjectionErrorType::ResponseTimeoutAfterService),
    )
    .with_condition(
        FaultInjectionConditionBuilder::new()
            .with_operation_type(FaultOperationType::CreateItem)
            .build(),
    )
    .build();
    let driver = driver(&fake, vec![Arc::new(rule)]).await;
    let failure = driver
        .execute_operation(
            CosmosOperation::create_item(item()).with_body("{}"),
            &once(),
        )
        .await
        .unwrap_err();
    assert!(failure.may_have_been_applied());
    assert_eq!(fake.items_seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn drivers_with_rules_of_their_own_are_not_shared() {
    let fake = Fake::default();
    let runtime = fake.runtime().build().unwrap();
    let rule = Arc::new(on_items(error(FaultInjectionErrorType::Timeout)));
    let with = |rules: Vec<Arc<FaultInjectionRule>>| {
        DriverOptions::builder()
            .with_fault_injection_rules(rules)
            .unwrap()
            .build()
    };
    let get = |options| runtime.get_or_create_driver(account(), options);
    let plain = get(DriverOptions::default()).await.unwrap();
    let refused = get(with(vec![Arc::clone(&rule)])).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    let elsewhere = fake.runtime().build().unwrap();
    let get = |options| elsewhere.get_or_create_driver(account(), options);
    let faulty = get(with(vec![Arc::clone(&rule)])).await.unwrap();
    let again = get(with(vec![rule])).await.unwrap();
    assert!(Arc::ptr_eq(&faulty, &again));
    assert!(
        read(&plain)
            .await
            .unwrap()
            .diagnostics()
            .requests()
            .all(|request| request.fault_injection_evaluations().is_empty())
    );
}

#[tokio::test(start_paused = true)]
async fn every_item_operation_passes_when_rules_are_for_others() {
    let fake = Fake::default();
    let other = FaultInjectionConditionBuilder::new()
        .with_container_id("other")
        .build();
    let rule = FaultInjectionRuleBuilder::new("r", error(FaultInjectionErrorType::Timeout))
        .with_condition(other)
        .build();
    let driver = driver(&fake, vec![Arc::new(rule.clone())]).await;
    for operation in [
        CosmosOperation::create_item(item()).with_body("{}"),
        CosmosOperation::read_item(item()),
        CosmosOperation::upsert_item(item()).with_body("{}"),
        CosmosOperation::replace_item(item()).with_body("{}"),
        CosmosOperation::delete_item(item()),
    ] {
        let name = operation.name();
        let response = driver.execute_operation(operation, &once()).await.unwrap();
        let diagnostics = response.diagnostics();
        assert_eq!(diagnostics.request_count(), 1, "{name}");
        let request = diagnostics.requests().next().unwrap().clone();
        assert_eq!(request.region().unwrap().as_str(), "eastus", "{name}");
        assert_eq!(request.endpoint(), "http://east.test/", "{name}");
        assert_eq!(
            request.fault_injection_evaluations()[0].to_string(),
            "r: container_mismatch",
            "{name}"
        );
    }
    assert_eq!(rule.hit_count(), 0);
}
