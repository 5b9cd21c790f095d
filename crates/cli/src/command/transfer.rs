//! `cosmokit export` and `cosmokit import`: an account's data directory as NDJSON, and back.
//!
//! Both open the directory themselves, so no server may have it open. Data goes to and comes from
//! a file, or standard output and input; a bar on a terminal shows how far it is.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use cosmokit_engine::{Account, ImportCount, request::ContainerAddress};
use indicatif::{ProgressBar, ProgressStyle};

use super::CommandResult;

/// Write what a data directory holds as NDJSON: one JSON text per line.
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// Directory of the account, as given to `serve --data`.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Only the items of this container, one document per line.
    #[arg(long, value_name = "DATABASE/CONTAINER", value_parser = container)]
    container: Option<ContainerAddress>,
    /// File to write; standard output without it.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Read NDJSON into a data directory, which is made when it is not there.
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// Directory of the account, as given to `serve --data`.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Take every line as a document for this container, which must exist.
    #[arg(long, value_name = "DATABASE/CONTAINER", value_parser = container)]
    container: Option<ContainerAddress>,
    /// File to read; standard input without it.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Exports.
pub(crate) fn export(arguments: &ExportArguments) -> CommandResult {
    if !arguments.data.join("account.cosmokit").exists() {
        let place = arguments.data.display();
        return Err(format!("there is no account in {place}").into());
    }
    let account = open(&arguments.data)?;
    let lines = match &arguments.container {
        None => account.export()?,
        Some(container) => account.export_container(container)?,
    };
    let bar = bar(Some(lines.items_left()), "items");
    let mut out: BufWriter<Box<dyn Write>> = BufWriter::new(match &arguments.file {
        Some(file) => Box::new(create(file)?),
        None => Box::new(io::stdout().lock()),
    });
    for line in lines {
        out.write_all(&line)?;
        out.write_all(b"\n")?;
        bar.inc(1);
    }
    out.flush()?;
    bar.finish_and_clear();
    Ok(())
}

/// Imports.
pub(crate) fn import(arguments: &ImportArguments) -> CommandResult {
    let account = open(&arguments.data)?;
    let (bytes, from): (Option<u64>, Box<dyn Read>) = match &arguments.file {
        None => (None, Box::new(io::stdin().lock())),
        Some(path) => {
            let file = File::open(path).map_err(|error| named(path, &error))?;
            (Some(file.metadata()?.len()), Box::new(file))
        }
    };
    let bar = bar(bytes, "bytes");
    let count = read_in(&account, arguments.container.as_ref(), bar.wrap_read(from))?;
    bar.finish_and_clear();
    let ImportCount {
        databases,
        containers,
        items,
        ..
    } = count;
    eprintln!("imported {items} items, {containers} new containers, {databases} new databases");
    Ok(())
}

fn read_in(
    account: &Account,
    container: Option<&ContainerAddress>,
    from: impl Read,
) -> Result<ImportCount, Box<dyn std::error::Error>> {
    let from = BufReader::with_capacity(1 << 20, from);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let count = match container {
        None => runtime.block_on(run(account.import(from))),
        Some(container) => runtime.block_on(run(account.import_container(container, from)?)),
    };
    Ok(count?)
}

async fn run<R: BufRead>(
    import: cosmokit_engine::Import<R>,
) -> Result<ImportCount, cosmokit_engine::TransferError> {
    import.run(|_| {}).await
}

fn open(directory: &Path) -> Result<Account, Box<dyn std::error::Error>> {
    Ok(Account::builder().data_directory(directory).build()?)
}

fn create(file: &Path) -> Result<File, Box<dyn std::error::Error>> {
    File::create(file).map_err(|error| named(file, &error))
}

fn named(file: &Path, error: &io::Error) -> Box<dyn std::error::Error> {
    format!("{}: {error}", file.display()).into()
}

fn container(text: &str) -> Result<ContainerAddress, String> {
    match text.split_once('/') {
        Some((database, container)) if !database.is_empty() && !container.is_empty() => {
            Ok(ContainerAddress::new(database, container))
        }
        _ => Err("a container is named DATABASE/CONTAINER".to_owned()),
    }
}

/// A bar on standard error where that is a terminal.
fn bar(length: Option<u64>, unit: &str) -> ProgressBar {
    let template = match (length, unit) {
        (None, _) => "  {spinner} {binary_bytes}, {binary_bytes_per_sec}".to_owned(),
        (Some(_), "bytes") => "  {bar:40} {binary_bytes}/{binary_total_bytes}, {eta}".to_owned(),
        (Some(_), unit) => format!("  {{bar:40}} {{human_pos}}/{{human_len}} {unit}, {{eta}}"),
    };
    let style =
        ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    bar.with_style(style)
}
