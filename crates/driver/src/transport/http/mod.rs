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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{ConnectionPoolOptions, Environment};

    fn allows(options: &ConnectionPoolOptions, variables: &[(&str, &str)], endpoint: &str) -> bool {
        let environment = Environment::fixed(variables.iter().copied());
        let settings = ConnectionPoolSettings::of(options, &environment).unwrap();
        let transport = HttpTransport::new(Arc::new(settings), Clock::system());
        transport.pool(&endpoint.parse().unwrap()).is_ok()
    }

    #[test]
    fn plain_http_is_allowed_where_nobody_can_listen_or_the_program_says_so() {
        let strict = ConnectionPoolOptions::default();
        let open = ConnectionPoolOptions::default().with_plain_http(PlainHttp::Anywhere);
        let named = [("AZURE_COSMOS_EMULATOR_HOST", "emulator.test")];
        for (options, variables, endpoint, expected) in [
            (&strict, &[][..], "http://localhost:8081/", true),
            (&strict, &[], "https://acct.example.com/", true),
            (&strict, &[], "http://acct.example.com/", false),
            (&open, &[], "http://acct.example.com/", true),
            (&strict, &named, "http://emulator.test:8081/", true),
            (&strict, &named, "http://other.test/", false),
        ] {
            assert_eq!(
                allows(options, variables, endpoint),
                expected,
                "{endpoint} {variables:?}"
            );
        }
    }

    #[test]
    fn a_pool_is_shared_as_long_as_someone_has_it() {
        let settings =
            ConnectionPoolSettings::of(&ConnectionPoolOptions::default(), &Environment::empty());
        let transport = HttpTransport::new(Arc::new(settings.unwrap()), Clock::system());
        let endpoint = "http://localhost:1/".parse().unwrap();
        let (first, second) = (
            transport.pool(&endpoint).unwrap(),
            transport.pool(&endpoint).unwrap(),
        );
        assert!(Arc::ptr_eq(&first, &second));
        let weak = Arc::downgrade(&first);
        drop((first, second));
        assert!(weak.upgrade().is_none());
        for port in 2..100 {
            let endpoint = format!("http://localhost:{port}/").parse().unwrap();
            drop(transport.pool(&endpoint).unwrap());
        }
        assert_eq!(
            transport.pools.lock().unwrap().len(),
            1,
            "places of pools that are gone are cleared"
        );
    }
}
