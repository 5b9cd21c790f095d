//! What the driver remembers of containers: identity and ranges. Fetched once for all who ask together, kept
//! until the service contradicts it; a failure is never kept.

mod containers;
mod ranges;
mod resolved;
mod single_flight;

pub(crate) use self::containers::ContainerCache;
pub(crate) use self::ranges::{Page, RangeFeed, read_page};
pub use self::ranges::{PartitionKeyRanges, RangeRefresh};
pub use self::resolved::ResolvedContainer;
pub(crate) use self::single_flight::{Fetch, SingleFlight};
