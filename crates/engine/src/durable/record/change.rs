//! One change of a log.
//!
//! | bytes | content |
//! |---|---|
//! | | a version, see below |
//! | 1 | 1 when what stood there before follows, else 0 |
//! | 8 | the LSN at which that was written |
//! | | that version |
//!
//! A version:
//!
//! | bytes | content |
//! |---|---|
//! | 4, n | the effective partition key |
//! | 4, n | the id |
//! | 8 | the number in its resource id |
//! | 1 | create 0, replace 1, delete 2, expire 3 |
//! | 16 | the bits of its etag |
//! | 8 | when it was written, milliseconds since 1970 |
//! | 1, 4 | its own time to live: none 0, never 1, seconds 2, something else 3; the seconds |
//! | 4 | scalar values in its body |
//! | 4 | how many unique keys follow, each as 4 and n bytes |
//! | 4, n | the body |
//!
//! A conflict that waits to be settled stands in a log of its own, under the number of the write
//! that lost: 8 the LSN at which it was noticed · 8 when, milliseconds since 1970 · the version.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::session::Lsn;

use super::{decode::Decoder, encode::Encoder};
use crate::{
    clock::Timestamp,
    conflict::feed::ConflictRecord,
    document::ItemTtl,
    durable::store::StoreError,
    partition::{
        item_key::ItemName,
        log::{Entry, Preimage},
        unique::{UniqueEntries, UniqueEntry},
        version::{Change, Version, VersionTag},
    },
};

/// Bytes of a version besides its texts.
const FIXED_BYTES: usize = 80;

pub(in crate::durable) fn encode(entry: &Entry) -> Vec<u8> {
    let body = entry.version.body.len();
    let mut out = Encoder::with_capacity(body + entry.version.name.id().len() + FIXED_BYTES);
    put_version(&mut out, &entry.version);
    match &entry.previous {
        None => out.u8(0),
        Some(previous) => {
            out.u8(1);
            out.u64(previous.lsn.value());
            put_version(&mut out, &previous.version);
        }
    }
    out.finish()
}

pub(in crate::durable) fn decode(record: &[u8]) -> Result<Entry, StoreError> {
    let mut from = Decoder::new("a change of a log", record);
    let version = version(&mut from)?;
    let previous = match from.u8()? {
        0 => None,
        1 => Some(Arc::new(Preimage {
            lsn: lsn(&mut from)?,
            version: self::version(&mut from)?,
        })),
        _ => return Err(from.damage("what stood there before is neither there nor not")),
    };
    from.end()?;
    Ok(Entry { version, previous })
}

pub(in crate::durable) fn encode_conflict(conflict: &ConflictRecord) -> Vec<u8> {
    let body = conflict.version.body.len();
    let mut out = Encoder::with_capacity(body + FIXED_BYTES);
    out.u64(conflict.lsn.value());
    out.u64(conflict.at.millis());
    put_version(&mut out, &conflict.version);
    out.finish()
}

pub(in crate::durable) fn decode_conflict(record: &[u8]) -> Result<ConflictRecord, StoreError> {
    let mut from = Decoder::new("a conflict", record);
    let conflict = ConflictRecord {
        lsn: lsn(&mut from)?,
        at: Timestamp::from_millis(from.u64()?),
        version: version(&mut from)?,
    };
    from.end()?;
    Ok(conflict)
}

fn put_version(out: &mut Encoder, version: &Version) {
    out.bytes(version.name.point());
    out.text(version.name.id());
    out.u64(version.ordinal);
    out.u8(match version.change {
        Change::Create => 0,
        Change::Replace => 1,
        Change::Delete => 2,
        Change::Expire => 3,
    });
    out.u128(version.tag.bits());
    out.u64(version.at.millis());
    let (kind, seconds) = match version.ttl {
        ItemTtl::Absent => (0, 0),
        ItemTtl::Never => (1, 0),
        ItemTtl::Seconds(seconds) => (2, seconds),
        ItemTtl::Invalid => (3, 0),
    };
    out.u8(kind);
    out.u32(seconds);
    out.u32(version.leaves);
    out.count(version.unique.iter().count());
    for entry in version.unique.iter() {
        out.bytes(entry.as_bytes());
    }
    out.bytes(&version.body);
}

fn version(from: &mut Decoder<'_>) -> Result<Arc<Version>, StoreError> {
    let (point, id) = (from.bytes()?, from.text()?);
    Ok(Arc::new(Version {
        name: ItemName::new(point, id),
        ordinal: from.u64()?,
        change: match from.u8()? {
            0 => Change::Create,
            1 => Change::Replace,
            2 => Change::Delete,
            3 => Change::Expire,
            _ => return Err(from.damage("it did nothing that a write can do")),
        },
        tag: VersionTag::from_bits(from.u128()?),
        origin: None,
        at: Timestamp::from_millis(from.u64()?),
        ttl: match (from.u8()?, from.u32()?) {
            (0, _) => ItemTtl::Absent,
            (1, _) => ItemTtl::Never,
            (2, seconds) => ItemTtl::Seconds(seconds),
            (3, _) => ItemTtl::Invalid,
            _ => return Err(from.damage("its time to live is of no known kind")),
        },
        leaves: from.u32()?,
        unique: unique(from)?,
        body: Bytes::copy_from_slice(from.bytes()?),
    }))
}

fn unique(from: &mut Decoder<'_>) -> Result<UniqueEntries, StoreError> {
    let entries = from.list(|from| from.bytes().map(UniqueEntry::from_bytes))?;
    Ok(entries.into_iter().collect())
}

/// The position with this number.
pub(in crate::durable) fn position(number: u64) -> Result<Lsn, StoreError> {
    Lsn::new(number)
        .map_err(|_| StoreError::Damaged(format!("position {number} is beyond the last")))
}

/// A position.
pub(super) fn lsn(from: &mut Decoder<'_>) -> Result<Lsn, StoreError> {
    position(from.u64()?)
}
