//! Who shares what, and that everything ends with its owner.

use std::sync::{Arc, Weak};
use std::time::Duration;

use cosmokit_driver::{
    AccountReference, CosmosDriver, CosmosOperation, DriverOptions, OperationOptions,
};
use futures_util::future::join_all;

use crate::fake::{Fake, KEY, account, answer, item};

#[tokio::test(start_paused = true)]
async fn one_account_has_one_driver_and_one_read() {
    let fake = Fake::default();
    fake.set(|state| {
        let document = r#"{"id":"acct","readableLocations":[],"writableLocations":[]}"#;
        state
            .account
            .push_back(answer(200).body(document).after(Duration::from_millis(20)));
    });
    let runtime = fake.runtime().build().unwrap();
    let made = join_all(
        (0..10).map(|_| runtime.get_or_create_driver(account(), DriverOptions::default())),
    )
    .await;
    let first = made[0].as_ref().unwrap();
    assert!(
        made.iter()
            .all(|driver| Arc::ptr_eq(driver.as_ref().unwrap(), first))
    );
    assert_eq!(fake.seen("/").len(), 1);
    let again = AccountReference::with_account_key("http://ACCT.test:80".parse().unwrap(), KEY);
    let same = runtime
        .get_or_create_driver(again, DriverOptions::default())
        .await
        .unwrap();
    assert!(Arc::ptr_eq(&same, first));
    let other_key =
        AccountReference::with_account_key("http://acct.test/".parse().unwrap(), "AAAA");
    let other = runtime
        .get_or_create_driver(other_key, DriverOptions::default())
        .await
        .unwrap();
    assert!(!Arc::ptr_eq(&other, first));
    assert_eq!(runtime.driver_count(), 2);
}

fn patient(retries: u32) -> DriverOptions {
    let operation = OperationOptions::default().with_max_failover_retry_count(retries);
    DriverOptions::builder()
        .with_operation_options(operation)
        .build()
}

#[tokio::test(start_paused = true)]
async fn other_options_are_refused_as_long_as_there_is_a_driver() {
    let fake = Fake::default();
    let runtime = fake.runtime().build().unwrap();
    let get = async |options| runtime.get_or_create_driver(account(), options).await;
    let driver = get(patient(7)).await.unwrap();
    assert!(Arc::ptr_eq(&driver, &get(patient(7)).await.unwrap()));
    let any = get(DriverOptions::default()).await.unwrap();
    assert!(
        Arc::ptr_eq(&driver, &any),
        "who wishes nothing takes what there is"
    );
    let settings = any.resolve_options(&OperationOptions::default()).unwrap();
    assert_eq!(settings.max_failover_retry_count, 7);
    let error = get(patient(8)).await.unwrap_err();
    assert_eq!(error.kind(), cosmokit_driver::ErrorKind::Configuration);
    assert!(error.message().contains("http://acct.test"), "{error}");
    assert_eq!(runtime.driver_count(), 1);
    drop((driver, any));
    assert_eq!(runtime.driver_count(), 0);
    let other = get(patient(8)).await.unwrap();
    let settings = other.resolve_options(&OperationOptions::default()).unwrap();
    assert_eq!(settings.max_failover_retry_count, 8);
}

#[tokio::test(start_paused = true)]
async fn other_options_are_refused_while_the_driver_is_made() {
    let fake = Fake::default();
    fake.set(|state| {
        state
            .account
            .push_back(answer(500).after(Duration::from_secs(1)));
    });
    let runtime = fake.runtime().build().unwrap();
    let mut making = Box::pin(runtime.get_or_create_driver(account(), patient(7)));
    assert!(futures_util::poll!(&mut making).is_pending());
    runtime
        .get_or_create_driver(account(), patient(8))
        .await
        .unwrap_err();
    drop(making);
    runtime
        .get_or_create_driver(account(), patient(8))
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn handles_in_sessions_are_the_accounts_driver() {
    let fake = Fake::default();
    let runtime = fake.runtime().build().unwrap();
    let get = async || {
        runtime
            .get_or_create_driver(account(), DriverOptions::default())
            .await
    };
    let driver = get().await.unwrap();
    let weak = Arc::downgrade(&driver);
    let handle = driver.in_session(&cosmokit_driver::Session::new());
    drop(driver);
    assert!(Arc::ptr_eq(&weak.upgrade().unwrap(), &get().await.unwrap()));
    drop(handle);
    assert!(weak.upgrade().is_none());
}

#[tokio::test(start_paused = true)]
async fn two_runtimes_do_not_share() {
    let fake = Fake::default();
    assert!(!Arc::ptr_eq(&fake.driver().await, &fake.driver().await));
}

#[tokio::test(start_paused = true)]
async fn a_failed_start_is_not_kept() {
    let fake = Fake::default();
    fake.set(|state| {
        state.account.extend([
            answer(401),
            answer(200).body("<html>"),
            answer(200).body("{}"),
        ]);
    });
    let runtime = fake.runtime().build().unwrap();
    let error = runtime
        .get_or_create_driver(account(), DriverOptions::default())
        .await
        .unwrap_err();
    assert!(error.status().is_unauthorized());
    let error = runtime
        .get_or_create_driver(account(), DriverOptions::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), cosmokit_driver::ErrorKind::Contract);
    assert!(
        runtime
            .get_or_create_driver(account(), DriverOptions::default())
            .await
            .is_err(),
        "no id"
    );
    assert_eq!(runtime.driver_count(), 0);
    runtime
        .get_or_create_driver(account(), DriverOptions::default())
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_start_leaves_room_for_the_next() {
    let fake = Fake::default();
    let runtime = fake.runtime().build().unwrap();
    {
        let starting = runtime.get_or_create_driver(account(), DriverOptions::default());
        let mut starting = Box::pin(starting);
        fake.set(|state| state.account.push_back(crate::fake::Reply::Never));
        assert!(futures_util::poll!(&mut starting).is_pending());
    }
    runtime
        .get_or_create_driver(account(), DriverOptions::default())
        .await
        .unwrap();
}

/// Lets tasks that were aborted end.
async fn settle() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

/// Whatever is dropped in whatever order, nothing is left.
#[tokio::test(start_paused = true)]
async fn everything_ends_with_its_last_handle() {
    for order in 0..3 {
        let fake = Fake::default();
        let runtime = fake.runtime().build().unwrap();
        let driver = runtime
            .get_or_create_driver(account(), DriverOptions::default())
            .await
            .unwrap();
        driver
            .execute_operation(
                CosmosOperation::read_item(item()),
                &OperationOptions::default(),
            )
            .await
            .unwrap();
        let pager = driver
            .execute_feed(
                CosmosOperation::read_all_items(crate::fake::container(), "pk"),
                &OperationOptions::default(),
            )
            .unwrap();
        let (weak_runtime, weak_driver) = (Arc::downgrade(&runtime), Arc::downgrade(&driver));
        match order {
            0 => {
                drop(runtime);
                assert!(
                    weak_runtime.upgrade().is_some(),
                    "the driver needs its runtime"
                );
                drop(driver);
                drop(pager);
            }
            1 => {
                drop(driver);
                assert!(weak_driver.upgrade().is_none());
                assert_eq!(runtime.driver_count(), 0);
                drop(pager);
                drop(runtime);
            }
            _ => {
                drop(pager);
                drop(driver);
                drop(runtime);
            }
        }
        assert!(weak_driver.upgrade().is_none());
        assert!(weak_runtime.upgrade().is_none());
        settle().await;
        assert_eq!(
            tokio::runtime::Handle::current()
                .metrics()
                .num_alive_tasks(),
            0
        );
        assert_eq!(fake.handles(), 1, "nothing holds the transport any more");
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_drivers_leave_nothing() {
    let fake = Fake::default();
    let runtime = fake.runtime().build().unwrap();
    let mut last: Weak<CosmosDriver> = Weak::new();
    for n in 0..10_000 {
        let endpoint = format!("http://acct-{}.test/", n % 100).parse().unwrap();
        let account = AccountReference::with_account_key(endpoint, KEY);
        let driver = runtime
            .get_or_create_driver(account, DriverOptions::default())
            .await
            .unwrap();
        assert!(last.upgrade().is_none());
        last = Arc::downgrade(&driver);
    }
    assert_eq!(runtime.driver_count(), 0);
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    assert_eq!(tasks(), 1, "the loop that refreshes accounts, once");
    drop(runtime);
    settle().await;
    assert_eq!((tasks(), fake.handles()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_driver_can_be_had_again() {
    let fake = Fake::default();
    let runtime = fake.runtime().build().unwrap();
    drop(
        runtime
            .get_or_create_driver(account(), DriverOptions::default())
            .await
            .unwrap(),
    );
    runtime
        .get_or_create_driver(account(), DriverOptions::default())
        .await
        .unwrap();
    assert_eq!(fake.seen("/").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_account_is_read_again_on_demand_and_a_failure_changes_nothing() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.set(|state| state.regions = vec![("West US", "http://west.test/")]);
    assert_eq!(
        driver.account_properties().readable_locations[0].name,
        "East US"
    );
    driver.refresh_account().await.unwrap();
    assert_eq!(
        driver.account_properties().readable_locations[0].name,
        "West US"
    );
    driver
        .execute_operation(
            CosmosOperation::read_item(item()),
            &OperationOptions::default(),
        )
        .await
        .unwrap();
    assert_eq!(fake.hosts(), ["west.test"]);
    fake.set(|state| state.account.push_back(answer(401)));
    driver.refresh_account().await.unwrap_err();
    assert_eq!(
        driver.account_properties().readable_locations[0].name,
        "West US"
    );
    assert_eq!(
        fake.seen("/")
            .iter()
            .map(|seen| seen.host.as_str())
            .collect::<Vec<_>>(),
        ["acct.test"; 3]
    );
}

#[tokio::test(start_paused = true)]
async fn operations_cause_no_account_reads() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    for _ in 0..100 {
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
