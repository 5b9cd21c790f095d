//! What options change that no test of a policy shows: one test for each, with the option and without it.

use std::collections::HashMap;
use std::time::Duration;

use cosmokit_driver::options::{
    AccountRefreshOptions, ConnectionPoolOptions, DiagnosticsOptions, PartitionFailoverOptions,
    ThrottlingRetryOptions, ThroughputControlGroupOptions, ThroughputControlOptions,
};
use cosmokit_driver::{
    CosmosDriver, CosmosError, CosmosOperation, CosmosResponse, DriverOptions, OperationOptions,
    RangeRefresh, RequestDiagnostics,
};
use tokio::time::Instant;

use crate::fake::{Fake, Reply, account, answer, container, item, range};

fn plain() -> OperationOptions {
    OperationOptions::default().with_hedging_enabled(false)
}

fn read() -> CosmosOperation {
    CosmosOperation::read_item(item())
}

fn create() -> CosmosOperation {
    CosmosOperation::create_item(item()).with_body(r#"{"id":"1"}"#)
}

async fn run(
    driver: &CosmosDriver,
    operation: CosmosOperation,
) -> Result<CosmosResponse, CosmosError> {
    driver.execute_operation(operation, &plain()).await
}

fn regions(fake: &Fake, multiple_write_regions: bool) {
    fake.set(|state| {
        state.regions = vec![
            ("East US", "http://east.test/"),
            ("West US", "http://west.test/"),
        ];
        state.multiple_write_regions = multiple_write_regions;
    });
}

async fn with_pool(fake: &Fake, pool: ConnectionPoolOptions) -> std::sync::Arc<CosmosDriver> {
    let runtime = fake.runtime().with_connection_pool(pool).build().unwrap();
    let options = DriverOptions::default();
    runtime
        .get_or_create_driver(account(), options)
        .await
        .unwrap()
}

async fn with_partitions(
    fake: &Fake,
    options: PartitionFailoverOptions,
) -> std::sync::Arc<CosmosDriver> {
    let options = DriverOptions::builder().with_partition_failover_options(options);
    let driver = fake.driver_with(options.build()).await;
    driver
        .resolve_container(&container(), &plain())
        .await
        .unwrap();
    driver
}

async fn pass(time: Duration) {
    tokio::time::sleep_until(Instant::now() + time).await;
}

fn durations(error: &CosmosError) -> Vec<u64> {
    let diagnostics = error.diagnostics().unwrap();
    let seconds = diagnostics
        .requests()
        .map(RequestDiagnostics::duration)
        .map(|duration| duration.as_secs());
    seconds.collect()
}

#[tokio::test(start_paused = true)]
async fn max_session_token_bytes_cuts_the_session_of_a_feed() {
    let fake = Fake::default();
    let hex = |n: u32| format!("{n:02X}");
    fake.set(|state| {
        let bound = |n: u32| if n == 0 { String::new() } else { hex(n * 2) };
        state.ranges = (0..100)
            .map(|n| {
                let max = if n == 99 {
                    "FF".to_owned()
                } else {
                    bound(n + 1)
                };
                range(&n.to_string(), &bound(n), &max, &[])
            })
            .collect();
    });
    let driver = fake.driver().await;
    for n in 0..100 {
        let token = format!("{n}:1#{}#1={n}", 1_000_000 + n);
        fake.script([answer(200).with("x-ms-session-token", token)]);
        run(&driver, read()).await.unwrap();
    }
    let sent = async |options: OperationOptions| {
        let feed = CosmosOperation::read_all_items_cross_partition(container());
        driver.execute_operation(feed, &options).await.unwrap();
        let seen = fake.items_seen().pop().unwrap();
        seen.header("x-ms-session-token").unwrap().len()
    };
    let whole = sent(plain()).await;
    assert!(whole > 1_000, "{whole}");
    let cut = sent(plain().with_max_session_token_bytes(512_usize)).await;
    assert!((400..=512).contains(&cut), "{cut}");
}

#[tokio::test(start_paused = true)]
async fn max_session_retry_count_bounds_reads_behind_their_session() {
    for retries in [0_u32, 1, 5] {
        let fake = Fake::default();
        let driver = fake.driver().await;
        fake.script(vec![answer(404).substatus(1002); 10]);
        let options = plain().with_max_session_retry_count(retries);
        let error = driver
            .execute_operation(read(), &options)
            .await
            .unwrap_err();
        let attempts = error.diagnostics().unwrap().request_count();
        assert_eq!(attempts, usize::try_from(retries).unwrap() + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn max_retry_wait_time_bounds_the_waits_of_throttling() {
    for (seconds, attempts) in [(1, 2), (3, 4), (30, 10)] {
        let fake = Fake::default();
        let driver = fake.driver().await;
        fake.script(vec![answer(429).with("x-ms-retry-after-ms", "1000"); 20]);
        let limit = Duration::from_secs(seconds);
        let retries = ThrottlingRetryOptions::default().with_max_retry_wait_time(limit);
        let options = plain().with_throttling_retry_options(retries);
        let error = driver
            .execute_operation(read(), &options)
            .await
            .unwrap_err();
        let made = error.diagnostics().unwrap().request_count();
        assert_eq!(made, attempts, "{seconds} s");
    }
}

#[tokio::test(start_paused = true)]
async fn min_account_refresh_gap_says_how_soon_the_account_is_read_again() {
    for (gap, reads) in [(0, 3), (5_000, 1)] {
        let fake = Fake::default();
        let refresh = AccountRefreshOptions::default()
            .with_min_account_refresh_gap(Duration::from_millis(gap));
        let runtime = fake.runtime().with_account_refresh_options(refresh);
        let driver = runtime.build().unwrap();
        let driver = driver.get_or_create_driver(account(), DriverOptions::default());
        let driver = driver.await.unwrap();
        for _ in 0..2 {
            fake.script([answer(403).substatus(3), answer(201)]);
            run(&driver, create()).await.unwrap();
        }
        assert_eq!(fake.seen("/").len(), reads, "{gap} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn max_dataplane_request_timeout_cuts_off_attempts() {
    for seconds in [2, 9] {
        let fake = Fake::default();
        let time = Duration::from_secs(seconds);
        let pool = ConnectionPoolOptions::default()
            .with_max_dataplane_request_timeout(time)
            .with_min_dataplane_request_timeout(time);
        let driver = with_pool(&fake, pool).await;
        fake.script(vec![Reply::Never; 4]);
        let error = run(&driver, create()).await.unwrap_err();
        assert_eq!(durations(&error), [seconds; 4]);
    }
}

#[tokio::test(start_paused = true)]
async fn min_and_max_metadata_request_timeout_escalate() {
    let fake = Fake::default();
    let pool = ConnectionPoolOptions::default()
        .with_min_metadata_request_timeout(Duration::from_secs(3))
        .with_max_metadata_request_timeout(Duration::from_secs(10));
    let driver = with_pool(&fake, pool).await;
    fake.set(|state| state.container.extend(vec![Reply::Never; 4]));
    let error = run(&driver, read()).await.unwrap_err();
    assert_eq!(durations(&error), [3, 6, 10, 10]);
    // A write of metadata has the most at once.
    let database = crate::fake::database();
    let create = CosmosOperation::create_container(database).with_body("{}");
    fake.set(|state| state.others.extend(vec![Reply::Never; 4]));
    let error = run(&driver, create).await.unwrap_err();
    assert_eq!(durations(&error)[0], 10);
}

#[tokio::test(start_paused = true)]
async fn max_request_diagnostics_and_max_summary_size_bytes_bound_what_is_kept() {
    for (kept, bytes) in [(4_usize, 1_024_usize), (40, 4_096)] {
        let fake = Fake::default();
        let options = DiagnosticsOptions::default()
            .with_max_request_diagnostics(kept)
            .with_max_summary_size_bytes(bytes);
        let runtime = fake.runtime().with_diagnostics_options(options).build();
        let driver = runtime
            .unwrap()
            .get_or_create_driver(account(), DriverOptions::default())
            .await
            .unwrap();
        fake.script(vec![answer(429).with("x-ms-retry-after-ms", "1"); 100]);
        let retries = ThrottlingRetryOptions::default().with_max_retry_count(99_u32);
        let options = plain().with_throttling_retry_options(retries);
        let error = driver
            .execute_operation(read(), &options)
            .await
            .unwrap_err();
        let diagnostics = error.diagnostics().unwrap();
        assert_eq!(diagnostics.request_count(), 100);
        assert_eq!(diagnostics.retained_request_count(), kept);
        let summary = diagnostics.summary().len();
        assert!((bytes / 2..=bytes).contains(&summary), "{summary}");
    }
}

/// Writes that fail in the first region, one operation each, and where the next one begins.
async fn writes_begin_after(driver: &CosmosDriver, fake: &Fake, failures: usize) -> String {
    for _ in 0..failures {
        fake.script([answer(408), answer(201)]);
        run(driver, create()).await.unwrap();
    }
    let before = fake.hosts().len();
    run(driver, create()).await.unwrap();
    fake.hosts()[before].clone()
}

#[tokio::test(start_paused = true)]
async fn write_failure_threshold_trips_the_breaker_of_writes() {
    for threshold in [2_usize, 4] {
        let fake = Fake::default();
        regions(&fake, true);
        let limit = u32::try_from(threshold).unwrap();
        let options = PartitionFailoverOptions::default().with_write_failure_threshold(limit);
        let driver = with_partitions(&fake, options).await;
        let host = writes_begin_after(&driver, &fake, threshold - 1).await;
        assert_eq!(host, "east.test");
        let host = writes_begin_after(&driver, &fake, threshold).await;
        assert_eq!(host, "west.test");
    }
}

#[tokio::test(start_paused = true)]
async fn counter_reset_window_forgets_failures_far_apart() {
    for (window, host) in [(60, "west.test"), (5, "east.test")] {
        let fake = Fake::default();
        regions(&fake, false);
        let options = PartitionFailoverOptions::default()
            .with_read_failure_threshold(2_u32)
            .with_counter_reset_window(Duration::from_secs(window))
            .with_partition_unavailability_duration(Duration::from_secs(600));
        let driver = with_partitions(&fake, options).await;
        for _ in 0..2 {
            fake.script([answer(408), answer(200)]);
            run(&driver, read()).await.unwrap();
            pass(Duration::from_secs(10)).await;
        }
        run(&driver, read()).await.unwrap();
        assert_eq!(fake.hosts().pop().unwrap(), host, "{window} s");
    }
}

#[tokio::test(start_paused = true)]
async fn partition_unavailability_duration_says_when_a_probe_goes_back() {
    for seconds in [1, 20] {
        let fake = Fake::default();
        regions(&fake, false);
        let options = PartitionFailoverOptions::default()
            .with_read_failure_threshold(1_u32)
            .with_partition_unavailability_duration(Duration::from_secs(seconds));
        let driver = with_partitions(&fake, options).await;
        fake.script([answer(408), answer(200)]);
        run(&driver, read()).await.unwrap();
        pass(Duration::from_millis(seconds * 1_000 - 100)).await;
        run(&driver, read()).await.unwrap();
        assert_eq!(fake.hosts().pop().unwrap(), "west.test");
        pass(Duration::from_millis(200)).await;
        run(&driver, read()).await.unwrap();
        assert_eq!(fake.hosts().pop().unwrap(), "east.test");
    }
}

#[tokio::test(start_paused = true)]
async fn consecutive_hedge_win_threshold_passes_over_a_slow_region() {
    for threshold in [1_usize, 3] {
        let fake = Fake::default();
        regions(&fake, false);
        let limit = u32::try_from(threshold).unwrap();
        let options =
            PartitionFailoverOptions::default().with_consecutive_hedge_win_threshold(limit);
        let driver = with_partitions(&fake, options).await;
        for _ in 0..threshold {
            let slow = answer(200).after(Duration::from_secs(5));
            fake.script([slow, answer(200)]);
            let hedged = OperationOptions::default();
            driver.execute_operation(read(), &hedged).await.unwrap();
        }
        assert_eq!(fake.hosts()[2 * threshold - 2], "east.test");
        run(&driver, read()).await.unwrap();
        assert_eq!(fake.hosts().pop().unwrap(), "west.test");
    }
}

#[tokio::test(start_paused = true)]
async fn emulator_host_names_one_that_may_be_spoken_to_in_the_clear() {
    use cosmokit_driver::options::Environment;
    use cosmokit_driver::{AccountReference, CosmosDriverRuntime};

    let connect = async |pool: ConnectionPoolOptions| {
        let runtime = CosmosDriverRuntime::builder()
            .with_environment(Environment::empty())
            .with_connection_pool(pool)
            .build()
            .unwrap();
        let endpoint = "http://10.255.255.1:1/".parse().unwrap();
        let account = AccountReference::with_account_key(endpoint, crate::fake::KEY);
        let driver = runtime.get_or_create_driver(account, DriverOptions::default());
        driver.await.unwrap_err().to_string()
    };
    let quick =
        || ConnectionPoolOptions::default().with_max_connect_timeout(Duration::from_millis(100));
    assert!(connect(quick()).await.contains("PlainHttp::Anywhere"));
    let named = quick().with_emulator_host("10.255.255.1".to_owned());
    assert!(!connect(named).await.contains("PlainHttp::Anywhere"));
}

#[tokio::test(start_paused = true)]
async fn custom_headers_are_sent_with_each_request() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    let headers = HashMap::from([("x-team".parse().unwrap(), "blue".parse().unwrap())]);
    let options = plain().with_custom_headers(headers);
    driver.execute_operation(read(), &options).await.unwrap();
    for seen in [fake.items_seen(), fake.seen("/colls/c")].concat() {
        assert_eq!(seen.header("x-team"), Some("blue"), "{}", seen.path);
    }
    run(&driver, read()).await.unwrap();
    assert_eq!(fake.items_seen()[1].header("x-team"), None);
    driver
        .resolve_partition_key_ranges(&container(), RangeRefresh::IfMissing, &options)
        .await
        .unwrap();
    let ranges = fake.seen("/pkranges");
    assert_eq!(ranges[0].header("x-team"), Some("blue"));
}

#[tokio::test(start_paused = true)]
async fn account_refresh_interval_says_how_often_an_account_is_read() {
    for (interval, reads) in [(10, 10), (100, 1)] {
        let fake = Fake::default();
        let refresh = AccountRefreshOptions::default()
            .with_account_refresh_interval(Duration::from_secs(interval))
            .with_account_refresh_jitter_percent(0_u32);
        let runtime = fake.runtime().with_account_refresh_options(refresh);
        let runtime = runtime.build().unwrap();
        let driver = runtime.get_or_create_driver(account(), DriverOptions::default());
        let driver = driver.await.unwrap();
        pass(Duration::from_secs(95)).await;
        assert_eq!(fake.seen("/").len(), reads, "every {interval} s");
        drop(driver);
    }
}

#[tokio::test(start_paused = true)]
async fn group_name_puts_an_operation_under_the_rate_of_its_group() {
    let fake = Fake::default();
    let group = ThroughputControlGroupOptions::new("slow").with_target_throughput(1.0);
    let options = DriverOptions::builder().register_throughput_control_group(group);
    let driver = fake.driver_with(options.unwrap().build()).await;
    let took = async |options: OperationOptions| {
        let started = Instant::now();
        for _ in 0..5 {
            driver.execute_operation(read(), &options).await.unwrap();
        }
        started.elapsed()
    };
    assert!(took(plain()).await < Duration::from_secs(1));
    let named = ThroughputControlOptions::default().with_group_name("slow".into());
    let slow = took(plain().with_throughput_control(named)).await;
    assert!(slow >= Duration::from_secs(3), "{slow:?}");
}
