//! Client-side throughput control: a group of operations keeps within a rate of request units. An operation
//! reserves what operations of its kind have cost so far and waits until the reservations before it are paid
//! off; when it ends, the measured charge takes the place of the estimate. Nothing is asked of the service, so
//! each process counts for itself; buckets and priorities, which the service enforces, ride along as headers.

mod bucket;
mod estimate;
mod group;
mod group_options;
mod registry;

pub(crate) use self::group::{Group, Permit};
pub use self::group_options::{ThroughputControlGroupName, ThroughputControlGroupOptions};
pub(crate) use self::registry::{Groups, register};
