//! The `cosmokit` command: each subcommand is a module of `command` with its arguments and a `run`.
//! Results go to stdout, logs and errors to stderr.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod command;
mod config;
mod logging;
mod output;
mod stopwatch;

/// A local Azure Cosmos DB account, and a client for any account. Without a command: the quickstart.
#[derive(Debug, Parser)]
#[command(name = "cosmokit", version, about, long_about = None)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(command::serve::ServeArguments),
    Quickstart(command::quickstart::QuickstartArguments),
    Query(command::query::QueryArguments),
    Export(command::transfer::ExportArguments),
    Import(command::transfer::ImportArguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logging::start();
    let ended = match arguments.command {
        Some(Command::Serve(arguments)) => command::serve::run(arguments),
        Some(Command::Query(arguments)) => command::query::run(&arguments),
        Some(Command::Quickstart(arguments)) => command::quickstart::run(&arguments),
        Some(Command::Export(arguments)) => command::transfer::export(&arguments),
        Some(Command::Import(arguments)) => command::transfer::import(&arguments),
        None => command::quickstart::run(&command::quickstart::QuickstartArguments::default()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

/// Prints an error and what caused it, one line each.
fn report(error: &dyn std::error::Error) {
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
}
