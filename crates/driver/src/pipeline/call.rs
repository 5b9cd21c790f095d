//! What an operation is done under.

use std::sync::Arc;

use crate::cache::ResolvedContainer;
use crate::clock::Instant;
use crate::options::OperationSettings;
use crate::session::Session;

/// What an operation is done under: options of all layers, whose session, until when, and in which container.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) settings: Arc<OperationSettings>,
    pub(crate) session: Option<Session>,
    pub(crate) deadline: Option<Instant>,
    /// The container that the operation must be done in, whatever its name leads to by now; without one, afterwards
    /// the one that it was done in.
    pub(crate) container: Option<Arc<ResolvedContainer>>,
}

impl Call {
    /// An operation on whatever has the name that it is addressed by.
    pub(crate) fn new(
        settings: Arc<OperationSettings>,
        session: Option<Session>,
        deadline: Option<Instant>,
    ) -> Self {
        Self {
            settings,
            session,
            deadline,
            container: None,
        }
    }
}
