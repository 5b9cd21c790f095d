//! Where a processor starts, and what checkpoints are.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cosmokit::feed::{ChangeFeedItem, ChangeFeedStartFrom};
use cosmokit::models::{ChangeFeedPolicy, ContainerProperties};
use cosmokit::options::{ChangeFeedMode, MaxItemCountHint};
use cosmokit::processor::{ChangeFeedProcessorContext, ProcessorEvent};
use cosmokit_testkit::world::{World, WorldSettings, sleep};
use serde_json::Value;

use super::stage::{LASTS, LOOK, Stage, looks, play};

/// "Now" is when the leases are made, also for a lease whose first holder died before it had anything to note.
#[test]
fn now_is_the_moment_of_the_first_start() {
    play(async |stage| {
        stage.write(0..30).await;
        let now = stage
            .builder("a")
            .await
            .with_start_from(ChangeFeedStartFrom::Now);
        drop(stage.start(now.clone()).await);
        stage.write(30..60).await;
        sleep(LASTS * 3).await;
        let later = stage.start(now.with_instance_name("b")).await;
        looks(2).await;
        stage.handled_once(30..60);
        drop(later);
    });
}

#[test]
fn a_manual_checkpoint_is_the_handlers() {
    play(async |stage| {
        stage.write(0..20).await;
        let contexts = Arc::new(Mutex::new(Vec::new()));
        let (kept, seen) = (Arc::clone(&contexts), Arc::clone(&stage.seen));
        let build = async |name: &str| {
            let (kept, seen) = (Arc::clone(&kept), Arc::clone(&seen));
            let one = MaxItemCountHint::Limit(1.try_into().unwrap());
            let builder = stage
                .builder(name)
                .await
                .with_manual_checkpoint()
                .with_max_item_count(one);
            let handler = move |context: ChangeFeedProcessorContext,
                                changes: Vec<ChangeFeedItem<Value>>| {
                let numbers = changes.iter().filter_map(ChangeFeedItem::current);
                let numbers = numbers.map(|item| item["number"].as_u64().unwrap());
                let lease = context.lease_token().to_owned();
                seen.lock()
                    .unwrap()
                    .extend(numbers.map(|number| (String::new(), lease.clone(), number)));
                kept.lock().unwrap().push(context);
                std::future::ready(Ok::<(), String>(()))
            };
            let processor = builder.build(handler).unwrap();
            processor.start().await.unwrap();
            processor
        };
        let first = build("a").await;
        looks(3).await;
        assert!(
            stage
                .documents()
                .await
                .iter()
                .all(|lease| lease["ContinuationToken"].is_null())
        );
        // The first two pages of each lease, the later one first: an earlier checkpoint changes nothing any more.
        let pages: Vec<_> = std::mem::take(&mut *contexts.lock().unwrap());
        let mut leases = std::collections::BTreeMap::<String, Vec<_>>::new();
        for page in pages {
            leases
                .entry(page.lease_token().to_owned())
                .or_default()
                .push(page);
        }
        let mut noted = 0;
        for pages in leases.values().filter(|pages| pages.len() > 2) {
            pages[1].checkpoint().await.unwrap();
            let after = stage.documents().await;
            pages[0].checkpoint().await.unwrap();
            assert_eq!(stage.documents().await, after);
            noted += 2;
        }
        assert!(noted >= 4);
        first.stop().await;
        stage.seen.lock().unwrap().clear();
        let again = build("b").await;
        looks(2).await;
        let (handled, _) = stage.handled();
        assert_eq!(
            handled.len(),
            20 - noted,
            "what was noted does not come again"
        );
        // The lease of the first is not its own any more.
        let stale = &leases.values().next().unwrap()[0];
        assert!(stale.checkpoint().await.is_err());
        drop(again);
    });
}

#[test]
fn changes_that_were_not_handled_come_again() {
    play(async |stage| {
        stage.write(0..30).await;
        let calls = Arc::new(AtomicUsize::new(0));
        let (count, seen) = (Arc::clone(&calls), stage.handler());
        let handler = move |context: ChangeFeedProcessorContext,
                            changes: Vec<ChangeFeedItem<Value>>| {
            let call = count.fetch_add(1, Ordering::Relaxed);
            let fails = call < 8;
            let handled = (!fails).then(|| seen(context, changes));
            async move {
                assert!(call % 2 == 0 || call >= 8, "every second one panics");
                match handled {
                    Some(handled) => handled.await,
                    None => Err("not today".to_owned()),
                }
            }
        };
        let processor = stage.builder("a").await.build(handler).unwrap();
        processor.start().await.unwrap();
        sleep(LASTS).await;
        stage.handled_once(0..30);
        let failed = |event: &ProcessorEvent| matches!(event, ProcessorEvent::HandlerFailed { .. });
        assert_eq!(stage.told(failed), 8);
        let events = stage.events.lock().unwrap();
        let told: Vec<String> = events
            .iter()
            .filter(|event| failed(event))
            .map(ToString::to_string)
            .collect();
        assert!(
            told.iter().any(|text| text.contains("not today")),
            "{told:?}"
        );
        assert!(
            told.iter()
                .any(|text| text.contains("every second one panics")),
            "{told:?}"
        );
    });
}

#[test]
fn a_handler_that_is_at_work_ends_before_a_stop_does() {
    play(async |stage| {
        stage.write(0..10).await;
        let seen = stage.handler();
        let seen = Arc::new(seen);
        let handler = move |context, changes| {
            let seen = Arc::clone(&seen);
            async move {
                sleep(LOOK).await;
                seen(context, changes).await
            }
        };
        let processor = stage.builder("a").await.build(handler).unwrap();
        processor.start().await.unwrap();
        sleep(LOOK / 2).await;
        assert_eq!(stage.handled().1, 0);
        processor.stop().await;
        stage.handled_once(0..10);
        for lease in stage.documents().await {
            assert!(lease["Owner"].is_null());
        }
        // It is noted: nobody gets it again.
        let other = stage.instance("b").await;
        looks(2).await;
        stage.handled_once(0..10);
        drop(other);
    });
}

#[test]
fn all_versions_and_deletes() {
    let settings = WorldSettings::new(3);
    World::simulate(settings, async |world| {
        let stage = Stage::set(world, ContainerProperties::new("leases", "/id".into())).await;
        stage.items.delete(None).await.unwrap();
        let policy = ChangeFeedPolicy::default().with_retention_duration(LASTS * 60);
        let properties =
            ContainerProperties::new("items", "/pk".into()).with_change_feed_policy(policy);
        let shop = stage.client.database_client(super::stage::DATABASE);
        shop.create_container(properties, None).await.unwrap();
        let kinds = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&kinds);
        let processor = stage
            .builder("a")
            .await
            .with_mode(ChangeFeedMode::AllVersionsAndDeletes)
            .with_start_from(ChangeFeedStartFrom::Now)
            .build(
                move |_: ChangeFeedProcessorContext, changes: Vec<ChangeFeedItem<Value>>| {
                    noted
                        .lock()
                        .unwrap()
                        .extend(changes.iter().map(ChangeFeedItem::operation_type));
                    std::future::ready(Ok::<(), String>(()))
                },
            )
            .unwrap();
        processor.start().await.unwrap();
        stage.write(0..1).await;
        stage
            .items
            .delete_item("key-0", "item-0", None)
            .await
            .unwrap();
        looks(2).await;
        let kinds: Vec<String> = kinds
            .lock()
            .unwrap()
            .iter()
            .map(|kind| format!("{kind:?}"))
            .collect();
        assert_eq!(kinds, ["Some(Create)", "Some(Delete)"]);
    });
}
