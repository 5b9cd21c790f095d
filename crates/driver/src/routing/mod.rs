//! Which endpoint the next attempt goes to: a choice from the snapshot, the caller's exclusions, what this
//! operation has met so far, and the health of endpoints and partitions.

mod choice;
mod gate;
mod partition_health;

pub(crate) use self::choice::{Access, Candidates, Choice, Route, choose, usable};
pub(crate) use self::gate::{Admission, Gate};
pub(crate) use self::partition_health::{PartitionHealth, Side, Spot};
