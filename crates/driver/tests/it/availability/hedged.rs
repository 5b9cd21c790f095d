//! Reads that are slow in one region.

use super::world::*;

fn slow(time: u64) -> Reply {
    answer(200).after(Duration::from_millis(time))
}

#[tokio::test(start_paused = true)]
async fn a_slow_read_is_asked_of_the_next_region_and_the_first_answer_counts() {
    let (fake, driver) = world_with_container(false).await;
    fake.script([slow(5_000), slow(100)]);
    let started = Instant::now();
    let response = run(&driver, read()).await.unwrap();
    assert_eq!(started.elapsed(), Duration::from_millis(1_100));
    assert_eq!(fake.hosts(), ["east.test", "west.test"]);
    let diagnostics = response.diagnostics();
    let (loser, winner) = {
        let mut requests = diagnostics.requests();
        (requests.next().unwrap(), requests.next().unwrap())
    };
    assert_eq!(loser.region().unwrap().as_str(), "eastus");
    assert!(
        loser
            .error()
            .unwrap()
            .contains("another region answered first")
    );
    assert_eq!(winner.execution_context(), ExecutionContext::Hedging);
    assert_eq!(winner.status().status_code(), 200);
}

#[tokio::test(start_paused = true)]
async fn the_first_region_may_still_win() {
    let (fake, driver) = world_with_container(false).await;
    fake.script([slow(1_050), slow(1_000)]);
    let started = Instant::now();
    let response = run(&driver, read()).await.unwrap();
    assert_eq!(started.elapsed(), Duration::from_millis(1_050));
    let last = response.diagnostics();
    assert_eq!(
        last.requests()
            .next()
            .unwrap()
            .status()
            .sub_status()
            .unwrap()
            .value(),
        20009
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_settles_nothing_does_not_win() {
    let (fake, driver) = world_with_container(false).await;
    fake.script([slow(3_000), answer(503)]);
    let started = Instant::now();
    run(&driver, read()).await.unwrap();
    assert_eq!(started.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn queries_and_pages_of_feeds_are_hedged_and_writes_are_not() {
    let (fake, driver) = world_with_container(false).await;
    let query = CosmosOperation::query_items(container(), None).with_body("{}");
    let feed = CosmosOperation::read_all_items(container(), "pk");
    for operation in [query, feed] {
        fake.script([slow(3_000), slow(0)]);
        run(&driver, operation).await.unwrap();
    }
    assert_eq!(
        fake.hosts(),
        ["east.test", "west.test", "east.test", "west.test"]
    );
    fake.script([slow(3_000)]);
    run(&driver, create()).await.unwrap();
    assert_eq!(fake.hosts().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn it_can_be_set_switched_off_and_is_off_when_the_service_says_so() {
    let (fake, driver) = world_with_container(false).await;
    let hosts = async |options: OperationOptions| {
        let before = fake.hosts().len();
        fake.set(|state| state.items.clear());
        fake.script([slow(3_000), slow(0)]);
        driver.execute_operation(read(), &options).await.unwrap();
        fake.hosts().len() - before
    };
    assert_eq!(hosts(plain()).await, 2);
    assert_eq!(hosts(plain().with_hedging_enabled(false)).await, 1);
    assert_eq!(
        hosts(plain().with_availability_strategy(AvailabilityStrategy::Disabled)).await,
        1
    );
    let late = AvailabilityStrategy::Hedging(Duration::from_secs(4));
    assert_eq!(hosts(plain().with_availability_strategy(late)).await, 1);
    let others = ["West US", "North Europe"]
        .into_iter()
        .collect::<ExcludedRegions>();
    assert_eq!(hosts(plain().with_excluded_regions(others)).await, 1);
    fake.set(|state| state.forbids_hedging = true);
    driver.refresh_account().await.unwrap();
    assert_eq!(hosts(plain()).await, 1);
}

#[tokio::test(start_paused = true)]
async fn only_so_many_run_at_a_time() {
    let fake = Fake::default();
    three_regions(&fake, false);
    let options = HedgingOptions::default().with_max_concurrent_hedges(2_usize);
    let driver = fake
        .driver_with(
            DriverOptions::builder()
                .with_hedging_options(options)
                .build(),
        )
        .await;
    driver
        .resolve_container(&container(), &plain())
        .await
        .unwrap();
    fake.script(vec![slow(3_000); 20]);
    let reads = (0..10).map(|_| run(&driver, read()));
    futures_util::future::join_all(reads).await;
    let west = fake
        .hosts()
        .iter()
        .filter(|host| *host == "west.test")
        .count();
    assert_eq!(west, 2);
    fake.script(vec![slow(3_000); 20]);
    let reads = (0..10).map(|_| run(&driver, read()));
    futures_util::future::join_all(reads).await;
    let west = fake
        .hosts()
        .iter()
        .filter(|host| *host == "west.test")
        .count();
    assert_eq!(west, 4, "the places are free again");
}

#[tokio::test(start_paused = true)]
async fn a_partition_that_loses_five_races_in_a_row_is_passed_over() {
    let (fake, driver) = world_with_container(false).await;
    for _ in 0..5 {
        fake.script([slow(3_000), slow(0)]);
        run(&driver, read()).await.unwrap();
    }
    run(&driver, read()).await.unwrap();
    assert_eq!(fake.hosts()[10..], ["west.test"]);
}
