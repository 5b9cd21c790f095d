//! What travels between regions and replicas: one position of a log, with everything it changed.

use std::{sync::Arc, time::Duration};

use cosmokit_protocol::{
    partition::EpkRange,
    session::{Lsn, RegionId},
};

use super::progress::Progress;
use crate::{
    clock::Timestamp,
    partition::{log::Retention, version::Version},
};

/// One position of a log. Whoever follows the log applies records in its order, each once.
#[derive(Clone, Debug)]
pub(crate) struct LogRecord {
    /// The position.
    pub(crate) lsn: Lsn,
    /// The region whose write it was.
    pub(crate) origin: RegionId,
    /// When it was written.
    pub(crate) at: Timestamp,
    /// What it changed.
    pub(crate) step: Step,
    /// What the log kept of it.
    pub(crate) retention: Retention,
    /// Where it arrives later than the lag of the link, on purpose.
    pub(crate) held_back: Option<HeldBack>,
}

/// Where a record arrives later.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeldBack {
    /// In this region; in every region but that of the write when `None`.
    pub(crate) region: Option<RegionId>,
    /// At this follower of its leader; in the whole region when `None`.
    pub(crate) follower: Option<u8>,
    /// So much later.
    pub(crate) by: Duration,
}

impl LogRecord {
    /// How much later it arrives in another region.
    pub(crate) fn delay_to_region(&self, region: RegionId) -> Duration {
        let held = self.held_back.filter(|held| {
            held.follower.is_none() && held.region.is_none_or(|meant| meant == region)
        });
        held.map_or(Duration::ZERO, |held| held.by)
    }

    /// How much later it arrives at a follower of a region's leader.
    pub(crate) fn delay_to_follower(&self, region: RegionId, follower: u64) -> Duration {
        let held = self.held_back.filter(|held| match held.follower {
            Some(meant) => {
                u64::from(meant) == follower && held.region.is_none_or(|meant| meant == region)
            }
            // A whole region is held back where it is entered; that of the write at its leader.
            None => region == self.origin && held.region == Some(region),
        });
        held.map_or(Duration::ZERO, |held| held.by)
    }

    /// The same position with the changes to points in `range` alone.
    pub(crate) fn cut(&self, range: &EpkRange) -> Self {
        let step = match &self.step {
            Step::Changes(changes) => {
                let inside = |version: &&Arc<Version>| {
                    range.contains(&version.name.effective_partition_key())
                };
                Step::Changes(changes.iter().filter(inside).map(Arc::clone).collect())
            }
            Step::Jump(given_out) => Step::Jump(given_out.clone()),
        };
        Self {
            step,
            ..self.clone()
        }
    }
}

/// What happened at a position.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Changes that happened together.
    Changes(Box<[Arc<Version>]>),
    /// Nothing: positions up to this one are left out, because they were given out once and lost
    /// in a failover. No number is given out twice, and neither is a count of a region's writes:
    /// clients keep the greatest that they have seen, whatever became of it.
    Jump(Progress),
}

/// A record on its way.
#[derive(Clone, Debug)]
pub(crate) struct Shipment {
    /// When it arrives; [`Timestamp::MAX`] while the link holds it.
    pub(crate) arrival: Timestamp,
    /// What arrives.
    pub(crate) record: Arc<LogRecord>,
}
