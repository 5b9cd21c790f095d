//! What the layout does not say of a partition that has several logs, or conflicts that wait.
//!
//! | bytes | content |
//! |---|---|
//! | 4, 4… | the regions that its logs belong to, in the order in which the layout has the logs |
//! | 1, 8 | 1 when it has conflicts, else 0; number of the log that they stand in |
//! | 8 | how many |
//!
//! Without this row all regions have the one log in common.

use cosmokit_protocol::session::RegionId;

use super::{decode::Decoder, encode::Encoder};
use crate::{
    conflict::feed::ConflictFeed,
    durable::{
        ledger::PartitionLogs,
        store::{LogId, StoreError},
    },
};

/// Whose logs are whose, and where the conflicts are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::durable) struct SeveralRecord {
    pub(in crate::durable) regions: Vec<RegionId>,
    pub(in crate::durable) conflicts: Option<LogId>,
    /// So that one that is missing is missed.
    pub(in crate::durable) conflict_count: u64,
}

impl SeveralRecord {
    /// That of a partition, unless nothing has to be said.
    pub(in crate::durable) fn of(logs: &PartitionLogs, conflicts: &ConflictFeed) -> Option<Self> {
        let is_needed = logs.logs.len() > 1 || logs.conflicts.is_some();
        is_needed.then(|| Self {
            regions: logs.logs.iter().map(|(region, _)| *region).collect(),
            conflicts: logs.conflicts,
            conflict_count: u64::try_from(conflicts.len()).unwrap_or(u64::MAX),
        })
    }

    pub(in crate::durable) fn encode(&self) -> Vec<u8> {
        let mut out = Encoder::default();
        out.count(self.regions.len());
        for region in &self.regions {
            out.u32(region.0);
        }
        out.u8(u8::from(self.conflicts.is_some()));
        out.u64(self.conflicts.map_or(0, |log| log.0));
        out.u64(self.conflict_count);
        out.finish()
    }

    pub(in crate::durable) fn decode(row: &[u8]) -> Result<Self, StoreError> {
        let mut from = Decoder::new("the regions of a partition", row);
        let record = Self {
            regions: from.list(|from| from.u32().map(RegionId))?,
            conflicts: match (from.u8()?, from.u64()?) {
                (0, _) => None,
                (1, log) => Some(LogId(log)),
                _ => return Err(from.damage("it has conflicts neither nor not")),
            },
            conflict_count: from.u64()?,
        };
        from.end()?;
        Ok(record)
    }
}
