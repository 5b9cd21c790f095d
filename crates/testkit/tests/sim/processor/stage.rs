//! What the stories have in common: a world with two containers, and instances that write down what they handle.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cosmokit::feed::{ChangeFeedItem, ChangeFeedStartFrom};
use cosmokit::models::ContainerProperties;
use cosmokit::processor::{ChangeFeedProcessorBuilder, ChangeFeedProcessorContext, ProcessorEvent};
use cosmokit::{ChangeFeedProcessor, ContainerClient, CosmosClient};
use cosmokit_engine::SplitPoint;
use cosmokit_engine::request::ContainerAddress;
use cosmokit_testkit::world::{ClientSettings, World, WorldSettings, sleep};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

pub(super) const DATABASE: &str = "shop";

/// How long a lease lasts in these stories.
pub(super) const LASTS: Duration = Duration::from_secs(60);

/// How often instances look at the leases.
pub(super) const LOOK: Duration = Duration::from_secs(13);

/// A world with a container of items and one of leases.
pub(super) struct Stage {
    pub(super) world: World,
    pub(super) client: CosmosClient,
    pub(super) items: ContainerClient,
    pub(super) leases: ContainerClient,
    /// What was handled: who, under which lease, which number.
    pub(super) seen: Seen,
    /// What instances told of themselves.
    pub(super) events: Arc<Mutex<Vec<ProcessorEvent>>>,
}

pub(super) type Seen = Arc<Mutex<Vec<(String, String, u64)>>>;

/// Plays a story in a world whose containers have four partitions, and a lease container by `/id`.
pub(super) fn play(story: impl AsyncFnOnce(&Stage)) {
    let settings = WorldSettings::new(7)
        .account(|account| account.partitions_per_container(4.try_into().unwrap()));
    World::simulate(settings, async |world| {
        let stage = Stage::set(world, ContainerProperties::new("leases", "/id".into())).await;
        story(&stage).await;
    });
}

impl Stage {
    pub(super) async fn set(world: World, leases: ContainerProperties) -> Self {
        let client = connect(&world, 1).await;
        client.create_database(DATABASE, None).await.unwrap();
        let shop = client.database_client(DATABASE);
        let items = ContainerProperties::new("items", "/pk".into());
        shop.create_container(items, None).await.unwrap();
        shop.create_container(leases, None).await.unwrap();
        Self {
            items: shop.container_client("items", None).await.unwrap(),
            leases: shop.container_client("leases", None).await.unwrap(),
            client,
            world,
            seen: Seen::default(),
            events: Arc::default(),
        }
    }

    /// Writes documents with these numbers, under many keys.
    pub(super) async fn write(&self, numbers: std::ops::Range<u64>) {
        for number in numbers {
            let (key, id) = (format!("key-{}", number % 13), format!("item-{number}"));
            let document = json!({"id": id, "pk": key, "number": number});
            self.items
                .create_item(&key, &id, document, None)
                .await
                .unwrap();
        }
    }

    /// An instance's choices; each instance has a client of its own.
    pub(super) async fn builder(&self, instance: &str) -> ChangeFeedProcessorBuilder {
        let number = instance
            .bytes()
            .fold(100, |sum, byte| sum * 31 + u64::from(byte));
        let client = connect(&self.world, number).await;
        let shop = client.database_client(DATABASE);
        let items = shop.container_client("items", None).await.unwrap();
        let leases = shop.container_client("leases", None).await.unwrap();
        let events = Arc::clone(&self.events);
        items
            .change_feed_processor("billing", &leases)
            .with_instance_name(instance)
            .with_start_from(ChangeFeedStartFrom::Beginning)
            .with_event_handler(move |event| events.lock().unwrap().push(event.clone()))
    }

    /// An instance that handles everything at once, at work.
    pub(super) async fn instance(&self, name: &str) -> ChangeFeedProcessor {
        self.start(self.builder(name).await).await
    }

    pub(super) async fn start(&self, builder: ChangeFeedProcessorBuilder) -> ChangeFeedProcessor {
        let processor = builder.build(self.handler()).unwrap();
        processor.start().await.unwrap();
        processor
    }

    /// Writes down what it is given.
    pub(super) fn handler(
        &self,
    ) -> impl Fn(
        ChangeFeedProcessorContext,
        Vec<ChangeFeedItem<Value>>,
    ) -> std::future::Ready<Result<(), String>>
    + Send
    + Sync
    + 'static {
        let seen = Arc::clone(&self.seen);
        move |context, changes| {
            let mut seen = seen.lock().unwrap();
            for change in changes.iter().filter_map(ChangeFeedItem::current) {
                let number = change["number"].as_u64().unwrap();
                let lease = context.lease_token().to_owned();
                seen.push((context.feed_range().to_string(), lease, number));
            }
            std::future::ready(Ok(()))
        }
    }

    /// The numbers that were handled, each once; and how often any was.
    pub(super) fn handled(&self) -> (BTreeSet<u64>, usize) {
        let seen = self.seen.lock().unwrap();
        (seen.iter().map(|it| it.2).collect(), seen.len())
    }

    /// Exactly these have been handled, and none of them twice.
    #[track_caller]
    pub(super) fn handled_once(&self, numbers: std::ops::Range<u64>) {
        let (handled, times) = self.handled();
        assert_eq!(handled, numbers.collect::<BTreeSet<u64>>());
        assert_eq!(times, handled.len(), "something was handled twice");
    }

    /// The lease documents, in the order of their tokens.
    pub(super) async fn documents(&self) -> Vec<Value> {
        let all = cosmokit::FeedScope::full_container();
        let query = "SELECT * FROM c WHERE IS_DEFINED(c.LeaseToken) ORDER BY c.LeaseToken";
        let found = self.leases.query_items(query, all, None).await.unwrap();
        found.try_collect().await.unwrap()
    }

    pub(super) fn split(&self, range: &str) {
        let address = ContainerAddress::new(DATABASE, "items");
        let account = self.world.account();
        account.split(&address, range, &SplitPoint::Middle).unwrap();
    }

    pub(super) fn merge(&self, ranges: [&str; 2]) {
        let address = ContainerAddress::new(DATABASE, "items");
        self.world.account().merge(&address, ranges).unwrap();
    }

    /// How many events are like this.
    pub(super) fn told(&self, is_like: impl Fn(&ProcessorEvent) -> bool) -> usize {
        let events = self.events.lock().unwrap();
        events.iter().filter(|event| is_like(event)).count()
    }
}

pub(super) async fn connect(world: &World, number: u64) -> CosmosClient {
    let home = world.regions()[0].clone();
    world
        .connect(&ClientSettings::new(number, home))
        .await
        .unwrap()
}

/// How many leases each holds.
pub(super) fn shares(instances: &[&ChangeFeedProcessor]) -> Vec<usize> {
    let shares = instances
        .iter()
        .map(|instance| instance.state().leases.len());
    shares.collect()
}

/// Long enough for instances to have looked so many times.
pub(super) async fn looks(times: u32) {
    sleep(LOOK * times).await;
}
