//! Trouble with regions: lag, pauses, loss, failover.

use std::time::Duration;

use cosmokit_engine::{Lag, Link, OfflineMode, TopologyError};
use cosmokit_protocol::wire::region::Region;

use super::Trouble;
use super::play::note;
use crate::history::Impact;
use crate::world::{FOLLOWERS, World, sleep};

/// How long a planned failover stays in each of its phases.
const PHASE: Duration = Duration::from_millis(300);

/// A link or replica has another lag for a while.
pub(super) async fn lag(world: &World, trouble: &Trouble, ends: [u32; 2], lag: Lag) {
    let [Some(from), Some(to)] = ends.map(|at| region(world, at)) else {
        return;
    };
    if from == to {
        return replica_lag(world, trouble, &from, ends, lag).await;
    }
    let link = Link { from, to };
    let Ok(()) = world.account().set_link(&link, lag) else {
        return;
    };
    note(world, trouble);
    sleep(trouble.lasts).await;
    drop(world.account().set_link(&link, world.lags().links));
}

async fn replica_lag(world: &World, trouble: &Trouble, at: &Region, draw: [u32; 2], lag: Lag) {
    let number = u8::try_from(draw.iter().sum::<u32>() % 3).unwrap_or_default() + 1;
    let Ok(()) = world.account().set_replica_lag(at, number, lag) else {
        return;
    };
    note(world, trouble);
    sleep(trouble.lasts).await;
    let usual = world.lags().replicas;
    drop(world.account().set_replica_lag(at, number, usual));
}

/// A region is out of reach for a while.
pub(super) async fn offline(world: &World, trouble: &Trouble, at: u32, mode: OfflineMode) {
    let Some(region) = region(world, at) else {
        return;
    };
    let Ok(()) = world.account().take_offline(&region, mode) else {
        return;
    };
    note(world, trouble);
    sleep(trouble.lasts).await;
    drop(world.account().bring_online(&region));
}

/// Another region takes the writes over, in order.
pub(super) async fn planned_failover(world: &World, trouble: &Trouble, at: u32) {
    let Some(to) = region(world, at) else {
        return;
    };
    if world.account().announce_failover(&to).is_err() {
        return;
    }
    note(world, trouble);
    sleep(PHASE).await;
    if world.account().begin_failover().is_err() {
        return;
    }
    // What is on the way must arrive first; after that time the failover is called off.
    let patience = trouble.lasts.max(PHASE).min(8 * PHASE);
    let mut waited = Duration::ZERO;
    loop {
        sleep(PHASE).await;
        waited += PHASE;
        match world.account().complete_failover() {
            Err(TopologyError::NotCaughtUp(_)) if waited < patience => {}
            Err(_) => return drop(world.account().cancel_failover()),
            Ok(()) => {
                let done = format!("{} takes the writes", to.display_name());
                return world.recorder().disturb(done, Impact::None);
            }
        }
    }
}

/// The write region is lost, another one takes over with what it has, and the lost one comes back.
pub(super) async fn forced_failover(world: &World, trouble: &Trouble, at: u32) {
    let account = world.account();
    let topology = account.topology();
    let lost = topology.regions().first().map(|entry| entry.region.clone());
    let (Some(lost), Some(to)) = (lost, region(world, at)) else {
        return;
    };
    if lost == to || account.take_offline(&lost, OfflineMode::Refuse).is_err() {
        return;
    }
    sleep(PHASE).await;
    match account.force_failover(&to) {
        Ok(()) => {
            let loses = topology.consistency()
                < cosmokit_protocol::wire::consistency::ConsistencyLevel::Strong;
            let impact = if loses {
                Impact::MayLoseWrites
            } else {
                Impact::None
            };
            let what = format!(
                "{}: {} takes over from {}",
                trouble.kind,
                to.display_name(),
                lost.display_name()
            );
            world.recorder().disturb(what, impact);
        }
        Err(why) => {
            let what = format!("{}: refused, {why}", trouble.kind);
            world.recorder().disturb(what, Impact::None);
        }
    }
    sleep(trouble.lasts).await;
    drop(account.bring_online(&lost));
}

/// Ends whatever may still go on: all regions reachable, the usual lags, no failover under way.
pub(crate) fn heal(world: &World) {
    let account = world.account();
    drop(account.cancel_failover());
    for region in world.regions() {
        // One that is gone comes back; of one that is there this says so.
        drop(account.add_region(region.clone()));
        drop(account.bring_online(region));
        for number in 1..=FOLLOWERS {
            drop(account.set_replica_lag(region, number, world.lags().replicas));
        }
    }
    drop(account.set_all_links(world.lags().links));
    drop(account.set_write_mode(world.write_mode()));
}

pub(super) fn region(world: &World, at: u32) -> Option<Region> {
    let at = usize::try_from(at).ok()? % world.regions().len().max(1);
    world.regions().get(at).cloned()
}
