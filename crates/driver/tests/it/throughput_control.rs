//! Throughput control groups: rates, waits, refusals, headers.

use std::sync::Arc;
use std::time::Duration;

use cosmokit_driver::options::{
    EndToEndOperationLatencyPolicy, PriorityLevel, ThroughputControlGroupOptions,
    ThroughputControlOptions,
};
use cosmokit_driver::{
    CosmosDriver, CosmosError, CosmosOperation, CosmosResponse, DriverOptions, ErrorKind,
    OperationOptions,
};
use futures_util::future::join_all;
use tokio::time::Instant;

use crate::fake::{Fake, account, answer, database, item};

fn group(name: &str) -> ThroughputControlGroupOptions {
    ThroughputControlGroupOptions::new(name)
}

fn costs(charge: &'static str) -> impl Iterator<Item = crate::fake::Reply> {
    std::iter::repeat_with(move || answer(200).with("x-ms-request-charge", charge)).take(500)
}

async fn driver(fake: &Fake, groups: Vec<ThroughputControlGroupOptions>) -> Arc<CosmosDriver> {
    let mut options = DriverOptions::builder();
    for group in groups {
        options = options.register_throughput_control_group(group).unwrap();
    }
    fake.driver_with(options.build()).await
}

fn join(name: &str) -> OperationOptions {
    let control = ThroughputControlOptions::default().with_group_name(name.into());
    OperationOptions::default().with_throughput_control(control)
}

async fn read(
    driver: &CosmosDriver,
    options: &OperationOptions,
) -> Result<CosmosResponse, CosmosError> {
    driver
        .execute_operation(CosmosOperation::read_item(item()), options)
        .await
}

#[tokio::test(start_paused = true)]
async fn operations_keep_within_the_rate_by_what_they_really_cost() {
    let fake = Fake::default();
    let driver = driver(&fake, vec![group("g").with_target_throughput(100.0)]).await;
    fake.script(costs("50"));
    let started = Instant::now();
    let mut waited = Duration::ZERO;
    for _ in 0..41 {
        let response = read(&driver, &join("g")).await.unwrap();
        waited += response.diagnostics().throughput_wait();
    }
    // 41 × 50 RU at 100 RU/s, of which a second's worth and the last are not waited for.
    let took = started.elapsed();
    assert!(
        took.abs_diff(Duration::from_secs(19)) < Duration::from_secs(1),
        "{took:?}"
    );
    assert_eq!(waited, took, "the only waits are told");
}

#[tokio::test(start_paused = true)]
async fn operations_at_the_same_time_share_the_rate() {
    let fake = Fake::default();
    let driver = driver(&fake, vec![group("g").with_target_throughput(100.0)]).await;
    fake.script(costs("10"));
    for _ in 0..30 {
        read(&driver, &join("g")).await.unwrap();
    }
    tokio::time::advance(Duration::from_secs(10)).await;
    let started = Instant::now();
    let options = join("g");
    let outcomes = join_all((0..50).map(|_| read(&driver, &options))).await;
    assert!(outcomes.iter().all(Result::is_ok));
    let took = started.elapsed();
    assert!(
        took > Duration::from_millis(3_500) && took < Duration::from_secs(5),
        "{took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn who_would_wait_too_long_is_told_at_once_and_nothing_is_sent() {
    let fake = Fake::default();
    let limited = group("g")
        .with_target_throughput(10.0)
        .with_max_wait(Duration::from_secs(2));
    let driver = driver(&fake, vec![limited]).await;
    fake.script(costs("40"));
    read(&driver, &join("g")).await.unwrap();
    let started = Instant::now();
    let error = read(&driver, &join("g")).await.unwrap_err();
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert_eq!(error.kind(), ErrorKind::ThroughputControl);
    assert_eq!(error.status().status_code(), 429);
    assert_eq!(error.status().sub_status().unwrap().value(), 10_003);
    assert!(error.message().contains("group g"), "{error}");
    assert!(!error.may_have_been_applied());
    assert_eq!(error.diagnostics().unwrap().request_count(), 0);
    let wait = error.retry_after().unwrap();
    assert_eq!(fake.items_seen().len(), 1);
    tokio::time::advance(wait).await;
    let again = read(&driver, &join("g")).await.unwrap();
    assert_eq!(again.diagnostics().throughput_wait(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_outlasts_the_deadline_is_not_begun() {
    let fake = Fake::default();
    let driver = driver(&fake, vec![group("g").with_target_throughput(10.0)]).await;
    fake.script(costs("40"));
    read(&driver, &join("g")).await.unwrap();
    let policy = EndToEndOperationLatencyPolicy::new(Duration::from_secs(1));
    let hurried = join("g").with_end_to_end_latency_policy(policy);
    let error = read(&driver, &hurried).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ThroughputControl);
}

#[tokio::test(start_paused = true)]
async fn the_number_of_those_who_wait_is_bounded_and_who_leaves_gives_back() {
    let fake = Fake::default();
    let limited = group("g").with_target_throughput(10.0).with_max_waiting(1);
    let driver = driver(&fake, vec![limited]).await;
    fake.script(costs("20"));
    read(&driver, &join("g")).await.unwrap();
    {
        let options = join("g");
        let mut waiting = Box::pin(read(&driver, &options));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert!(read(&driver, &options).await.is_err(), "one waits already");
    }
    let started = Instant::now();
    read(&driver, &join("g")).await.unwrap();
    // 10 RU are owed; what the one who left had reserved is not.
    assert_eq!(started.elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn buckets_and_priorities_of_the_group_hold_unless_the_operation_has_its_own() {
    let fake = Fake::default();
    let low = group("low")
        .with_throughput_bucket(2)
        .with_priority_level(PriorityLevel::Low);
    let driver = driver(&fake, vec![low.by_default()]).await;
    let own = ThroughputControlOptions::default().with_priority_level(PriorityLevel::High);
    let own = OperationOptions::default().with_throughput_control(own);
    read(&driver, &OperationOptions::default()).await.unwrap();
    read(&driver, &own).await.unwrap();
    let sent: Vec<_> = fake
        .items_seen()
        .iter()
        .map(|seen| {
            let text = |name| seen.header(name).map(ToOwned::to_owned);
            (
                text("x-ms-cosmos-throughput-bucket"),
                text("x-ms-cosmos-priority-level"),
            )
        })
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(sent[0], (some("2"), some("Low")));
    assert_eq!(sent[1], (some("2"), some("High")));
    let seen = fake.seen("/colls/c");
    assert!(seen[0].header("x-ms-cosmos-priority-level").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_group_of_the_runtime_is_shared_by_its_drivers() {
    let fake = Fake::default();
    fake.script(costs("50"));
    let runtime = fake
        .runtime()
        .register_throughput_control_group(group("g").with_target_throughput(10.0))
        .unwrap()
        .build()
        .unwrap();
    let first = DriverOptions::default();
    let second = DriverOptions::default();
    let elsewhere = cosmokit_driver::AccountReference::with_account_key(
        "http://other.test/".parse().unwrap(),
        crate::fake::KEY,
    );
    let first = runtime
        .get_or_create_driver(account(), first)
        .await
        .unwrap();
    let second = runtime
        .get_or_create_driver(elsewhere, second)
        .await
        .unwrap();
    assert!(!Arc::ptr_eq(&first, &second));
    read(&first, &join("g")).await.unwrap();
    let response = read(&second, &join("g")).await.unwrap();
    assert_eq!(
        response.diagnostics().throughput_wait(),
        Duration::from_secs(4)
    );
}

#[tokio::test(start_paused = true)]
async fn groups_that_cannot_be_used_are_refused() {
    for (groups, told) in [
        (vec![group("a"), group("a")], "have the name a"),
        (vec![group("")], "has no name"),
        (vec![group("a").with_target_throughput(0.0)], "more than 0"),
        (
            vec![group("a").with_target_throughput(f64::NAN)],
            "more than 0",
        ),
        (vec![group("a").with_throughput_bucket(6)], "1 to 5"),
        (
            vec![group("a").by_default(), group("b").by_default()],
            "one already",
        ),
    ] {
        let registered = groups
            .into_iter()
            .try_fold(DriverOptions::builder(), |options, group| {
                options.register_throughput_control_group(group)
            });
        let error = registered.unwrap_err();
        assert!(error.message().contains(told), "{error}");
        assert_eq!(error.kind(), ErrorKind::Configuration);
    }
    let fake = Fake::default();
    let driver = driver(&fake, Vec::new()).await;
    let error = read(&driver, &join("unknown")).await.unwrap_err();
    assert_eq!(error.status().sub_status().unwrap().value(), 20_151);
    assert!(error.message().contains("unknown"), "{error}");
    assert!(fake.items_seen().is_empty());
    let metadata = CosmosOperation::read_database(database());
    driver
        .execute_operation(metadata, &OperationOptions::default())
        .await
        .unwrap();
}
