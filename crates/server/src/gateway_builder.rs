//! What a gateway is made of, and how it is prepared.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cosmokit_engine::Account;
use cosmokit_engine::clock::Clock;

use crate::admin::{AdminAccess, AdminRouter, AdminState};
use crate::authorize::KeyRing;
use crate::config::Limits;
use crate::endpoints::Endpoints;
use crate::error::ServerError;
use crate::service::Gateway;
use crate::stamps::Stamps;

/// Prepares a [`Gateway`]; every setting has a default.
#[derive(Debug)]
pub struct GatewayBuilder {
    pub(crate) account: Account,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seed: u64,
    pub(crate) access: AdminAccess,
}

impl GatewayBuilder {
    /// Where the gateway takes the time from that it compares with the dates of signatures. Default:
    /// the computer's clock, which is not the account's, because moving the account's clock must not
    /// age every signature.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
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

    /// Makes the gateway.
    ///
    /// # Errors
    /// [`ServerError::Key`] when a key of the account is not base64.
    pub fn build(self) -> Result<Gateway, ServerError> {
        let keys = KeyRing::new(self.account.keys())?;
        let stamps = Stamps::new(self.seed, system_time(self.clock.as_ref()));
        let shared = Shared {
            account: self.account,
            keys,
            stamps,
            clock: self.clock,
            access: self.access,
        };
        let limits = Limits::default();
        let front = Front::new(&shared, Endpoints::Names, limits.max_body_bytes);
        Ok(Gateway::from_parts(shared, front))
    }
}

impl Front {
    pub(crate) fn new(shared: &Shared, endpoints: Endpoints, max_body_bytes: usize) -> Self {
        let endpoints = Arc::new(endpoints);
        let admin = AdminRouter::new(AdminState {
            account: shared.account.clone(),
            endpoints: Arc::clone(&endpoints),
            access: shared.access,
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
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) access: AdminAccess,
}

/// What does.
pub(crate) struct Front {
    pub(crate) endpoints: Arc<Endpoints>,
    pub(crate) admin: AdminRouter,
    pub(crate) max_body_bytes: usize,
}

impl Shared {
    /// The present instant by the gateway's clock.
    pub(crate) fn now(&self) -> SystemTime {
        system_time(self.clock.as_ref())
    }
}

fn system_time(clock: &dyn Clock) -> SystemTime {
    // Saturates far beyond the last date that a header can carry.
    let since_1970 = Duration::from_millis(clock.now().millis().min(u64::MAX / 2_000));
    UNIX_EPOCH + since_1970
}
