//! Several regions: what each consistency level promises and what it does not, failovers, outages,
//! session tokens, all on a clock that stands until it is moved.

mod bounded;
mod conflicts;
mod failovers;
mod lag;
mod many_writers;
mod on_disk;
mod planet;
mod sessions;
mod strong;
mod topology;
