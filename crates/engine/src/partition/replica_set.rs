//! The four replicas of a partition in one region.
//!
//! Replica 0 leads its region; the others are positions in the same log, behind it by the lag
//! that is set for them.

use cosmokit_protocol::session::{Lsn, RegionId};

use super::state::State;
use crate::{
    clock::Timestamp,
    region::{
        inbound::{Court, OwnLine},
        record::Shipment,
        trail::{Apart, Trail},
    },
    response::ReplicaRole,
};

/// Replicas of a partition in one region.
pub(crate) const REPLICAS: usize = 4;
/// Replicas of a region that must have a write before strong consistency acknowledges it.
pub(crate) const WRITE_QUORUM: u8 = 3;

/// Which of the replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReplicaId(u8);

impl ReplicaId {
    /// The replica that appends.
    pub(crate) const LEADER: Self = Self(0);

    /// The replica with this number, modulo their count.
    pub(crate) fn new(number: usize) -> Self {
        Self(u8::try_from(number % REPLICAS).unwrap_or_default())
    }

    /// What the replica is.
    pub(crate) fn role(self) -> ReplicaRole {
        if self == Self::LEADER {
            ReplicaRole::Primary
        } else {
            ReplicaRole::Secondary
        }
    }
}

/// Where the leader of a region stands.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    /// At the head of the partition's log, to which it appends: the write region.
    Hub,
    /// Behind it, or level with it.
    Follows(Trail),
    /// In a log of its own: every region takes writes.
    Own(Box<OwnLine>),
}

/// A partition's replicas in one region.
#[derive(Clone, Debug)]
pub(crate) struct ReplicaSet {
    pub(crate) region: RegionId,
    pub(crate) line: Line,
    pub(crate) followers: [Trail; REPLICAS - 1],
    /// Under strong consistency: whether it fell out of the quorum when it went offline, and has
    /// not caught up since.
    pub(crate) lapsed: bool,
}

impl ReplicaSet {
    /// Replicas without lag.
    pub(crate) fn new(region: RegionId, line: Line) -> Self {
        Self {
            region,
            line,
            followers: Default::default(),
            lapsed: false,
        }
    }

    /// The state of the leader; `log` is the head of the partition's log.
    pub(crate) fn head<'s>(&'s self, log: &'s State) -> &'s State {
        match &self.line {
            Line::Hub => log,
            Line::Follows(trail) => trail.state(log),
            Line::Own(own) => &own.state,
        }
    }

    /// The state of a replica.
    pub(crate) fn replica<'s>(&'s self, replica: ReplicaId, log: &'s State) -> &'s State {
        let head = self.head(log);
        match usize::from(replica.0).checked_sub(1) {
            None => head,
            Some(number) => self
                .followers
                .get(number)
                .map_or(head, |trail| trail.state(head)),
        }
    }

    /// The states of all replicas, the leader's first.
    pub(crate) fn states<'s>(&'s self, log: &'s State) -> [&'s State; REPLICAS] {
        let head = self.head(log);
        let [first, second, third] = &self.followers;
        [
            head,
            first.state(head),
            second.state(head),
            third.state(head),
        ]
    }

    /// The position that a write quorum of the region has passed.
    pub(crate) fn quorum_lsn(&self, log: &State) -> Lsn {
        let mut positions = self.states(log).map(State::lsn);
        positions.sort_unstable();
        let [_, third, ..] = positions;
        third
    }

    /// Whether all replicas stand, and will stand, at the head of the partition's log.
    pub(crate) fn keeps_up(&self) -> bool {
        let line = match &self.line {
            Line::Hub => true,
            Line::Follows(trail) => trail.keeps_up(),
            Line::Own(_) => false,
        };
        line && self.followers.iter().all(Trail::keeps_up)
    }

    /// When the next record arrives at one of the replicas.
    pub(crate) fn next_due(&self) -> Timestamp {
        let line = match &self.line {
            Line::Hub => Timestamp::MAX,
            Line::Follows(trail) => trail.transit().next_due(),
            Line::Own(own) => own.next_due(),
        };
        let followers = self.followers.iter();
        let followers = followers.map(|trail| trail.transit().next_due());
        followers.fold(line, Timestamp::min)
    }

    /// Most records that are on the way to one of the replicas.
    pub(crate) fn on_the_way(&self) -> usize {
        let line = match &self.line {
            Line::Hub => 0,
            Line::Follows(trail) => trail.transit().pending().len(),
            Line::Own(own) => own.on_the_way(),
        };
        let followers = self.followers.iter();
        let followers = followers.map(|trail| trail.transit().pending().len());
        followers.fold(line, usize::max)
    }

    /// Puts every follower where its leader is.
    pub(crate) fn catch_up_followers(&mut self) {
        for trail in &mut self.followers {
            *trail = Trail::new(trail.transit().terms);
        }
    }

    /// Takes in the writes of other regions that have arrived at `now`, where each region has a
    /// log of its own, and sends what comes of them to the followers.
    pub(crate) fn settle_writes(&mut self, now: Timestamp, court: &mut Court<'_>, seed: u64) {
        let Self {
            region,
            line,
            followers,
            ..
        } = self;
        if let Line::Own(own) = line {
            own.settle(now, court, |before, shipment| {
                pass_on(followers, *region, before, shipment, seed);
            });
        }
    }

    /// Applies what the partition's log has sent and what has arrived at `now`, at the leader
    /// first and then at the followers.
    pub(crate) fn settle(&mut self, log: &State, now: Timestamp, apart: Apart, seed: u64) {
        let Self {
            region,
            line,
            followers,
            ..
        } = self;
        if let Line::Follows(trail) = line {
            trail.settle(now, apart, |before, shipment| {
                pass_on(followers, *region, before, shipment, seed);
            });
        }
        let head = match line {
            Line::Hub => log,
            Line::Follows(trail) => trail.state(log),
            Line::Own(own) => &own.state,
        };
        for trail in followers {
            trail.settle(now, Apart::No, |_, _| {});
            debug_assert!(trail.state(head).lsn() <= head.lsn(), "followers follow");
        }
    }

    /// Sends a record that the leader has just received on to its followers.
    pub(crate) fn pass_on(&mut self, before: &State, shipment: &Shipment, seed: u64) {
        pass_on(&mut self.followers, self.region, before, shipment, seed);
    }

    /// Since when a replica lacks something that its leader's region has been sent: everything
    /// older is there. `None` when it lacks nothing.
    pub(crate) fn missing_since(&self, replica: ReplicaId) -> Option<Timestamp> {
        let follower = usize::from(replica.0)
            .checked_sub(1)
            .and_then(|number| self.followers.get(number)?.missing_since());
        let line = match &self.line {
            Line::Hub => None,
            Line::Follows(trail) => trail.missing_since(),
            Line::Own(own) => own.missing_since(),
        };
        follower.into_iter().chain(line).min()
    }
}

/// Sends a record that the leader of a region receives on to its followers.
pub(crate) fn pass_on(
    followers: &mut [Trail],
    region: RegionId,
    before: &State,
    shipment: &Shipment,
    seed: u64,
) {
    let seed = draw_seed(seed, region);
    for (number, trail) in (1_u64..).zip(followers) {
        let delay = shipment.record.delay_to_follower(region, number);
        if !trail.keeps_up() || !delay.is_zero() {
            let random = draw(crate::entropy::mix(seed, number), shipment.record.lsn);
            let at = shipment.arrival.after(delay);
            trail.ship(before, &shipment.record, at, random);
        }
    }
}

/// The seed of draws for the replicas of a region.
pub(crate) fn draw_seed(seed: u64, region: RegionId) -> u64 {
    crate::entropy::mix(seed, region.0.into())
}

/// The draw for one record: it depends on nothing but seed, link and position, so it does not
/// matter who looks when.
pub(crate) fn draw(seed: u64, lsn: Lsn) -> u64 {
    crate::entropy::mix(seed, lsn.value())
}
