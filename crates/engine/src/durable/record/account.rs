//! The account: its regions, and the numbers that are never given twice.
//!
//! | row | bytes |
//! |---|---|
//! | account | 1 write mode, single 0 or multi 1 · 1 consistency, eventual 0 to strong 4 · 4, (4, n and 4)… regions by priority: name, number |
//! | counters | 8 writes, rounded up · 4 next database · 4 next offer · 8 next log · 8 times opened |

use cosmokit_protocol::{
    session::RegionId,
    wire::{consistency::ConsistencyLevel, region::Region},
};

use super::{decode::Decoder, encode::Encoder};
use crate::{
    account::{AccountRegion, Topology, WriteMode},
    durable::store::StoreError,
};

/// The account without what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::durable) struct AccountRecord {
    pub(in crate::durable) write_mode: WriteMode,
    pub(in crate::durable) consistency: ConsistencyLevel,
    pub(in crate::durable) regions: Vec<AccountRegion>,
}

impl AccountRecord {
    pub(in crate::durable) fn of(topology: &Topology) -> Self {
        Self {
            write_mode: topology.write_mode(),
            consistency: topology.consistency(),
            regions: topology.regions().to_vec(),
        }
    }

    pub(in crate::durable) fn topology(&self) -> Topology {
        Topology::restored(self.regions.clone(), self.write_mode, self.consistency)
    }

    pub(in crate::durable) fn encode(&self) -> Vec<u8> {
        let mut out = Encoder::default();
        out.u8(u8::from(self.write_mode == WriteMode::Multi));
        let level = ConsistencyLevel::ALL.iter();
        let level = level.take_while(|level| **level != self.consistency);
        out.u8(u8::try_from(level.count()).unwrap_or(u8::MAX));
        out.count(self.regions.len());
        for AccountRegion { region, id } in &self.regions {
            out.text(region.display_name());
            out.u32(id.0);
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
        let account = Self {
            write_mode,
            consistency: *ConsistencyLevel::ALL
                .get(level)
                .ok_or_else(|| from.damage("its consistency is of no known kind"))?,
            regions: from.list(|from| {
                Ok(AccountRegion {
                    region: Region::new(from.text()?),
                    id: RegionId(from.u32()?),
                })
            })?,
        };
        from.end()?;
        Ok(account)
    }
}

/// Numbers that are never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::durable) struct Counters {
    /// No write has a number from here on.
    pub(in crate::durable) writes: u64,
    pub(in crate::durable) next_database: u32,
    pub(in crate::durable) next_offer: u32,
    pub(in crate::durable) next_log: u64,
    /// How often the account was opened: its randomness is another one every time.
    pub(in crate::durable) opened: u64,
}

impl Counters {
    pub(in crate::durable) fn encode(self) -> Vec<u8> {
        let mut out = Encoder::default();
        out.u64(self.writes);
        out.u32(self.next_database);
        out.u32(self.next_offer);
        out.u64(self.next_log);
        out.u64(self.opened);
        out.finish()
    }

    pub(in crate::durable) fn decode(row: &[u8]) -> Result<Self, StoreError> {
        let mut from = Decoder::new("the counters", row);
        let counters = Self {
            writes: from.u64()?,
            next_database: from.u32()?,
            next_offer: from.u32()?,
            next_log: from.u64()?,
            opened: from.u64()?,
        };
        from.end()?;
        Ok(counters)
    }
}
