//! The account changes between a write and the read of it.

use std::time::Duration;

use cosmokit_engine::request::ContainerAddress;
use cosmokit_engine::{Lag, SplitPoint, WriteMode};
use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_protocol::wire::region::Region;
use cosmokit_testkit::world::{World, sleep};
use http::StatusCode;

use crate::app::DATABASE;
use crate::browser::Browser;
use crate::tier::{ASIA, Tier, WEST, create_container, three_regions};
use crate::wire::Seen;

async fn written(tier: &Tier) -> Browser {
    let mut user = Browser::default();
    for key in 0..6 {
        let path = format!("/items/notes/{key}/1");
        assert_eq!(
            user.put(&tier.instances[0], &path).await,
            StatusCode::NO_CONTENT
        );
    }
    user
}

async fn reads_all(tier: &Tier, user: &mut Browser, instance: usize) {
    for key in 0..6 {
        let path = format!("/items/notes/{key}/1");
        assert_eq!(
            user.get(&tier.instances[instance], &path).await,
            StatusCode::OK,
            "{path}"
        );
    }
}

#[test]
fn a_container_that_was_created_again_is_no_error() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let mut user = written(&tier).await;
        for instance in 0..3 {
            reads_all(&tier, &mut user, instance).await;
        }
        let container = tier.clients[0].database_client(DATABASE);
        let notes = container.container_client("notes", None).await.unwrap();
        notes.delete(None).await.unwrap();
        create_container(&tier.clients[0], "notes").await;
        let old = user.jar.clone();
        for instance in &tier.instances {
            assert_eq!(
                user.get(instance, "/items/notes/1/1").await,
                StatusCode::NOT_FOUND
            );
        }
        // The instance that met it first has dropped what the cookie said of the old one: there was nothing else.
        assert_ne!(user.jar, old);
        assert!(user.jar.is_empty(), "{:?}", user.jar.keys());
        assert!(tier.sessions.counts().recreations >= 1);
        tier.pause();
        user.put(&tier.instances[0], "/items/notes/1/2").await;
        assert_eq!(
            user.get(&tier.instances[1], "/items/notes/1/2").await,
            StatusCode::OK
        );
    });
}

#[test]
fn after_a_failover_writes_are_still_read() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let mut user = written(&tier).await;
        // Clients read the account document again at most every five seconds.
        sleep(Duration::from_secs(6)).await;
        tier.world.account().fail_over(&Region::new(WEST)).unwrap();
        for instance in 0..3 {
            reads_all(&tier, &mut user, instance).await;
        }
        tier.pause();
        assert_eq!(
            user.put(&tier.instances[0], "/items/notes/1/2").await,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            user.get(&tier.instances[2], "/items/notes/1/2").await,
            StatusCode::OK
        );
    });
}

#[test]
fn when_a_forced_failover_has_lost_the_write_the_user_gets_an_answer_all_the_same() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = written(&tier).await;
        tier.world
            .account()
            .force_failover(&Region::new(WEST))
            .unwrap();
        tier.world.account().set_all_links(Lag::None).unwrap();
        for instance in &tier.instances[1..] {
            let status = user.get(instance, "/items/notes/1/1").await;
            assert_eq!(
                status,
                StatusCode::NOT_FOUND,
                "lost, and said so: no error, no endless wait"
            );
        }
    });
}

#[test]
fn a_region_that_is_gone_takes_no_session_with_it() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let mut user = written(&tier).await;
        let asia = Region::new(ASIA);
        tier.world.account().begin_remove_region(&asia).unwrap();
        tier.world.account().finish_remove_region(&asia).unwrap();
        for instance in 0..3 {
            reads_all(&tier, &mut user, instance).await;
        }
    });
}

#[test]
fn on_accounts_that_promise_more_nothing_is_carried_and_nothing_fails() {
    for level in [ConsistencyLevel::Strong, ConsistencyLevel::BoundedStaleness] {
        World::simulate(three_regions().level(level), async |world| {
            let tier = Tier::start(world).await;
            let mut user = written(&tier).await;
            assert!(user.jar.is_empty(), "{level:?}");
            reads_all(&tier, &mut user, 0).await;
            if level == ConsistencyLevel::Strong {
                reads_all(&tier, &mut user, 1).await;
                reads_all(&tier, &mut Browser::default(), 2).await;
            }
            let sent: Vec<_> = tier.wires.iter().flat_map(Seen::take).flatten().collect();
            assert!(sent.is_empty(), "{level:?}: {sent:?}");
        });
    }
}

#[test]
fn partitions_that_split_and_merge_between_write_and_read_lose_nothing() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = written(&tier).await;
        let (account, notes) = (
            tier.world.account(),
            ContainerAddress::new(DATABASE, "notes"),
        );
        let ids = || -> Vec<String> {
            let partitions = account.partitions(&notes).unwrap();
            partitions.iter().map(|it| it.id.to_string()).collect()
        };
        for id in ids() {
            account.split(&notes, &id, &SplitPoint::Middle).unwrap();
        }
        assert_eq!(ids().len(), 8);
        reads_all(&tier, &mut user, 1).await;
        // What is written to a child is read, with what its parent had.
        reads_what_is_new(&tier, &mut user, "2").await;
        reads_all(&tier, &mut user, 2).await;
        while ids().len() > 1 {
            let all = ids();
            account.merge(&notes, [&all[0], &all[1]]).unwrap();
        }
        for instance in 0..3 {
            reads_all(&tier, &mut user, instance).await;
        }
        reads_what_is_new(&tier, &mut user, "3").await;
    });
}

/// A repartition takes all regions along; what is written after it is in the write region alone.
async fn reads_what_is_new(tier: &Tier, user: &mut Browser, id: &str) {
    let path = format!("/items/notes/1/{id}");
    user.put(&tier.instances[0], &path).await;
    let read = user.get(&tier.instances[1], &path).await;
    assert_eq!(read, StatusCode::OK);
    let stranger = Browser::default().get(&tier.instances[1], &path).await;
    assert_eq!(stranger, StatusCode::NOT_FOUND);
}

#[test]
fn with_several_write_regions_users_read_what_they_wrote_anywhere() {
    World::simulate(
        three_regions().write_mode(WriteMode::Multi),
        async |world| {
            let tier = Tier::start(world).await;
            tier.pause();
            let mut user = Browser::default();
            for round in 0..6 {
                let (here, there) = (round % 3, (round + 1) % 3);
                let path = format!("/items/notes/{round}/1");
                user.put(&tier.instances[here], &path).await;
                tier.wires[there].take();
                let read = user.get(&tier.instances[there], &path).await;
                assert_eq!(read, StatusCode::OK, "{path}");
                assert!(tier.wires[there].take().iter().all(Option::is_some));
                let stranger = Browser::default().get(&tier.instances[there], &path).await;
                assert_eq!(stranger, StatusCode::NOT_FOUND);
            }
            // Tokens go with writes too, so that a write sees what its user has seen.
            user.put(&tier.instances[1], "/items/notes/0/1").await;
            assert!(tier.wires[1].take().iter().any(Option::is_some));
        },
    );
}

#[test]
fn on_an_eventual_account_a_session_is_kept_all_the_same() {
    let settings = three_regions().level(ConsistencyLevel::Eventual);
    World::simulate(settings, async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = written(&tier).await;
        reads_all(&tier, &mut user, 1).await;
        assert_eq!(
            Browser::default()
                .get(&tier.instances[1], "/items/notes/1/1")
                .await,
            StatusCode::NOT_FOUND
        );
    });
}
