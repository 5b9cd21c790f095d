//! Plays campaigns from thousands of seeds and sums up what the judges say: `just sim`, or `just sim SEED` for one.
//!
//! Ends with a table of guarantees by levels, and with status 1 when a promise was broken; then it prints the shortest
//! schedule that still breaks it, and the command that plays it again.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use clap::Parser;
use cosmokit_engine::WriteMode;
use cosmokit_testkit::campaign::{CAMPAIGNS, Campaign, Replay, Scoreboard, Tally};
use cosmokit_testkit::schedule::{Schedule, shrink};
use indicatif::{ProgressBar, ProgressStyle};

/// Plays campaigns in simulated worlds, and judges them.
#[derive(Debug, Parser)]
struct Arguments {
    /// Plays this seed alone, and tells what happened.
    seed: Option<u64>,
    /// The campaigns to play, by name. Default: all.
    #[arg(long = "campaign")]
    campaigns: Vec<String>,
    /// Seeds per campaign.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Writes the history of a single seed to this file.
    #[arg(long)]
    history: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let chosen: Vec<&Campaign> = CAMPAIGNS
        .iter()
        .filter(|campaign| {
            let names = &arguments.campaigns;
            names.is_empty() || names.iter().any(|name| name == campaign.name)
        })
        .collect();
    if chosen.is_empty() {
        let names: Vec<&str> = CAMPAIGNS.iter().map(|campaign| campaign.name).collect();
        eprintln!("there is no such campaign; there are {}", names.join(", "));
        return ExitCode::FAILURE;
    }
    let mut kept = true;
    let mut boards = Boards::default();
    for campaign in chosen {
        kept &= if let Some(seed) = arguments.seed {
            play_one(campaign, seed, arguments.history.as_deref())
        } else {
            let tally = play_many(campaign, &arguments);
            boards.of(campaign).add(&tally);
            sum_up(campaign, &tally)
        };
    }
    boards.print();
    if kept {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// One table for accounts in which one region takes writes, one for those in which all do.
#[derive(Debug, Default)]
struct Boards {
    one_writer: Scoreboard,
    all_write: Scoreboard,
}

impl Boards {
    fn of(&mut self, campaign: &Campaign) -> &mut Scoreboard {
        if campaign.write_mode == WriteMode::Multi || campaign.menu.write_modes > 0 {
            &mut self.all_write
        } else {
            &mut self.one_writer
        }
    }

    fn print(&self) {
        let titles = ["one region takes writes", "every region takes writes"];
        for (title, board) in titles.iter().zip([&self.one_writer, &self.all_write]) {
            if !board.is_empty() {
                println!("\n{title}\n{board}");
            }
        }
    }
}

/// Plays one seed and tells everything about it.
fn play_one(campaign: &Campaign, seed: u64, history: Option<&std::path::Path>) -> bool {
    let run = campaign.run(seed);
    let tally = campaign.judge(&run);
    println!("{}, seed {seed}:\n{}{tally}", campaign.name, run.schedule);
    if let Some(path) = history
        && let Err(error) = std::fs::write(path, run.history.to_ndjson())
    {
        eprintln!(
            "the history cannot be written to {}: {error}",
            path.display()
        );
    }
    report(campaign, &tally)
}

/// Plays many seeds on all cores.
fn play_many(campaign: &Campaign, arguments: &Arguments) -> Tally {
    let bar = ProgressBar::new(arguments.seeds).with_prefix(campaign.name);
    let style = "{prefix:>18} [{wide_bar}] {pos}/{len} seeds, {per_sec}, {eta} left{msg}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    let next = AtomicU64::new(arguments.from);
    let end = arguments.from.saturating_add(arguments.seeds);
    let tally = Mutex::new(Tally::default());
    let workers = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    let judged = campaign.judge(&campaign.run(seed));
                    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
                    tally.add(judged);
                    let broken = tally.broken_promises().count();
                    if broken > 0 {
                        bar.set_message(format!(", {broken} promises broken"));
                    }
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish_and_clear();
    tally.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Tells what the judges say; whether all promises were kept.
fn sum_up(campaign: &Campaign, tally: &Tally) -> bool {
    println!("{}: {tally}", campaign.name);
    for (observers, guarantee) in tally.never_violated() {
        let who = observers.map_or("everybody".to_owned(), |asked| asked.to_string());
        println!("  not given, and no seed broke it: {guarantee} ({who})");
    }
    report(campaign, tally)
}

/// Tells of broken promises; whether there are none.
fn report(campaign: &Campaign, tally: &Tally) -> bool {
    let mut kept = true;
    for (replay, violation) in tally.broken_promises() {
        kept = false;
        println!("{violation}\nwith the shortest schedule that does it:");
        let schedule = shortest(campaign, *replay, violation.guarantee);
        println!("{schedule}play it again: {replay}\n");
    }
    kept
}

fn shortest(
    campaign: &Campaign,
    replay: Replay,
    guarantee: cosmokit_testkit::judge::Guarantee,
) -> Schedule {
    let schedule = campaign.run(replay.seed).schedule;
    shrink(&schedule, |schedule| {
        let tally = campaign.judge(&campaign.run_with(replay.seed, schedule));
        let mut broken = tally.broken_promises();
        broken.any(|(_, violation)| violation.guarantee == guarantee)
    })
}
