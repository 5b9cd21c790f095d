//! Three regions, on an account of their own in this process: a read that is stale without the writer's session and fresh
//! with it, and a failover while writes go on, with nothing lost.
//!
//! The account's clock stands still while staleness is shown, so that it does not depend on the computer's speed.

use std::error::Error;
use std::time::Duration;

use cosmokit::clients::ContainerClient;
use cosmokit::driver::CosmosDriverRuntime;
use cosmokit::driver::options::AccountRefreshOptions;
use cosmokit::{
    AccountEndpoint, AccountReference, CosmosClient, CosmosError, CosmosRuntimeBuilder,
    RoutingStrategy,
};
use cosmokit_engine::{Account, Lag};
use cosmokit_protocol::wire::region::Region;
use cosmokit_protocol::wire::signing::EMULATOR_KEY;
use cosmokit_server::Gateway;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};

use crate::output::{Align, Table};

/// Lag of every link.
const LAG: Lag = Lag::Uniform {
    min: Duration::from_millis(20),
    max: Duration::from_millis(50),
};
const DATABASE: &str = "world";
const CONTAINER: &str = "profiles";
/// Writes of the failover.
const WRITES: u32 = 1_000;
/// Of which so many are under way at once.
const CONCURRENCY: usize = 16;

/// What is written.
#[derive(Debug, Serialize, Deserialize)]
struct Profile {
    id: String,
    user: String,
    version: u32,
}

impl Profile {
    fn new(id: impl Into<String>, version: u32) -> Self {
        Self {
            id: id.into(),
            user: "ada".to_owned(),
            version,
        }
    }
}

/// The account and the way to it.
struct World {
    account: Account,
    gateway: Gateway,
}

/// Tells of three regions.
///
/// # Errors
///
/// Whatever the account refuses, and a promise that was not kept.
pub(super) async fn regions() -> Result<(), Box<dyn Error>> {
    let regions = [Region::EAST_US, Region::WEST_EUROPE, Region::SOUTHEAST_ASIA];
    let account = Account::builder()
        .regions(regions)
        .link_lag(LAG)
        .seed(7)
        .build()?;
    let world = World {
        gateway: Gateway::new(account.clone())?,
        account,
    };
    println!("\n  regions    East US writes, West Europe and Southeast Asia follow {LAG} behind\n");
    staleness(&world).await?;
    failover(&world).await
}

impl World {
    /// A client in a region that shares nothing with the others: a process of its own.
    async fn client_in(&self, region: Region) -> Result<CosmosClient, Box<dyn Error>> {
        let endpoint: AccountEndpoint = "http://localhost:8081/".parse()?;
        let reference = AccountReference::with_authentication_key(endpoint, EMULATOR_KEY);
        // A moment after it was opened, the client meets a failover: it may read the account again at once.
        let refresh = AccountRefreshOptions::default()
            .with_min_account_refresh_gap(Duration::from_millis(10));
        let driver = CosmosDriverRuntime::builder().with_account_refresh_options(refresh);
        let client = CosmosClient::builder()
            .with_runtime(CosmosRuntimeBuilder::from(driver).build().await?)
            .with_transport(self.gateway.clone())
            .build(reference, RoutingStrategy::ProximityTo(region))
            .await?;
        Ok(client)
    }

    async fn container_in(&self, region: Region) -> Result<ContainerClient, Box<dyn Error>> {
        let database = self.client_in(region).await?.database_client(DATABASE);
        Ok(database.container_client(CONTAINER, None).await?)
    }
}

/// One reader in West Europe wrote, the other did not.
async fn staleness(world: &World) -> Result<(), Box<dyn Error>> {
    let client = world.client_in(Region::WEST_EUROPE).await?;
    client.create_database(DATABASE, None).await?;
    let database = client.database_client(DATABASE);
    let properties =
        cosmokit::models::ContainerProperties::new(CONTAINER.to_owned(), "/user".into());
    database.create_container(properties, None).await?;
    let writer = database.container_client(CONTAINER, None).await?;
    let stranger = world.container_in(Region::WEST_EUROPE).await?;
    writer
        .create_item("ada", "profile", Profile::new("profile", 1), None)
        .await?;
    world.account.clock().advance(Duration::from_secs(1));

    world.account.clock().freeze();
    writer
        .replace_item("ada", "profile", Profile::new("profile", 2), None)
        .await?;
    let mut table = Table::new([
        ("reader in West Europe", Align::Left),
        ("time since the write", Align::Left),
        ("version", Align::Right),
        ("answered by", Align::Left),
    ]);
    let stale = read(&mut table, &stranger, "another user, no token", "none").await?;
    let own = read(
        &mut table,
        &writer,
        "the writer, its session's token",
        "none",
    )
    .await?;
    world.account.clock().advance(Duration::from_millis(50));
    let later = read(&mut table, &stranger, "another user, no token", "50 ms").await?;
    world.account.clock().resume();
    println!("{table}");
    if (stale, own, later) != (1, 2, 2) {
        return Err(format!("read versions {stale}, {own}, {later}; expected 1, 2, 2").into());
    }
    Ok(())
}

/// Reads the profile, and writes down what came and from where.
async fn read(
    table: &mut Table,
    container: &ContainerClient,
    reader: &str,
    since: &str,
) -> Result<u32, CosmosError> {
    let response = container.read_item("ada", "profile", None).await?;
    let diagnostics = response.diagnostics();
    let regions = diagnostics.regions_contacted();
    let from = regions.last().map(Region::display_name).unwrap_or_default();
    let from = match regions.first() {
        Some(first) if regions.len() > 1 => {
            format!("{from} ({} had not got it)", first.display_name())
        }
        _ => from.to_owned(),
    };
    let profile: Profile = response.into_model()?;
    table.push([
        reader.to_owned(),
        since.to_owned(),
        profile.version.to_string(),
        from,
    ]);
    Ok(profile.version)
}

/// The writes move to West Europe while they go on.
async fn failover(world: &World) -> Result<(), Box<dyn Error>> {
    let container = &world.container_in(Region::EAST_US).await?;
    let mut writes = stream::iter(0..WRITES)
        .map(|number| async move {
            let item = Profile::new(number.to_string(), 1);
            let created = container.create_item("ada", &item.id, &item, None).await?;
            Ok::<_, CosmosError>(created.diagnostics().regions_contacted())
        })
        .buffer_unordered(CONCURRENCY);
    let (mut east, mut europe, mut followed) = (0_u32, 0_u32, 0_u32);
    while let Some(regions) = writes.try_next().await? {
        match regions.last() {
            Some(region) if *region == Region::EAST_US => east += 1,
            _ => europe += 1,
        }
        followed += u32::from(regions.len() > 1);
        if east + europe == WRITES / 2 {
            world.account.fail_over(&Region::WEST_EUROPE)?;
        }
    }
    drop(writes);
    let reader = &world.container_in(Region::WEST_EUROPE).await?;
    let found = stream::iter(0..WRITES)
        .map(|number| async move {
            reader
                .read_item("ada", &number.to_string(), None)
                .await
                .is_ok()
        })
        .buffer_unordered(CONCURRENCY)
        .filter(|found| std::future::ready(*found))
        .count()
        .await;
    let mut table = Table::new([
        ("failover to West Europe during writes", Align::Left),
        ("count", Align::Right),
    ]);
    let rows = [
        ("acknowledged by East US before it", east.to_string()),
        ("acknowledged by West Europe after it", europe.to_string()),
        (
            "of those, refused with 403/3 first and sent again by the driver",
            followed.to_string(),
        ),
        (
            "acknowledged and not found afterwards",
            (usize::try_from(WRITES)?.abs_diff(found)).to_string(),
        ),
    ];
    for (what, count) in rows {
        table.push([what.to_owned(), count]);
    }
    println!("{table}");
    if found != usize::try_from(WRITES)? {
        return Err("acknowledged writes were lost in the failover".into());
    }
    Ok(())
}
