//! Trouble with which regions an account has, and which of them take writes.

use std::time::Duration;

use cosmokit_engine::{Account, TopologyError, WriteMode};
use cosmokit_protocol::wire::region::Region;

use super::Trouble;
use super::play::note;
use super::regions::region;
use crate::history::Impact;
use crate::world::{FOLLOWERS, World, sleep};

/// The region that comes and goes.
const GUEST: Region = Region::NORTH_EUROPE;

/// How long a region that is given up still answers that it is.
const DRAINING: Duration = Duration::from_millis(200);

/// How often a change that links hold up is tried again, and how long between two tries.
const TRIES: u32 = 8;
const PAUSE: Duration = Duration::from_millis(300);

/// A region is there for a while.
pub(super) async fn add_region(world: &World, trouble: &Trouble) {
    if !admit(world, &GUEST) {
        return;
    }
    note(world, trouble);
    sleep(trouble.lasts).await;
    give_up(world, &GUEST).await;
}

/// A region is gone for a while.
pub(super) async fn remove_region(world: &World, trouble: &Trouble, at: u32) {
    let Some(region) = region(world, at) else {
        return;
    };
    if give_up(world, &region).await {
        sleep(trouble.lasts).await;
        admit(world, &region);
        let back = format!("{} is back", region.display_name());
        world.recorder().disturb(back, Impact::None);
    }
}

/// Every region takes writes for a while.
pub(super) async fn all_write(world: &World, trouble: &Trouble) {
    let account = world.account();
    if !switch(account, WriteMode::Multi).await {
        return;
    }
    note(world, trouble);
    sleep(trouble.lasts).await;
    if switch(account, WriteMode::Single).await {
        let one = "one region takes writes again";
        world.recorder().disturb(one, Impact::None);
    }
}

/// Brings a region in, with the usual lags.
fn admit(world: &World, region: &Region) -> bool {
    let account = world.account();
    if account.add_region(region.clone()).is_err() {
        return false;
    }
    for number in 1..=FOLLOWERS {
        drop(account.set_replica_lag(region, number, world.lags().replicas));
    }
    true
}

/// Removes a region in both phases, unless it takes the writes.
async fn give_up(world: &World, region: &Region) -> bool {
    let account = world.account();
    if account.begin_remove_region(region).is_err() {
        return false;
    }
    let name = region.display_name();
    let recorder = world.recorder();
    recorder.disturb(format!("{name} is about to go"), Impact::None);
    sleep(DRAINING).await;
    // A region that takes writes goes with what has not left it.
    let impact = match account.topology().write_mode() {
        WriteMode::Multi => Impact::MayLoseWrites,
        WriteMode::Single => Impact::None,
    };
    let gone = account.finish_remove_region(region).is_ok();
    recorder.disturb(format!("{name} is gone"), impact);
    gone
}

/// Changes who takes writes; what is on the way must arrive first, so it is tried a few times.
async fn switch(account: &Account, mode: WriteMode) -> bool {
    for _ in 0..TRIES {
        match account.set_write_mode(mode) {
            Ok(()) => return true,
            Err(TopologyError::NotCaughtUp(_) | TopologyError::FailoverUnderWay(_)) => {
                sleep(PAUSE).await;
            }
            Err(_) => return false,
        }
    }
    false
}
