//! The scripted account with three regions, and what all tests of availability say.

pub(super) use std::time::Duration;

pub(super) use cosmokit_driver::options::{
    AvailabilityStrategy, ContentResponseOnWrite, EndToEndOperationLatencyPolicy, ExcludedRegions,
    HedgingOptions, PartitionFailoverOptions, WriteRetryPolicy,
};
pub(super) use cosmokit_driver::{
    CosmosDriver, CosmosError, CosmosOperation, CosmosResponse, DriverOptions, ErrorKind,
    ExecutionContext, OperationOptions, Precondition, RangeRefresh, RequestDiagnostics,
    RequestSentStatus, TransportError, TransportErrorKind,
};
pub(super) use tokio::time::Instant;

pub(super) use crate::fake::{Fake, Reply, account, answer, container, item};

pub(super) const DOCUMENT: &str = r#"{"id":"1","pk":"pk","n":1}"#;

pub(super) fn plain() -> OperationOptions {
    OperationOptions::default()
}

pub(super) fn read() -> CosmosOperation {
    CosmosOperation::read_item(item())
}

pub(super) fn create() -> CosmosOperation {
    CosmosOperation::create_item(item()).with_body(DOCUMENT)
}

pub(super) async fn run(
    driver: &CosmosDriver,
    operation: CosmosOperation,
) -> Result<CosmosResponse, CosmosError> {
    driver.execute_operation(operation, &plain()).await
}

pub(super) fn fail(kind: TransportErrorKind, sent: RequestSentStatus) -> Reply {
    Reply::Fail(TransportError::new(kind, sent))
}

pub(super) fn unreachable() -> Reply {
    fail(TransportErrorKind::Connect, RequestSentStatus::NotSent)
}

pub(super) fn lost() -> Reply {
    fail(TransportErrorKind::Broken, RequestSentStatus::Unknown)
}

pub(super) fn three_regions(fake: &Fake, multiple_write_regions: bool) {
    fake.set(|state| {
        state.regions = vec![
            ("East US", "http://east.test/"),
            ("West US", "http://west.test/"),
            ("North Europe", "http://north.test/"),
        ];
        state.multiple_write_regions = multiple_write_regions;
    });
}

pub(super) async fn world(multiple_write_regions: bool) -> (Fake, std::sync::Arc<CosmosDriver>) {
    let fake = Fake::default();
    three_regions(&fake, multiple_write_regions);
    let driver = fake.driver().await;
    (fake, driver)
}

/// The same, with a driver that knows the container: what is sent from here on is what a test asks for.
pub(super) async fn world_with_container(
    multiple_write_regions: bool,
) -> (Fake, std::sync::Arc<CosmosDriver>) {
    let (fake, driver) = world(multiple_write_regions).await;
    driver
        .resolve_container(&container(), &plain())
        .await
        .unwrap();
    (fake, driver)
}

pub(super) fn contexts(response: &CosmosResponse) -> Vec<ExecutionContext> {
    let diagnostics = response.diagnostics();
    diagnostics
        .requests()
        .map(RequestDiagnostics::execution_context)
        .collect()
}

pub(super) async fn pass(time: Duration) {
    tokio::time::sleep_until(Instant::now() + time).await;
}
