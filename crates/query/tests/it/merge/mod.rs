//! Merging: the recorded scenarios, and laws over simulated ranges.

mod partitioned;
mod recorded;
mod resumed;
mod service;
mod units;
