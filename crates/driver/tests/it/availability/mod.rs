//! Regions that fail, refuse or are slow; partitions that fail in one region; writes in doubt; containers created
//! anew: each policy from the outside, by the hosts that were asked.

mod doubts;
mod endpoints;
mod hedged;
mod hedged_pages;
mod lookups;
mod moved;
mod partitions;
mod recreated;
mod world;
