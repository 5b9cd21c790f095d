//! Endpoints that cannot be reached, credentials that fail, timeouts.

use super::world::*;

#[tokio::test(start_paused = true)]
async fn one_that_cannot_be_reached_is_passed_over_and_probed_by_one() {
    let (fake, driver) = world(false).await;
    fake.script([unreachable(), unreachable(), answer(200)]);
    run(&driver, read()).await.unwrap();
    assert_eq!(fake.hosts(), ["east.test", "east.test", "west.test"]);
    for _ in 0..5 {
        run(&driver, read()).await.unwrap();
    }
    assert_eq!(fake.hosts()[3..], ["west.test"; 5]);
    pass(Duration::from_secs(60)).await;
    fake.script([answer(200).after(Duration::from_millis(100))]);
    let probes = (0..10).map(|_| run(&driver, read()));
    let responses = futures_util::future::join_all(probes).await;
    let asked = &fake.hosts()[8..];
    assert_eq!(
        asked.iter().filter(|host| *host == "east.test").count(),
        1,
        "{asked:?}"
    );
    let probe = responses[0].as_ref().unwrap();
    assert_eq!(contexts(probe), [ExecutionContext::CircuitBreakerProbe]);
    run(&driver, read()).await.unwrap();
    assert_eq!(
        fake.hosts().pop().unwrap(),
        "east.test",
        "back as soon as the probe is"
    );
}

#[tokio::test(start_paused = true)]
async fn how_long_is_up_to_the_operation() {
    let (fake, driver) = world(false).await;
    fake.script([unreachable(), unreachable(), answer(200)]);
    run(&driver, read()).await.unwrap();
    pass(Duration::from_secs(2)).await;
    let options = plain().with_endpoint_unavailability_ttl(Duration::from_secs(1));
    driver.execute_operation(read(), &options).await.unwrap();
    assert_eq!(fake.hosts().pop().unwrap(), "east.test");
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_fails_says_nothing_against_any() {
    use cosmokit_driver::{AccessToken, AccountReference, TokenFuture, TokenSource};

    struct Broken(std::sync::atomic::AtomicBool);
    impl TokenSource for Broken {
        fn token<'a>(&'a self, _: &'a str) -> TokenFuture<'a> {
            let works = self.0.load(std::sync::atomic::Ordering::SeqCst);
            Box::pin(async move {
                if !works {
                    return Err("no token".into());
                }
                Ok(AccessToken {
                    secret: "token".into(),
                    expires_at: std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_400),
                    refresh_at: None,
                })
            })
        }
    }
    let fake = Fake::default();
    three_regions(&fake, false);
    let source = std::sync::Arc::new(Broken(true.into()));
    let account = AccountReference::with_token_source(account().endpoint().clone(), source.clone());
    let driver = fake
        .runtime()
        .build()
        .unwrap()
        .get_or_create_driver(account, DriverOptions::default())
        .await
        .unwrap();
    let read = || {
        let db = cosmokit_driver::DatabaseReference::from_name(driver.account().clone(), "db");
        let container = cosmokit_driver::ContainerReference::from_name(&db, "c");
        CosmosOperation::read_item(cosmokit_driver::ItemReference::from_name(
            &container, "pk", "1",
        ))
    };
    run(&driver, read()).await.unwrap();
    pass(Duration::from_secs(500)).await;
    source.0.store(false, std::sync::atomic::Ordering::SeqCst);
    let error = run(&driver, read()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!(fake.items_seen().len(), 1, "no region was walked");
}

#[tokio::test(start_paused = true)]
async fn excluded_regions_are_not_failed_over_to() {
    let (fake, driver) = world(false).await;
    fake.script([answer(408), answer(200)]);
    let options = plain().with_excluded_regions(ExcludedRegions::new().with_region("West US"));
    driver.execute_operation(read(), &options).await.unwrap();
    assert_eq!(fake.hosts(), ["east.test", "north.test"]);
}

#[tokio::test(start_paused = true)]
async fn a_response_timeout_of_a_read_moves_on_and_later_ones_have_longer() {
    let fake = Fake::default();
    let pool = cosmokit_driver::options::ConnectionPoolOptions::default()
        .with_min_dataplane_request_timeout(Duration::from_secs(1));
    let runtime = fake.runtime().with_connection_pool(pool).build().unwrap();
    let driver = runtime
        .get_or_create_driver(account(), DriverOptions::default())
        .await
        .unwrap();
    driver
        .resolve_container(&container(), &plain())
        .await
        .unwrap();
    fake.script(vec![Reply::Never; 4]);
    let error = run(&driver, read()).await.unwrap_err();
    let diagnostics = error.diagnostics().unwrap();
    let times: Vec<u64> = diagnostics
        .requests()
        .map(|request| request.duration().as_secs())
        .collect();
    assert_eq!(times, [1, 2, 4, 6]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_connected_to_is_told_apart_from_what_does_not_answer() {
    use TransportErrorKind::{Connect, Dns, Tls};

    let other = || {
        let container =
            cosmokit_driver::ContainerReference::from_name(&crate::fake::database(), "d");
        CosmosOperation::read_item(cosmokit_driver::ItemReference::from_name(
            &container, "pk", "1",
        ))
    };
    // Nothing was sent: the endpoint as a whole is passed over, for every container.
    for kind in [Dns, Connect, Tls] {
        let (fake, driver) = world(false).await;
        let failure = || fail(kind, RequestSentStatus::NotSent);
        fake.script([failure(), failure(), answer(200)]);
        let response = run(&driver, read()).await.unwrap();
        let diagnostics = response.diagnostics();
        let first = diagnostics.requests().next().unwrap();
        assert_eq!(first.request_sent(), RequestSentStatus::NotSent);
        assert!(!first.timed_out(), "{kind:?}");
        run(&driver, other()).await.unwrap();
        assert_eq!(fake.hosts().pop().unwrap(), "west.test", "{kind:?}");
    }
    // It was sent and not answered in time: that counts against the partition, and not much the first time.
    let (fake, driver) = world(false).await;
    fake.script([Reply::Never, answer(200)]);
    let unhedged = plain().with_hedging_enabled(false);
    let response = driver.execute_operation(read(), &unhedged).await.unwrap();
    let diagnostics = response.diagnostics();
    assert!(diagnostics.requests().next().unwrap().timed_out());
    assert_eq!(fake.hosts(), ["east.test", "west.test"]);
    run(&driver, other()).await.unwrap();
    run(&driver, read()).await.unwrap();
    assert_eq!(fake.hosts()[2..], ["east.test", "east.test"]);
}
