//! What a gateway is made of, and how it is prepared.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cosmokit_engine::Account;
use cosmokit_engine::clock::Timestamp;
use cosmokit_protocol::wire::fault::FaultRule;

use crate::admin::{AdminAccess, AdminRouter, AdminState, Shelf, UnderWay};
use crate::authorize::KeyRing;
use crate::config::Limits;
use crate::endpoints::Endpoints;
use crate::error::ServerError;
use crate::fault::FaultBook;
use crate::heavy::HeavyQueries;
use crate::host::HostLink;
use crate::observe::{Metrics, RequestLog};
use crate::service::Gateway;
use crate::stamps::Stamps;

/// Prepares a [`Gateway`]; every setting has a default.
#[derive(Debug)]
pub struct GatewayBuilder {
    pub(crate) account: Account,
    pub(crate) seed: u64,
    pub(crate) access: AdminAccess,
    pub(crate) request_log: usize,
    pub(crate) fault_rules: Vec<FaultRule>,
}

impl GatewayBuilder {
    /// Requests that `GET /_cosmokit/requests` can show: 1,000.
    pub const DEFAULT_REQUEST_LOG: usize = 1_000;

    /// Prepares a gateway for another account with the settings of one that is there.
    pub(crate) fn like(account: Account, other: Option<&Gateway>) -> Self {
        let mut builder = Gateway::builder(account);
        if let Some(shared) = other.map(Gateway::shared) {
            builder.access = shared.access;
            builder.request_log = shared.requests.capacity();
        }
        builder
    }

    /// Seed of the activity ids that the gateway makes. Default: a different one each time.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Who may use the admin API. Default: callers on this machine.
    pub fn admin_access(mut self, access: AdminAccess) -> Self {
        self.access = access;
        self
    }

    /// How many of the last requests are kept to be shown, at most 100,000; with 0 none is. Each takes 1 to 2 KB, and at
    /// most 16 KB. Default: [`DEFAULT_REQUEST_LOG`](Self::DEFAULT_REQUEST_LOG).
    pub fn request_log(mut self, requests: usize) -> Self {
        self.request_log = requests;
        self
    }

    /// Puts a fault rule in force from the beginning, behind those that were given before. `/_cosmokit/faults` adds and
    /// removes more. Default: none.
    pub fn fault_rule(mut self, rule: FaultRule) -> Self {
        self.fault_rules.push(rule);
        self
    }

    /// Makes the gateway.
    ///
    /// # Errors
    /// [`ServerError::Key`] when a key of the account is not base64, [`ServerError::FaultRule`] when a fault rule cannot
    /// be put in force.
    pub fn build(self) -> Result<Gateway, ServerError> {
        let keys = KeyRing::new(self.account.keys())?;
        let stamps = Stamps::new(self.seed, system_time(self.account.now()));
        let shared = Shared {
            account: self.account,
            keys,
            stamps,
            access: self.access,
            faults: FaultBook::default(),
            under_way: UnderWay::default(),
            snapshots: Shelf::default(),
            metrics: Metrics::default(),
            requests: RequestLog::new(self.request_log),
            heavy: HeavyQueries::default(),
        };
        let now = shared.account.now();
        for rule in self.fault_rules {
            let added = shared.faults.add(rule, now);
            added.map_err(|refused| ServerError::FaultRule(refused.to_string()))?;
        }
        let shared = Arc::new(shared);
        let limits = Limits::default();
        let names = Arc::new(Endpoints::Names);
        let front = Front::new(&shared, names, limits.max_body_bytes, HostLink::default());
        Ok(Gateway::from_parts(shared, front))
    }
}

impl Front {
    pub(crate) fn new(
        shared: &Arc<Shared>,
        endpoints: Arc<Endpoints>,
        max_body_bytes: usize,
        host: HostLink,
    ) -> Self {
        let admin = AdminRouter::new(AdminState {
            shared: Arc::clone(shared),
            endpoints: Arc::clone(&endpoints),
            host,
        });
        Self {
            endpoints,
            admin,
            max_body_bytes,
        }
    }
}

/// What does not depend on where the gateway listens.
pub(crate) struct Shared {
    pub(crate) account: Account,
    pub(crate) keys: KeyRing,
    pub(crate) stamps: Stamps,
    pub(crate) access: AdminAccess,
    pub(crate) faults: FaultBook,
    pub(crate) under_way: UnderWay,
    pub(crate) snapshots: Shelf,
    pub(crate) metrics: Metrics,
    pub(crate) requests: RequestLog,
    pub(crate) heavy: HeavyQueries,
}

/// What does.
pub(crate) struct Front {
    pub(crate) endpoints: Arc<Endpoints>,
    pub(crate) admin: AdminRouter,
    pub(crate) max_body_bytes: usize,
}

impl Shared {
    /// The present instant by the clock that nobody moves.
    pub(crate) fn unsteered(&self) -> SystemTime {
        system_time(self.account.clock().unsteered())
    }
}

/// An instant as the standard library has it.
pub(crate) fn system_time(instant: Timestamp) -> SystemTime {
    // Saturates far beyond the last date that a header can carry.
    let since_1970 = Duration::from_millis(instant.millis().min(u64::MAX / 2_000));
    UNIX_EPOCH + since_1970
}
