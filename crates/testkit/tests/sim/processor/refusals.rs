//! What a processor does not do, and says why.

use std::time::Duration;

use cosmokit::feed::ChangeFeedStartFrom;
use cosmokit::models::{ContainerProperties, TimeToLive};
use cosmokit::options::ChangeFeedMode;
use cosmokit::processor::ChangeFeedProcessorBuilder;
use cosmokit_testkit::world::{World, WorldSettings};
use serde_json::{Value, json};

use super::stage::{Stage, looks, play};

#[track_caller]
fn refused<T>(what: cosmokit::Result<T>, why: &str) {
    let Err(error) = what else {
        panic!("it was accepted, and should be refused: {why}");
    };
    assert!(error.status().is_bad_request(), "{error}");
    assert!(error.to_string().contains(why), "{error}");
}

#[test]
fn choices_that_cannot_work_are_refused_before_anything_happens() {
    play(async |stage| {
        let a = stage.builder("a").await;
        let build = |builder: ChangeFeedProcessorBuilder| builder.build(stage.handler());
        let second = Duration::from_secs(1);
        refused(build(a.clone().with_instance_name(" ")), "instance name");
        refused(build(a.clone().with_instance_name("a/b")), "instance name");
        refused(
            build(a.clone().with_instance_name("x".repeat(101))),
            "instance name",
        );
        let unnamed = stage.items.change_feed_processor("", &stage.leases);
        refused(build(unnamed), "processor name");
        refused(
            build(a.clone().with_lease_expiration_interval(second * 20)),
            "twice as long",
        );
        refused(
            build(a.clone().with_lease_acquire_interval(Duration::ZERO)),
            "acquire",
        );
        refused(
            build(a.clone().with_handler_retry_delays(second * 2, second)),
            "retry delay",
        );
        let all = a.with_mode(ChangeFeedMode::AllVersionsAndDeletes);
        refused(build(all.clone()), "from now on only");
        build(all.with_start_from(ChangeFeedStartFrom::Now)).unwrap();
        assert!(stage.documents().await.is_empty());
    });
}

/// Starts with a lease container that is like this.
#[track_caller]
fn with_leases_in(leases: ContainerProperties, why: &str) {
    World::simulate(WorldSettings::new(7), async |world| {
        let stage = Stage::set(world, leases).await;
        let processor = stage.builder("a").await.build(stage.handler()).unwrap();
        refused(processor.start().await, why);
    });
}

#[test]
fn lease_containers_that_cannot_keep_leases_are_refused() {
    with_leases_in(
        ContainerProperties::new("leases", "/owner".into()),
        "partitioned by",
    );
    let expires = ContainerProperties::new("leases", "/id".into());
    let expires = expires.with_default_ttl(TimeToLive::Seconds(600));
    with_leases_in(expires, "expire by themselves");
    play(async |stage| {
        let own = stage.leases.change_feed_processor("billing", &stage.leases);
        let own = own.build(stage.handler()).unwrap();
        refused(own.start().await, "its own processor");
    });
}

/// Leases that this client would damage are left as they are.
#[test]
fn foreign_leases_are_refused_and_left_alone() {
    play(async |stage| {
        drop(stage.instance("a").await);
        let lease = stage.documents().await.remove(0);
        let id = lease["id"].as_str().unwrap().to_owned();
        let check = async |change: fn(&mut Value), why: &str| {
            let mut foreign = lease.clone();
            change(&mut foreign);
            stage
                .leases
                .replace_item(&id, &id, &foreign, None)
                .await
                .unwrap();
            let before = stage.documents().await;
            let processor = stage.builder("b").await.build(stage.handler()).unwrap();
            refused(processor.start().await, why);
            looks(2).await;
            assert_eq!(stage.documents().await, before);
        };
        check(
            |lease| lease["ContinuationToken"] = json!("eyJWIjoxfQ=="),
            "not an etag",
        )
        .await;
        check(
            |lease| lease["Mode"] = json!("Full-Fidelity Feed"),
            "Full-Fidelity Feed",
        )
        .await;
        let by_partition = |lease: &mut Value| {
            lease["version"] = json!(0);
            lease["FeedRange"] = Value::Null;
        };
        check(by_partition, "by partition key range").await;
    });
}
