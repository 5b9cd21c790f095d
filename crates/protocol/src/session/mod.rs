//! Session tokens: the positions a client has seen and asks a read to have passed.
//!
//! Three layers, each usable alone: [`VectorToken`] and [`RangeToken`] are one partition's
//! position; [`SessionTokenSegment`] puts a partition key range id before it;
//! [`CompositeToken`] is the comma-joined list a client holds per container. [`SessionToken`]
//! is the text as it travels, opaque until somebody asks.
//!
//! ```text
//! 0:1#9#4=8#5=7,1:-1#12        composite
//! ^ ^ ^ ^ ^                    range id, version, global LSN, region id, local LSN
//! 3:42                         simple (legacy) form: one LSN
//! ```
//!
//! Compare and merge follow one rule: the higher version is more recent whatever the LSNs, and
//! its global LSN and region set win, because a mix would be a position that never existed.
//! That makes pairwise merge idempotent and commutative but associative within one version only.
//! [`RangeProgress`] keeps enough to be independent of order; merge through it when more than
//! two tokens meet.
//!
//! Everything read here is bounded: see the `MAX_` constants. No input panics.

mod composite;
mod error;
mod number;
mod progress;
mod range_id;
mod range_token;
mod segment;
mod token;
mod vector;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use composite::{CompositeToken, MAX_SEGMENTS, MAX_TOKEN_BYTES};
pub use error::{SegmentFault, SessionTokenError};
pub use number::{Lsn, LsnOutOfRange, RegionId};
pub use progress::RangeProgress;
pub use range_id::{MAX_RANGE_ID_DIGITS, RangeId};
pub use range_token::RangeToken;
pub use segment::SessionTokenSegment;
pub use token::SessionToken;
pub use vector::{MAX_REGIONS, MAX_VERSION, RegionProgress, VectorToken};
