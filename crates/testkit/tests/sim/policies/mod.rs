//! The driver's policies, each right and each broken on purpose: with the right one no judge has anything to say, with
//! the broken one there is a violation, or a bound is exceeded.
//!
//! A policy is broken by its option, or by a habit: something between driver and network that does what a driver without
//! the policy would do.

mod habits;
mod regions;
mod retries;
mod scene;
mod sessions;
