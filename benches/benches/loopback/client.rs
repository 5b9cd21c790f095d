//! A client process: connects, warms up, reads, and prints what one read cost as `cpu_us allocations`.

use std::error::Error;

use cosmokit::{AccountEndpoint, AccountReference, CosmosClient, RoutingStrategy};
use cosmokit_protocol::wire::region::Region;
use cpu_time::ProcessTime;
use stats_alloc::Region as Counting;

use crate::floor::Floor;
use crate::world::{self, Item};

/// Reads before the measured ones.
const WARM_UP: usize = 500;

/// Runs the role `floor` or `cosmokit` against a server on this machine.
pub(crate) fn run(role: &str, port: u16, reads: usize) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match role {
        "floor" => runtime.block_on(floor(port, reads)),
        "cosmokit" => runtime.block_on(cosmokit(port, reads)),
        other => Err(format!("no client is called {other}").into()),
    }
}

async fn floor(port: u16, reads: usize) -> Result<(), Box<dyn Error>> {
    let mut floor = Floor::connect(port).await?;
    let mut meter = None;
    for at in 0..WARM_UP + reads {
        if at == WARM_UP {
            meter = Some(Meter::start());
        }
        check(&floor.read().await?)?;
    }
    Meter::print(meter, reads);
    Ok(())
}

async fn cosmokit(port: u16, reads: usize) -> Result<(), Box<dyn Error>> {
    let endpoint: AccountEndpoint = format!("http://127.0.0.1:{port}/").parse()?;
    let account = AccountReference::with_authentication_key(endpoint, world::KEY);
    let client = CosmosClient::builder()
        .build(account, RoutingStrategy::ProximityTo(Region::EAST_US))
        .await?;
    let items = client
        .database_client(world::DATABASE)
        .container_client(world::CONTAINER, None)
        .await?;
    let mut meter = None;
    for at in 0..WARM_UP + reads {
        if at == WARM_UP {
            meter = Some(Meter::start());
        }
        let item: Item = items
            .read_item(world::PARTITION, world::ID, None)
            .await?
            .into_model()?;
        check(&item)?;
    }
    Meter::print(meter, reads);
    Ok(())
}

fn check(item: &Item) -> Result<(), Box<dyn Error>> {
    if item.id == world::ID {
        Ok(())
    } else {
        Err("another item came back".into())
    }
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

    fn print(meter: Option<Self>, reads: usize) {
        let Some(meter) = meter else { return };
        let cpu = meter.cpu.elapsed();
        let stats = meter.counting.change();
        let count = u32::try_from(reads.max(1)).unwrap_or(u32::MAX);
        let allocations =
            u32::try_from(stats.allocations + stats.reallocations).unwrap_or(u32::MAX);
        println!(
            "{} {}",
            cpu.as_secs_f64() * 1e6 / f64::from(count),
            f64::from(allocations) / f64::from(count)
        );
    }
}
