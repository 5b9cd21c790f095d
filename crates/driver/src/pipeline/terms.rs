//! What the operations of one call have in common: settings, session and deadline are settled once, however many
//! requests the call takes.

use std::sync::Arc;

use super::{Call, Core, deadline_of};
use crate::cache::{PartitionKeyRanges, RangeRefresh, ResolvedContainer};
use crate::clock::Instant;
use crate::diagnostics::PendingLookups;
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
    /// Lookups that no page has shown yet.
    pub(crate) lookups: PendingLookups,
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
            session: sessions.of_settings(&settings),
            deadline: deadline_of(&settings, core.clock()),
            core: Arc::clone(core),
            settings,
            lookups: PendingLookups::default(),
        })
    }

    /// The same terms with a deadline that begins now: each page of a feed without end has its own.
    pub(crate) fn renewed(&self) -> Self {
        Self {
            deadline: deadline_of(&self.settings, self.core.clock()),
            ..self.clone()
        }
    }

    /// Runs an operation in whatever container its name leads to.
    pub(crate) async fn execute(&self, operation: &CosmosOperation) -> Result<CosmosResponse> {
        self.core.execute_under(operation, &mut self.call()).await
    }

    /// Runs an operation in this container and no other that may have its name by now.
    pub(crate) async fn execute_in(
        &self,
        container: &Arc<ResolvedContainer>,
        operation: &CosmosOperation,
    ) -> Result<CosmosResponse> {
        let mut call = Call {
            container: Some(Arc::clone(container)),
            ..self.call()
        };
        self.core.execute_under(operation, &mut call).await
    }

    /// What each of the operations is done under.
    pub(crate) fn call(&self) -> Call {
        Call::new(
            Arc::clone(&self.settings),
            self.session.clone(),
            self.deadline,
        )
    }

    /// Adds the lookups that no page has shown yet to the attempts of one that was answered.
    pub(crate) fn tell_lookups(
        &self,
        name: &'static str,
        container: &ContainerReference,
        response: &mut CosmosResponse,
    ) {
        let lookups = self.lookups.take();
        if lookups.is_empty() {
            return;
        }
        let mut recorder = self.core.page_recorder(name, container);
        lookups.tell(&mut recorder);
        recorder.absorb(response.diagnostics_ref());
        recorder.returned(response.headers().item_count());
        response.set_diagnostics(self.core.conclude_success(recorder, response.status()));
    }

    pub(crate) async fn container(
        &self,
        reference: &ContainerReference,
    ) -> Result<Arc<ResolvedContainer>> {
        let resolve = self.core.resolve_container(reference, &self.settings);
        let resolved = self
            .core
            .in_time(self.deadline, "resolve_container", resolve)
            .await?;
        self.lookups.add(resolved.lookups);
        Ok(resolved.value)
    }

    pub(crate) async fn ranges(
        &self,
        container: &Arc<ResolvedContainer>,
        refresh: RangeRefresh,
    ) -> Result<Arc<PartitionKeyRanges>> {
        let resolve = self.core.resolve_ranges(container, refresh, &self.settings);
        let resolved = self
            .core
            .in_time(self.deadline, "resolve_partition_key_ranges", resolve)
            .await?;
        self.lookups.add(resolved.lookups);
        Ok(resolved.value)
    }
}
