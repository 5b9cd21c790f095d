//! Date and time functions over strings such as `2020-08-13T23:19:54.3002652Z`; everything is UTC, to 100 ns.

mod calendar;
mod format;
pub(super) mod instant;
mod part;
mod rows;

pub(super) use rows::TABLE;
