//! A client process: connects, warms up, works, and prints what one operation cost as `cpu_us allocations`.

use std::error::Error;
use std::num::NonZeroU32;

use cosmokit::clients::ContainerClient;
use cosmokit::feed::ChangeFeedStartFrom;
use cosmokit::options::{ChangeFeedOptions, MaxItemCountHint};
use cosmokit::{AccountEndpoint, AccountReference, CosmosClient, FeedScope, RoutingStrategy};
use cosmokit_protocol::wire::region::Region;
use cpu_time::ProcessTime;
use futures_util::TryStreamExt as _;
use stats_alloc::Region as Counting;

use crate::floor::Floor;
use crate::world::{self, Item, Work};

/// Operations before the measured ones.
const WARM_UP: usize = 500;

/// Runs the role `floor` or `cosmokit` against a server on this machine.
pub(crate) fn run(
    role: &str,
    work: Work,
    port: u16,
    operations: usize,
) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match role {
        "floor" => runtime.block_on(floor(work, port, operations)),
        "cosmokit" => runtime.block_on(cosmokit(work, port, operations)),
        other => Err(format!("no client is called {other}").into()),
    }
}

async fn floor(work: Work, port: u16, operations: usize) -> Result<(), Box<dyn Error>> {
    let mut floor = Floor::connect(port).await?;
    let mut item = world::item(world::ID);
    let mut meter = None;
    for at in 0..WARM_UP + operations {
        if at == WARM_UP {
            meter = Some(Meter::start());
        }
        if work == Work::Create {
            item.id = fresh_id(at);
        }
        floor.operate(work, &item).await?;
    }
    Meter::print(meter, operations);
    Ok(())
}

async fn cosmokit(work: Work, port: u16, operations: usize) -> Result<(), Box<dyn Error>> {
    let items = connect(port).await?;
    let mut item = world::item(world::ID);
    let mut meter = None;
    for at in 0..WARM_UP + operations {
        if at == WARM_UP {
            meter = Some(Meter::start());
        }
        match work {
            Work::Read => {
                let read = items.read_item(world::PARTITION, world::ID, None).await?;
                world::check(&read.into_model()?)?;
            }
            Work::Create => {
                item.id = fresh_id(at);
                let created = items.create_item(world::PARTITION, &item.id, &item, None);
                created.await?;
            }
            Work::Changes => {
                let start = ChangeFeedStartFrom::Beginning;
                let options = ChangeFeedOptions::default().with_max_item_count(page_size());
                let everything = FeedScope::full_container();
                let pages = items.query_change_feed::<Item>(everything, start, Some(options));
                let page = pages.await?.try_next().await?;
                world::check_page(page.map_or(0, |page| page.items().len()))?;
            }
            Work::Query => {
                let scope = FeedScope::partition(world::QUERIED);
                let rows = items.query_items::<Item>(world::QUERY, scope, None).await?;
                let rows: Vec<Item> = rows.try_collect().await?;
                world::check_rows(rows.len())?;
            }
        }
    }
    Meter::print(meter, operations);
    Ok(())
}

fn page_size() -> MaxItemCountHint {
    let changes = u32::try_from(world::PAGE).ok().and_then(NonZeroU32::new);
    MaxItemCountHint::Limit(changes.unwrap_or(NonZeroU32::MIN))
}

async fn connect(port: u16) -> Result<ContainerClient, Box<dyn Error>> {
    let endpoint: AccountEndpoint = format!("http://127.0.0.1:{port}/").parse()?;
    let account = AccountReference::with_authentication_key(endpoint, world::KEY);
    let client = CosmosClient::builder()
        .build(account, RoutingStrategy::ProximityTo(Region::EAST_US))
        .await?;
    let database = client.database_client(world::DATABASE);
    Ok(database.container_client(world::CONTAINER, None).await?)
}

/// An id that no other process and no other operation of this one uses.
fn fresh_id(at: usize) -> String {
    format!("{}-{at}", std::process::id())
}

/// CPU time and allocations since its start.
struct Meter {
    cpu: ProcessTime,
    counting: Counting<'static, std::alloc::System>,
}

impl Meter {
    fn start() -> Self {
        Self {
            cpu: ProcessTime::now(),
            counting: Counting::new(crate::ALLOCATOR),
        }
    }

    fn print(meter: Option<Self>, operations: usize) {
        let Some(meter) = meter else { return };
        let cpu = meter.cpu.elapsed();
        let stats = meter.counting.change();
        let count = u32::try_from(operations.max(1)).unwrap_or(u32::MAX);
        let allocations =
            u32::try_from(stats.allocations + stats.reallocations).unwrap_or(u32::MAX);
        println!(
            "{} {}",
            cpu.as_secs_f64() * 1e6 / f64::from(count),
            f64::from(allocations) / f64::from(count)
        );
    }
}
