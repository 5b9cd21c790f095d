//! Signals: the first begins the shutdown, the second ends the process at once.

use cosmokit_server::ShutdownHandle;

/// The first signal begins the shutdown, the second ends the process at once.
pub(super) fn end_on_signals(
    shutdown: ShutdownHandle,
) -> std::io::Result<tokio::task::JoinHandle<()>> {
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
