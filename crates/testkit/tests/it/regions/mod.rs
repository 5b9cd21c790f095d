//! The client on an account with several regions: where operations end up, and what they see there. Each scenario runs
//! the SDK, the driver and the local account in one process and in virtual time; a region is always the one that the
//! diagnostics of the operation name.

mod conflicts;
mod failovers;
mod faults;
mod freshness;
mod happy_path;
mod outages;
mod scene;
mod trail;
