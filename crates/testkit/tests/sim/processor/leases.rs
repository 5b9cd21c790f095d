//! Lease documents: what they look like, what other clients left, what splits and merges make of them.

use cosmokit::models::ContainerProperties;
use cosmokit::processor::ProcessorEvent;
use cosmokit_testkit::world::{World, WorldSettings, sleep};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::stage::{LOOK, Stage, looks, play, shares};

#[test]
fn a_lease_looks_as_other_clients_make_it() {
    play(async |stage| {
        stage.write(0..40).await;
        let processor = stage.instance("a").await;
        looks(1).await;
        let documents = stage.documents().await;
        assert_eq!(documents.len(), 4);
        let container = stage.items.read(None).await.unwrap().into_model().unwrap();
        let rid = container.system_properties.resource_id.unwrap();
        for lease in &documents {
            let (id, token) = (
                lease["id"].as_str().unwrap(),
                lease["LeaseToken"].as_str().unwrap(),
            );
            assert!(id.starts_with("billingworld.local_"), "{id}");
            assert!(id.ends_with(&format!("_{rid}..{token}")), "{id}");
            assert_eq!(
                (&lease["version"], &lease["Owner"]),
                (&json!(1), &json!("a"))
            );
            assert_eq!(lease["Mode"], "Incremental Feed");
            let etag = lease["ContinuationToken"].as_str().unwrap();
            assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
            let range = &lease["FeedRange"]["Range"];
            let bounds = format!(
                "{}-{}",
                range["min"].as_str().unwrap(),
                range["max"].as_str().unwrap()
            );
            assert_eq!(bounds, token);
            assert!(
                lease["timestamp"]
                    .as_str()
                    .unwrap()
                    .starts_with("2025-01-01T00:0")
            );
        }
        processor.stop().await;
        assert!(
            stage
                .documents()
                .await
                .iter()
                .all(|lease| lease["Owner"].is_null())
        );
    });
}

/// A lease that another client's processor left is gone on from; what is not known of it stays.
#[test]
fn leases_of_other_clients_are_gone_on_from() {
    play(async |stage| {
        stage.write(0..40).await;
        let before = stage.instance("a").await;
        looks(1).await;
        before.stop().await;
        for mut lease in stage.documents().await {
            lease["unknown"] = json!({"kept": true});
            lease["properties"] = Value::Null;
            lease.as_object_mut().unwrap().remove("Mode");
            let id = lease["id"].as_str().unwrap().to_owned();
            stage
                .leases
                .replace_item(&id, &id, &lease, None)
                .await
                .unwrap();
        }
        stage.write(40..60).await;
        let after = stage.instance("b").await;
        looks(1).await;
        stage.handled_once(0..60);
        for lease in stage.documents().await {
            assert_eq!(lease["unknown"]["kept"], true);
        }
        drop(after);
    });
}

#[test]
fn a_lease_container_by_partition_key() {
    let settings = WorldSettings::new(7);
    World::simulate(settings, async |world| {
        let leases = ContainerProperties::new("leases", "/partitionKey".into());
        let stage = Stage::set(world, leases).await;
        stage.write(0..30).await;
        let (a, b) = (stage.instance("a").await, stage.instance("b").await);
        looks(4).await;
        assert_eq!(shares(&[&a, &b]), [1, 1]);
        a.stop().await;
        looks(2).await;
        stage.handled_once(0..30);
        for lease in stage.documents().await {
            assert_eq!(lease["partitionKey"], lease["id"]);
        }
    });
}

#[test]
fn splits_and_merges_lose_nothing_and_repeat_nothing() {
    play(async |stage| {
        stage.write(0..60).await;
        let (a, b) = (stage.instance("a").await, stage.instance("b").await);
        looks(3).await;
        stage.split("0");
        stage.write(60..90).await;
        looks(2).await;
        assert_eq!(shares(&[&a, &b]).iter().sum::<usize>(), 5);
        stage.split("1");
        stage.write(90..120).await;
        looks(4).await;
        assert_eq!(shares(&[&a, &b]), [3, 3]);
        let split = |event: &ProcessorEvent| matches!(event, ProcessorEvent::LeaseSplit { into, .. } if into.len() == 2);
        assert_eq!(stage.told(split), 2);
        // Merged partitions keep their leases, each with its part.
        stage.merge(["2", "3"]);
        stage.write(120..150).await;
        looks(2).await;
        assert_eq!(stage.documents().await.len(), 6);
        stage.handled_once(0..150);
        // One of them lies in a part of a partition, which is split elsewhere.
        let ranges = stage.items.read_feed_ranges(None).await.unwrap();
        assert_eq!(ranges.len(), 5);
        a.stop().await;
        b.stop().await;
        stage.write(150..170).await;
        let c = stage.instance("c").await;
        looks(2).await;
        stage.handled_once(0..170);
        drop(c);
    });
}

/// A split whose instance died half way: the leases for the parts are there, and the one for the whole is too.
#[test]
fn a_split_that_was_half_done_is_brought_to_its_end() {
    play(async |stage| {
        stage.write(0..40).await;
        let before = stage.instance("a").await;
        looks(1).await;
        before.stop().await;
        let whole = stage.documents().await.remove(0);
        stage.split("0");
        let split = stage.instance("b").await;
        looks(1).await;
        split.stop().await;
        assert_eq!(stage.documents().await.len(), 5);
        let id = whole["id"].as_str().unwrap().to_owned();
        stage
            .leases
            .create_item(&id, &id, &whole, None)
            .await
            .unwrap();
        stage.write(40..80).await;
        let after = stage.instance("c").await;
        looks(3).await;
        assert_eq!(
            stage.documents().await.len(),
            5,
            "the one for the whole is gone"
        );
        stage.handled_once(0..80);
        drop(after);
    });
}

#[test]
fn a_lease_that_somebody_deleted_is_made_anew() {
    play(async |stage| {
        stage.write(0..40).await;
        let before = stage.instance("a").await;
        looks(1).await;
        let lost = stage.documents().await.remove(1);
        let id = lost["id"].as_str().unwrap().to_owned();
        stage.leases.delete_item(&id, &id, None).await.unwrap();
        sleep(LOOK * 3).await;
        assert_eq!(shares(&[&before]), [3], "its holder has noticed");
        before.stop().await;
        let after = stage.instance("b").await;
        looks(1).await;
        assert_eq!(shares(&[&after]), [4]);
        assert_eq!(stage.handled().0.len(), 40);
        assert_eq!(
            stage.told(|event| matches!(event, ProcessorEvent::LeaseRestored { .. })),
            1
        );
    });
}

#[test]
fn the_estimate_counts_what_is_left() {
    play(async |stage| {
        let estimator = stage.items.change_feed_estimator("billing", &stage.leases);
        assert!(
            estimator.estimate().await.unwrap().is_empty(),
            "it was never started"
        );
        stage.write(0..40).await;
        let processor = stage.instance("a").await;
        looks(1).await;
        let left = async || {
            let work = estimator.estimate().await.unwrap();
            (work.iter().map(|work| work.changes).sum::<u64>(), work)
        };
        let (changes, work) = left().await;
        assert_eq!((changes, work.len()), (0, 4));
        assert!(
            work.iter()
                .all(|work| work.owner.as_deref() == Some("a") && work.oldest_change.is_none())
        );
        processor.stop().await;
        stage.write(40..70).await;
        let (changes, work) = left().await;
        assert_eq!(changes, 30);
        assert!(work.iter().all(|work| work.owner.is_none()));
        let behind = work.iter().filter(|work| work.changes > 0);
        assert!(
            behind.clone().count() > 0 && behind.clone().all(|work| work.oldest_change.is_some())
        );
        // Also when the partitions are others by now.
        stage.split("0");
        assert_eq!(left().await.0, 30);

        let mut estimates = Box::pin(estimator.estimates(LOOK).take(3));
        let again = stage.instance("b").await;
        let mut falls = Vec::new();
        while let Some(estimate) = estimates.next().await {
            falls.push(
                estimate
                    .unwrap()
                    .iter()
                    .map(|work| work.changes)
                    .sum::<u64>(),
            );
        }
        assert_eq!((falls.len(), falls[2]), (3, 0), "{falls:?}");
        drop(again);
    });
}
