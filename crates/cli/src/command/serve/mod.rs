//! `cosmokit serve`: local accounts on ports until a signal ends it. One JSON line on stdout says that they are ready;
//! everything else goes to stderr.

mod arguments;
mod ready;
mod signals;

use cosmokit_server::{Gateway, Reach, Server};

pub(crate) use self::arguments::ServeArguments;
use self::arguments::server_config;
use self::ready::{Named, announce};
use self::signals::end_on_signals;
use super::CommandResult;
use crate::config::{AccountFile, ConfigFile, gateway};

/// Runs the server until SIGINT or SIGTERM.
pub(crate) fn run(arguments: ServeArguments) -> CommandResult {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: ServeArguments) -> CommandResult {
    let file = match &arguments.config {
        Some(path) => ConfigFile::read(path)?,
        None => ConfigFile::default(),
    };
    let file = arguments.over(file)?;
    let config = server_config(&file.server);
    let (first, others) = accounts(&file).await?;
    let named: Vec<Named> = std::iter::once(&first)
        .chain(others.iter().map(|(gateway, _)| gateway))
        .map(Named::of)
        .collect();
    let mut server = Server::bind_accounts(&config, first, others).await?;
    let signals = end_on_signals(server.shutdown_handle())?;
    announce(&server, &named)?;
    server.ended().await;
    signals.abort();
    tracing::info!("stopped");
    Ok(())
}

/// The first account, and the further ones with the ways in which they are reached.
async fn accounts(
    file: &ConfigFile,
) -> Result<(Gateway, Vec<(Gateway, Reach)>), Box<dyn std::error::Error>> {
    let default = AccountFile::default();
    let first = file.accounts.first().unwrap_or(&default);
    let first = gateway((0, first), &file.server, &file.directory).await?;
    let mut others = Vec::new();
    for (place, account) in file.accounts.iter().enumerate().skip(1) {
        let gateway = gateway((place, account), &file.server, &file.directory).await?;
        let reach = if account.name_only {
            Reach::Name
        } else {
            Reach::Ports(account.port.unwrap_or_default())
        };
        others.push((gateway, reach));
    }
    Ok((first, others))
}
