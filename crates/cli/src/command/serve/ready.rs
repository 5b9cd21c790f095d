//! The line that tells a waiting program where the accounts are.

use std::io::Write as _;

use cosmokit_server::{Gateway, RegionEndpoint, RunningServer};
use serde::Serialize;

/// Name and key of an account.
#[derive(Debug)]
pub(super) struct Named {
    name: String,
    key: String,
}

impl Named {
    pub(super) fn of(gateway: &Gateway) -> Self {
        let account = gateway.account();
        Self {
            name: account.name().to_owned(),
            key: account.keys().primary.secret().to_owned(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Ready<'a> {
    event: &'static str,
    #[serde(flatten)]
    account: ReadyAccount<'a>,
    admin: String,
    /// Further accounts of the configuration file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accounts: Vec<ReadyAccount<'a>>,
}

#[derive(Debug, Serialize)]
struct ReadyAccount<'a> {
    account: &'a str,
    endpoint: String,
    https: String,
    key: &'a str,
    regions: Vec<ReadyRegion>,
}

#[derive(Debug, Serialize)]
struct ReadyRegion {
    name: String,
    endpoint: String,
}

impl<'a> ReadyAccount<'a> {
    fn new(named: &'a Named, endpoints: &[RegionEndpoint]) -> Self {
        let first = endpoints.first();
        Self {
            account: &named.name,
            endpoint: first.map(RegionEndpoint::http).unwrap_or_default(),
            https: first.map(RegionEndpoint::https).unwrap_or_default(),
            key: &named.key,
            regions: endpoints
                .iter()
                .map(|endpoint| ReadyRegion {
                    name: endpoint.region().display_name().to_owned(),
                    endpoint: endpoint.http(),
                })
                .collect(),
        }
    }
}

/// Writes the line.
///
/// # Errors
/// When stdout is closed.
pub(super) fn announce(server: &RunningServer, named: &[Named]) -> std::io::Result<()> {
    let further = server.further_accounts().iter();
    let endpoints = std::iter::once(server.endpoints())
        .chain(further.map(|account| account.endpoints.as_slice()));
    let mut accounts = named
        .iter()
        .zip(endpoints)
        .map(|(named, endpoints)| ReadyAccount::new(named, endpoints));
    let Some(account) = accounts.next() else {
        return Ok(());
    };
    let ready = Ready {
        event: "ready",
        account,
        admin: format!("{}_cosmokit/", server.admin_endpoint().http()),
        accounts: accounts.collect(),
    };
    let mut line = serde_json::to_string(&ready)?;
    line.push('\n');
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(line.as_bytes())?;
    stdout.flush()?;
    let ReadyAccount {
        endpoint, https, ..
    } = &ready.account;
    tracing::info!(endpoint, https, admin = ready.admin, "ready");
    Ok(())
}
