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
async fn where_no_region_takes_it_the_error_says_so_within_seconds() {
    for (substatus, own) in [(3, 20311), (1008, 20312)] {
        let (fake, driver) = world(false).await;
        fake.script(vec![answer(403).substatus(substatus); 20]);
        let started = Instant::now();
        let error = run(&driver, create()).await.unwrap_err();
        assert!(
            started.elapsed() <= Duration::from_secs(5),
            "{:?}",
            started.elapsed()
        );
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
