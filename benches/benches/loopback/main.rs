//! Point reads, creates, pages of the change feed and queries of ten items over loopback, each process by itself: what one costs in CPU, allocations and instructions, for the client
//! next to a floor (a hyper client that signs each request and encodes or decodes the item with serde, nothing else) and for the
//! server next to a hyper server that answers a constant body with the same headers.
//!
//! `cargo bench -p cosmokit-benches --bench loopback [-- OPERATIONS]` prints the tables. The same program, called with a role,
//! is each of the processes it measures.

mod callgrind;
mod client;
mod floor;
mod report;
mod server;
mod world;

use std::alloc::System;
use std::error::Error;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Operations per measured run, unless the command line says otherwise.
const OPERATIONS: usize = 20_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve", role, work] => server::run(role, work.parse()?),
        ["work", role, work, port, operations] => {
            client::run(role, work.parse()?, port.parse()?, operations.parse()?)
        }
        [operations] => report::run(operations.parse()?),
        _ => report::run(OPERATIONS),
    }
}
