//! `cosmokit quickstart`: 34,006 real cities through the SDK, on an embedded account or on any other.
//!
//! Each chapter is a file: which account, the cities, loading them, a tour of the item operations, the tally that
//! becomes the table at the end, and three regions. The program is the same for every account; only the endpoint differs.

mod account;
mod bars;
mod city;
mod load;
mod queries;
mod regions;
mod story;
mod tally;
mod tour;

use clap::Args;

use self::account::AccountArguments;
use super::CommandResult;

/// Load 34,006 cities, read, update with an etag, lose a race, delete, with a table of what it took; then three regions:
/// a stale read, a fresh one, a failover during writes.
#[derive(Debug, Args)]
pub(crate) struct QuickstartArguments {
    #[command(flatten)]
    account: AccountArguments,

    /// How many operations are under way at once.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    concurrency: u16,

    /// Load only the first N cities.
    #[arg(long, value_name = "N")]
    cities: Option<usize>,

    /// Throughput of the container in RU/s; a container gets one partition per started 10,000.
    #[arg(long, value_name = "RU/S", default_value_t = 30_000)]
    throughput: u64,

    /// Leave out the story of three regions, which has an embedded account of its own.
    #[arg(long)]
    no_regions: bool,

    /// Leave the container in place at the end.
    #[arg(long)]
    keep: bool,
}

impl Default for QuickstartArguments {
    fn default() -> Self {
        Self {
            account: AccountArguments::default(),
            concurrency: 64,
            cities: None,
            throughput: 30_000,
            no_regions: false,
            keep: false,
        }
    }
}

/// Runs the quickstart on a runtime of its own.
///
/// # Errors
///
/// Whatever the account refuses; nothing is retried beyond what the driver does.
pub(crate) fn run(arguments: &QuickstartArguments) -> CommandResult {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(story::story(arguments))
}
