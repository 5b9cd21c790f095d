//! Partitions: a log, the items it adds up to, and replicas that are positions in it.
//!
//! [`version`] is one version of one item; [`log`] the order of changes; [`items`] the live items
//! as of a position; [`state`] both together, a value that is copied for nothing;
//! [`unique`] who holds which unique key; [`sweep`] the items whose time to live is over;
//! [`split_point`] where a range is cut in two; [`phase`] whether a partition serves;
//! [`replica_set`] the four replicas of a region, [`replica_sets`] those of all regions,
//! [`content`] what of them outlives the process, [`replicas`] the lock around them, and [`appender`] the door for writes; [`partition`] a range
//! of points with its replicas; [`layout`] how a container is cut into partitions.

pub(crate) mod appender;
pub(crate) mod content;
pub(crate) mod floors;
pub(crate) mod item_key;
pub(crate) mod items;
pub(crate) mod layout;
pub(crate) mod log;
#[expect(
    clippy::module_inception,
    reason = "the partition itself is one of the nouns in here"
)]
pub(crate) mod partition;
pub(crate) mod phase;
pub(crate) mod read_ahead;
pub(crate) mod replica_set;
pub(crate) mod replica_sets;
pub(crate) mod replicas;
pub(crate) mod split_point;
pub(crate) mod standpoint;
pub(crate) mod state;
pub(crate) mod sweep;
pub(crate) mod unique;
pub(crate) mod version;

#[cfg(test)]
mod tests;
