//! The change feed processor, one promise after another, in virtual time.

mod leases;
mod refusals;
mod sharing;
mod stage;
mod starts;
mod trouble;
