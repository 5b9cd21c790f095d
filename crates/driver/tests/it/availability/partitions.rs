//! Partitions that fail in one region.

use super::world::*;

/// Timeouts of reads in the first region, one operation each.
async fn trip(fake: &Fake, driver: &CosmosDriver, times: usize) {
    for _ in 0..times {
        fake.script([answer(408), answer(200)]);
        run(driver, read()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_fails_often_is_passed_over_and_comes_back_within_seconds() {
    let (fake, driver) = world(false).await;
    trip(&fake, &driver, 10).await;
    let before = fake.hosts().len();
    run(&driver, read()).await.unwrap();
    assert_eq!(fake.hosts()[before..], ["west.test"]);
    pass(Duration::from_secs(5)).await;
    let probe = run(&driver, read()).await.unwrap();
    assert_eq!(contexts(&probe), [ExecutionContext::CircuitBreakerProbe]);
    run(&driver, read()).await.unwrap();
    assert_eq!(fake.hosts()[before + 1..], ["east.test"; 2]);
}

#[tokio::test(start_paused = true)]
async fn the_same_range_of_another_container_is_not_concerned() {
    let (fake, driver) = world(false).await;
    trip(&fake, &driver, 10).await;
    let other = cosmokit_driver::ContainerReference::from_name(&crate::fake::database(), "d");
    let item = cosmokit_driver::ItemReference::from_name(&other, "pk", "1");
    fake.set(|state| state.container_rid = "AAAAAIAAAAI=".to_owned());
    run(&driver, CosmosOperation::read_item(item))
        .await
        .unwrap();
    assert_eq!(fake.hosts().pop().unwrap(), "east.test");
}

#[tokio::test(start_paused = true)]
async fn the_breaker_can_be_set_and_switched_off() {
    let fake = Fake::default();
    three_regions(&fake, false);
    let options = PartitionFailoverOptions::default().with_read_failure_threshold(2_u32);
    let options = DriverOptions::builder().with_partition_failover_options(options);
    let driver = fake.driver_with(options.build()).await;
    trip(&fake, &driver, 2).await;
    run(&driver, read()).await.unwrap();
    assert_eq!(fake.hosts().pop().unwrap(), "west.test");

    let fake = Fake::default();
    three_regions(&fake, false);
    let environment = [("AZURE_COSMOS_PPCB_ENABLED_OVERRIDE", "false")];
    let runtime = fake
        .runtime()
        .with_environment(cosmokit_driver::options::Environment::fixed(environment))
        .build()
        .unwrap();
    let driver = runtime
        .get_or_create_driver(account(), DriverOptions::default())
        .await
        .unwrap();
    trip(&fake, &driver, 1).await;
    run(&driver, read()).await.unwrap();
    assert_eq!(
        fake.hosts().pop().unwrap(),
        "west.test",
        "the endpoint answers for it"
    );
}

#[tokio::test(start_paused = true)]
async fn those_that_fail_over_by_themselves_write_where_another_region_takes_it() {
    let fake = Fake::default();
    three_regions(&fake, false);
    fake.set(|state| state.partitions_fail_over = true);
    let driver = fake.driver().await;
    fake.script([answer(403).substatus(3), answer(201)]);
    run(&driver, create()).await.unwrap();
    run(&driver, create()).await.unwrap();
    assert_eq!(fake.hosts(), ["east.test", "west.test", "west.test"]);
    // When every region refuses, nothing is concluded: it is the account that fails.
    let fake = Fake::default();
    three_regions(&fake, false);
    fake.set(|state| state.partitions_fail_over = true);
    let driver = fake.driver().await;
    fake.script(vec![answer(503); 8]);
    run(&driver, create()).await.unwrap_err();
    let before = fake.hosts().len();
    run(&driver, create()).await.unwrap();
    assert_eq!(fake.hosts()[before..], ["east.test"]);
}
