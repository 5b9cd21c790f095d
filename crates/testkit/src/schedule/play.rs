//! Making trouble, and ending it.

use cosmokit_engine::Throttling;
use futures_util::future::join_all;

use super::{Schedule, Trouble, TroubleKind, faults, network, partitions, regions, topology};
use crate::history::Impact;
use crate::world::{World, sleep};

impl Schedule {
    /// Makes all the trouble, each at its time, in a container of the world. Returns when the last is over.
    ///
    /// # Cancel safety
    /// Dropping the future leaves what has begun as it is.
    pub async fn play(&self, world: &World, container: &str) {
        let troubles = self.troubles.iter().enumerate();
        let all = troubles.map(|numbered| make(world, container, numbered));
        join_all(all).await;
    }
}

async fn make(world: &World, container: &str, (number, trouble): (usize, &Trouble)) {
    sleep(trouble.at).await;
    match trouble.kind {
        TroubleKind::LoseRequests(share) => network::lose_requests(world, trouble, share).await,
        TroubleKind::LoseAnswers(share) => network::lose_answers(world, trouble, share).await,
        TroubleKind::ClockJump(by) => {
            note(world, trouble);
            world.account().clock().advance(by);
        }
        TroubleKind::Split(at) => partitions::split(world, container, trouble, at).await,
        TroubleKind::Merge(at) => partitions::merge(world, container, trouble, at).await,
        TroubleKind::Fault(fault, share) => {
            faults::strike(world, (number, trouble), fault, share).await;
        }
        TroubleKind::Lag(ends, lag) => regions::lag(world, trouble, ends, lag).await,
        TroubleKind::Offline(at, mode) => regions::offline(world, trouble, at, mode).await,
        TroubleKind::PlannedFailover(at) => regions::planned_failover(world, trouble, at).await,
        TroubleKind::ForcedFailover(at) => regions::forced_failover(world, trouble, at).await,
        TroubleKind::AddRegion => topology::add_region(world, trouble).await,
        TroubleKind::RemoveRegion(at) => topology::remove_region(world, trouble, at).await,
        TroubleKind::AllWrite => topology::all_write(world, trouble).await,
        TroubleKind::EnforceThroughput => {
            note(world, trouble);
            world.account().set_throttling(Throttling::Enforced);
            sleep(trouble.lasts).await;
            world.account().set_throttling(Throttling::Off);
        }
    }
}

/// Notes that trouble begins which no judge need know more about.
pub(super) fn note(world: &World, trouble: &Trouble) {
    world
        .recorder()
        .disturb(trouble.kind.to_string(), Impact::None);
}
