//! `cosmokit serve`: a local account on a port until a signal ends it. One JSON line on stdout says
//! that it is ready; everything else goes to stderr.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use cosmokit_engine::{Account, AccountKeys};
use cosmokit_protocol::wire::signing::EMULATOR_KEY;
use cosmokit_server::{CertificatePlace, RunningServer, Server, ServerConfig, ShutdownHandle};
use serde::Serialize;

use super::CommandResult;

/// Serve a local account over HTTP and HTTPS on one port.
#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// Host name or address to listen on; 0.0.0.0 listens on every interface.
    #[arg(long, default_value = ServerConfig::DEFAULT_HOST)]
    host: String,
    /// Port for HTTP and HTTPS; 0 takes a free one.
    #[arg(long, default_value_t = ServerConfig::DEFAULT_PORT)]
    port: u16,
    /// Account key in base64. The default is the key that every emulator client knows.
    #[arg(long, env = "COSMOKIT_KEY", hide_env_values = true, default_value = EMULATOR_KEY, hide_default_value = true)]
    key: String,
    /// Directory that keeps the self-signed certificate between starts.
    #[arg(long, env = "COSMOKIT_CACHE_DIR", value_name = "DIR")]
    cache_dir: Option<PathBuf>,
}

/// The line that tells a waiting program where the account is.
#[derive(Debug, Serialize)]
struct Ready<'a> {
    event: &'static str,
    endpoint: String,
    https: String,
    key: &'a str,
    regions: Vec<ReadyRegion>,
    admin: String,
}

#[derive(Debug, Serialize)]
struct ReadyRegion {
    name: String,
    endpoint: String,
}

/// Runs the server until SIGINT or SIGTERM.
pub(crate) fn run(arguments: ServeArguments) -> CommandResult {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: ServeArguments) -> CommandResult {
    let certificate = arguments
        .cache_dir
        .or_else(default_cache_dir)
        .map_or(CertificatePlace::Memory, CertificatePlace::Directory);
    let config = ServerConfig::new()
        .with_host(arguments.host)
        .with_port(arguments.port)
        .with_certificate(certificate);
    let keys = if arguments.key == EMULATOR_KEY {
        AccountKeys::default()
    } else {
        AccountKeys::with_primary(arguments.key.as_str())
    };
    let account = Account::builder().keys(keys).build()?;
    let mut server = Server::bind(&config, account).await?;
    let signals = end_on_signals(server.shutdown_handle())?;
    announce(&server, &arguments.key)?;
    server.ended().await;
    signals.abort();
    tracing::info!("stopped");
    Ok(())
}

fn announce(server: &RunningServer, key: &str) -> std::io::Result<()> {
    let endpoint = server.endpoint();
    let ready = Ready {
        event: "ready",
        endpoint: endpoint.http(),
        https: endpoint.https(),
        key,
        regions: server
            .endpoints()
            .iter()
            .map(|endpoint| ReadyRegion {
                name: endpoint.region().display_name().to_owned(),
                endpoint: endpoint.http(),
            })
            .collect(),
        admin: format!("{}_cosmokit/", endpoint.http()),
    };
    let mut line = serde_json::to_string(&ready)?;
    line.push('\n');
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(line.as_bytes())?;
    stdout.flush()?;
    tracing::info!(endpoint = ready.endpoint, https = ready.https, "ready");
    Ok(())
}

/// The first signal begins the shutdown, the second ends the process at once.
fn end_on_signals(shutdown: ShutdownHandle) -> std::io::Result<tokio::task::JoinHandle<()>> {
    let mut signals = Signals::new()?;
    Ok(tokio::runtime::Handle::current().spawn(async move {
        let name = signals.next().await;
        tracing::info!(signal = name, "stopping: running requests may finish");
        shutdown.begin();
        signals.next().await;
        tracing::warn!("stopped at once by a second signal");
        std::process::exit(130);
    }))
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> &'static str {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        "Ctrl-C"
    }
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
