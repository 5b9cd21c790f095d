//! The account in this process, its containers, and those who write.

use std::error::Error;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use cosmokit::driver::Clock;
use cosmokit::models::ContainerProperties;
use cosmokit::{
    AccountReference, ChangeFeedEstimator, ContainerClient, CosmosClient, CosmosRuntime,
    RoutingStrategy,
};
use cosmokit_engine::request::ContainerAddress;
use cosmokit_engine::{Account, SplitPoint};
use cosmokit_server::Gateway;
use serde_json::json;

use super::book::Book;
use super::instance::Instance;
use super::screen::Screen;

const DATABASE: &str = "shop";
const ORDERS: &str = "orders";
const LEASES: &str = "leases";

/// The name under which instances share the work.
pub(super) const PROCESSOR: &str = "billing";

/// Partitions, and with them leases, at the beginning.
const PARTITIONS: u32 = 6;

/// The pause between two orders: ninety a second, and one instance bills fifty.
const PAUSE: Duration = Duration::from_millis(11);

/// Customers, each a partition key.
const CUSTOMERS: u64 = 40;

/// The account and its containers.
pub(super) struct Stage {
    account: Account,
    reference: AccountReference,
    gateway: Gateway,
    client: CosmosClient,
    orders: ContainerClient,
    leases: ContainerClient,
}

impl Stage {
    pub(super) async fn set() -> Result<Self, Box<dyn Error>> {
        let partitions = NonZeroU32::new(PARTITIONS).ok_or("there must be a partition")?;
        let account = Account::builder()
            .partitions_per_container(partitions)
            .build()?;
        let gateway = Gateway::new(account.clone())?;
        let endpoint = "http://localhost:8081/".parse()?;
        let key = account.keys().primary.clone();
        let reference = AccountReference::with_authentication_key(endpoint, key);
        let client = connect(&reference, &gateway).await?;
        client.create_database(DATABASE, None).await?;
        let shop = client.database_client(DATABASE);
        let orders = ContainerProperties::new(ORDERS, "/customer".into());
        shop.create_container(orders, None).await?;
        let leases = ContainerProperties::new(LEASES, "/id".into());
        shop.create_container(leases, None).await?;
        Ok(Self {
            orders: shop.container_client(ORDERS, None).await?,
            leases: shop.container_client(LEASES, None).await?,
            account,
            reference,
            gateway,
            client,
        })
    }

    pub(super) fn clock(&self) -> Clock {
        self.client.driver().runtime().clock()
    }

    pub(super) fn estimator(&self) -> ChangeFeedEstimator {
        self.orders.change_feed_estimator(PROCESSOR, &self.leases)
    }

    /// An instance with a client of its own, as another process would have.
    pub(super) async fn instance(
        &self,
        name: &'static str,
        book: &Arc<Book>,
        screen: &Screen,
    ) -> Result<Instance, Box<dyn Error>> {
        let client = connect(&self.reference, &self.gateway).await?;
        let shop = client.database_client(DATABASE);
        let orders = shop.container_client(ORDERS, None).await?;
        let leases = shop.container_client(LEASES, None).await?;
        Instance::start(name, &orders, &leases, book, screen).await
    }

    /// Writes orders, one after another, and notes each that was acknowledged.
    pub(super) async fn write(
        &self,
        book: &Book,
        how_long: Duration,
    ) -> Result<(), Box<dyn Error>> {
        let clock = self.clock();
        let end = clock.now() + how_long;
        for number in 0.. {
            if clock.now() >= end {
                break;
            }
            let (customer, id) = (
                format!("customer-{}", number % CUSTOMERS),
                format!("order-{number}"),
            );
            let order = json!({"id": id, "customer": customer, "number": number});
            self.orders.create_item(&customer, &id, order, None).await?;
            book.wrote(&customer, number);
            clock.sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Splits the first partition in the middle.
    pub(super) fn split(&self) -> Result<(), Box<dyn Error>> {
        let orders = ContainerAddress::new(DATABASE, ORDERS);
        self.account.split(&orders, "0", &SplitPoint::Middle)?;
        Ok(())
    }

    /// Waits until everything that was written has been handled.
    pub(super) async fn wait_until_done(&self, book: &Book, patience: Duration) {
        let clock = self.clock();
        let end = clock.now() + patience;
        while !book.is_done() && clock.now() < end {
            clock.sleep(Duration::from_millis(100)).await;
        }
        // One more look at a lag of nothing.
        clock.sleep(Duration::from_secs(1)).await;
    }
}

async fn connect(
    reference: &AccountReference,
    gateway: &Gateway,
) -> Result<CosmosClient, Box<dyn Error>> {
    let runtime = CosmosRuntime::builder().build().await?;
    let client = CosmosClient::builder()
        .with_runtime(runtime)
        .with_transport(gateway.clone());
    let client = client.build(reference.clone(), RoutingStrategy::default());
    Ok(client.await?)
}
