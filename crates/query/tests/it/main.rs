//! The query engine against recordings of the service and its clients (`tests/data`, see its README).

mod cases;
mod errors;
mod eval;
mod exceptions;
mod metrics;
mod parse;
mod plan;
mod print_laws;
mod world;
