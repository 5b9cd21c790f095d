//! The account: its regions, and the numbers that are never given twice.
//!
//! | row | bytes |
//! |---|---|
//! | account | 1 write mode, single 0 or multi 1 · 1 consistency, eventual 0 to strong 4 · 8 · 8 staleness in versions and milliseconds · 4 changes of regions · 4, (4, n · 4 · 1)… regions by priority: name, number, status · 4, 4… numbers that regions have had |
//! | counters | 8 writes, rounded up · 4 next database · 4 next offer · 8 next log · 8 times opened · 4 next named resource, 1 when it is missing |

use std::time::Duration;

use cosmokit_protocol::{
    session::RegionId,
    wire::{consistency::ConsistencyLevel, region::Region},
};

use super::{decode::Decoder, encode::Encoder};
use crate::{
    account::{
        AccountRegion, KeptTopology, OfflineMode, RegionStatus, Staleness, Topology, WriteMode,
    },
    durable::store::StoreError,
    metadata::catalog::NextNumbers,
};

/// The account without what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::durable) struct AccountRecord(KeptTopology);

/// How regions can be reached, in the order of their numbers.
const STATUSES: [RegionStatus; 4] = [
    RegionStatus::Online,
    RegionStatus::Draining,
    RegionStatus::Offline(OfflineMode::Refuse),
    RegionStatus::Offline(OfflineMode::BlackHole),
];

impl AccountRecord {
    pub(in crate::durable) fn of(topology: &Topology) -> Self {
        Self(topology.kept())
    }

    pub(in crate::durable) fn topology(&self) -> Topology {
        Topology::restored(self.0.clone())
    }

    pub(in crate::durable) fn encode(&self) -> Vec<u8> {
        let kept = &self.0;
        let mut out = Encoder::default();
        out.u8(u8::from(kept.write_mode == WriteMode::Multi));
        out.u8(number_in(&ConsistencyLevel::ALL, &kept.consistency));
        out.u64(kept.staleness.versions);
        out.u64(u64::try_from(kept.staleness.interval.as_millis()).unwrap_or(u64::MAX));
        out.u32(kept.version);
        out.count(kept.regions.len());
        for AccountRegion { region, id, status } in &kept.regions {
            out.text(region.display_name());
            out.u32(id.0);
            out.u8(number_in(&STATUSES, status));
        }
        out.count(kept.used_ids.len());
        for id in &kept.used_ids {
            out.u32(*id);
        }
        out.finish()
    }

    pub(in crate::durable) fn decode(row: &[u8]) -> Result<Self, StoreError> {
        let mut from = Decoder::new("the account", row);
        let write_mode = match from.u8()? {
            0 => WriteMode::Single,
            1 => WriteMode::Multi,
            _ => return Err(from.damage("its write mode is of no known kind")),
        };
        let level = usize::from(from.u8()?);
        let kept = KeptTopology {
            write_mode,
            consistency: *ConsistencyLevel::ALL
                .get(level)
                .ok_or_else(|| from.damage("its consistency is of no known kind"))?,
            staleness: Staleness {
                versions: from.u64()?,
                interval: Duration::from_millis(from.u64()?),
            },
            version: from.u32()?,
            regions: from.list(region)?,
            used_ids: from.list(Decoder::u32)?.into_iter().collect(),
        };
        from.end()?;
        Ok(Self(kept))
    }
}

fn region(from: &mut Decoder<'_>) -> Result<AccountRegion, StoreError> {
    let (region, id) = (Region::new(from.text()?), RegionId(from.u32()?));
    let status = STATUSES.get(usize::from(from.u8()?));
    Ok(AccountRegion {
        region,
        id,
        status: *status.ok_or_else(|| from.damage("a region is in no known state"))?,
    })
}

/// The number of a value in a list that holds it.
fn number_in<T: PartialEq>(all: &[T], value: &T) -> u8 {
    let before = all.iter().take_while(|other| *other != value);
    u8::try_from(before.count()).unwrap_or(u8::MAX)
}

/// Numbers that are never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::durable) struct Counters {
    /// No write has a number from here on.
    pub(in crate::durable) writes: u64,
    /// Of databases, offers and named resources.
    pub(in crate::durable) next: NextNumbers,
    pub(in crate::durable) next_log: u64,
    /// How often the account was opened: its randomness is another one every time.
    pub(in crate::durable) opened: u64,
}

impl Counters {
    pub(in crate::durable) fn encode(self) -> Vec<u8> {
        let mut out = Encoder::default();
        out.u64(self.writes);
        out.u32(self.next.database);
        out.u32(self.next.offer);
        out.u64(self.next_log);
        out.u64(self.opened);
        out.u32(self.next.resource);
        out.finish()
    }

    pub(in crate::durable) fn decode(row: &[u8]) -> Result<Self, StoreError> {
        let mut from = Decoder::new("the counters", row);
        let (writes, database, offer) = (from.u64()?, from.u32()?, from.u32()?);
        let counters = Self {
            writes,
            next_log: from.u64()?,
            opened: from.u64()?,
            next: NextNumbers {
                database,
                offer,
                resource: if from.is_at_end() { 1 } else { from.u32()? },
            },
        };
        from.end()?;
        Ok(counters)
    }
}
