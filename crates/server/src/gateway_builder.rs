//! What a gateway is made of, and how it is prepared.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cosmokit_engine::Account;
use cosmokit_engine::clock::Timestamp;

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
    pub(crate) seed: u64,
    pub(crate) access: AdminAccess,
}

impl GatewayBuilder {
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
        let stamps = Stamps::new(self.seed, system_time(self.account.now()));
        let shared = Shared {
            account: self.account,
            keys,
            stamps,
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
    pub(crate) access: AdminAccess,
}

/// What does.
pub(crate) struct Front {
    pub(crate) endpoints: Arc<Endpoints>,
    pub(crate) admin: AdminRouter,
    pub(crate) max_body_bytes: usize,
}

impl Shared {
    /// The present instant by the account's clock.
    pub(crate) fn now(&self) -> SystemTime {
        system_time(self.account.now())
    }

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
