//! The attempt loop: each row from the outside, deadlines, cancellation, and what diagnostics tell.

use std::time::Duration;

use cosmokit_driver::options::{
    EndToEndOperationLatencyPolicy, ThrottlingRetryOptions, WriteRetryPolicy,
};
use cosmokit_driver::{
    CosmosOperation, DriverOptions, ErrorKind, ExecutionContext, OperationOptions,
    RequestDiagnostics, RequestSentStatus, TransportError, TransportErrorKind,
};
use tokio::time::Instant;

use crate::fake::{Fake, Reply, answer, container, item};

fn plain() -> OperationOptions {
    OperationOptions::default()
}

pub(crate) fn fail(sent: RequestSentStatus) -> Reply {
    Reply::Fail(TransportError::new(TransportErrorKind::Broken, sent))
}

pub(crate) fn two_regions(fake: &Fake) {
    fake.set(|state| {
        state.regions = vec![
            ("East US", "http://east.test/"),
            ("West US", "http://west.test/"),
        ];
    });
}

#[tokio::test(start_paused = true)]
async fn a_success_is_one_attempt_with_everything_noted() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script([answer(200)
        .with("x-ms-request-charge", "2.5")
        .with("x-new-header", "kept")
        .body(r#"{"id":"1"}"#)
        .after(Duration::from_millis(30))]);
    let response = driver
        .execute_operation(CosmosOperation::read_item(item()), &plain())
        .await
        .unwrap();
    assert_eq!(response.status().status_code(), 200);
    assert_eq!(response.body().as_bytes(), r#"{"id":"1"}"#);
    assert_eq!(response.headers().as_map()["x-new-header"], "kept");
    let diagnostics = response.diagnostics();
    assert_eq!(diagnostics.operation_name(), "read_item");
    assert_eq!(diagnostics.request_count(), 1);
    assert!(!diagnostics.is_failure());
    let attempt = diagnostics.requests().next().unwrap();
    assert_eq!(attempt.execution_context(), ExecutionContext::Initial);
    assert_eq!(attempt.region().unwrap().as_str(), "eastus");
    assert_eq!(attempt.endpoint(), "http://east.test/");
    assert_eq!(attempt.request_charge().to_string(), "2.5");
    assert_eq!(attempt.duration(), Duration::from_millis(30));
    assert_eq!(attempt.phases().first_byte, Some(Duration::from_millis(30)));
    assert_eq!(attempt.phases().dns, None);
    assert_eq!(attempt.request_sent(), RequestSentStatus::Sent);
    let sent_id = fake.items_seen()[0]
        .header("x-ms-activity-id")
        .unwrap()
        .to_owned();
    assert_eq!(attempt.activity_id().as_str(), sent_id);
}

#[tokio::test(start_paused = true)]
async fn not_modified_is_a_result() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script([answer(304).with("etag", "\"e\"")]);
    let read = CosmosOperation::read_item(item())
        .with_precondition(cosmokit_driver::Precondition::if_none_match("\"e\""));
    let response = driver.execute_operation(read, &plain()).await.unwrap();
    assert_eq!(response.status().status_code(), 304);
    assert!(response.body().is_empty());
    assert_eq!(fake.items_seen()[0].header("if-none-match"), Some("\"e\""));
}

#[tokio::test(start_paused = true)]
async fn a_throttled_operation_waits_and_stays_in_its_region() {
    let fake = Fake::default();
    two_regions(&fake);
    let driver = fake.driver().await;
    let throttled = answer(429)
        .substatus(3200)
        .with("x-ms-retry-after-ms", "250")
        .with("x-ms-request-charge", "0.5");
    fake.script([
        throttled.clone(),
        throttled,
        answer(201).with("x-ms-request-charge", "7"),
    ]);
    let started = Instant::now();
    let create = CosmosOperation::create_item(item()).with_body(r#"{"id":"1","pk":"pk"}"#);
    let response = driver.execute_operation(create, &plain()).await.unwrap();
    assert_eq!(started.elapsed(), Duration::from_millis(500));
    assert_eq!(fake.hosts(), ["east.test"; 3]);
    let diagnostics = response.diagnostics();
    assert_eq!(diagnostics.total_request_charge().to_string(), "8");
    let headers = response.headers();
    assert_eq!(headers.throttle_retry_count(), Some(2));
    let waited = headers.throttle_retry_wait_time();
    assert_eq!(waited, Some(Duration::from_millis(500)));
    let contexts: Vec<_> = diagnostics
        .requests()
        .map(RequestDiagnostics::execution_context)
        .collect();
    assert_eq!(
        contexts,
        [
            ExecutionContext::Initial,
            ExecutionContext::OperationRetry,
            ExecutionContext::OperationRetry
        ]
    );
    let ids: std::collections::HashSet<_> = diagnostics
        .requests()
        .map(|request| request.activity_id().clone())
        .collect();
    assert_eq!(ids.len(), 3, "each attempt has an id of its own");
}

#[tokio::test(start_paused = true)]
async fn throttling_that_does_not_end_is_reported_as_such() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script(std::iter::repeat_n(
        answer(429).with("x-ms-retry-after-ms", "100"),
        20,
    ));
    let limit = ThrottlingRetryOptions::default().with_max_retry_count(3_u32);
    let options = plain().with_throttling_retry_options(limit);
    let error = driver
        .execute_operation(CosmosOperation::read_item(item()), &options)
        .await
        .unwrap_err();
    assert!(error.status().is_throttled());
    assert!(error.is_transient());
    assert_eq!(error.retry_after(), Some(Duration::from_millis(100)));
    let told = error.response().unwrap().headers().throttle_retry_count();
    assert_eq!(told, Some(3));
    assert_eq!(error.diagnostics().unwrap().request_count(), 4);
    assert!(!error.may_have_been_applied());
}

#[tokio::test(start_paused = true)]
async fn a_449_is_tried_again_at_once() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script([answer(449), answer(200)]);
    let started = Instant::now();
    driver
        .execute_operation(
            CosmosOperation::replace_item(item()).with_body("{}"),
            &plain(),
        )
        .await
        .unwrap();
    assert!(started.elapsed() < Duration::from_millis(20));
    assert_eq!(fake.items_seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn errors_that_trying_again_cannot_help_are_final() {
    for (status, substatus) in [
        (400, 0),
        (401, 0),
        (403, 0),
        (404, 0),
        (409, 0),
        (412, 0),
        (413, 0),
        (501, 0),
    ] {
        let fake = Fake::default();
        let driver = fake.driver().await;
        fake.script([answer(status)
            .substatus(substatus)
            .with("x-ms-request-charge", "1.5")
            .body(r#"{"code":"X","message":"because"}"#)]);
        let error = driver
            .execute_operation(CosmosOperation::read_item(item()), &plain())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Service);
        assert_eq!(error.status().status_code(), status);
        assert!(error.is_from_wire());
        assert_eq!(error.request_charge().to_string(), "1.5");
        assert!(error.to_string().contains("because"), "{error}");
        assert!(
            error.to_string().contains("/dbs/db/colls/c/docs/1"),
            "{error}"
        );
        assert_eq!(fake.items_seen().len(), 1, "{status}");
        let diagnostics = error.diagnostics().unwrap();
        assert!(diagnostics.is_failure());
        assert_eq!(error.response().unwrap().diagnostics().request_count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_behind_its_session_goes_to_the_write_region() {
    let fake = Fake::default();
    two_regions(&fake);
    let options = DriverOptions::builder()
        .with_preferred_regions(["West US".into()])
        .build();
    let driver = fake.driver_with(options).await;
    fake.script([answer(404).substatus(1002), answer(200)]);
    let response = driver
        .execute_operation(CosmosOperation::read_item(item()), &plain())
        .await
        .unwrap();
    assert_eq!(fake.hosts(), ["west.test", "east.test"]);
    let last = response.diagnostics();
    let last = last.requests().last().unwrap();
    assert_eq!(last.execution_context(), ExecutionContext::SessionRetry);
    assert_eq!(last.region().unwrap().as_str(), "eastus");
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_moved_stays_where_it_is_throttled() {
    let fake = Fake::default();
    two_regions(&fake);
    let options = DriverOptions::builder()
        .with_preferred_regions(["West US".into()])
        .build();
    let driver = fake.driver_with(options).await;
    let throttled = answer(429).with("x-ms-retry-after-ms", "5");
    fake.script([
        answer(404).substatus(1002),
        throttled,
        fail(RequestSentStatus::Sent),
        answer(200),
    ]);
    driver
        .execute_operation(CosmosOperation::read_item(item()), &plain())
        .await
        .unwrap();
    assert_eq!(
        fake.hosts(),
        ["west.test", "east.test", "east.test", "east.test"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_session_that_cannot_be_met_is_not_reported_as_absence() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script(std::iter::repeat_n(answer(404).substatus(1002), 5));
    let error = driver
        .execute_operation(CosmosOperation::read_item(item()), &plain())
        .await
        .unwrap_err();
    assert!(error.status().is_read_session_not_available());
    assert!(!error.status().is_not_found());
    assert!(error.status().to_string().starts_with("503/20310"));
    let source = std::error::Error::source(&error).unwrap();
    let told = source
        .downcast_ref::<cosmokit_driver::CosmosError>()
        .unwrap();
    assert_eq!(told.substatus().unwrap().value(), 1002);
    assert_eq!(error.diagnostics().unwrap().request_count(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_unanswered_read_tries_its_region_once_more_and_then_the_next() {
    for sent in [
        RequestSentStatus::NotSent,
        RequestSentStatus::Unknown,
        RequestSentStatus::Sent,
    ] {
        let fake = Fake::default();
        two_regions(&fake);
        let driver = fake.driver().await;
        fake.script([fail(sent), answer(200), fail(sent), fail(sent), answer(200)]);
        let response = driver
            .execute_operation(CosmosOperation::read_item(item()), &plain())
            .await
            .unwrap();
        assert_eq!(fake.hosts(), ["east.test", "east.test"], "no failover");
        let diagnostics = response.diagnostics();
        let first = diagnostics.requests().next().unwrap();
        assert_eq!(first.request_sent(), sent);
        assert!(first.error().unwrap().contains("connection broke"));
        driver
            .execute_operation(CosmosOperation::read_item(item()), &plain())
            .await
            .unwrap();
        assert_eq!(fake.hosts()[2..], ["east.test", "east.test", "west.test"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_may_not_be_applied_twice_is_repeated_only_when_it_surely_did_not_arrive() {
    let upsert = || CosmosOperation::upsert_item(item()).with_body("{}");
    let never = || plain().with_write_retry_policy(WriteRetryPolicy::Never);
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script([fail(RequestSentStatus::NotSent), answer(200)]);
    driver.execute_operation(upsert(), &never()).await.unwrap();
    assert_eq!(fake.items_seen().len(), 2);
    for sent in [RequestSentStatus::Sent, RequestSentStatus::Unknown] {
        let fake = Fake::default();
        let driver = fake.driver().await;
        fake.script([fail(sent), answer(200)]);
        let error = driver
            .execute_operation(upsert(), &never())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport);
        assert!(error.may_have_been_applied());
        assert!(
            error.to_string().contains("may have been applied"),
            "{error}"
        );
        assert_eq!(fake.items_seen().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_runs_scripts_is_repeated_only_when_it_surely_did_not_arrive() {
    let execute = || {
        let procedure = CosmosOperation::execute_stored_procedure(container(), "pk", "p");
        procedure.with_body("[]")
    };
    let triggered = || {
        let upsert = CosmosOperation::upsert_item(item()).with_body("{}");
        upsert.with_triggers(&["t"], &[])
    };
    for operation in [execute, triggered] as [fn() -> CosmosOperation; 2] {
        for (sent, attempts) in [
            (RequestSentStatus::NotSent, 2),
            (RequestSentStatus::Sent, 1),
            (RequestSentStatus::Unknown, 1),
        ] {
            let fake = Fake::default();
            let driver = fake.driver().await;
            fake.script([fail(sent), answer(200)]);
            fake.set(|state| state.others.extend([fail(sent), answer(200)]));
            let result = driver.execute_operation(operation(), &plain()).await;
            assert_eq!(result.is_ok(), attempts == 2, "{sent:?}");
            let asked = |path: &str| path.contains("/docs") || path.contains("/sprocs/");
            let seen = fake.set(|state| state.seen.iter().filter(|seen| asked(&seen.path)).count());
            assert_eq!(seen, attempts, "{sent:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn unanswered_attempts_end_with_their_budget() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script(std::iter::repeat_n(fail(RequestSentStatus::NotSent), 10));
    let options = plain().with_max_failover_retry_count(2_u32);
    let error = driver
        .execute_operation(CosmosOperation::read_item(item()), &options)
        .await
        .unwrap_err();
    assert_eq!(error.diagnostics().unwrap().request_count(), 3);
    assert_eq!(error.status().status_code(), 503);
    assert!(!error.may_have_been_applied());
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.downcast_ref::<TransportError>().is_some());
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_hangs_is_cut_off_and_repeated() {
    let fake = Fake::default();
    two_regions(&fake);
    let driver = fake.driver().await;
    fake.script([Reply::Never, answer(200)]);
    driver
        .resolve_container(&crate::fake::container(), &plain())
        .await
        .unwrap();
    let alone = plain().with_hedging_enabled(false);
    let started = Instant::now();
    let response = driver
        .execute_operation(CosmosOperation::read_item(item()), &alone)
        .await
        .unwrap();
    assert_eq!(started.elapsed(), Duration::from_secs(6));
    let diagnostics = response.diagnostics();
    assert_eq!(diagnostics.request_count(), 2);
    let first = diagnostics.requests().next().unwrap();
    assert_eq!(first.status().sub_status().unwrap().value(), 20003);
    assert_eq!(first.request_sent(), RequestSentStatus::Unknown);
    assert_eq!(fake.hosts(), ["east.test", "west.test"]);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_cuts_everything() {
    let policy = EndToEndOperationLatencyPolicy::new(Duration::from_millis(400));
    let options = plain().with_end_to_end_latency_policy(policy);
    // A hanging attempt.
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script([Reply::Never]);
    let started = Instant::now();
    let error = driver
        .execute_operation(CosmosOperation::read_item(item()), &options)
        .await
        .unwrap_err();
    assert_eq!(started.elapsed(), Duration::from_millis(400));
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert_eq!(error.status().sub_status().unwrap().value(), 20008);
    assert!(error.status().is_timeout());
    assert_eq!(error.diagnostics().unwrap().request_count(), 1);
    // A hanging write may have been applied.
    fake.script([Reply::Never]);
    let write = CosmosOperation::upsert_item(item()).with_body("{}");
    let error = driver.execute_operation(write, &options).await.unwrap_err();
    assert!(error.may_have_been_applied());
    // A wait that would outlast it is not begun.
    fake.script([answer(429).with("x-ms-retry-after-ms", "500")]);
    let started = Instant::now();
    let error = driver
        .execute_operation(CosmosOperation::read_item(item()), &options)
        .await
        .unwrap_err();
    assert!(error.status().is_throttled());
    assert_eq!(started.elapsed(), Duration::ZERO);
    // Finding out about the container counts as well.
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.set(|state| state.container.push_back(Reply::Never));
    let started = Instant::now();
    let error = driver
        .execute_operation(CosmosOperation::read_item(item()), &options)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert_eq!(started.elapsed(), Duration::from_millis(400));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_operation_leaves_nothing_behind() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script([Reply::Never, answer(200)]);
    {
        let read = CosmosOperation::read_item(item());
        let options = plain();
        let mut running = std::pin::pin!(driver.execute_operation(read, &options));
        for _ in 0..20 {
            assert!(futures_util::poll!(&mut running).is_pending());
            tokio::task::yield_now().await;
        }
    }
    driver
        .execute_operation(CosmosOperation::read_item(item()), &plain())
        .await
        .unwrap();
    assert_eq!(fake.items_seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_retries_is_bounded_and_told_in_two_kilobytes() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script(std::iter::repeat_n(
        answer(429).with("x-ms-retry-after-ms", "1"),
        500,
    ));
    let limit = ThrottlingRetryOptions::default().with_max_retry_count(400_u32);
    let options = plain().with_throttling_retry_options(limit);
    let error = driver
        .execute_operation(CosmosOperation::read_item(item()), &options)
        .await
        .unwrap_err();
    let diagnostics = error.diagnostics().unwrap();
    assert_eq!(diagnostics.request_count(), 401);
    assert_eq!(diagnostics.retained_request_count(), 64);
    let summary = diagnostics.summary();
    assert!(summary.len() <= 2_048);
    assert!(
        summary.starts_with("{\"reason\":\"read_item of "),
        "{summary}"
    );
    let read: serde_json::Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(read["attempts"], 401);
}

#[tokio::test(start_paused = true)]
async fn excluded_regions_are_avoided() {
    let fake = Fake::default();
    two_regions(&fake);
    let driver = fake.driver().await;
    let away = plain().with_excluded_regions(
        ["eastus"]
            .into_iter()
            .collect::<cosmokit_driver::options::ExcludedRegions>(),
    );
    driver
        .execute_operation(CosmosOperation::read_item(item()), &away)
        .await
        .unwrap();
    driver
        .execute_operation(CosmosOperation::read_item(item()), &plain())
        .await
        .unwrap();
    assert_eq!(fake.hosts(), ["west.test", "east.test"]);
}
