//! The arguments of `cosmokit serve`, and how they go before what the file says.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;
use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_protocol::wire::region::Region;
use cosmokit_server::{CertificatePlace, ServerConfig};

use crate::config::{AccountFile, AdminFor, ConfigFile, Merging, ServerFile};

/// Serve a local account over HTTP and HTTPS, one port per region.
#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// TOML file with all of it: regions, lag, consistency, keys, databases, containers, items, faults, further accounts.
    /// What the command line gives goes before it.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Host name or address to listen on; 0.0.0.0 listens on every interface. [default: 127.0.0.1]
    #[arg(long)]
    host: Option<String>,
    /// Port of the first region for HTTP and HTTPS; further regions take the next ones, 0 takes free ones. [default: 8081]
    #[arg(long)]
    port: Option<u16>,
    /// Port of the admin API alone, which no outage closes; 0 takes a free one. [default: 0]
    #[arg(long, value_name = "PORT")]
    admin_port: Option<u16>,
    /// Who may use the admin API. [default: this-machine]
    #[arg(long, value_name = "WHO")]
    admin_for: Option<AdminFor>,
    /// Account key in base64. [default: the key that every emulator client knows]
    #[arg(long, env = "COSMOKIT_KEY", hide_env_values = true)]
    key: Option<String>,
    /// Regions in order of priority, such as "East US,West Europe,Southeast Asia". [default: East US]
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    regions: Vec<String>,
    /// Every region takes writes.
    #[arg(long)]
    multi_write: bool,
    /// Default consistency level of the account. [default: Session]
    #[arg(long, value_name = "LEVEL")]
    consistency: Option<ConsistencyLevel>,
    /// Lag between regions: none, paused, 30ms, 20..50ms, "exponential 30ms", "normal 30ms 10ms". [default: none]
    #[arg(long, value_name = "LAG")]
    lag: Option<String>,
    /// Seed of everything random inside the account. [default: 0]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Directory that keeps the account; without it, the account is in memory.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Keep clients to the throughput of their containers: 429 beyond it.
    #[arg(long)]
    throttling: bool,
    /// Who merges the answers of partitions to a query over a whole container; `client` refuses such queries with
    /// 400/1004 and their plan, as the cloud does. [default: account]
    #[arg(long, value_name = "WHO")]
    query_merging: Option<Merging>,
    /// Partitions of each new container. [default: one per started 10,000 RU/s]
    #[arg(long, value_name = "N")]
    partitions: Option<NonZeroU32>,
    /// How many of the last requests the admin API can show. [default: 1000]
    #[arg(long, value_name = "N")]
    request_log: Option<usize>,
    /// Directory that keeps the self-signed certificate between starts.
    #[arg(long, env = "COSMOKIT_CACHE_DIR", value_name = "DIR")]
    cache_dir: Option<PathBuf>,
}

impl ServeArguments {
    /// The file with what the arguments put over it; accounts' settings go to the first account.
    ///
    /// # Errors
    /// When a relative path cannot be resolved.
    pub(super) fn over(self, mut file: ConfigFile) -> std::io::Result<ConfigFile> {
        let server = &mut file.server;
        put(&mut server.host, self.host);
        put(&mut server.port, self.port);
        put(&mut server.admin_port, self.admin_port);
        put(&mut server.admin_for, self.admin_for);
        put(&mut server.request_log, self.request_log);
        server.cache_dir = match (self.cache_dir, server.cache_dir.take()) {
            (Some(argued), _) => Some(argued),
            (None, Some(written)) => Some(file.directory.join(written)),
            (None, None) => default_cache_dir(),
        };
        if file.accounts.is_empty() {
            file.accounts.push(AccountFile::default());
        }
        let Some(account) = file.accounts.first_mut() else {
            return Ok(file);
        };
        if !self.regions.is_empty() {
            account.regions = self
                .regions
                .iter()
                .map(|name| Region::new(name.trim()))
                .collect();
        }
        account.multi_write |= self.multi_write;
        account.throttling |= self.throttling;
        put(&mut account.consistency, self.consistency);
        put(&mut account.lag, self.lag);
        put(&mut account.seed, self.seed);
        put(&mut account.query_merging, self.query_merging);
        put(&mut account.partitions, self.partitions);
        put(&mut account.keys.primary, self.key);
        // Relative to where the command was given, not to the file.
        let data = self.data.map(std::path::absolute).transpose()?;
        put(&mut account.data, data);
        Ok(file)
    }
}

fn put<T>(place: &mut Option<T>, argued: Option<T>) {
    if argued.is_some() {
        *place = argued;
    }
}

/// The sockets that the file asks for.
pub(super) fn server_config(file: &ServerFile) -> ServerConfig {
    let certificate = match &file.cache_dir {
        Some(directory) => CertificatePlace::Directory(directory.clone()),
        None => CertificatePlace::Memory,
    };
    let host = file.host.as_deref().unwrap_or(ServerConfig::DEFAULT_HOST);
    ServerConfig::new()
        .with_host(host)
        .with_port(file.port.unwrap_or(ServerConfig::DEFAULT_PORT))
        .with_admin_port(file.admin_port.unwrap_or_default())
        .with_certificate(certificate)
}

/// The user's cache directory by the platform's custom, if the environment tells it.
fn default_cache_dir() -> Option<PathBuf> {
    let from = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = if cfg!(windows) {
        from("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        from("HOME").map(|home| home.join("Library/Caches"))
    } else {
        from("XDG_CACHE_HOME").or_else(|| from("HOME").map(|home| home.join(".cache")))
    };
    base.map(|base| base.join("cosmokit"))
}
