//! Every way of writing and of reading is covered: batches, bulk, patches, queries with every page, reads of many items,
//! the change feed.

use cosmokit_testkit::world::World;
use http::{Method, StatusCode};

use crate::browser::Browser;
use crate::tier::{Tier, three_regions};

/// What an instance answers to a read of one user.
async fn ask(tier: &Tier, user: &mut Browser, path: &str) -> String {
    let page = user.send(&tier.instances[1], Method::GET, path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
    page.text
}

/// Whoever wrote sees all of it in a region that has nothing yet, and nobody else does.
async fn only_the_writer_sees(tier: &Tier, writer: &mut Browser, reads: &[(&str, &str)]) {
    let mut stranger = Browser::default();
    for (path, expected) in reads {
        tier.wires[1].take();
        assert_eq!(ask(tier, writer, path).await, *expected, "{path}");
        let sent = tier.wires[1].take();
        assert!(
            !sent.is_empty() && sent.iter().any(Option::is_some),
            "{path}: {sent:?}"
        );
        assert_eq!(ask(tier, &mut stranger, path).await, "0", "{path}");
    }
}

#[test]
fn queries_see_what_the_user_wrote() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        for key in 0..8 {
            let path = format!("/items/notes/{key}/1");
            user.put(&tier.instances[0], &path).await;
        }
        let reads = [("/query/notes/3", "1"), ("/query/notes/*", "8")];
        only_the_writer_sees(&tier, &mut user, &reads).await;
    });
}

#[test]
fn every_page_of_a_query_is_in_the_session() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        for key in 0..12 {
            let path = format!("/items/notes/{key}/1");
            user.put(&tier.instances[0], &path).await;
        }
        tier.wires[1].take();
        // One item a page, over four partitions.
        assert_eq!(ask(&tier, &mut user, "/pages/notes").await, "12");
        let sent = tier.wires[1].take();
        let without = sent.iter().filter(|sent| sent.is_none()).count();
        // One for the partition that none of the keys is in.
        assert!(sent.len() > 12 && without <= 1, "{sent:?}");
    });
}

#[test]
fn reads_of_many_items_see_what_the_user_wrote() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        for key in 0..8 {
            let path = format!("/items/notes/{key}/1");
            user.put(&tier.instances[0], &path).await;
        }
        let reads = [
            ("/many/notes/3", "1"),
            ("/many/notes/0,1,2,3,4,5,6,7,8", "8"),
        ];
        only_the_writer_sees(&tier, &mut user, &reads).await;
    });
}

#[test]
fn the_change_feed_has_what_the_user_wrote() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        for key in 0..4 {
            let path = format!("/items/notes/{key}/1");
            user.put(&tier.instances[0], &path).await;
        }
        only_the_writer_sees(&tier, &mut user, &[("/changes/notes", "4")]).await;
    });
}

#[test]
fn what_a_batch_and_a_bulk_wrote_is_read() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        for (path, reads) in [
            (
                "/batch/notes/k",
                [("/query/notes/k", "2"), ("/many/notes/k", "1")],
            ),
            (
                "/bulk/votes/k",
                [("/query/votes/k", "1"), ("/query/votes/not-k", "1")],
            ),
        ] {
            let mut user = Browser::default();
            let page = user.post(&tier.instances[0], path).await;
            assert_eq!(page.status, StatusCode::NO_CONTENT, "{path}");
            only_the_writer_sees(&tier, &mut user, &reads).await;
        }
    });
}

#[test]
fn what_a_patch_changed_is_read() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let mut user = Browser::default();
        user.put(&tier.instances[0], "/marks/notes/k/1/3").await;
        tier.pause();
        let page = user.post(&tier.instances[0], "/patch/notes/k/1").await;
        assert_eq!(page.status, StatusCode::NO_CONTENT);
        assert_eq!(ask(&tier, &mut user, "/marks/notes/k/1").await, "7");
        let mut stranger = Browser::default();
        assert_eq!(ask(&tier, &mut stranger, "/marks/notes/k/1").await, "3");
    });
}
