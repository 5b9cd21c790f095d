//! Reading one's own writes over regions: the session token that is sent is that of the item's partition, and a replica
//! behind it is not asked again. The published client, on which this is modelled, walked the regions with a session of
//! other partitions and then took a stale answer.

use bytes::Bytes;
use cosmokit::ContainerClient;
use cosmokit::options::{ItemReadOptions, SessionToken};
use cosmokit_engine::WriteMode::{self, Multi, Single};
use cosmokit_engine::request::ContainerAddress;
use cosmokit_testkit::actor::{ContainerKind, Part, Write};
use cosmokit_testkit::history::WriteVerb;
use cosmokit_testkit::judge::{Guarantee, Scope, Verdict};
use cosmokit_testkit::world::{ClientSettings, Front, World, sleep};
use http::Request;
use tower::ServiceExt as _;

use super::scene::{
    EAST, HUB, SATELLITE, WEST, enter, number, pause, read, settings, upsert, world,
};
use super::trail::Trail;

/// The item is there with number 1 in both regions; from now on nothing reaches the other.
async fn divided(writes: WriteMode) -> World {
    let world = world(writes).await;
    let items = enter(&world, &settings(9, &HUB)).await;
    upsert(&items, "1", 1).await.unwrap();
    sleep(std::time::Duration::from_secs(1)).await;
    pause(&world);
    world
}

async fn read_with(items: &ContainerClient, token: SessionToken) -> (i64, Vec<String>) {
    let options = ItemReadOptions::default().with_session_token(token);
    let outcome = Box::pin(items.read_item("p", "1", Some(options))).await;
    let regions = Trail::of(&outcome).regions();
    (number(outcome), regions)
}

#[tokio::test(start_paused = true)]
async fn what_was_written_in_one_region_is_read_in_another() {
    // The writes of a client of the satellite go to the hub; it reads at home.
    let world = divided(Single).await;
    let items = enter(&world, &settings(1, &SATELLITE)).await;
    Trail::of(&upsert(&items, "1", 2).await).succeeded_in(&[EAST], "the write");
    for _ in 0..3 {
        let outcome = read(&items, "1").await;
        Trail::of(&outcome).succeeded_in(&[WEST, EAST], "the read");
        assert_eq!(number(outcome), 2);
    }

    let stranger = settings(2, &SATELLITE).without_tokens();
    let outcome = read(&enter(&world, &stranger).await, "1").await;
    Trail::of(&outcome).succeeded_in(&[WEST], "who has no session stays at home");
    assert_eq!(number(outcome), 1, "where nothing has arrived");
}

#[tokio::test(start_paused = true)]
async fn only_the_token_of_the_items_own_partition_makes_a_read_fresh() {
    for writes in [Single, Multi] {
        let world = divided(writes).await;
        let here = enter(&world, &settings(1, &HUB)).await;
        let written = upsert(&here, "1", 2).await.unwrap();
        let own = written.headers().session_token().unwrap().clone();
        let foreign = token_of_another_partition(&world, &here).await;
        let both = own.merge(&foreign).unwrap();

        let there = settings(2, &SATELLITE).without_tokens();
        let there = enter(&world, &there).await;
        let fresh = (2, vec![WEST.to_owned(), EAST.to_owned()]);
        let stale = (1, vec![WEST.to_owned()]);
        assert_eq!(read_with(&there, own).await, fresh, "{writes:?}");
        assert_eq!(read_with(&there, both).await, fresh, "{writes:?}");
        assert_eq!(read_with(&there, foreign).await, stale, "{writes:?}");
    }
}

/// What a write to a partition other than that of `p` is answered.
async fn token_of_another_partition(world: &World, items: &ContainerClient) -> SessionToken {
    let address = ContainerAddress::new("db", "items");
    let range = |key: &str| world.account().range_of(&address, &key.into()).unwrap();
    let mut keys = (0..100).map(|number| format!("key {number}"));
    let key = keys.find(|key| range(key) != range("p")).unwrap();
    let item = serde_json::json!({ "id": "1", "pk": key });
    let written = items.upsert_item(key.as_str(), "1", item, None).await;
    written.unwrap().headers().session_token().unwrap().clone()
}

/// Takes the session token off every request, as a driver that does not send it.
fn strips_tokens(world: &World) -> Front {
    let gateway = world.gateway().clone();
    Front::new(move |mut request: Request<Bytes>| {
        let gateway = gateway.clone();
        request.headers_mut().remove("x-ms-session-token");
        async move { gateway.oneshot(request).await.map_err(Into::into) }
    })
}

/// What the judge says of somebody who writes and reads from the satellite while nothing arrives there.
async fn judged(client: ClientSettings, front: impl FnOnce(&World) -> Front) -> Verdict {
    let world = world(Single).await;
    world
        .create_container("judged", ContainerKind::Plain)
        .await
        .unwrap();
    let connected = world.connect_through(&client, front(&world)).await.unwrap();
    let part = Part::new(1, client);
    let mut actor = world.enter_with(part, "judged", connected).await.unwrap();
    let key = actor.key("p", "1");
    pause(&world);
    for version in 1..=5 {
        let mark = actor.next_mark(version);
        let write = Write::new(key.clone(), WriteVerb::Upsert, mark);
        assert!(actor.write(write).await);
        actor.read(&key).await;
    }
    let history = world.recorder().history();
    Guarantee::ReadYourWrites.judge(&history, &Scope::default())
}

#[tokio::test(start_paused = true)]
async fn a_driver_that_forgets_its_tokens_is_found_out_and_this_one_is_not() {
    let client = || settings(1, &SATELLITE);
    let honest = |world: &World| world.front().clone();
    let right = judged(client(), honest).await;
    assert!(right.holds_for_something(), "{right}");

    let stripped = judged(client(), strips_tokens).await;
    assert!(stripped.is_violated(), "{stripped}");
    let uncaptured = judged(client().without_tokens(), honest).await;
    assert!(uncaptured.is_violated(), "{uncaptured}");
}
