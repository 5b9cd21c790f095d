//! Containers that were created anew under their name.

use super::world::*;

#[tokio::test(start_paused = true)]
async fn it_is_found_at_once_whatever_says_so() {
    for signal in [
        answer(400).substatus(1024),
        answer(410).substatus(1000),
        answer(404).substatus(1003),
    ] {
        let (fake, driver) = world(false).await;
        fake.script([answer(200).with("x-ms-session-token", "0:1#5")]);
        run(&driver, read()).await.unwrap();
        fake.set(|state| state.container_rid = "AAAAAIAAAAI=".to_owned());
        fake.script([signal, answer(200)]);
        run(&driver, read()).await.unwrap();
        let seen = fake.items_seen();
        let rids: Vec<_> = seen
            .iter()
            .map(|seen| seen.header("x-ms-cosmos-intended-collection-rid").unwrap())
            .collect();
        assert_eq!(rids, ["AAAAAIAAAAE=", "AAAAAIAAAAE=", "AAAAAIAAAAI="]);
        assert_eq!(
            seen[2].header("x-ms-session-token"),
            None,
            "its positions are gone"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_tried_once_and_not_when_nothing_has_changed() {
    let (fake, driver) = world(false).await;
    fake.set(|state| state.container_rid = "AAAAAIAAAAE=".to_owned());
    fake.script([answer(400).substatus(1024)]);
    let error = run(&driver, read()).await.unwrap_err();
    assert_eq!(error.status().status_code(), 400);
    assert_eq!(fake.items_seen().len(), 1);
    fake.set(|state| state.container_rid = "AAAAAIAAAAI=".to_owned());
    fake.script(vec![answer(400).substatus(1024); 3]);
    run(&driver, read()).await.unwrap_err();
    assert!(fake.items_seen().len() <= 3);
}

#[tokio::test(start_paused = true)]
async fn positions_of_the_caller_belong_to_the_container_that_gave_them() {
    for operation in [
        read().with_session_token("0:1#5"),
        CosmosOperation::read_all_items(container(), "pk").with_continuation("there"),
    ] {
        let (fake, driver) = world(false).await;
        driver
            .resolve_container(&container(), &plain())
            .await
            .unwrap();
        fake.set(|state| state.container_rid = "AAAAAIAAAAI=".to_owned());
        fake.script([answer(400).substatus(1024)]);
        let error = run(&driver, operation).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ContainerRecreated, "{error}");
        assert_eq!(fake.items_seen().len(), 1);
        let source = std::error::Error::source(&error).unwrap();
        let told = source.downcast_ref::<CosmosError>().unwrap();
        assert_eq!(told.substatus().unwrap().value(), 1024);
        assert_eq!(error.diagnostics().unwrap().request_count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_by_another_definition_is_not_tried_there() {
    for operation in [read(), create(), CosmosOperation::delete_item(item())] {
        let (fake, driver) = world(false).await;
        driver
            .resolve_container(&container(), &plain())
            .await
            .unwrap();
        fake.set(|state| {
            state.container_rid = "AAAAAIAAAAI=".to_owned();
            state.key_path = "/tenant";
        });
        fake.script([answer(400).substatus(1024)]);
        let error = run(&driver, operation).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ContainerRecreated);
        assert!(error.status().is_bad_request());
        let text = error.to_string();
        assert!(
            text.contains("it was /pk, it is /tenant") && text.contains("colls/c"),
            "{text}"
        );
        assert!(!error.may_have_been_applied());
        assert_eq!(fake.items_seen().len(), 1, "nothing is sent there");
        // Whoever asks from now on means the new one.
        run(&driver, read()).await.unwrap();
        let last = fake.items_seen().pop().unwrap();
        let rid = last.header("x-ms-cosmos-intended-collection-rid");
        assert_eq!(rid, Some("AAAAAIAAAAI="));
    }
}

#[tokio::test(start_paused = true)]
async fn a_feed_stays_in_the_container_that_it_began_in() {
    let (fake, driver) = world(false).await;
    let feed = CosmosOperation::read_all_items(container(), "pk");
    let mut pages = driver.execute_feed(feed, &plain()).unwrap();
    fake.script([answer(200).with("x-ms-continuation", "there").body("{}")]);
    pages.next_page().await.unwrap();
    // Another operation finds the new container first.
    fake.set(|state| state.container_rid = "AAAAAIAAAAI=".to_owned());
    fake.script([answer(400).substatus(1024), answer(200)]);
    run(&driver, read()).await.unwrap();
    fake.script([answer(400).substatus(1024)]);
    let error = pages.next_page().await.unwrap_err();
    let last = fake.items_seen().pop().unwrap();
    let rid = last.header("x-ms-cosmos-intended-collection-rid");
    assert_eq!(rid, Some("AAAAAIAAAAE="), "of the container that is gone");
    assert_eq!(error.kind(), ErrorKind::ContainerRecreated);
}

#[tokio::test(start_paused = true)]
async fn a_lookup_of_ranges_finds_it_out_too() {
    let (fake, driver) = world_with_container(false).await;
    fake.set(|state| {
        state.container_rid = "AAAAAIAAAAI=".to_owned();
        state.pkranges.push_back(answer(400).substatus(1024));
    });
    let ranges = async || {
        driver
            .resolve_partition_key_ranges(&container(), RangeRefresh::IfMissing, &plain())
            .await
    };
    let error = ranges().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ContainerRecreated);
    ranges().await.unwrap();
    let last = fake.seen("/pkranges").pop().unwrap();
    let rid = last.header("x-ms-cosmos-intended-collection-rid");
    assert_eq!(rid, Some("AAAAAIAAAAI="));
}

#[tokio::test(start_paused = true)]
async fn a_key_finds_its_range_after_a_split() {
    let (fake, driver) = world(false).await;
    fake.script([
        answer(410).substatus(1002),
        answer(410).substatus(1007),
        answer(201),
    ]);
    run(&driver, create()).await.unwrap();
    assert_eq!(fake.hosts(), ["east.test"; 3]);
}
