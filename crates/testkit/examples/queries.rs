//! Plays trials of generated queries from thousands of seeds: `just queries`, or `just queries SEED` for one.
//!
//! Ends with status 1 when two ways of asking disagree; then it prints the query, both answers, and the command that plays
//! it again.

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use clap::Parser;
use cosmokit_testkit::generated::{Disagreement, Played, play};
use indicatif::{ProgressBar, ProgressStyle};

/// Asks generated queries in every way that must give the same rows.
#[derive(Debug, Parser)]
struct Arguments {
    /// Plays this seed alone.
    seed: Option<u64>,
    /// How many seeds.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Disagreements after which it stops.
    #[arg(long, default_value_t = 5)]
    give_up_after: usize,
}

/// What the workers share.
#[derive(Default)]
struct Results {
    played: Played,
    disagreements: Vec<Disagreement>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (from, seeds) = match arguments.seed {
        Some(seed) => (seed, 1),
        None => (arguments.from, arguments.seeds),
    };
    let bar = ProgressBar::new(seeds);
    if let Ok(style) =
        ProgressStyle::with_template("[{wide_bar}] {pos}/{len} seeds, {per_sec}, {eta} left")
    {
        bar.set_style(style);
    }
    let next = AtomicU64::new(from);
    let results = Mutex::new(Results::default());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZeroUsize::get) {
            scope.spawn(|| {
                work(
                    &next,
                    from.saturating_add(seeds),
                    &results,
                    arguments.give_up_after,
                    &bar,
                );
            });
        }
    });
    bar.finish_and_clear();
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    let Played {
        queries,
        with_rows,
        refused,
        answers,
        resumed,
        splits,
    } = results.played;
    println!(
        "{queries} queries ({with_rows} with rows, {refused} refused everywhere), {answers} answers compared, {resumed} pages \
         read by new clients, {splits} splits between pages"
    );
    for disagreement in &results.disagreements {
        println!("\n{disagreement}");
    }
    if results.disagreements.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn work(
    next: &AtomicU64,
    end: u64,
    results: &Mutex<Results>,
    give_up_after: usize,
    bar: &ProgressBar,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a thread can have a runtime");
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return;
        }
        let outcome = runtime.block_on(play(seed));
        bar.inc(1);
        let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(played) => results.played += played,
            Err(disagreement) => results.disagreements.push(*disagreement),
        }
        if results.disagreements.len() >= give_up_after {
            return;
        }
    }
}
