//! Where an account is, as it is known now: the snapshot that requests are routed by, how old it is, and the
//! one fetch of the account document that all who need it share.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use cosmokit_protocol::resource::AccountProperties;
use cosmokit_protocol::wire::region::Region;

use super::{RegionalEndpoint, Snapshot};
use crate::cache::{Fetch, SingleFlight};
use crate::clock::Instant;
use crate::error::Result;
use crate::reference::AccountEndpoint;
use crate::transport::Transport;

/// The location state of one account.
#[derive(Debug)]
pub(crate) struct LocationState {
    /// The endpoint that the account was named by.
    global: Arc<RegionalEndpoint>,
    transport: Transport,
    preferred: Vec<Region>,
    snapshot: ArcSwap<Snapshot>,
    reading: SingleFlight<Arc<AccountProperties>>,
    /// When the document was read last.
    read_at: Mutex<Option<Instant>>,
}

impl LocationState {
    /// Until its document is known, an account is its endpoint and those that stand in for it at the start.
    ///
    /// # Errors
    /// When one of the endpoints cannot be used.
    pub(crate) fn new(
        endpoint: &AccountEndpoint,
        backup: &[AccountEndpoint],
        preferred: Vec<Region>,
        transport: Transport,
    ) -> Result<Self> {
        let global = RegionalEndpoint::new(None, endpoint.clone(), &transport)?;
        let backup: Vec<_> = backup
            .iter()
            .map(|endpoint| RegionalEndpoint::new(None, endpoint.clone(), &transport))
            .collect::<Result<_>>()?;
        let unknown = Snapshot::unknown(&global, backup);
        Ok(Self {
            global,
            transport,
            preferred,
            snapshot: ArcSwap::from_pointee(unknown),
            reading: SingleFlight::default(),
            read_at: Mutex::default(),
        })
    }

    /// What is known now.
    pub(crate) fn load(&self) -> Guard<Arc<Snapshot>> {
        self.snapshot.load()
    }

    /// What is known now, to be kept for a while.
    pub(crate) fn load_full(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Routes by a document that was read at `now`, from now on.
    ///
    /// # Errors
    /// When none of the endpoints that it names can be used; what was known stays.
    pub(crate) fn accept(
        &self,
        properties: AccountProperties,
        now: Instant,
    ) -> Result<Arc<AccountProperties>> {
        let before = self.snapshot.load_full();
        let next = Snapshot::new(
            properties,
            &self.preferred,
            &self.global,
            &self.transport,
            Some(&before),
        )?;
        let properties = Arc::clone(next.properties());
        self.snapshot.store(Arc::new(next));
        *self.read_at() = Some(now);
        Ok(properties)
    }

    /// How long until `gap` has passed since the document was read; zero once it has. A read that failed does not
    /// count.
    pub(crate) fn until_read_again(&self, gap: Duration, now: Instant) -> Duration {
        self.read_at().map_or(Duration::ZERO, |at| {
            gap.saturating_sub(now.saturating_duration_since(at))
        })
    }

    /// Joins the read that is running, or starts one.
    pub(crate) async fn read(
        &self,
        start: impl FnOnce() -> Fetch<Arc<AccountProperties>>,
    ) -> Result<Arc<AccountProperties>> {
        self.reading.join(start).await
    }

    fn read_at(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.read_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
