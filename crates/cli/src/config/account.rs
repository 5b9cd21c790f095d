//! From what a file says of an account to the account: settings before it exists, lags of single links after.

use std::path::Path;
use std::time::Duration;

use cosmokit_engine::{
    Account, AccountBuilder, AccountKeys, Lag, Link, QueryMerging, Staleness, Throttling, WriteMode,
};

use super::ConfigError;
use super::file::{AccountFile, KeysFile, Merging};

/// The settings of an account.
///
/// # Errors
/// [`ConfigError::Value`] with the key whose value cannot be used.
pub(crate) fn builder(file: &AccountFile, directory: &Path) -> Result<AccountBuilder, ConfigError> {
    let mut builder = Account::builder().keys(keys(&file.keys));
    if let Some(name) = &file.name {
        builder = builder.name(name.as_str());
    }
    if !file.regions.is_empty() {
        builder = builder.regions(file.regions.iter().cloned());
    }
    if file.multi_write {
        builder = builder.write_mode(WriteMode::Multi);
    }
    if let Some(level) = file.consistency {
        builder = builder.consistency(level);
    }
    if let Some(bound) = file.bounded_staleness {
        builder = builder.staleness(Staleness {
            versions: bound.versions,
            interval: Duration::from_secs(bound.seconds),
        });
    }
    if let Some(text) = &file.lag {
        builder = builder.link_lag(lag("lag", text)?);
    }
    if let Some(seed) = file.seed {
        builder = builder.seed(seed);
    }
    if let Some(data) = &file.data {
        builder = builder.data_directory(directory.join(data));
    }
    if file.throttling {
        builder = builder.throttling(Throttling::Enforced);
    }
    if file.query_merging == Some(Merging::Client) {
        builder = builder.query_merging(QueryMerging::Client);
    }
    if let Some(partitions) = file.partitions {
        builder = builder.partitions_per_container(partitions);
    }
    Ok(builder)
}

/// Sets the lags of single links and replicas.
///
/// # Errors
/// [`ConfigError::Value`] with the key whose value cannot be used.
pub(crate) fn shape(account: &Account, file: &AccountFile) -> Result<(), ConfigError> {
    for (place, link) in file.links.iter().enumerate() {
        let key = format!("links[{place}]");
        let ends = Link {
            from: link.from.clone(),
            to: link.to.clone(),
        };
        let lag = lag(&format!("{key}.lag"), &link.lag)?;
        account
            .set_link(&ends, lag)
            .map_err(|error| ConfigError::value(key, error))?;
    }
    for (place, replica) in file.replicas.iter().enumerate() {
        let key = format!("replicas[{place}]");
        let lag = lag(&format!("{key}.lag"), &replica.lag)?;
        account
            .set_replica_lag(&replica.region, replica.replica, lag)
            .map_err(|error| ConfigError::value(key, error))?;
    }
    Ok(())
}

fn lag(key: &str, text: &str) -> Result<Lag, ConfigError> {
    text.parse()
        .map_err(|error: cosmokit_engine::LagSyntaxError| ConfigError::value(key, error))
}

fn keys(file: &KeysFile) -> AccountKeys {
    let mut keys = match &file.primary {
        Some(primary) => AccountKeys::with_primary(primary.as_str()),
        None => AccountKeys::default(),
    };
    let given = [
        (&file.secondary, &mut keys.secondary),
        (&file.primary_read_only, &mut keys.primary_read_only),
        (&file.secondary_read_only, &mut keys.secondary_read_only),
    ];
    for (text, key) in given {
        if let Some(text) = text {
            *key = text.as_str().into();
        }
    }
    keys
}
