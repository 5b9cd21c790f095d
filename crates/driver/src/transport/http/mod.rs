//! HTTP over sockets: one pool per endpoint, HTTP/2 where the server offers it, HTTP/1.1 else. A pool lives
//! as long as something routes to its endpoint; its connections are tasks that end with it.

mod addresses;
mod body;
mod connect;
mod connection;
mod pool;
mod slots;
mod tls;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

pub(crate) use self::pool::EndpointPool;
use self::tls::TlsConfigs;
use crate::clock::Clock;
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::options::{ConnectionPoolSettings, PlainHttp};
use crate::reference::AccountEndpoint;

/// The built-in HTTP client of a runtime. It knows the pools that are in use only weakly.
#[derive(Debug)]
pub(crate) struct HttpTransport {
    settings: Arc<ConnectionPoolSettings>,
    clock: Clock,
    tls: Arc<TlsConfigs>,
    pools: Mutex<HashMap<AccountEndpoint, Weak<EndpointPool>>>,
}

impl HttpTransport {
    pub(crate) fn new(settings: Arc<ConnectionPoolSettings>, clock: Clock) -> Self {
        let tls = Arc::new(TlsConfigs::new(settings.is_http2_allowed));
        Self {
            settings,
            clock,
            tls,
            pools: Mutex::default(),
        }
    }

    /// The pool of an endpoint: the one in use, or a new one without connections.
    pub(crate) fn pool(&self, endpoint: &AccountEndpoint) -> Result<Arc<EndpointPool>> {
        let local = endpoint.is_local()
            || self
                .settings
                .emulator_host
                .as_deref()
                .is_some_and(|host| host == endpoint.host());
        if !endpoint.is_https() && !local && self.settings.plain_http == PlainHttp::LocalOnly {
            return Err(readable_by_others(endpoint));
        }
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(endpoint).and_then(Weak::upgrade) {
            return Ok(pool);
        }
        pools.retain(|_, pool| pool.strong_count() > 0);
        let pool = Arc::new(EndpointPool::new(
            endpoint.clone(),
            local,
            Arc::clone(&self.settings),
            self.clock,
            Arc::clone(&self.tls),
        ));
        pools.insert(endpoint.clone(), Arc::downgrade(&pool));
        Ok(pool)
    }
}

fn readable_by_others(endpoint: &AccountEndpoint) -> CosmosError {
    CosmosError::builder()
        .with_kind(ErrorKind::Configuration)
        .with_status(client::ENDPOINT)
        .with_message(format!(
            "the endpoint {endpoint} has no TLS and is not on this machine; use https, or allow it with \
             ConnectionPoolOptions::with_plain_http(PlainHttp::Anywhere)"
        ))
        .build()
}
