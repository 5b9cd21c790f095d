//! Handlers and thresholds, and what the context tells them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cosmokit_driver::{
    AccountReference, CosmosOperation, DiagnosticsContext, DiagnosticsHandler,
    DiagnosticsThresholds, DriverOptions, OperationOptions, RateLimiterConfig, SamplingLogHandler,
};

use crate::fake::{Fake, account, answer, container, item};

#[derive(Default)]
struct Told(Mutex<Vec<DiagnosticsContext>>);

impl Told {
    fn take(&self) -> Vec<DiagnosticsContext> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl DiagnosticsHandler for Told {
    fn handle(&self, diagnostics: &DiagnosticsContext) {
        self.0.lock().unwrap().push(diagnostics.clone());
    }
}

fn plain() -> OperationOptions {
    OperationOptions::default()
}

#[tokio::test(start_paused = true)]
async fn handlers_of_runtime_and_driver_hear_of_each_operation_once() {
    let fake = Fake::default();
    let (all, own) = (Arc::new(Told::default()), Arc::new(Told::default()));
    let runtime = fake
        .runtime()
        .with_diagnostics_handler(all.clone())
        .build()
        .unwrap();
    let options = DriverOptions::builder().with_diagnostics_handler(own.clone());
    let driver = runtime
        .get_or_create_driver(account(), options.build())
        .await
        .unwrap();
    let endpoint = "http://other.test/".parse().unwrap();
    let elsewhere = AccountReference::with_account_key(endpoint, crate::fake::KEY);
    let other = runtime
        .get_or_create_driver(elsewhere, DriverOptions::default())
        .await
        .unwrap();
    assert!(all.take().is_empty(), "account reads are the driver's own");
    fake.script([
        answer(200).with("x-ms-request-duration-ms", "1.5"),
        answer(404),
    ]);
    let read = || CosmosOperation::read_item(item());
    driver.execute_operation(read(), &plain()).await.unwrap();
    driver
        .execute_operation(read(), &plain())
        .await
        .unwrap_err();
    other.execute_operation(read(), &plain()).await.unwrap();
    let told = all.take();
    assert_eq!(told.len(), 3, "container reads are the driver's own");
    let failures: Vec<bool> = told.iter().map(DiagnosticsContext::is_failure).collect();
    assert_eq!(failures, [false, true, false]);
    assert_eq!(own.take().len(), 2);
    assert_eq!(told[0].operation_name(), "read_item");
    assert!(told[0].is_point_operation());
    assert_eq!(told[0].database_name().unwrap(), "db");
    assert_eq!(told[0].container_name().unwrap(), "c");
    let request = told[0].requests().next().unwrap();
    assert_eq!(
        request.server_duration(),
        Some(Duration::from_micros(1_500))
    );
    assert_eq!(told[0].responded_regions()[0].as_str(), "eastus");
}

#[tokio::test(start_paused = true)]
async fn payloads_are_told_and_a_page_is_no_point_operation() {
    let fake = Fake::default();
    let told = Arc::new(Told::default());
    let options = DriverOptions::builder().with_diagnostics_handler(told.clone());
    let driver = fake.driver_with(options.build()).await;
    fake.script([answer(201).body("12345"), answer(200).body("{}")]);
    let create = CosmosOperation::create_item(item()).with_body("123");
    driver.execute_operation(create, &plain()).await.unwrap();
    let query = CosmosOperation::query_items(container(), None).with_body("{}");
    driver.execute_operation(query, &plain()).await.unwrap();
    let told = told.take();
    let request = told[0].requests().next().unwrap();
    assert_eq!(request.request_body_bytes(), 3);
    assert_eq!(request.response_body_bytes(), 5);
    assert_eq!(told[0].largest_payload_bytes(), 5);
    assert!(told[0].is_point_operation());
    assert!(!told[1].is_point_operation());
}

#[tokio::test(start_paused = true)]
async fn only_what_fails_or_crosses_a_threshold_is_sampled_at_a_bounded_rate() {
    let fake = Fake::default();
    let told = Arc::new(Told::default());
    let mut rate = RateLimiterConfig::default();
    (rate.max_per_window, rate.failure_reserve) = (2, 1);
    let thresholds = DiagnosticsThresholds::new()
        .with_point_operation_latency(Duration::from_millis(50))
        .with_request_charge(10.0);
    let sampling =
        SamplingLogHandler::with_thresholds_rate_limit_and_handler(thresholds, rate, told.clone());
    let options = DriverOptions::builder().with_diagnostics_handler(Arc::new(sampling));
    let driver = fake.driver_with(options.build()).await;
    fake.script([
        answer(200),
        answer(200).after(Duration::from_millis(60)),
        answer(200).with("x-ms-request-charge", "11"),
        answer(200).with("x-ms-request-charge", "12"),
        answer(404),
        answer(404),
    ]);
    for _ in 0..6 {
        let read = CosmosOperation::read_item(item());
        let _ = driver.execute_operation(read, &plain()).await;
    }
    let told = told.take();
    let statuses: Vec<u16> = told
        .iter()
        .map(|context| context.status().status_code().as_u16())
        .collect();
    assert_eq!(statuses, [200, 200, 404], "two, and one failure beyond");
    assert_eq!(told[0].duration(), Duration::from_millis(60));
    assert_eq!(told[1].total_request_charge().to_string(), "11");
}
