//! Random splits and merges, some left half done for a while, with writers and readers at work, and
//! with failovers, planned and forced, between two regions of which one lags in every second schedule:
//! every change is seen exactly once per chain of tokens, in the order of the log. What a forced failover loses is
//! accounted for by what is left.
//!
//! Everything follows from the seed of a schedule, and no real time passes. A failure names the
//! seed; `SCHEDULE=seed cargo test -p cosmokit-engine --test it repartition` runs it alone.

mod campaigns;
mod judge;
mod losses;
mod reader;
mod schedule;
