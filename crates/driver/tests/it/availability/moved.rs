//! Regions that refuse: the account has failed over, or has left.

use super::world::*;

#[tokio::test(start_paused = true)]
async fn a_refused_write_follows_the_account_that_failed_over() {
    let (fake, driver) = world(false).await;
    fake.script([answer(403).substatus(3)]);
    pass(Duration::from_secs(6)).await;
    fake.set(|state| state.regions.swap(0, 1));
    let response = run(&driver, create()).await.unwrap();
    assert_eq!(fake.hosts(), ["east.test", "west.test"]);
    assert_eq!(fake.seen("/").len(), 2, "the account was read again");
    assert_eq!(
        contexts(&response),
        [ExecutionContext::Initial, ExecutionContext::RegionFailover]
    );
    run(&driver, create()).await.unwrap();
    assert_eq!(fake.hosts()[2..], ["west.test"]);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_refused_right_after_the_account_was_read_waits_until_it_may_be_read_again()
{
    for age in [0, 100, 2_500, 4_999] {
        let (fake, driver) = world(false).await;
        pass(Duration::from_millis(age)).await;
        fake.set(|state| {
            state.regions.swap(0, 1);
            state.refuses_writes = Some("east.test");
        });
        let started = Instant::now();
        let response = run(&driver, create()).await.unwrap();
        let took = started.elapsed();
        assert!(
            took <= Duration::from_millis(5_200 - age),
            "{age}: {took:?}"
        );
        assert_eq!(fake.hosts().pop().unwrap(), "west.test", "{age}");
        assert_eq!(fake.seen("/").len(), 2, "{age}: once more, not earlier");
        assert!(contexts(&response).contains(&ExecutionContext::RegionFailover));
    }
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_refusals_reads_the_account_once_in_five_seconds() {
    let (fake, driver) = world(false).await;
    pass(Duration::from_secs(6)).await;
    let refusal = answer(403).substatus(3);
    fake.set(|state| {
        let document = crate::fake::account_document(state);
        state
            .account
            .push_back(document.after(Duration::from_millis(20)));
    });
    fake.script(vec![refusal.clone(); 40]);
    let storm = (0..40).map(|_| run(&driver, create()));
    for outcome in futures_util::future::join_all(storm).await {
        outcome.unwrap();
    }
    assert_eq!(fake.seen("/").len(), 2, "shared by all who wait");
    fake.script([refusal.clone(), answer(201)]);
    run(&driver, create()).await.unwrap();
    assert_eq!(fake.seen("/").len(), 2, "it was read a moment ago");
    pass(Duration::from_secs(5)).await;
    fake.script([refusal, answer(201)]);
    run(&driver, create()).await.unwrap();
    assert_eq!(fake.seen("/").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_read_of_the_account_that_failed_leaves_room_for_the_next() {
    let (fake, driver) = world(false).await;
    pass(Duration::from_secs(6)).await;
    for reads in [2, 3] {
        fake.set(|state| state.account.push_back(answer(401)));
        fake.script([answer(403).substatus(1008), answer(201)]);
        run(&driver, create()).await.unwrap();
        assert_eq!(fake.seen("/").len(), reads);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failover_that_takes_seconds_is_waited_for() {
    for takes in [300, 1_000, 3_000, 4_990, 5_000, 7_500, 9_900] {
        for since_read in [0, 2_000, 6_000] {
            let (fake, driver) = world(false).await;
            pass(Duration::from_millis(since_read)).await;
            fake.set(|state| state.refuses_writes = Some("east.test"));
            let started = Instant::now();
            let failover = async {
                pass(Duration::from_millis(takes)).await;
                fake.set(|state| state.regions.swap(0, 1));
            };
            let write = async { (run(&driver, create()).await, started.elapsed()) };
            let ((), (outcome, took)) = futures_util::future::join(failover, write).await;
            let what = format!("{takes} after {since_read}: {took:?}");
            let response = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
            let last = fake.items_seen().pop().unwrap();
            assert_eq!(last.host, "west.test", "{what}");
            // Seen when the account is read next, which may be once in five seconds.
            let late = took.saturating_sub(Duration::from_millis(takes));
            assert!(late <= Duration::from_millis(5_200), "{what}");
            let diagnostics = response.diagnostics();
            let regions: Vec<_> = diagnostics
                .requests()
                .map(|request| request.region().unwrap().as_str().to_owned())
                .collect();
            assert_eq!(regions.last().unwrap(), "westus", "{what}");
            assert!(!response.diagnostics().is_failure());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failover_is_not_waited_for_past_the_deadline() {
    let (fake, driver) = world(false).await;
    fake.set(|state| state.refuses_writes = Some("east.test"));
    let policy = EndToEndOperationLatencyPolicy::new(Duration::from_secs(3));
    let options = plain().with_end_to_end_latency_policy(policy);
    let started = Instant::now();
    let error = driver
        .execute_operation(create(), &options)
        .await
        .unwrap_err();
    assert!(started.elapsed() <= Duration::from_secs(3));
    assert_eq!(error.substatus().unwrap().value(), 20311, "{error}");
}

#[tokio::test(start_paused = true)]
async fn where_no_region_takes_it_the_error_says_so_within_seconds() {
    for (substatus, own) in [(3, 20311), (1008, 20312)] {
        let (fake, driver) = world(false).await;
        fake.script(vec![answer(403).substatus(substatus); 20]);
        let started = Instant::now();
        let error = run(&driver, create()).await.unwrap_err();
        let took = started.elapsed();
        assert!(took <= Duration::from_secs(16), "{took:?}");
        assert!(fake.seen("/").len() <= 4, "once in five seconds");
        assert_eq!(error.status().status_code(), 503);
        assert_eq!(error.substatus().unwrap().value(), own);
        let source = std::error::Error::source(&error).unwrap();
        let told = source.downcast_ref::<CosmosError>().unwrap();
        assert_eq!(told.substatus().unwrap().value(), substatus);
        assert!(!error.may_have_been_applied());
    }
}

#[tokio::test(start_paused = true)]
async fn with_several_write_regions_the_next_one_is_asked_and_reads_are_not_turned_away() {
    let (fake, driver) = world(true).await;
    fake.script([answer(403).substatus(3), answer(201)]);
    run(&driver, create()).await.unwrap();
    run(&driver, create()).await.unwrap();
    run(&driver, read()).await.unwrap();
    assert_eq!(
        fake.hosts(),
        ["east.test", "west.test", "west.test", "east.test"]
    );
}

#[tokio::test(start_paused = true)]
async fn after_404_1002_only_the_hub_answers() {
    let fake = Fake::default();
    three_regions(&fake, false);
    let options = DriverOptions::builder()
        .with_preferred_regions(["West US".into()])
        .build();
    let driver = fake.driver_with(options).await;
    fake.script([answer(404).substatus(1002), answer(503), answer(200)]);
    run(&driver, read()).await.unwrap();
    let latched: Vec<_> = fake
        .items_seen()
        .iter()
        .map(|seen| {
            seen.header("x-ms-cosmos-hub-region-processing-only")
                .is_some()
        })
        .collect();
    assert_eq!(
        latched,
        [false, true, true],
        "for the rest of the operation"
    );
    run(&driver, read()).await.unwrap();
    let last = fake.items_seen().pop().unwrap();
    assert!(
        last.header("x-ms-cosmos-hub-region-processing-only")
            .is_none()
    );
}

/// An account whose partitions fail over by themselves; reads begin in West US.
async fn by_partition() -> (Fake, std::sync::Arc<CosmosDriver>) {
    let fake = Fake::default();
    three_regions(&fake, false);
    fake.set(|state| state.partitions_fail_over = true);
    let options = DriverOptions::builder()
        .with_preferred_regions(["West US".into()])
        .build();
    let driver = fake.driver_with(options).await;
    driver
        .resolve_partition_key_ranges(&container(), RangeRefresh::IfMissing, &plain())
        .await
        .unwrap();
    (fake, driver)
}

fn behind() -> Reply {
    answer(404).substatus(1002)
}

#[tokio::test(start_paused = true)]
async fn the_hub_of_a_partition_that_failed_over_is_found_and_kept() {
    let (fake, driver) = by_partition().await;
    pass(Duration::from_secs(6)).await;
    fake.script([behind(), answer(403).substatus(3), answer(200)]);
    let response = run(&driver, read()).await.unwrap();
    assert_eq!(fake.hosts(), ["west.test", "east.test", "west.test"]);
    assert_eq!(
        contexts(&response),
        [
            ExecutionContext::Initial,
            ExecutionContext::SessionRetry,
            ExecutionContext::RegionFailover
        ]
    );
    assert_eq!(fake.seen("/").len(), 1, "the account has not changed");

    // The next read that is behind goes to the hub at once, and so does a write.
    fake.script([behind(), answer(200), answer(201)]);
    run(&driver, read()).await.unwrap();
    run(&driver, create()).await.unwrap();
    assert_eq!(fake.hosts()[3..], ["west.test", "west.test", "west.test"]);
    // Plain reads are not concerned: all regions serve them.
    run(&driver, read()).await.unwrap();
    assert_eq!(fake.hosts()[6..], ["west.test"]);
    let east = plain().with_excluded_regions(ExcludedRegions::new().with_region("West US"));
    driver.execute_operation(read(), &east).await.unwrap();
    assert_eq!(fake.hosts()[7..], ["east.test"]);
}

#[tokio::test(start_paused = true)]
async fn other_partitions_have_hubs_of_their_own_and_a_hub_comes_back() {
    let (fake, driver) = by_partition().await;
    fake.script([behind(), answer(403).substatus(3), answer(200)]);
    run(&driver, read()).await.unwrap();
    let other = cosmokit_driver::ContainerReference::from_name(&crate::fake::database(), "d");
    let item = cosmokit_driver::ItemReference::from_name(&other, "pk", "1");
    fake.set(|state| state.container_rid = "AAAAAIAAAAI=".to_owned());
    let write = CosmosOperation::create_item(item).with_body(DOCUMENT);
    run(&driver, write).await.unwrap();
    assert_eq!(fake.hosts().pop().unwrap(), "east.test");

    pass(Duration::from_secs(6)).await;
    fake.script([behind(), answer(200)]);
    let response = run(&driver, read()).await.unwrap();
    assert_eq!(fake.hosts().pop().unwrap(), "east.test");
    assert_eq!(
        contexts(&response)[1],
        ExecutionContext::CircuitBreakerProbe
    );
    run(&driver, create()).await.unwrap();
    assert_eq!(fake.hosts().pop().unwrap(), "east.test");
}

#[tokio::test(start_paused = true)]
async fn a_partition_without_a_hub_is_an_error_after_each_region_was_asked() {
    let (fake, driver) = by_partition().await;
    fake.script([behind()]);
    fake.script(vec![answer(403).substatus(3); 10]);
    let error = run(&driver, read()).await.unwrap_err();
    assert_eq!(error.status().status_code(), 503);
    assert_eq!(error.substatus().unwrap().value(), 20311);
    let hosts = fake.hosts();
    assert_eq!(hosts.len(), 5, "three retries: {hosts:?}");
    assert_eq!(
        hosts[..4],
        ["west.test", "east.test", "west.test", "north.test"]
    );
}
