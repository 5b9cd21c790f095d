//! The query engine against recordings of the service and its clients (`tests/data`, see its README).
//!
//! `cfg(test)` on each module tells clippy that its code is test code.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod column_laws;
mod compare;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod eval;
#[cfg(test)]
mod exceptions;
#[cfg(test)]
mod function_laws;
#[cfg(test)]
mod fuzz_targets;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod merge;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod other_planners;
mod parse;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod plan;
#[cfg(test)]
mod predicate_laws;
#[cfg(test)]
mod print_laws;
mod routing;
mod routing_laws;
#[cfg(test)]
mod world;
