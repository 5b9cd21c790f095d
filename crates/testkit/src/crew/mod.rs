//! Crews: instances of one change feed processor in a [world](crate::world), which come, stop and die while partitions
//! split, regions fail over and requests are lost; and a judge of what they did.
//!
//! [`Voyage::run`] plays one from a seed: writers write numbered documents, instances handle them, and an auditor reads
//! every version of every lease. [`judge`] says which promises were broken: every acknowledged change is handled at
//! least once, those of one partition key in their order, checkpoints never go back, only the holder of a lease
//! writes checkpoints into it, and the leases for parts begin where the one before them stood.

mod journal;
mod judge;
mod ledger;
mod mate;
mod voyage;
mod writer;

pub use self::journal::{Entry, Journal};
pub use self::judge::{Breach, judge};
pub use self::ledger::{LeaseVersion, Ledger};
pub use self::voyage::{Voyage, VoyageLog};
