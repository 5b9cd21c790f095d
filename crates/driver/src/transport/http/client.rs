//! The built-in HTTP client: where pools are found, and which endpoints may be spoken to without TLS.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::EndpointPool;
use super::connect::Destination;
use super::proxy::Proxies;
use super::tls::{TlsConfigs, Trust};
use crate::clock::Clock;
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::options::{ConnectionPoolSettings, PlainHttp, ServerCertificateValidation};
use crate::reference::AccountEndpoint;

/// The built-in HTTP client of a runtime. It knows the pools that are in use only weakly.
#[derive(Debug)]
pub(crate) struct HttpTransport {
    settings: Arc<ConnectionPoolSettings>,
    clock: Clock,
    tls: Arc<TlsConfigs>,
    proxies: Proxies,
    pools: Mutex<HashMap<AccountEndpoint, Weak<EndpointPool>>>,
}

impl HttpTransport {
    pub(crate) fn new(
        settings: Arc<ConnectionPoolSettings>,
        proxies: Proxies,
        clock: Clock,
    ) -> Self {
        let tls = Arc::new(TlsConfigs::new(&settings));
        Self {
            settings,
            clock,
            tls,
            proxies,
            pools: Mutex::default(),
        }
    }

    /// The pool of an endpoint: the one in use, or a new one without connections.
    pub(crate) fn pool(&self, endpoint: &AccountEndpoint) -> Result<Arc<EndpointPool>> {
        if !endpoint.is_https() && !self.may_go_unprotected(endpoint) {
            return Err(readable_by_others(endpoint));
        }
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(endpoint).and_then(Weak::upgrade) {
            return Ok(pool);
        }
        pools.retain(|_, pool| pool.strong_count() > 0);
        let pool = Arc::new(EndpointPool::new(
            Destination {
                endpoint: endpoint.clone(),
                trust: self.trust(endpoint),
                proxy: self
                    .proxies
                    .to(endpoint)
                    .map_err(|reason| unusable_proxy(&reason))?,
            },
            Arc::clone(&self.settings),
            self.clock,
            Arc::clone(&self.tls),
        ));
        pools.insert(endpoint.clone(), Arc::downgrade(&pool));
        Ok(pool)
    }

    fn is_local(&self, endpoint: &AccountEndpoint) -> bool {
        let named = self.settings.emulator_host.as_deref();
        endpoint.is_local() || named.is_some_and(|host| host == endpoint.host())
    }

    fn may_go_unprotected(&self, endpoint: &AccountEndpoint) -> bool {
        self.settings.plain_http == PlainHttp::Anywhere || self.is_local(endpoint)
    }

    fn trust(&self, endpoint: &AccountEndpoint) -> Trust {
        match self.settings.server_certificate_validation {
            ServerCertificateValidation::RequiredUnlessEmulator if self.is_local(endpoint) => {
                Trust::Anyone
            }
            _ => Trust::Roots,
        }
    }
}

fn unusable_proxy(reason: &str) -> CosmosError {
    CosmosError::builder()
        .with_kind(ErrorKind::Configuration)
        .with_status(client::CONFIGURATION)
        .with_message(format!(
            "{reason}; name an http:// proxy, or go without one with with_is_proxy_allowed(false)"
        ))
        .build()
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
        let transport = HttpTransport::new(Arc::new(settings), Proxies::default(), Clock::system());
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
        let transport = HttpTransport::new(
            Arc::new(settings.unwrap()),
            Proxies::default(),
            Clock::system(),
        );
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
