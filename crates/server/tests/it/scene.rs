//! An account whose clocks stand still, and its gateway.

use std::sync::Arc;

use cosmokit_engine::Account;
use cosmokit_engine::clock::ManualClock;
use cosmokit_server::{Gateway, Limits, RunningServer, Server, ServerConfig};

/// The instant at which the clocks stand, in the form of `x-ms-date`.
pub(crate) const NOW: &str = "Wed, 01 Jan 2025 00:00:00 GMT";

/// A gateway over an empty account at [`NOW`].
pub(crate) fn gateway() -> Gateway {
    let account = Account::builder()
        .name("shop")
        .seed(7)
        .clock(Arc::new(ManualClock::default()))
        .build()
        .unwrap();
    Gateway::builder(account).seed(7).build().unwrap()
}

/// The gateway behind a free port.
pub(crate) async fn server() -> RunningServer {
    server_with(Limits::default()).await
}

/// The gateway behind a free port, with these limits.
pub(crate) async fn server_with(limits: Limits) -> RunningServer {
    let config = ServerConfig::new().with_port(0).with_limits(limits);
    Server::bind_gateway(&config, gateway()).await.unwrap()
}

/// This gateway behind a free port.
pub(crate) async fn server_of(gateway: &Gateway) -> RunningServer {
    let config = ServerConfig::new().with_port(0);
    Server::bind_gateway(&config, gateway.clone())
        .await
        .unwrap()
}
