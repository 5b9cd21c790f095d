//! The keys of rows.
//!
//! | first byte | then | row |
//! |---|---|---|
//! | `a` | | the [account](super::account) |
//! | `n` | | its [counters](super::account) |
//! | `d` | resource id | a [database](super::catalog) |
//! | `c` | resource id | a [container](super::catalog) |
//! | `l` | resource id of the container | its [layout](super::layout) |
//! | `m` | resource id of the container, 8 bytes, and id of the range | whose [logs](super::several) a partition has |
//! | `o` | resource id | an [offer](super::catalog) |
//! | `r` | resource id | a [named resource](super::catalog) |
//! | `h` | number, 8 bytes big-endian | the head of a [log](super::log) |

use cosmokit_protocol::{id::Rid, session::RangeId};

use crate::durable::{
    ledger::PartitionName,
    store::{LogId, StoreError},
};

/// Bytes of the resource id of a container.
const CONTAINER_RID_BYTES: usize = 8;

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::durable) enum RowKey {
    Account,
    Counters,
    Database(Rid),
    Container(Rid),
    Layout(Rid),
    Several(PartitionName),
    Offer(Rid),
    Resource(Rid),
    Log(LogId),
}

impl RowKey {
    pub(in crate::durable) fn encode(self) -> Vec<u8> {
        let with_rid = |tag: u8, rid: Rid| [&[tag], rid.as_bytes()].concat();
        match self {
            Self::Account => vec![b'a'],
            Self::Counters => vec![b'n'],
            Self::Database(rid) => with_rid(b'd', rid),
            Self::Container(rid) => with_rid(b'c', rid),
            Self::Layout(rid) => with_rid(b'l', rid),
            Self::Several((rid, range)) => {
                [b"m", rid.as_bytes(), range.as_str().as_bytes()].concat()
            }
            Self::Offer(rid) => with_rid(b'o', rid),
            Self::Resource(rid) => with_rid(b'r', rid),
            Self::Log(LogId(number)) => [b"h", &number.to_be_bytes()[..]].concat(),
        }
    }

    pub(in crate::durable) fn decode(key: &[u8]) -> Result<Self, StoreError> {
        let unknown = || StoreError::Damaged(format!("no row has the key {}", key.escape_ascii()));
        let rid = |bytes: &[u8]| Rid::from_bytes(bytes).map_err(|_| unknown());
        match key {
            [b'a'] => Ok(Self::Account),
            [b'n'] => Ok(Self::Counters),
            [b'd', bytes @ ..] => rid(bytes).map(Self::Database),
            [b'c', bytes @ ..] => rid(bytes).map(Self::Container),
            [b'l', bytes @ ..] => rid(bytes).map(Self::Layout),
            [b'm', bytes @ ..] => {
                let split = bytes.split_at_checked(CONTAINER_RID_BYTES);
                let (container, range) = split.ok_or_else(unknown)?;
                let range = std::str::from_utf8(range).map_err(|_| unknown())?;
                let range = RangeId::parse(range).map_err(|_| unknown())?;
                Ok(Self::Several((rid(container)?, range)))
            }
            [b'o', bytes @ ..] => rid(bytes).map(Self::Offer),
            [b'r', bytes @ ..] => rid(bytes).map(Self::Resource),
            [b'h', bytes @ ..] => {
                let bytes = bytes.try_into().map_err(|_| unknown())?;
                Ok(Self::Log(LogId(u64::from_be_bytes(bytes))))
            }
            _ => Err(unknown()),
        }
    }
}
