//! Splits and merges, with time between their steps.

use cosmokit_engine::request::ContainerAddress;
use cosmokit_engine::response::Failure;
use cosmokit_engine::{Repartition, RepartitionPhase, SplitPoint};

use super::Trouble;
use crate::actor::DATABASE;
use crate::history::Impact;
use crate::world::{World, sleep};

/// Partitions beyond which none is split any more.
const MAX_PARTITIONS: usize = 8;

pub(super) async fn split(world: &World, container: &str, trouble: &Trouble, at: u32) {
    let address = ContainerAddress::new(DATABASE, container);
    let ids = range_ids(world, &address);
    let Some(id) = pick(&ids, at).filter(|_| ids.len() < MAX_PARTITIONS) else {
        return;
    };
    let begun = world
        .account()
        .begin_split(&address, id, &SplitPoint::Middle);
    go_through(world, begun, trouble).await;
}

pub(super) async fn merge(world: &World, container: &str, trouble: &Trouble, at: u32) {
    let address = ContainerAddress::new(DATABASE, container);
    let ids = range_ids(world, &address);
    let Some([first, second]) = ids.windows(2).nth(index(at, ids.len().saturating_sub(1))) else {
        return;
    };
    let begun = world.account().begin_merge(&address, [first, second]);
    go_through(world, begun, trouble).await;
}

/// Goes through all steps, with a third of the time before each. One that cannot begin, because its partitions are
/// under way already, is left.
async fn go_through(world: &World, begun: Result<Repartition, Failure>, trouble: &Trouble) {
    let Ok(mut repartition) = begun else {
        return;
    };
    let recorder = world.recorder();
    let parents: Vec<String> = repartition.parents().map(|id| id.to_string()).collect();
    let (parents, what) = (parents.join(" and "), &trouble.kind);
    recorder.disturb(format!("{what}: range {parents} begins"), Impact::None);
    // A partition that is away for long is beyond any client's patience; the service takes seconds.
    let pause = (trouble.lasts / 3).min(std::time::Duration::from_millis(700));
    while repartition.phase() != RepartitionPhase::Completed {
        sleep(pause).await;
        repartition.step();
    }
    let children: Vec<String> = repartition.children().map(|id| id.to_string()).collect();
    let children = children.join(" and ");
    recorder.disturb(
        format!("{what}: range {parents} became {children}"),
        Impact::None,
    );
}

fn range_ids(world: &World, address: &ContainerAddress) -> Vec<String> {
    let partitions = world.account().partitions(address).unwrap_or_default();
    partitions.iter().map(|it| it.id.to_string()).collect()
}

fn pick(ids: &[String], at: u32) -> Option<&str> {
    ids.get(index(at, ids.len())).map(String::as_str)
}

fn index(at: u32, count: usize) -> usize {
    usize::try_from(at).unwrap_or_default() % count.max(1)
}
