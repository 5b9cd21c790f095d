//! One command for everything that an account holds: create, read, replace, upsert, delete, query, batch, metadata.
//!
//! ```text
//! cargo run -p cosmokit-cli -- serve                  # in another terminal: a local account
//! export COSMOS_ENDPOINT=http://localhost:8081/ COSMOS_KEY=<printed by serve>
//! cargo run -p cosmokit --example cosmos -- create database shop
//! cargo run -p cosmokit --example cosmos -- create container shop orders /customer --throughput 400
//! cargo run -p cosmokit --example cosmos -- upsert shop orders contoso '{"id":"o-1","customer":"contoso"}'
//! cargo run -p cosmokit --example cosmos -- read item shop orders contoso o-1
//! cargo run -p cosmokit --example cosmos -- query shop orders 'SELECT * FROM c'
//! ```

#[path = "../connect/mod.rs"]
mod connect;
mod items;
mod resources;

use std::error::Error;

use clap::{Parser, Subcommand};

type Outcome = Result<(), Box<dyn Error>>;

/// Works with the account that the environment names; see `connect`.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Creates a database, a container or an item.
    #[command(subcommand)]
    Create(resources::Create),
    /// Reads a database, a container or an item.
    #[command(subcommand)]
    Read(resources::Target),
    /// Replaces an item that is there.
    Replace(items::Write),
    /// Creates an item, or replaces it.
    Upsert(items::Write),
    /// Deletes a database, a container or an item.
    #[command(subcommand)]
    Delete(resources::Target),
    /// Runs a query over a container, or under one partition key of it.
    Query(items::Query),
    /// Writes several items under one key, all or none.
    Batch(items::Batch),
    /// Shows a container's ranges, throughput and indexing policy.
    Metadata(resources::Metadata),
}

#[tokio::main]
async fn main() -> Outcome {
    let command = Arguments::parse().command;
    let client = connect::connect().await?;
    match command {
        Command::Create(create) => create.run(&client).await,
        Command::Read(target) => target.read(&client).await,
        Command::Replace(write) => write.replace(&client).await,
        Command::Upsert(write) => write.upsert(&client).await,
        Command::Delete(target) => target.delete(&client).await,
        Command::Query(query) => query.run(&client).await,
        Command::Batch(batch) => batch.run(&client).await,
        Command::Metadata(metadata) => metadata.run(&client).await,
    }
}
