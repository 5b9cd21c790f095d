//! The sessions of all containers of an account.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::ContainerSession;

/// Containers whose sessions are kept; the one that was resolved longest ago gives way. The service allows
/// far fewer per account.
const MAX_CONTAINERS: usize = 10_000;

/// The sessions of an account's containers, by container rid. Looked up when a container is resolved, not
/// per request.
#[derive(Debug, Default)]
pub(crate) struct SessionStore(Mutex<Sessions>);

#[derive(Debug, Default)]
struct Sessions {
    by_rid: HashMap<Arc<str>, (u64, Arc<ContainerSession>)>,
    resolved: u64,
}

impl SessionStore {
    /// The session of the container with this rid.
    pub(crate) fn of(&self, rid: &Arc<str>) -> Arc<ContainerSession> {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.resolved += 1;
        let now = sessions.resolved;
        if let Some((resolved, session)) = sessions.by_rid.get_mut(rid) {
            *resolved = now;
            return Arc::clone(session);
        }
        if sessions.by_rid.len() >= MAX_CONTAINERS {
            let oldest = sessions
                .by_rid
                .iter()
                .min_by_key(|(_, (resolved, _))| *resolved);
            if let Some(rid) = oldest.map(|(rid, _)| Arc::clone(rid)) {
                sessions.by_rid.remove(&rid);
            }
        }
        let session = Arc::new(ContainerSession::default());
        sessions
            .by_rid
            .insert(Arc::clone(rid), (now, Arc::clone(&session)));
        session
    }

    /// Forgets a container that exists no more.
    pub(crate) fn forget(&self, rid: &str) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .by_rid
            .remove(rid);
    }
}
