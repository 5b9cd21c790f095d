//! How a container is cut into partitions, and which logs they have.
//!
//! | bytes | content |
//! |---|---|
//! | 8 | version of the layout |
//! | 4 | number of the next partition key range |
//! | 4 | how many partitions follow, each: |
//! | 4, n | id of its range |
//! | 4, n · 4, n | its first point · the point behind its last |
//! | 4, (4, n)… | ids of the ranges it came from |
//! | 8 | layout in which it appeared |
//! | 4 | how often it was merged |
//! | 4, n · 4, n | internal id · physical id |
//! | 4, 8… | numbers of its logs: one, or one for each region that takes writes |

use cosmokit_protocol::{
    partition::{EffectivePartitionKey, EpkRange},
    session::RangeId,
};

use super::{decode::Decoder, encode::Encoder};
use crate::durable::store::{LogId, StoreError};

/// The partitions of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::durable) struct LayoutRecord {
    pub(in crate::durable) version: u64,
    pub(in crate::durable) next_range: u32,
    pub(in crate::durable) partitions: Vec<PartitionRecord>,
}

/// A partition without what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::durable) struct PartitionRecord {
    pub(in crate::durable) id: RangeId,
    pub(in crate::durable) range: EpkRange,
    pub(in crate::durable) ancestors: Vec<RangeId>,
    pub(in crate::durable) since: u64,
    pub(in crate::durable) merges: u32,
    pub(in crate::durable) internal_id: String,
    pub(in crate::durable) physical_id: String,
    pub(in crate::durable) logs: Vec<LogId>,
}

impl LayoutRecord {
    pub(in crate::durable) fn encode(&self) -> Vec<u8> {
        let mut out = Encoder::default();
        out.u64(self.version);
        out.u32(self.next_range);
        out.count(self.partitions.len());
        for partition in &self.partitions {
            partition.put(&mut out);
        }
        out.finish()
    }

    pub(in crate::durable) fn decode(row: &[u8]) -> Result<Self, StoreError> {
        let mut from = Decoder::new("a layout", row);
        let layout = Self {
            version: from.u64()?,
            next_range: from.u32()?,
            partitions: from.list(PartitionRecord::read)?,
        };
        from.end()?;
        Ok(layout)
    }
}

impl PartitionRecord {
    fn put(&self, out: &mut Encoder) {
        out.text(self.id.as_str());
        out.bytes(self.range.min().as_bytes());
        out.bytes(self.range.max().as_bytes());
        out.count(self.ancestors.len());
        for ancestor in &self.ancestors {
            out.text(ancestor.as_str());
        }
        out.u64(self.since);
        out.u32(self.merges);
        out.text(&self.internal_id);
        out.text(&self.physical_id);
        out.count(self.logs.len());
        for log in &self.logs {
            out.u64(log.0);
        }
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: range_id(from)?,
            range: range(from)?,
            ancestors: from.list(range_id)?,
            since: from.u64()?,
            merges: from.u32()?,
            internal_id: from.text()?.to_owned(),
            physical_id: from.text()?.to_owned(),
            logs: from.list(|from| from.u64().map(LogId))?,
        })
    }
}

fn range_id(from: &mut Decoder<'_>) -> Result<RangeId, StoreError> {
    let text = from.text()?;
    RangeId::parse(text).map_err(|_| from.damage("a range id is not digits"))
}

/// A range of points.
pub(super) fn range(from: &mut Decoder<'_>) -> Result<EpkRange, StoreError> {
    let min = EffectivePartitionKey::from_bytes(from.bytes()?);
    let max = EffectivePartitionKey::from_bytes(from.bytes()?);
    EpkRange::new(min, max).map_err(|_| from.damage("a range ends before it begins"))
}
