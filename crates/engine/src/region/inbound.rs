//! A region that takes writes of its own: its log, and what the other regions send it.

use std::sync::Arc;

use cosmokit_protocol::session::{Lsn, RegionId};

use super::{
    record::{LogRecord, Shipment, Step},
    trail::{LinkTerms, Transit},
};
use crate::{
    clock::Timestamp,
    conflict::{
        contest::Contests,
        feed::{ConflictFeed, ConflictRecord},
        policy::ConflictPolicy,
    },
    partition::{
        item_key::KeyProbe,
        items::{Items, Slot},
        log::LogIndex,
        state::State,
        version::{Change, Origin, Version},
    },
};

/// The log of a region in a multi-write account. Each region orders its own writes and those that
/// reach it; what they add up to is the same everywhere once everything has arrived.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnLine {
    /// The head of the log.
    pub(crate) state: State,
    /// What is on the way from each of the others.
    pub(crate) inbound: Vec<(RegionId, Transit)>,
    /// What the region knows besides what it shows.
    pub(crate) contests: Contests,
}

/// What settles conflicts, and where they are recorded.
#[derive(Debug)]
pub(crate) struct Court<'a> {
    pub(crate) policy: &'a ConflictPolicy,
    pub(crate) feed: &'a mut ConflictFeed,
}

impl OwnLine {
    /// A log that begins at `state`.
    pub(crate) fn new(state: State) -> Self {
        Self {
            state,
            ..Self::default()
        }
    }

    /// When the next record arrives.
    pub(crate) fn next_due(&self) -> Timestamp {
        let links = self.inbound.iter().map(|(_, transit)| transit.next_due());
        links.fold(Timestamp::MAX, Timestamp::min)
    }

    /// Most records that are on the way from one region.
    pub(crate) fn on_the_way(&self) -> usize {
        let links = self.inbound.iter();
        let links = links.map(|(_, transit)| transit.pending().len());
        links.fold(0, usize::max)
    }

    /// Records that are on the way from all of them.
    pub(crate) fn all_on_the_way(&self) -> u64 {
        let links = self.inbound.iter();
        let all: usize = links.map(|(_, transit)| transit.pending().len()).sum();
        u64::try_from(all).unwrap_or(u64::MAX)
    }

    /// When the oldest record that is on the way was written.
    pub(crate) fn missing_since(&self) -> Option<Timestamp> {
        let links = self.inbound.iter();
        let first = links.filter_map(|(_, transit)| Some(transit.pending().next()?.record.at));
        first.min()
    }

    /// Makes a link from a region, unless there is one.
    pub(crate) fn connect(&mut self, from: RegionId, terms: LinkTerms) {
        if !self.inbound.iter().any(|(known, _)| *known == from) {
            self.inbound.push((from, Transit::new(terms)));
        }
    }

    /// What is on the way from a region, where there is a link.
    pub(crate) fn transit_from(&self, region: RegionId) -> Option<&Transit> {
        let link = self.inbound.iter().find(|(known, _)| *known == region);
        link.map(|(_, transit)| transit)
    }

    /// The link from a region.
    pub(crate) fn link_from(&mut self, region: RegionId) -> &mut Transit {
        let known = self.inbound.iter().position(|(known, _)| *known == region);
        let place = known.unwrap_or_else(|| {
            self.inbound.push((region, Transit::default()));
            self.inbound.len() - 1
        });
        let (_, transit) = self.inbound.get_mut(place).expect("it was found or pushed");
        transit
    }

    /// The record of a write of this region among those of others: its versions tell where they
    /// come from, and what of their items was known here.
    pub(crate) fn stamped(&self, record: &LogRecord) -> LogRecord {
        let progress = self.state.progress();
        let number = progress.of(record.origin);
        let number = number.next().unwrap_or(number);
        let stamp = |version: &Arc<Version>| {
            let known = self.contests.known(version, self.state.items());
            let seen = known
                .iter()
                .filter_map(|known| known.origin.as_ref())
                .fold(progress.clone(), |seen, origin| {
                    seen.join(&origin.with_itself())
                });
            let origin = Origin {
                region: record.origin,
                number,
                seen,
            };
            Arc::new(Version {
                origin: Some(Arc::new(origin)),
                ..Version::clone(version)
            })
        };
        let step = match &record.step {
            Step::Changes(changes) => Step::Changes(changes.iter().map(stamp).collect()),
            Step::Jump(given_out) => Step::Jump(given_out.clone()),
        };
        LogRecord {
            step,
            ..record.clone()
        }
    }

    /// Takes in a record that the region writes itself.
    pub(crate) fn write(&mut self, record: &LogRecord) {
        self.state.follow(record);
        if let Step::Changes(changes) = &record.step {
            for version in changes {
                self.contests.settle(version);
            }
        }
    }

    /// Takes in what has arrived at `now`, in the order of arrival. `received` sees each record of
    /// this region's log that comes of it, with the state that it meets.
    pub(crate) fn settle(
        &mut self,
        now: Timestamp,
        court: &mut Court<'_>,
        mut received: impl FnMut(&State, &Shipment),
    ) {
        while let Some(shipment) = self.first_arrived(now) {
            self.take_in(&shipment, court, &mut received);
        }
    }

    /// Takes in everything, whether it has arrived or not, as if it arrived at `now`, and nothing
    /// before it was written.
    pub(crate) fn settle_all(
        &mut self,
        now: Timestamp,
        court: &mut Court<'_>,
        mut received: impl FnMut(&State, &Shipment),
    ) {
        let links = self.inbound.iter_mut();
        let shipments: Vec<_> = links
            .flat_map(|(_, transit)| transit.drain().collect::<Vec<_>>())
            .collect();
        for Shipment { record, .. } in shipments {
            let at_once = Shipment {
                arrival: now.max(record.at),
                record,
            };
            self.take_in(&at_once, court, &mut received);
        }
    }

    fn first_arrived(&mut self, now: Timestamp) -> Option<Shipment> {
        let links = self.inbound.iter_mut();
        let first = links.min_by_key(|(region, transit)| (transit.next_due(), *region));
        first?.1.arrived(now)
    }

    fn take_in(
        &mut self,
        shipment: &Shipment,
        court: &mut Court<'_>,
        received: &mut impl FnMut(&State, &Shipment),
    ) {
        let Some(lsn) = self.state.lsn().next() else {
            return;
        };
        let sent = &shipment.record;
        let changes = match &sent.step {
            Step::Changes(changes) => changes.as_ref(),
            Step::Jump(_) => &[],
        };
        let mut taken: Vec<Arc<Version>> = Vec::new();
        // What the changes of one record have made of the items before the next of them.
        let mut items = self.state.items().clone();
        for version in changes {
            let verdict = self.contests.arrive(version, &items, court.policy);
            if court.policy.records() {
                for version in verdict.lost {
                    court.feed.record(ConflictRecord {
                        version,
                        lsn,
                        at: shipment.arrival,
                    });
                }
                if let Some(version) = &verdict.stands {
                    court.feed.forget(version);
                }
            }
            if let Some(version) = verdict.stands {
                let place = (lsn, shipment.arrival);
                let made = make_room(&items, &version, place, court);
                if changes.len() > 1 {
                    for version in &made {
                        items.apply(Slot {
                            version: Arc::clone(version),
                            index: LogIndex::new(lsn, 0),
                        });
                    }
                }
                taken.extend(made);
            }
        }
        let local = Shipment {
            arrival: shipment.arrival,
            record: Arc::new(LogRecord {
                lsn,
                origin: sent.origin,
                at: sent.at,
                step: Step::Changes(taken.into()),
                retention: sent.retention,
                held_back: sent.held_back,
            }),
        };
        received(&self.state, &local);
        self.state.follow(&local.record);
    }
}

/// Lets a version stand, unless another item holds one of its unique keys and stands against it;
/// the item that does not goes. The changes that this makes.
fn make_room(
    items: &Items,
    version: &Arc<Version>,
    (lsn, at): (Lsn, Timestamp),
    court: &mut Court<'_>,
) -> Vec<Arc<Version>> {
    let holders = version.unique.iter().filter_map(|entry| {
        let name = items.unique().holder(entry)?;
        let slot = items.get(&KeyProbe::of(name))?;
        (slot.version.name != version.name).then(|| Arc::clone(&slot.version))
    });
    let holders: Vec<Arc<Version>> = holders.collect();
    let beaten = holders
        .iter()
        .any(|holder| court.policy.order(holder, version).is_gt());
    let losers = if beaten {
        vec![Arc::clone(version)]
    } else {
        holders
    };
    let mut made = Vec::new();
    for loser in losers {
        if items.get(&KeyProbe::of(&loser.name)).is_some() {
            made.push(Arc::new(loser.ended(Change::Delete)));
        }
        if court.policy.records() {
            court.feed.record(ConflictRecord {
                version: loser,
                lsn,
                at,
            });
        }
    }
    if !beaten {
        made.push(Arc::clone(version));
    }
    made
}
