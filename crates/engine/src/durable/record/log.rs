//! The head of a log: everything about a partition in a region that does not follow from the
//! changes.
//!
//! | bytes | content |
//! |---|---|
//! | 8 | position of the last change |
//! | 8, 4 | end of what has left the retention window |
//! | 8, 4 | the change that was appended last |
//! | 8, 4 | the last change before the latest merge |
//! | 4, (4, n · 4, n · 8)… | the points, and from where on they are complete, of merged parts |
//! | 8 | number of the next item of the container |
//! | 8 | how many changes the log holds |
//! | 8 · 8 | live items · bytes of their bodies |
//! | 4, (4 · 8)… | regions, and how many of their writes are in; none where there was ever one |

use cosmokit_protocol::session::RegionId;

use super::{change::lsn, decode::Decoder, encode::Encoder, layout::range};
use crate::{
    durable::store::StoreError,
    partition::{
        floors::Floors,
        items::Usage,
        log::{LogHead, LogIndex},
        state::StateHead,
    },
    region::progress::Progress,
};

/// The head of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::durable) struct LogRecord {
    pub(in crate::durable) head: StateHead,
    pub(in crate::durable) next_ordinal: u64,
    /// So that a change that is missing is missed.
    pub(in crate::durable) changes: u64,
    pub(in crate::durable) usage: Usage,
}

impl LogRecord {
    pub(in crate::durable) fn encode(&self) -> Vec<u8> {
        let mut out = Encoder::default();
        out.u64(self.head.lsn.value());
        let LogHead {
            aged,
            last,
            joined,
            floors,
        } = &self.head.log;
        for index in [aged, last, joined] {
            out.u64(index.lsn().value());
            out.u32(index.change());
        }
        out.count(floors.parts().count());
        for (range, since) in floors.parts() {
            out.bytes(range.min().as_bytes());
            out.bytes(range.max().as_bytes());
            out.u64(since.value());
        }
        out.u64(self.next_ordinal);
        out.u64(self.changes);
        out.u64(self.usage.items);
        out.u64(self.usage.bytes);
        let writes = self.head.progress.entries();
        out.count(writes.len());
        for (region, writes) in writes {
            out.u32(region.0);
            out.u64(writes.value());
        }
        out.finish()
    }

    pub(in crate::durable) fn decode(row: &[u8]) -> Result<Self, StoreError> {
        let mut from = Decoder::new("the head of a log", row);
        let mut record = Self {
            head: StateHead {
                lsn: lsn(&mut from)?,
                progress: Progress::default(),
                log: LogHead {
                    aged: index(&mut from)?,
                    last: index(&mut from)?,
                    joined: index(&mut from)?,
                    floors: floors(&mut from)?,
                },
            },
            next_ordinal: from.u64()?,
            changes: from.u64()?,
            usage: Usage {
                items: from.u64()?,
                bytes: from.u64()?,
            },
        };
        let writes = from.list(|from| Ok((RegionId(from.u32()?), lsn(from)?)))?;
        record.head.progress = Progress::restored(writes);
        from.end()?;
        Ok(record)
    }
}

fn floors(from: &mut Decoder<'_>) -> Result<Floors, StoreError> {
    let floors = from.list(|from| Ok((range(from)?, lsn(from)?)))?;
    Ok(Floors::restored(floors))
}

fn index(from: &mut Decoder<'_>) -> Result<LogIndex, StoreError> {
    Ok(LogIndex::new(lsn(from)?, from.u32()?))
}
