//! The runtime keeps the accounts of its drivers fresh: one loop, one read per account and interval, nothing
//! held and nothing left.

use std::sync::Arc;
use std::time::Duration;

use cosmokit_driver::options::AccountRefreshOptions;
use cosmokit_driver::{
    AccountReference, CosmosDriver, CosmosDriverRuntime, CosmosOperation, DriverOptions,
    OperationOptions,
};

use crate::fake::{Fake, KEY, Reply, account, answer, item};

const INTERVAL: Duration = Duration::from_secs(300);

/// Rounds at exactly the interval.
fn exact() -> AccountRefreshOptions {
    AccountRefreshOptions::default().with_account_refresh_jitter_percent(0)
}

fn runtime(fake: &Fake) -> Arc<CosmosDriverRuntime> {
    fake.runtime()
        .with_account_refresh_options(exact())
        .build()
        .unwrap()
}

fn named(name: &str) -> AccountReference {
    AccountReference::with_account_key(format!("http://{name}.test/").parse().unwrap(), KEY)
}

async fn driver(
    runtime: &Arc<CosmosDriverRuntime>,
    account: AccountReference,
) -> Arc<CosmosDriver> {
    runtime
        .get_or_create_driver(account, DriverOptions::default())
        .await
        .unwrap()
}

/// Lets time pass, and all that is due happen.
async fn pass(time: Duration) {
    tokio::time::sleep_until(tokio::time::Instant::now() + time).await;
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

fn reads_of(fake: &Fake, host: &str) -> usize {
    fake.seen("/")
        .iter()
        .filter(|seen| seen.host == host)
        .count()
}

fn tasks() -> usize {
    tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks()
}

#[tokio::test(start_paused = true)]
async fn one_loop_serves_all_drivers_without_traffic() {
    let fake = Fake::default();
    let runtime = runtime(&fake);
    assert_eq!(tasks(), 0, "nothing runs before there is an account");
    let (_a, _b) = (
        driver(&runtime, named("a")).await,
        driver(&runtime, named("b")).await,
    );
    assert_eq!(tasks(), 1);
    pass(Duration::from_secs(299)).await;
    assert_eq!(
        (reads_of(&fake, "a.test"), reads_of(&fake, "b.test")),
        (1, 1)
    );
    pass(Duration::from_secs(1)).await;
    assert_eq!(
        (reads_of(&fake, "a.test"), reads_of(&fake, "b.test")),
        (2, 2)
    );
    pass(INTERVAL * 3).await;
    assert_eq!(
        (reads_of(&fake, "a.test"), reads_of(&fake, "b.test")),
        (5, 5)
    );
}

#[tokio::test(start_paused = true)]
async fn many_handles_of_one_account_cost_one_read_per_interval() {
    let fake = Fake::default();
    let runtime = runtime(&fake);
    let mut handles = Vec::new();
    for _ in 0..10 {
        handles.push(driver(&runtime, account()).await);
    }
    pass(INTERVAL * 2).await;
    assert_eq!(fake.seen("/").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn two_runtimes_do_not_share() {
    let fake = Fake::default();
    let (one, two) = (runtime(&fake), runtime(&fake));
    let (_a, _b) = (driver(&one, account()).await, driver(&two, account()).await);
    assert_eq!(tasks(), 2);
    pass(INTERVAL).await;
    assert_eq!(fake.seen("/").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_success_is_routed_by_and_a_failure_changes_nothing() {
    let fake = Fake::default();
    let runtime = runtime(&fake);
    let driver = driver(&runtime, account()).await;
    let region = || {
        driver.account_properties().readable_locations[0]
            .name
            .clone()
    };
    fake.set(|state| state.regions = vec![("West US", "http://west.test/")]);
    assert_eq!(region(), "East US");
    pass(INTERVAL).await;
    assert_eq!(region(), "West US");
    driver
        .execute_operation(
            CosmosOperation::read_item(item()),
            &OperationOptions::default(),
        )
        .await
        .unwrap();
    assert_eq!(fake.hosts(), ["west.test"]);
    fake.set(|state| {
        state.regions = vec![("North Europe", "http://north.test/")];
        state.account.push_back(answer(401));
    });
    pass(INTERVAL).await;
    assert_eq!(region(), "West US", "what was known stays");
    pass(INTERVAL).await;
    assert_eq!(region(), "North Europe", "and the next round tries again");
}

#[tokio::test(start_paused = true)]
async fn a_success_of_the_loop_counts_for_refused_writes_and_a_failure_does_not() {
    let create = || CosmosOperation::create_item(item()).with_body(r#"{"id":"1"}"#);
    for (fails, reads) in [(false, 2), (true, 3)] {
        let fake = Fake::default();
        let runtime = runtime(&fake);
        let driver = driver(&runtime, account()).await;
        if fails {
            fake.set(|state| state.account.push_back(answer(401)));
        }
        pass(INTERVAL).await;
        assert_eq!(fake.seen("/").len(), 2, "the loop's");
        // Within five seconds of a read that succeeded no refused write has the account read again.
        fake.script([answer(403).substatus(3), answer(201)]);
        let options = OperationOptions::default();
        driver.execute_operation(create(), &options).await.unwrap();
        assert_eq!(fake.seen("/").len(), reads, "failed: {fails}");
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_one_driver_stops_its_account_only() {
    let fake = Fake::default();
    let runtime = runtime(&fake);
    let (a, _b) = (
        driver(&runtime, named("a")).await,
        driver(&runtime, named("b")).await,
    );
    drop(a);
    pass(INTERVAL * 2).await;
    assert_eq!(
        (reads_of(&fake, "a.test"), reads_of(&fake, "b.test")),
        (1, 3)
    );
}

#[tokio::test(start_paused = true)]
async fn dropping_the_last_handle_ends_a_read_that_is_running() {
    let fake = Fake::default();
    let runtime = runtime(&fake);
    let driver = driver(&runtime, account()).await;
    fake.set(|state| state.account.push_back(Reply::Never));
    pass(INTERVAL).await;
    assert_eq!(fake.seen("/").len(), 2, "a read hangs");
    let hanging = fake.handles();
    drop(driver);
    pass(Duration::ZERO).await;
    assert!(fake.handles() < hanging, "the read is given up");
    assert_eq!(runtime.driver_count(), 0);
    assert_eq!(tasks(), 1, "the loop goes on for others");
}

#[tokio::test(start_paused = true)]
async fn dropping_the_runtime_ends_the_loop() {
    let fake = Fake::default();
    let runtime = runtime(&fake);
    let driver = driver(&runtime, account()).await;
    fake.set(|state| state.account.push_back(Reply::Never));
    pass(INTERVAL).await;
    drop((driver, runtime));
    pass(Duration::ZERO).await;
    assert_eq!((tasks(), fake.handles()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_slow_account_delays_no_other() {
    let fake = Fake::default();
    let runtime = runtime(&fake);
    let mut drivers = Vec::new();
    for name in ["slow", "a", "b", "c"] {
        drivers.push(driver(&runtime, named(name)).await);
    }
    fake.set(|state| state.account.push_back(Reply::Never));
    pass(INTERVAL).await;
    for host in ["a.test", "b.test", "c.test"] {
        assert_eq!(reads_of(&fake, host), 2, "{host}");
    }
    assert_eq!(reads_of(&fake, "slow.test"), 2);
}

#[tokio::test(start_paused = true)]
async fn at_most_so_many_accounts_are_read_at_once() {
    let fake = Fake::default();
    let runtime = fake
        .runtime()
        .with_account_refresh_options(exact().with_max_concurrent_account_refreshes(2))
        .build()
        .unwrap();
    let mut drivers = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        drivers.push(driver(&runtime, named(name)).await);
    }
    fake.set(|state| {
        let slow = || Reply::After(Duration::from_secs(2), Box::new(answer(401)));
        state.account.extend((0..5).map(|_| slow()));
    });
    for (after, reads) in [(300, 5 + 2), (2, 5 + 4), (2, 5 + 5)] {
        pass(Duration::from_secs(after)).await;
        assert_eq!(fake.seen("/").len(), reads);
    }
}

#[tokio::test(start_paused = true)]
async fn jitter_shortens_the_pause_and_never_lengthens_it() {
    let fake = Fake::default();
    let options = AccountRefreshOptions::default()
        .with_account_refresh_interval(Duration::from_secs(100))
        .with_account_refresh_jitter_percent(50);
    let runtime = fake
        .runtime()
        .with_account_refresh_options(options)
        .build()
        .unwrap();
    let _driver = driver(&runtime, account()).await;
    pass(Duration::from_secs(10_000)).await;
    let reads = fake.seen("/").len() - 1;
    assert!((115..=190).contains(&reads), "{reads}");
}

#[tokio::test(start_paused = true)]
async fn operations_back_to_back_cause_no_account_reads() {
    let fake = Fake::default();
    let runtime = runtime(&fake);
    let driver = driver(&runtime, account()).await;
    for _ in 0..1_000 {
        driver
            .execute_operation(
                CosmosOperation::read_item(item()),
                &OperationOptions::default(),
            )
            .await
            .unwrap();
    }
    assert_eq!(fake.seen("/").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_first_read_asks_backup_endpoints_when_the_account_does_not_answer() {
    let fake = Fake::default();
    let dead = || {
        Reply::Fail(cosmokit_driver::TransportError::new(
            cosmokit_driver::TransportErrorKind::Dns,
            cosmokit_driver::RequestSentStatus::NotSent,
        ))
    };
    fake.set(|state| state.account.extend([dead(), dead(), dead()]));
    let options = DriverOptions::builder()
        .with_backup_endpoints(["http://b1.test/", "http://b2.test/"].map(|e| e.parse().unwrap()))
        .build();
    let runtime = runtime(&fake);
    let driver = runtime
        .get_or_create_driver(account(), options)
        .await
        .unwrap();
    let hosts: Vec<String> = fake.seen("/").into_iter().map(|seen| seen.host).collect();
    assert!(hosts.contains(&"b1.test".to_owned()), "{hosts:?}");
    assert_eq!(
        driver.account_properties().readable_locations[0].name,
        "East US"
    );
}
