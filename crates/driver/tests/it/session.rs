//! Session tokens: what is kept of answers, what is sent, and when not.

use cosmokit_driver::{CosmosOperation, ItemReference, OperationOptions};
use cosmokit_protocol::wire::consistency::ReadConsistencyStrategy;

use crate::fake::{Fake, answer, container, item, range};

fn plain() -> OperationOptions {
    OperationOptions::default()
}

async fn run(driver: &cosmokit_driver::CosmosDriver, operation: CosmosOperation) {
    let _ = driver.execute_operation(operation, &plain()).await;
}

fn read() -> CosmosOperation {
    CosmosOperation::read_item(item())
}

fn token(fake: &Fake) -> Option<String> {
    fake.items_seen()
        .pop()
        .unwrap()
        .header("x-ms-session-token")
        .map(str::to_owned)
}

#[tokio::test(start_paused = true)]
async fn a_read_carries_what_an_earlier_write_told() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script([
        answer(201).with("x-ms-session-token", "0:1#5#3=5"),
        answer(200),
    ]);
    run(
        &driver,
        CosmosOperation::create_item(item()).with_body("{}"),
    )
    .await;
    assert_eq!(token(&fake), None, "nothing was known before");
    assert!(
        fake.seen("/pkranges").is_empty(),
        "and so no ranges were needed"
    );
    run(&driver, read()).await;
    assert_eq!(token(&fake).as_deref(), Some("0:1#5#3=5"));
    assert_eq!(
        driver.session_token(&container()).unwrap().as_str(),
        "0:1#5#3=5"
    );
    run(
        &driver,
        CosmosOperation::upsert_item(item()).with_body("{}"),
    )
    .await;
    assert_eq!(
        token(&fake),
        None,
        "a write to a single write region needs none"
    );
}

#[tokio::test(start_paused = true)]
async fn only_the_token_of_the_target_range_is_sent() {
    let fake = Fake::default();
    fake.set(|state| {
        state.ranges = vec![
            range("1", "", "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", &["0"]),
            range("2", "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "FF", &["0"]),
        ];
    });
    let driver = fake.driver().await;
    fake.script([
        answer(201).with("x-ms-session-token", "1:1#5#3=5"),
        answer(201).with("x-ms-session-token", "2:1#9#3=9"),
    ]);
    run(
        &driver,
        CosmosOperation::create_item(item()).with_body("{}"),
    )
    .await;
    run(
        &driver,
        CosmosOperation::create_item(item()).with_body("{}"),
    )
    .await;
    let mut sent = std::collections::BTreeSet::new();
    for n in 0..20 {
        let item = ItemReference::from_name(&container(), format!("key-{n}"), "1");
        run(&driver, CosmosOperation::read_item(item)).await;
        sent.insert(token(&fake).unwrap());
    }
    assert_eq!(
        sent.into_iter().collect::<Vec<_>>(),
        ["1:1#5#3=5", "2:1#9#3=9"]
    );
    run(
        &driver,
        CosmosOperation::query_items(container(), None).with_body("{}"),
    )
    .await;
    assert_eq!(
        token(&fake).as_deref(),
        Some("1:1#5#3=5,2:1#9#3=9"),
        "a query over all ranges carries all"
    );
    assert_eq!(
        fake.seen("/pkranges").len(),
        2,
        "read once, with the closing 304"
    );
}

#[tokio::test(start_paused = true)]
async fn after_a_split_a_child_inherits() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script([
        answer(201).with("x-ms-session-token", "0:1#5#3=5"),
        answer(200),
        answer(410).substatus(1002),
    ]);
    run(
        &driver,
        CosmosOperation::create_item(item()).with_body("{}"),
    )
    .await;
    run(&driver, read()).await;
    assert_eq!(token(&fake).as_deref(), Some("0:1#5#3=5"));
    fake.set(|state| {
        state.ranges = vec![
            range("1", "", "2000", &["0"]),
            range("2", "2000", "FF", &["0"]),
        ];
        state.ranges_etag = "\"2\"".to_owned();
    });
    run(&driver, read()).await;
    run(&driver, read()).await;
    let child = token(&fake).unwrap();
    assert!(
        ["1:1#5#3=5", "2:1#5#3=5"].contains(&child.as_str()),
        "{child}"
    );
    let feed = fake.seen("/pkranges");
    let etags: Vec<_> = feed
        .iter()
        .map(|seen| seen.header("if-none-match").map(str::to_owned))
        .collect();
    let etags: Vec<_> = etags.iter().map(Option::as_deref).collect();
    assert_eq!(
        etags,
        [None, Some("\"1\""), Some("\"1\""), Some("\"2\"")],
        "only the change is read"
    );
    run(&driver, read()).await;
    assert_eq!(fake.seen("/pkranges").len(), 4, "and only once");
}

#[tokio::test(start_paused = true)]
async fn a_token_of_the_caller_replaces_the_drivers() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script([answer(201).with("x-ms-session-token", "0:1#5")]);
    run(
        &driver,
        CosmosOperation::create_item(item()).with_body("{}"),
    )
    .await;
    run(&driver, read().with_session_token("0:1#99")).await;
    assert_eq!(token(&fake).as_deref(), Some("0:1#99"));
    assert!(
        fake.seen("/pkranges").is_empty(),
        "no range needs to be known for it"
    );
    run(
        &driver,
        CosmosOperation::upsert_item(item())
            .with_body("{}")
            .with_session_token("0:1#99"),
    )
    .await;
    assert_eq!(
        token(&fake).as_deref(),
        Some("0:1#99"),
        "explicit tokens go with writes too"
    );
}

#[tokio::test(start_paused = true)]
async fn answers_that_count_and_answers_that_do_not() {
    for (status, substatus, counts) in [
        (200, 0, true),
        (304, 0, true),
        (404, 0, true),
        (409, 0, true),
        (412, 0, true),
        (404, 1002, false),
        (400, 0, false),
        (503, 0, false),
    ] {
        let fake = Fake::default();
        let driver = fake.driver().await;
        fake.script(std::iter::repeat_n(
            answer(status)
                .substatus(substatus)
                .with("x-ms-session-token", "0:1#5"),
            3,
        ));
        run(&driver, read()).await;
        assert_eq!(
            driver.session_token(&container()).is_some(),
            counts,
            "{status}/{substatus}"
        );
    }
    // Metadata has tokens of its own that say nothing about items.
    let fake = Fake::default();
    let driver = fake.driver().await;
    driver
        .resolve_container(&container(), &plain())
        .await
        .unwrap();
    fake.set(|state| {
        state
            .container
            .push_back(answer(200).with("x-ms-session-token", "0:1#5").body("{}"));
    });
    run(&driver, CosmosOperation::read_container(container())).await;
    assert_eq!(driver.session_token(&container()), None);
}

#[tokio::test(start_paused = true)]
async fn capturing_can_be_turned_off() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    let off = plain().with_session_capturing_disabled(true);
    fake.script([answer(201).with("x-ms-session-token", "0:1#5")]);
    let create = CosmosOperation::create_item(item()).with_body("{}");
    driver.execute_operation(create, &off).await.unwrap();
    assert_eq!(driver.session_token(&container()), None);
    fake.script([answer(201).with("x-ms-session-token", "0:1#5")]);
    run(
        &driver,
        CosmosOperation::create_item(item()).with_body("{}"),
    )
    .await;
    driver.execute_operation(read(), &off).await.unwrap();
    assert_eq!(token(&fake), None, "and sending with it");
}

#[tokio::test(start_paused = true)]
async fn weaker_reads_carry_no_token_and_stronger_wishes_do() {
    for (account, strategy, sends) in [
        ("Session", ReadConsistencyStrategy::Default, true),
        ("Session", ReadConsistencyStrategy::Eventual, false),
        ("Session", ReadConsistencyStrategy::LatestCommitted, false),
        ("Eventual", ReadConsistencyStrategy::Default, false),
        ("Eventual", ReadConsistencyStrategy::Session, true),
        ("Strong", ReadConsistencyStrategy::Default, false),
        ("Strong", ReadConsistencyStrategy::Session, true),
    ] {
        let fake = Fake::default();
        fake.set(|state| state.consistency = account);
        let driver = fake.driver().await;
        fake.script([answer(201).with("x-ms-session-token", "0:1#5")]);
        run(
            &driver,
            CosmosOperation::create_item(item()).with_body("{}"),
        )
        .await;
        let options = plain().with_read_consistency_strategy(strategy);
        driver.execute_operation(read(), &options).await.unwrap();
        assert_eq!(token(&fake).is_some(), sends, "{account} {strategy:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn writes_to_several_write_regions_carry_the_token() {
    let fake = Fake::default();
    fake.set(|state| {
        state.regions = vec![
            ("East US", "http://east.test/"),
            ("West US", "http://west.test/"),
        ];
        state.multiple_write_regions = true;
    });
    let driver = fake.driver().await;
    fake.script([answer(201).with("x-ms-session-token", "0:1#5")]);
    run(
        &driver,
        CosmosOperation::create_item(item()).with_body("{}"),
    )
    .await;
    run(
        &driver,
        CosmosOperation::replace_item(item()).with_body("{}"),
    )
    .await;
    assert_eq!(token(&fake).as_deref(), Some("0:1#5"));
}

#[tokio::test(start_paused = true)]
async fn without_ranges_the_whole_session_is_sent() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script([answer(201).with("x-ms-session-token", "0:1#5,1:1#7")]);
    run(
        &driver,
        CosmosOperation::create_item(item()).with_body("{}"),
    )
    .await;
    fake.set(|state| state.pkranges.push_back(answer(403)));
    run(&driver, read()).await;
    assert_eq!(token(&fake).as_deref(), Some("0:1#5,1:1#7"));
    run(&driver, read()).await;
    assert_eq!(
        token(&fake).as_deref(),
        Some("0:1#5"),
        "the failure is not remembered"
    );
}

#[tokio::test(start_paused = true)]
async fn a_recreated_container_starts_a_new_session() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script([
        answer(201).with("x-ms-session-token", "0:1#5"),
        answer(400).substatus(1024),
    ]);
    run(
        &driver,
        CosmosOperation::create_item(item()).with_body("{}"),
    )
    .await;
    fake.set(|state| state.container_rid = "AAAAAIAAAAI=".to_owned());
    run(&driver, read()).await;
    run(&driver, read()).await;
    assert_eq!(token(&fake), None);
    let last = fake.items_seen().pop().unwrap();
    assert_eq!(
        last.header("x-ms-cosmos-intended-collection-rid"),
        Some("AAAAAIAAAAI=")
    );
}

mod of_a_user {
    //! Sessions that are handed in.

    use std::sync::{Arc, Mutex};

    use cosmokit_driver::{Session, SessionEntry, SessionSource};

    use super::*;

    fn known(session: &Session) -> Vec<String> {
        let entries = session.export();
        entries
            .iter()
            .map(|entry| String::from(entry.token()))
            .collect()
    }

    fn upsert() -> CosmosOperation {
        CosmosOperation::upsert_item(item()).with_body("{}")
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_of_a_session_reaches_others_and_nothing_of_theirs_reaches_it() {
        let fake = Fake::default();
        let driver = fake.driver().await;
        let (ada, bob) = (Session::new(), Session::new());
        fake.script([
            answer(201).with("x-ms-session-token", "0:1#5"),
            answer(201).with("x-ms-session-token", "0:1#9"),
        ]);
        run(&driver.in_session(&ada), upsert()).await;
        assert_eq!(driver.session_token(&container()), None);
        run(&driver, upsert()).await;
        run(&driver.in_session(&ada), read()).await;
        assert_eq!(token(&fake).as_deref(), Some("0:1#5"));
        run(&driver.in_session(&bob), read()).await;
        assert_eq!(token(&fake), None);
        run(&driver, read()).await;
        assert_eq!(token(&fake).as_deref(), Some("0:1#9"));
        let entry = &ada.export()[0];
        assert_eq!(
            (&*entry.account, &*entry.container_rid),
            (
                &*SessionEntry::account_of("http://acct.test/"),
                "AAAAAIAAAAE="
            )
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_of_unknown_outcome_is_noted() {
        use std::time::Duration;

        use cosmokit_driver::RequestSentStatus;

        use crate::fake::Reply;

        let fake = Fake::default();
        crate::retry::two_regions(&fake);
        let driver = fake.driver().await;
        let abandoned = Session::new();
        fake.script([Reply::Never]);
        let handle = driver.in_session(&abandoned);
        let given_up = run(&handle, upsert());
        assert!(
            tokio::time::timeout(Duration::from_millis(5), given_up)
                .await
                .is_err()
        );
        let unanswered = Session::new();
        fake.script(vec![crate::retry::fail(RequestSentStatus::Sent); 4]);
        run(&driver.in_session(&unanswered), upsert()).await;
        for session in [&abandoned, &unanswered] {
            assert!(session.export()[0].is_uncertain);
        }
        let answered = Session::new();
        fake.script([answer(201).with("x-ms-session-token", "0:1#5"), answer(409)]);
        run(&driver.in_session(&answered), upsert()).await;
        run(&driver.in_session(&answered), upsert()).await;
        assert!(!answered.export()[0].is_uncertain);
    }

    #[tokio::test(start_paused = true)]
    async fn it_may_be_named_by_the_operation_which_beats_the_handle() {
        let fake = Fake::default();
        let driver = fake.driver().await;
        let (ada, bob) = (Session::new(), Session::new());
        fake.script([answer(201).with("x-ms-session-token", "0:1#5")]);
        let options = plain().with_session(bob.clone());
        let handle = driver.in_session(&ada);
        handle.execute_operation(upsert(), &options).await.unwrap();
        assert_eq!(
            (known(&ada).len(), known(&bob)),
            (0, vec!["0:1#5".to_owned()])
        );
        run(&handle.in_session(&bob), read()).await;
        assert_eq!(token(&fake).as_deref(), Some("0:1#5"));
        run(
            &handle.in_session(&bob),
            read().with_session_token("0:1#77"),
        )
        .await;
        assert_eq!(
            token(&fake).as_deref(),
            Some("0:1#77"),
            "a token of the caller is sent as it is"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn errors_that_say_where_the_partition_stands_count() {
        for (status, substatus, counts) in [
            (409, 0, true),
            (412, 0, true),
            (404, 0, true),
            (404, 1002, false),
            (400, 0, false),
        ] {
            let fake = Fake::default();
            let driver = fake.driver().await;
            let session = Session::new();
            let refusal = answer(status)
                .substatus(substatus)
                .with("x-ms-session-token", "0:1#5");
            fake.script(vec![refusal; 9]);
            run(&driver.in_session(&session), upsert()).await;
            assert_eq!(!session.is_empty(), counts, "{status}/{substatus}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn operations_at_the_same_time_merge() {
        let fake = Fake::default();
        let driver = fake.driver().await;
        let session = Session::new();
        fake.script((1..=20).map(|n| {
            answer(201)
                .with("x-ms-session-token", format!("0:1#{n}#1={n}"))
                .after(std::time::Duration::from_millis(100 - 4 * n))
        }));
        let handle = driver.in_session(&session);
        futures_util::future::join_all((0..20).map(|_| run(&handle, upsert()))).await;
        assert_eq!(known(&session), ["0:1#20#1=20"]);
    }

    #[tokio::test(start_paused = true)]
    async fn switching_the_shared_session_off_leaves_it_on() {
        let fake = Fake::default();
        let driver = fake.driver().await;
        let session = Session::new();
        let options = plain()
            .with_session_capturing_disabled(true)
            .with_session(session.clone());
        fake.script([answer(201).with("x-ms-session-token", "0:1#5")]);
        driver.execute_operation(upsert(), &options).await.unwrap();
        driver.execute_operation(read(), &options).await.unwrap();
        assert_eq!(token(&fake).as_deref(), Some("0:1#5"));
    }

    /// What a web framework does: the session of the request that is being answered.
    #[derive(Default)]
    struct Current(Mutex<Option<Session>>);

    impl SessionSource for Current {
        fn current(&self) -> Option<Session> {
            self.0.lock().unwrap().clone()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_ambient_session_is_asked_for_when_an_operation_starts() {
        let fake = Fake::default();
        let driver = fake.driver().await;
        let source = Arc::new(Current::default());
        let traced = driver.with_session_source(Arc::<Current>::clone(&source));
        let (ada, bob) = (Session::new(), Session::new());
        fake.script([
            answer(201).with("x-ms-session-token", "0:1#5"),
            answer(201).with("x-ms-session-token", "0:1#7"),
            answer(200)
                .with("x-ms-continuation", "next")
                .body(r#"{"Documents":[]}"#),
            answer(200).body(r#"{"Documents":[]}"#),
        ]);
        *source.0.lock().unwrap() = Some(ada.clone());
        run(&traced, upsert()).await;
        let mut pages = traced
            .execute_feed(CosmosOperation::read_all_items(container(), "pk"), &plain())
            .unwrap();
        *source.0.lock().unwrap() = Some(bob.clone());
        run(&traced, upsert()).await;
        *source.0.lock().unwrap() = None;
        while pages.next_page().await.unwrap().is_some() {
            assert_eq!(
                token(&fake).as_deref(),
                Some("0:1#5"),
                "all pages are in the session of the start"
            );
        }
        run(&traced, read()).await;
        assert_eq!(
            token(&fake),
            None,
            "outside of any request the shared state counts"
        );
        assert_eq!(
            (known(&ada), known(&bob)),
            (vec!["0:1#5".to_owned()], vec!["0:1#7".to_owned()])
        );
    }

    #[tokio::test(start_paused = true)]
    async fn it_can_cap_its_retries_and_choose_the_write_region() {
        let fake = Fake::default();
        fake.set(|state| {
            state.regions = vec![
                ("East US", "http://east.test/"),
                ("West US", "http://west.test/"),
            ];
        });
        let regions = cosmokit_driver::DriverOptions::builder()
            .with_preferred_regions(["West US".into()])
            .build();
        let driver = fake.driver_with(regions).await;
        let session = Session::new();
        session.limit_retries(1);
        fake.script(vec![answer(404).substatus(1002); 3]);
        let handle = driver.in_session(&session);
        run(&handle, read()).await;
        run(&handle, read()).await;
        assert_eq!(
            fake.hosts(),
            ["west.test", "east.test", "east.test"],
            "one retry in all; from then on reads are asked where writes go, and there alone"
        );
        let another = Session::new();
        let handle = driver.in_session(&another);
        run(&handle, read()).await;
        assert_eq!(fake.hosts().pop().unwrap(), "west.test");
        another.prefer_write_region(true);
        run(&handle, read()).await;
        assert_eq!(fake.hosts().pop().unwrap(), "east.test");
    }
}

#[tokio::test(start_paused = true)]
async fn a_range_that_nobody_knew_makes_the_ranges_be_read_again() {
    let fake = Fake::default();
    let driver = fake.driver().await;
    fake.script([answer(201).with("x-ms-session-token", "0:1#5"), answer(200)]);
    run(
        &driver,
        CosmosOperation::create_item(item()).with_body("{}"),
    )
    .await;
    run(&driver, read()).await;
    let before = fake.seen("/pkranges").len();
    // The range was split; the service routes by key and answers with the child's token.
    fake.set(|state| {
        state.ranges = vec![
            range("1", "", "2000", &["0"]),
            range("2", "2000", "FF", &["0"]),
        ];
        state.ranges_etag = "\"2\"".to_owned();
    });
    fake.script([
        answer(201).with("x-ms-session-token", "1:1#8,2:1#8"),
        answer(200),
    ]);
    run(
        &driver,
        CosmosOperation::upsert_item(item()).with_body("{}"),
    )
    .await;
    run(&driver, read()).await;
    let sent = token(&fake).unwrap();
    assert!(["1:1#8", "2:1#8"].contains(&sent.as_str()), "{sent}");
    assert_eq!(
        fake.seen("/pkranges").len(),
        before + 2,
        "the change and its end"
    );
    let all = driver.session_token(&container()).unwrap();
    assert_eq!(
        all.as_str(),
        "1:1#8,2:1#8",
        "the range that is gone takes no room"
    );
    // A range that does not exist is looked for once.
    fake.script([answer(200).with("x-ms-session-token", "77:1#8")]);
    run(&driver, read()).await;
    for _ in 0..3 {
        run(&driver, read()).await;
    }
    assert_eq!(fake.seen("/pkranges").len(), before + 3);
    run(
        &driver,
        CosmosOperation::query_items(container(), None).with_body("{}"),
    )
    .await;
    assert_eq!(
        token(&fake).as_deref(),
        Some("1:1#8,2:1#8"),
        "and its token is not sent"
    );
}
