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

#[tokio::test(start_paused = true)]
async fn a_driver_has_the_options_that_it_was_asked_for_with() {
    let fake = Fake::default();
    let runtime = fake.runtime().build().unwrap();
    let with = async |retries: Option<u32>| {
        let mut operation = OperationOptions::default();
        operation.max_failover_retry_count = retries;
        let options = DriverOptions::builder()
            .with_operation_options(operation)
            .build();
        runtime
            .get_or_create_driver(account(), options)
            .await
            .unwrap()
    };
    let (plain, patient) = (with(None).await, with(Some(7)).await);
    assert!(!Arc::ptr_eq(&plain, &patient));
    assert!(Arc::ptr_eq(&plain, &with(None).await));
    assert!(Arc::ptr_eq(&patient, &with(Some(7)).await));
    let none = OperationOptions::default();
    for (driver, retries) in [(&plain, 3), (&patient, 7)] {
        let settings = driver.resolve_options(&none).unwrap();
        assert_eq!(settings.max_failover_retry_count, retries);
    }
    assert_eq!(runtime.driver_count(), 2);
    drop((plain, patient));
    assert_eq!(runtime.driver_count(), 0);
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
    drop(runtime);
    assert_eq!(fake.handles(), 1);
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
