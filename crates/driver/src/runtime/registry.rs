//! Which accounts are kept fresh. An entry lives as long as its guard; the registry knows what it refreshes
//! only through a function that says when that is gone, so it keeps nothing alive.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use futures_util::future::{AbortHandle, Abortable};

use crate::reference::AccountEndpoint;

/// One refresh that is running; it logs its own failure.
pub(super) type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Starts a refresh; `None` when there is nothing to refresh any more.
pub(super) type Start = Box<dyn Fn() -> Option<Running> + Send + Sync>;

/// The accounts of a runtime.
#[derive(Debug, Default)]
pub(super) struct Registry(Mutex<Accounts>);

#[derive(Default)]
struct Accounts {
    /// In order of registration.
    by_id: BTreeMap<u64, Entry>,
    last_id: u64,
}

struct Entry {
    endpoint: AccountEndpoint,
    start: Arc<Start>,
    /// Ends the refresh that is running.
    running: Option<AbortHandle>,
}

/// Keeps an account registered. Dropping it ends the account's refresh, also one that is running, and that of
/// no other registration.
#[must_use]
pub(crate) struct Registration {
    registry: Weak<Registry>,
    endpoint: AccountEndpoint,
    id: u64,
}

impl Registry {
    pub(super) fn register(
        self: &Arc<Self>,
        endpoint: AccountEndpoint,
        start: Start,
    ) -> Registration {
        let mut accounts = self.accounts();
        accounts.last_id += 1;
        let id = accounts.last_id;
        let entry = Entry {
            endpoint: endpoint.clone(),
            start: Arc::new(start),
            running: None,
        };
        accounts.by_id.insert(id, entry);
        Registration {
            registry: Arc::downgrade(self),
            endpoint,
            id,
        }
    }

    /// The accounts whose last refresh has ended, in order of registration.
    pub(super) fn due(&self) -> Vec<u64> {
        let accounts = self.accounts();
        let due = accounts
            .by_id
            .iter()
            .filter(|(_, entry)| entry.running.is_none());
        due.map(|(id, _)| *id).collect()
    }

    /// Starts the refresh of an account, if it is still registered.
    pub(super) fn begin(&self, id: u64) -> Option<Abortable<Running>> {
        let start = Arc::clone(&self.accounts().by_id.get(&id)?.start);
        // Not under the lock: it looks at the driver, whose last handle may be dropped right here.
        let running = start()?;
        let (handle, registration) = AbortHandle::new_pair();
        self.accounts().by_id.get_mut(&id)?.running = Some(handle);
        Some(Abortable::new(running, registration))
    }

    /// The refresh of an account has ended.
    pub(super) fn end(&self, id: u64) {
        if let Some(entry) = self.accounts().by_id.get_mut(&id) {
            entry.running = None;
        }
    }

    fn deregister(&self, id: u64) {
        let gone = self.accounts().by_id.remove(&id);
        if let Some(running) = gone.and_then(|entry| entry.running) {
            running.abort();
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.accounts().by_id.len()
    }

    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registration {
    /// Grows with each registration of a runtime.
    #[cfg(test)]
    pub(super) fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(registry) = self.registry.upgrade() {
            registry.deregister(self.id);
        }
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Registration({} as {})", self.endpoint, self.id)
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoints = self.by_id.values().map(|entry| entry.endpoint.to_string());
        f.debug_list().entries(endpoints).finish()
    }
}
