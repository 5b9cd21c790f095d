//! Judges: one per guarantee, each a pure function from a [history](crate::history) to a [`Verdict`].
//!
//! A judge knows nothing of how the account works. It looks at what actors asked and were told, and says whether the
//! guarantee explains it; if not, it tells the story of the operations that contradict each other. A verdict counts
//! what was compared, so that a campaign can see that a judge had something to judge.

mod causal_order;
mod change_feed;
mod convergence;
mod durability;
mod floor;
mod guarantee;
mod linearizable;
mod lost_update;
mod monotonic_reads;
mod monotonic_writes;
mod observation;
mod phantom;
mod prefix;
mod progress;
mod read_your_writes;
mod register;
mod scope;
mod staleness;
mod unique_keys;
mod verdict;
mod versions;
mod writes_follow_reads;

#[cfg(test)]
mod tests;

pub use self::guarantee::Guarantee;
pub use self::scope::{Scope, StalenessBound};
pub use self::verdict::{Verdict, Violation};
