//! Plays trials of generated queries from thousands of seeds: `just queries`, or `just queries SEED` for one.
//!
//! Each seed is played twice: in accounts that stand still, and in a world whose regions lag behind and whose partitions
//! split and merge. With `--processes`, pages are read over HTTP by processes of their own. Ends with status 1 when two
//! ways of asking disagree; then it prints the query, both answers, and the command that plays it again.

use std::io::Write as _;
use std::num::NonZeroUsize;
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{io, thread};

use clap::Parser;
use cosmokit_testkit::generated::{
    Disagreement, PageQuestion, PageRead, Played, play, play_elsewhere, play_moving,
};
use futures_util::future::BoxFuture;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::runtime::Runtime;

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
    /// Has every page read over HTTP by a process of its own, and plays in no moving world.
    #[arg(long)]
    processes: bool,
    /// Disagreements after which it stops.
    #[arg(long, default_value_t = 5)]
    give_up_after: usize,
    /// Reads the page that standard input tells of: what a process of `--processes` does.
    #[arg(long, hide = true)]
    page: bool,
}

/// What the workers share.
#[derive(Default)]
struct Results {
    still: Played,
    moving: Played,
    disagreements: Vec<Disagreement>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.page {
        return read_page();
    }
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
    let end = from.saturating_add(seeds);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZeroUsize::get) {
            scope.spawn(|| work(&arguments, &next, end, &results, &bar));
        }
    });
    bar.finish_and_clear();
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    tell("standing still", &results.still);
    if !arguments.processes {
        tell("in moving worlds", &results.moving);
    }
    for disagreement in &results.disagreements {
        println!("\n{disagreement}");
    }
    if results.disagreements.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn tell(how: &str, played: &Played) {
    let Played {
        queries,
        with_rows,
        refused,
        answers,
        resumed,
        splits,
    } = played;
    println!(
        "{how}: {queries} queries ({with_rows} with rows, {refused} refused everywhere), {answers} answers compared, {resumed} \
         pages read from a token, {splits} splits and merges"
    );
}

fn work(
    arguments: &Arguments,
    next: &AtomicU64,
    end: u64,
    results: &Mutex<Results>,
    bar: &ProgressBar,
) {
    let runtime = runtime();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return;
        }
        let (still, moving) = if arguments.processes {
            (
                runtime.block_on(play_elsewhere(seed, &in_a_process)),
                Ok(Played::default()),
            )
        } else {
            (runtime.block_on(play(seed)), play_moving(seed))
        };
        bar.inc(1);
        let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
        match still {
            Ok(played) => results.still += played,
            Err(disagreement) => results.disagreements.push(*disagreement),
        }
        match moving {
            Ok(played) => results.moving += played,
            Err(disagreement) => results.disagreements.push(*disagreement),
        }
        if results.disagreements.len() >= arguments.give_up_after {
            return;
        }
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a thread can have a runtime")
}

/// Has a page read by this program in a new process, which is waited for beside the runtime that serves it.
fn in_a_process(question: PageQuestion) -> BoxFuture<'static, PageRead> {
    let waited = tokio::task::spawn_blocking(move || ask_process(&question));
    Box::pin(async {
        waited
            .await
            .expect("it does not panic")
            .expect("a process reads the page")
    })
}

fn ask_process(question: &PageQuestion) -> io::Result<PageRead> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("--page")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(&serde_json::to_vec(question)?)?;
    }
    Ok(serde_json::from_slice(&child.wait_with_output()?.stdout)?)
}

fn read_page() -> ExitCode {
    let question: PageQuestion =
        serde_json::from_reader(io::stdin()).expect("standard input has a question");
    let read = runtime().block_on(question.read());
    println!(
        "{}",
        serde_json::to_string(&read).expect("an answer is JSON")
    );
    ExitCode::SUCCESS
}
