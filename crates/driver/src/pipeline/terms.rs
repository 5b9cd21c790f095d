//! What the operations of one call have in common: settings, session and deadline are settled once, however many
//! requests the call takes.

use std::sync::Arc;

use super::{Core, deadline_of};
use crate::cache::{PartitionKeyRanges, RangeRefresh, ResolvedContainer};
use crate::clock::Instant;
use crate::error::Result;
use crate::operation::CosmosOperation;
use crate::options::{OperationOptions, OperationSettings};
use crate::reference::ContainerReference;
use crate::response::CosmosResponse;
use crate::session::{Session, SessionChoice};

/// What the operations of one call have in common.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) core: Arc<Core>,
    pub(crate) settings: Arc<OperationSettings>,
    pub(crate) session: Option<Session>,
    pub(crate) deadline: Option<Instant>,
}

impl Terms {
    /// The terms of a call that begins now.
    ///
    /// # Errors
    /// When one of `options` is outside its bounds.
    pub(crate) fn new(
        core: &Arc<Core>,
        options: &OperationOptions,
        sessions: &SessionChoice,
    ) -> Result<Self> {
        let settings = core.layers().resolve(options)?;
        Ok(Self {
            session: settings.session.clone().or_else(|| sessions.current()),
            deadline: deadline_of(&settings, core.clock()),
            core: Arc::clone(core),
            settings,
        })
    }

    /// The same terms with a deadline that begins now: each page of a feed without end has its own.
    pub(crate) fn renewed(&self) -> Self {
        Self {
            deadline: deadline_of(&self.settings, self.core.clock()),
            ..self.clone()
        }
    }

    pub(crate) async fn execute(&self, operation: &CosmosOperation) -> Result<CosmosResponse> {
        let (settings, session) = (Arc::clone(&self.settings), self.session.clone());
        self.core
            .execute_until(operation, settings, session, self.deadline)
            .await
    }

    pub(crate) async fn container(
        &self,
        reference: &ContainerReference,
    ) -> Result<Arc<ResolvedContainer>> {
        let resolve = self.core.resolve_container(reference, &self.settings);
        self.core
            .in_time(self.deadline, "resolve_container", resolve)
            .await
    }

    pub(crate) async fn ranges(
        &self,
        container: &Arc<ResolvedContainer>,
        refresh: RangeRefresh,
    ) -> Result<Arc<PartitionKeyRanges>> {
        let resolve = self.core.resolve_ranges(container, refresh, &self.settings);
        self.core
            .in_time(self.deadline, "resolve_partition_key_ranges", resolve)
            .await
    }
}
