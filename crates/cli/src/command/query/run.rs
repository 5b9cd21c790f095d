//! The arguments of `cosmokit query`, and the query from its first page to its last.

use std::error::Error;
use std::num::NonZeroU32;

use clap::Args;
use cosmokit::feed::ContinuationToken;
use cosmokit::options::{MaxItemCountHint, QueryOptions};
use cosmokit::{ContainerClient, CosmosClient, FeedScope, Query};
use futures_util::TryStreamExt as _;
use serde_json::value::RawValue;

use super::account::AccountArguments;
use super::explain;
use super::format::{Format, Printer};
use super::took::Took;
use crate::command::CommandResult;

/// Run a query on a container of any account and print its rows.
#[derive(Debug, Args)]
pub(crate) struct QueryArguments {
    /// The query: `SELECT c.name FROM c WHERE c.population > @least`.
    text: String,

    #[command(flatten)]
    account: AccountArguments,

    /// The database.
    #[arg(long, short)]
    database: String,

    /// The container.
    #[arg(long, short)]
    container: String,

    /// A parameter, as `@least=1000000`; a value that is not JSON is taken as text.
    #[arg(long = "parameter", short, value_name = "@NAME=VALUE")]
    parameters: Vec<String>,

    /// Only the items under this partition key: JSON, or text; several times for a hierarchical key.
    #[arg(long, value_name = "VALUE")]
    partition_key: Vec<String>,

    /// How rows are printed.
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Rows of a page; without it the service decides.
    #[arg(long, value_name = "N")]
    page_size: Option<NonZeroU32>,

    /// Stop after so many rows.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    /// Stop after so many pages, and say on stderr where the query goes on: `continuation: TOKEN`.
    #[arg(long, value_name = "N")]
    pages: Option<usize>,

    /// Go on where an earlier run of the same query stopped, in this process or another.
    #[arg(long, value_name = "TOKEN")]
    continuation: Option<String>,

    /// Print what the query took: charge, time, requests, documents, indexes.
    #[arg(long)]
    metrics: bool,

    /// Print how the query is run instead of its rows: the plan, the partitions, the indexes, the charge.
    #[arg(long)]
    explain: bool,
}

/// Runs the command on a runtime of its own.
///
/// # Errors
///
/// What the account refuses, and output that cannot be written.
pub(crate) fn run(arguments: &QueryArguments) -> CommandResult {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(query(arguments))
}

async fn query(arguments: &QueryArguments) -> CommandResult {
    let client: CosmosClient = arguments.account.connect().await?;
    let container = client
        .database_client(arguments.database.as_str())
        .container_client(arguments.container.as_str(), None)
        .await?;
    if arguments.explain {
        return explain::print(&container, arguments).await;
    }
    rows(&container, arguments).await
}

async fn rows(container: &ContainerClient, arguments: &QueryArguments) -> CommandResult {
    let options = arguments
        .options()
        .with_populate_query_metrics(arguments.metrics);
    let options = options.with_populate_index_metrics(arguments.metrics);
    let stream = container
        .query_items::<Box<RawValue>>(arguments.query()?, arguments.scope()?, Some(options))
        .await?;
    let mut pages = stream.into_pages();
    let mut printer = Printer::new(arguments.format, std::io::stdout().lock());
    let mut took = Took::start();
    let mut left = arguments.limit.unwrap_or(usize::MAX);
    let (mut pages_left, mut ended) = (arguments.pages.unwrap_or(usize::MAX), false);
    while left > 0 && pages_left > 0 {
        let Some(page) = pages.try_next().await? else {
            ended = true;
            break;
        };
        pages_left -= 1;
        took.add(&page);
        for row in page.items().iter().take(left) {
            printer.row(row)?;
        }
        left = left.saturating_sub(page.items().len());
    }
    printer.finish()?;
    if arguments.pages.is_some() && !ended {
        eprintln!("continuation: {}", pages.to_continuation_token()?);
    }
    if arguments.metrics {
        eprint!("{took}");
    }
    Ok(())
}

impl QueryArguments {
    pub(super) fn options(&self) -> QueryOptions {
        let options = match &self.continuation {
            Some(token) => QueryOptions::default()
                .with_continuation_token(ContinuationToken::from_string(token.as_str())),
            None => QueryOptions::default(),
        };
        match self.page_size {
            Some(size) => options.with_max_item_count(MaxItemCountHint::Limit(size)),
            None => options,
        }
    }

    pub(super) fn query(&self) -> Result<Query, Box<dyn Error>> {
        let mut query = Query::from(self.text.as_str());
        for parameter in &self.parameters {
            let (name, value) = parameter
                .split_once('=')
                .filter(|(name, _)| name.starts_with('@'))
                .ok_or_else(|| {
                    format!("the parameter {parameter} is not of the form @name=value")
                })?;
            query = query.with_parameter(name, json_or_text(value))?;
        }
        Ok(query)
    }

    pub(super) fn scope(&self) -> Result<FeedScope, Box<dyn Error>> {
        if self.partition_key.is_empty() {
            return Ok(FeedScope::full_container());
        }
        let values: Vec<serde_json::Value> = self
            .partition_key
            .iter()
            .map(|value| json_or_text(value))
            .collect();
        let key = cosmokit::models::PartitionKey::from_header(&serde_json::to_string(&values)?)?;
        Ok(FeedScope::partition(key))
    }
}

/// A value as it is written on a command line.
fn json_or_text(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|_| serde_json::Value::from(text))
}
