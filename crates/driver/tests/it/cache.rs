//! Containers and ranges: read once for all, nothing bad is kept, nothing late is put back.

use std::time::Duration;

use cosmokit_driver::{CosmosOperation, ErrorKind, OperationOptions, RangeRefresh};
use futures_util::future::join_all;

use crate::fake::{Fake, Reply, answer, container, item, range};

fn plain() -> OperationOptions {
    OperationOptions::default()
}

fn read() -> CosmosOperation {
    CosmosOperation::read_item(item())
}

const DOCUMENT: &str = r#"{"id":"c","_rid":"AAAAAIAAAAE=","partitionKey":{"paths":["/pk"],"kind":"Hash","version":2}}"#;

#[tokio::test(start_paused = true)]
async fn many_operations_share_one_container_read() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.set(|state| {
        state
            .container
            .push_back(answer(200).body(DOCUMENT).after(Duration::from_millis(10)));
    });
    let options = plain();
    let reads = (0..50).map(|_| driver.execute_operation(read(), &options));
    assert!(
        join_all(reads)
            .await
            .into_iter()
            .all(|outcome| outcome.is_ok())
    );
    assert_eq!(fake.seen("/colls/c").len(), 1);
    let resolved = driver
        .resolve_container(&container(), &plain())
        .await
        .unwrap();
    assert_eq!(resolved.rid(), "AAAAAIAAAAE=");
    assert_eq!(resolved.partition_key_definition().paths(), ["/pk"]);
    assert_eq!(fake.seen("/colls/c").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_container_read_outlives_the_one_who_asked_first() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.set(|state| {
        state
            .container
            .push_back(answer(200).body(DOCUMENT).after(Duration::from_millis(10)));
    });
    let options = plain();
    let mut first = Box::pin(driver.execute_operation(read(), &options));
    assert!(futures_util::poll!(&mut first).is_pending());
    let mut second = Box::pin(driver.execute_operation(read(), &options));
    assert!(futures_util::poll!(&mut second).is_pending());
    drop(first);
    second.await.unwrap();
    assert_eq!(fake.seen("/colls/c").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_container_read_is_not_kept() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.set(|state| {
        state.container.extend([
            answer(404).body(r#"{"code":"NotFound","message":"no"}"#),
            answer(200).body("[]"),
        ]);
        state
            .container
            .push_back(answer(200).body(r#"{"id":"c","partitionKey":{"paths":["/pk"]}}"#));
    });
    let error = driver
        .execute_operation(read(), &plain())
        .await
        .unwrap_err();
    assert!(error.status().is_not_found());
    assert_eq!(
        error.diagnostics().unwrap().operation_name(),
        "read_container"
    );
    let error = driver
        .execute_operation(read(), &plain())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Contract);
    let error = driver
        .execute_operation(read(), &plain())
        .await
        .unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::Contract,
        "a container without a rid"
    );
    driver.execute_operation(read(), &plain()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_the_service_contradicts_is_read_again() {
    for (status, substatus) in [(400, 1024), (410, 1000), (404, 1003)] {
        let fake = Fake::default();
        let driver = fake.driver().await;
        fake.script([
            answer(200),
            answer(status).substatus(substatus),
            answer(200),
        ]);
        for _ in 0..3 {
            let _ = driver.execute_operation(read(), &plain()).await;
        }
        assert_eq!(fake.seen("/colls/c").len(), 2, "{status}/{substatus}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_about_an_old_container_does_not_drop_the_new_one() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    let late = answer(400).substatus(1024).after(Duration::from_millis(50));
    fake.script([late, answer(400).substatus(1024)]);
    let options = plain();
    let mut slow = Box::pin(driver.execute_operation(read(), &options));
    for _ in 0..10 {
        assert!(futures_util::poll!(&mut slow).is_pending());
    }
    // A second operation finds out first and resolves the new container; the late answer does not drop it.
    fake.set(|state| state.container_rid = "AAAAAIAAAAI=".to_owned());
    driver.execute_operation(read(), &plain()).await.unwrap();
    slow.await.unwrap();
    driver.execute_operation(read(), &plain()).await.unwrap();
    assert_eq!(fake.seen("/colls/c").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_read_that_began_before_a_drop_is_not_put_back() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.set(|state| {
        state
            .container
            .push_back(answer(200).body(DOCUMENT).after(Duration::from_millis(50)));
    });
    let options = plain();
    let reference = container();
    let mut slow = Box::pin(driver.resolve_container(&reference, &options));
    assert!(futures_util::poll!(&mut slow).is_pending());
    let other = cosmokit_driver::ContainerReference::from_name(&crate::fake::database(), "other");
    fake.set(|state| state.items.clear());
    driver
        .execute_operation(
            CosmosOperation::delete_database(crate::fake::database()),
            &plain(),
        )
        .await
        .unwrap();
    assert_eq!(slow.await.unwrap().rid(), "AAAAAIAAAAE=");
    driver
        .resolve_container(&container(), &plain())
        .await
        .unwrap();
    assert_eq!(
        fake.seen("/colls/c").len(),
        2,
        "the first read says nothing about the time after the delete"
    );
    drop(other);
}

#[tokio::test(start_paused = true)]
async fn deleting_or_replacing_a_container_forgets_it() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    for operation in [
        CosmosOperation::replace_container(container()),
        CosmosOperation::delete_container(container()),
    ] {
        driver
            .resolve_container(&container(), &plain())
            .await
            .unwrap();
        let before = fake.seen("/colls/c").len();
        driver.execute_operation(operation, &plain()).await.unwrap();
        driver
            .resolve_container(&container(), &plain())
            .await
            .unwrap();
        assert_eq!(fake.seen("/colls/c").len(), before + 2);
    }
}

#[tokio::test(start_paused = true)]
async fn ranges_are_drained_to_the_304_and_shared() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    let options = plain();
    let reference = container();
    let reads = (0..20).map(|_| {
        driver.resolve_partition_key_ranges(&reference, RangeRefresh::IfMissing, &options)
    });
    let all = join_all(reads).await;
    let first = all[0].as_ref().unwrap();
    assert!(
        all.iter()
            .all(|ranges| std::sync::Arc::ptr_eq(ranges.as_ref().unwrap(), first))
    );
    assert_eq!(first.entries().len(), 1);
    let feed = fake.seen("/pkranges");
    assert_eq!(feed.len(), 2);
    assert_eq!(feed[0].header("a-im"), Some("Incremental Feed"));
    assert_eq!(feed[0].header("x-ms-max-item-count"), Some("-1"));
    assert_eq!(feed[0].header("if-none-match"), None);
    assert_eq!(
        feed[0].header("x-ms-cosmos-intended-collection-rid"),
        Some("AAAAAIAAAAE=")
    );
    assert_eq!(feed[1].header("if-none-match"), Some("\"1\""));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_reads_only_what_changed() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    let resolve = |refresh| {
        let driver = &driver;
        async move {
            driver
                .resolve_partition_key_ranges(&container(), refresh, &plain())
                .await
                .unwrap()
        }
    };
    let before = resolve(RangeRefresh::IfMissing).await;
    fake.set(|state| {
        state.ranges = vec![range("1", "", "40", &["0"]), range("2", "40", "FF", &["0"])];
        state.ranges_etag = "\"2\"".to_owned();
    });
    let after = resolve(RangeRefresh::Always).await;
    let ids: Vec<_> = after
        .entries()
        .iter()
        .map(|entry| entry.id().to_owned())
        .collect();
    assert_eq!(ids, ["1", "2"]);
    assert_eq!(before.entries().len(), 1, "who has the old map keeps it");
    assert_eq!(after.map().heirs_of("0").count(), 2);
    assert_eq!(
        fake.seen("/pkranges")[2].header("if-none-match"),
        Some("\"1\"")
    );
    let same = resolve(RangeRefresh::Always).await;
    assert_eq!(same.entries().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_incomplete_set_is_never_published() {
    let page = |body: &'static str| answer(200).with("etag", "\"x\"").body(body);
    let gap = r#"{"PartitionKeyRanges":[{"id":"0","minInclusive":"","maxExclusive":"40"}]}"#;
    let fake = Fake::default();
    let driver = fake.driver().await;
    // Incomplete twice, each closed by a 304, then whole.
    fake.set(|state| {
        for _ in 0..2 {
            state.pkranges.extend([page(gap), answer(304)]);
        }
    });
    let ranges = driver
        .resolve_partition_key_ranges(&container(), RangeRefresh::IfMissing, &plain())
        .await
        .unwrap();
    assert_eq!(ranges.entries().len(), 1);
    // Incomplete for good.
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.set(|state| {
        for _ in 0..3 {
            state.pkranges.extend([page(gap), answer(304)]);
        }
    });
    let error = driver
        .resolve_partition_key_ranges(&container(), RangeRefresh::IfMissing, &plain())
        .await
        .unwrap_err();
    assert_eq!(error.status().sub_status().unwrap().value(), 20305);
    assert_eq!(fake.seen("/pkranges").len(), 6);
    driver
        .resolve_partition_key_ranges(&container(), RangeRefresh::IfMissing, &plain())
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_does_not_end_or_makes_no_sense_is_an_error() {
    let page = |body: &'static str| answer(200).with("etag", "\"x\"").body(body);
    let bodies = [
        "",
        "[]",
        "nonsense",
        r#"{"PartitionKeyRanges":[{"id":"0"}]}"#,
        r#"{"PartitionKeyRanges":[{"id":"0","minInclusive":"FF","maxExclusive":""}]}"#,
        r#"{"PartitionKeyRanges":[{"id":"0","minInclusive":"zz","maxExclusive":"FF"}]}"#,
    ];
    for body in bodies {
        let fake = Fake::default();
        let driver = fake.driver().await;
        fake.set(|state| {
            state.pkranges.extend([
                page(body),
                answer(304),
                page(body),
                answer(304),
                page(body),
                answer(304),
            ]);
        });
        let outcome = driver
            .resolve_partition_key_ranges(&container(), RangeRefresh::IfMissing, &plain())
            .await;
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Contract, "{body}");
    }
    let fake = Fake::default();
    let driver = fake.driver().await;
    let endless = page(r#"{"PartitionKeyRanges":[]}"#);
    fake.set(|state| state.pkranges.extend(std::iter::repeat_n(endless, 5_000)));
    let outcome = driver
        .resolve_partition_key_ranges(&container(), RangeRefresh::IfMissing, &plain())
        .await;
    assert!(outcome.unwrap_err().message().contains("does not end"));
    let without_etag = answer(200).body(r#"{"PartitionKeyRanges":[]}"#);
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.set(|state| state.pkranges.extend(std::iter::repeat_n(without_etag, 5)));
    let outcome = driver
        .resolve_partition_key_ranges(&container(), RangeRefresh::IfMissing, &plain())
        .await;
    assert!(outcome.unwrap_err().message().contains("without an etag"));
}

#[tokio::test(start_paused = true)]
async fn a_container_read_that_hangs_blocks_only_those_who_need_it() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.set(|state| state.container.push_back(Reply::Never));
    let options = plain();
    let mut stuck = Box::pin(driver.execute_operation(read(), &options));
    assert!(futures_util::poll!(&mut stuck).is_pending());
    driver
        .execute_operation(
            CosmosOperation::read_all_databases(crate::fake::account()),
            &plain(),
        )
        .await
        .unwrap();
}
