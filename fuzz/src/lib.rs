//! What the fuzz targets do, as plain functions: one module per target, each with `run(data)`, which panics when a
//! law is broken. The same files are compiled into the tests of the crates they exercise, so that a bare stable
//! toolchain runs them over the seeds.
//!
//! A new target: a module here, a three-line file in `fuzz_targets/`, a `[[bin]]` in `Cargo.toml`.

pub mod account_document;
pub mod authorization;
pub mod carried_session;
pub mod error_body;
pub mod link;
pub mod partition_key_header;
pub mod partition_key_ranges;
pub mod query_continuation;
pub mod query_evaluator;
pub mod query_lexer;
pub mod query_parser;
pub mod query_planner;
pub mod response_headers;
pub mod rid;
pub mod session_token;
