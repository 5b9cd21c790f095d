//! What the query engine costs by itself, as a table: `cargo bench -p cosmokit-query-bench [-- ITEMS [WORD]]`.
//!
//! Documents of about a kilobyte lie in memory, one after the other; nothing of an account is in the figures. Each
//! figure is the best of several runs. With a word, only the rows whose name has it are measured.

mod clock;
mod documents;
mod merging;
mod planning;
mod scanning;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static MEMORY: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let words = || std::env::args().skip(1).filter(|word| word != "--bench");
    let items = words().find_map(|word| word.parse().ok());
    let wanted = words().find(|word| word.parse::<usize>().is_err());
    let wanted = wanted.unwrap_or_default();
    scanning::report(items.unwrap_or(100_000), &wanted);
    planning::report(&wanted);
    merging::report(&wanted);
}
