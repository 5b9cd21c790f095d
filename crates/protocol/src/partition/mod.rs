//! Partition keys, the hash points they become, and the ranges that own those points.
//!
//! The way of a key: values ([`PartitionKey`]) and a container's rule ([`PartitionKeyDefinition`]) give a point
//! ([`EffectivePartitionKey`]); the point falls into one range ([`EpkRange`]) of a complete [`RangeMap`].
//! Nothing here does I/O, and no input makes it panic.

mod definition;
mod effective;
mod encode;
mod error;
mod extract;
mod feed_range;
mod header;
mod key;
pub mod murmur3;
mod range;
mod range_map;
mod tiling;
mod value;

pub use definition::{PartitionKeyDefinition, PartitionKeyKind, PartitionKeyVersion};
pub use effective::EffectivePartitionKey;
pub use error::{PartitionKeyError, RangeMapError};
pub use feed_range::FeedRange;
pub use key::PartitionKey;
pub use range::EpkRange;
pub use range_map::{RangeEntry, RangeMap};
pub use tiling::tile;
pub use value::PartitionKeyValue;
