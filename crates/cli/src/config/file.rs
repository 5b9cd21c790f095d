//! The file as it is written: every key, its form and its default. Keys that nobody knows are errors.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_protocol::wire::fault::FaultRule;
use cosmokit_protocol::wire::region::Region;
use serde::Deserialize;

use super::ConfigError;

/// A whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ConfigFile {
    pub(crate) server: ServerFile,
    /// The first one takes the server's port; without any there is one with defaults.
    pub(crate) accounts: Vec<AccountFile>,
    /// Where relative paths in the file begin.
    #[serde(skip)]
    pub(crate) directory: PathBuf,
}

/// The server: its sockets and what is kept of requests.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ServerFile {
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) admin_port: Option<u16>,
    pub(crate) admin_for: Option<AdminFor>,
    pub(crate) cache_dir: Option<PathBuf>,
    pub(crate) request_log: Option<usize>,
}

/// Who may use the admin API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AdminFor {
    /// Callers on this machine.
    ThisMachine,
    /// Everyone who reaches the port.
    Everyone,
}

/// An account.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AccountFile {
    pub(crate) name: Option<String>,
    /// Port of its first region; 0 or absent takes free ones. Not for the first account, which has the server's.
    pub(crate) port: Option<u16>,
    /// Whether it has no ports of its own and is reached by its name alone, at those of the first account.
    pub(crate) name_only: bool,
    pub(crate) regions: Vec<Region>,
    pub(crate) multi_write: bool,
    pub(crate) consistency: Option<ConsistencyLevel>,
    pub(crate) bounded_staleness: Option<BoundedStaleness>,
    /// Lag of every link.
    pub(crate) lag: Option<String>,
    pub(crate) links: Vec<LinkFile>,
    pub(crate) replicas: Vec<ReplicaFile>,
    pub(crate) seed: Option<u64>,
    pub(crate) data: Option<PathBuf>,
    pub(crate) throttling: bool,
    /// Who merges the answers of partitions to a query.
    pub(crate) query_merging: Option<Merging>,
    /// Partitions of each new container.
    pub(crate) partitions: Option<NonZeroU32>,
    pub(crate) keys: KeysFile,
    pub(crate) faults: Vec<FaultRule>,
    pub(crate) databases: Vec<DatabaseFile>,
}

/// Who merges the answers of partitions when a client asks a query of the whole container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Merging {
    /// The account: every query is answered.
    Account,
    /// The client, as in the cloud: 400/1004 with the query's plan.
    Client,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BoundedStaleness {
    pub(crate) versions: u64,
    pub(crate) seconds: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkFile {
    pub(crate) from: Region,
    pub(crate) to: Region,
    pub(crate) lag: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplicaFile {
    pub(crate) region: Region,
    pub(crate) replica: u8,
    pub(crate) lag: String,
}

/// Keys in base64. Those that are absent follow from the primary one, or are the emulator's.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct KeysFile {
    pub(crate) primary: Option<String>,
    pub(crate) secondary: Option<String>,
    pub(crate) primary_read_only: Option<String>,
    pub(crate) secondary_read_only: Option<String>,
}

impl std::fmt::Debug for KeysFile {
    /// Without the keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeysFile").finish_non_exhaustive()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatabaseFile {
    pub(crate) id: String,
    /// RU/s that its containers share.
    pub(crate) throughput: Option<u64>,
    #[serde(default)]
    pub(crate) containers: Vec<ContainerFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContainerFile {
    pub(crate) id: String,
    /// Paths of the partition key; several make it hierarchical.
    #[serde(default)]
    pub(crate) partition_key: Vec<String>,
    /// RU/s of its own.
    pub(crate) throughput: Option<u64>,
    /// Highest RU/s of autoscale, in place of `throughput`.
    pub(crate) autoscale: Option<u64>,
    /// Everything else of the container document, in the service's own words: `indexingPolicy`, `defaultTtl`, …
    #[serde(default)]
    pub(crate) definition: BTreeMap<String, serde_json::Value>,
    /// Items that a new container begins with.
    #[serde(default)]
    pub(crate) items: Vec<serde_json::Value>,
    /// A file with more of them, one JSON document a line.
    pub(crate) items_file: Option<PathBuf>,
}

impl ConfigFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError`] with the file, and the line and key that are wrong.
    pub(crate) fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let mut file = Self::parse(&text).map_err(|reason| ConfigError::Syntax {
            path: path.to_owned(),
            reason,
        })?;
        file.directory = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(file)
    }

    fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_says_nothing() {
        let file = ConfigFile::parse("").unwrap();
        assert!(file.accounts.is_empty() && file.server.port.is_none());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let table = [
            ("[server]\nprot = 1", "prot"),
            ("[server]\nport = 70000", "port"),
            ("[[accounts]]\nregion = \"East US\"", "region"),
            ("[[accounts]]\nconsistency = \"Sometimes\"", "consistency"),
            ("[[accounts]]\npartitions = 0", "partitions"),
            (
                "[[accounts]]\n[[accounts.faults]]\nid = \"a\"\neffect = {status = 5}",
                "200 to 599",
            ),
            (
                "[[accounts]]\n[[accounts.databases]]\nthroughput = 400",
                "id",
            ),
            ("port", "line 1"),
        ];
        for (text, mentioned) in table {
            let reason = ConfigFile::parse(text).unwrap_err();
            assert!(reason.contains(mentioned), "{text}: {reason}");
        }
    }

    #[test]
    fn the_example_is_read() {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/serve.toml");
        let file = ConfigFile::read(&example).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(file.accounts.len(), 2);
    }
}
