//! What is found out once, before the first attempt: settings, container, and whose session tokens are sent.

use std::sync::Arc;

use super::call::Call;
use super::carry::TokenUse;
use super::{Core, deadline};
use crate::cache::ResolvedContainer;
use crate::clock::Instant;
use crate::diagnostics::{ExecutionContext, Recorder};
use crate::error::Result;
use crate::operation::{CosmosOperation, Plane};
use crate::options::OperationSettings;
use crate::routing::{Access, Route};
use crate::session::Carried;
use crate::throughput_control::{Group, Permit};
use cosmokit_protocol::wire::consistency::ReadConsistencyStrategy;

/// An operation with everything that its attempts have in common.
#[derive(Debug)]
pub(super) struct Prepared<'a> {
    pub(super) operation: &'a CosmosOperation,
    pub(super) settings: Arc<OperationSettings>,
    pub(super) deadline: Option<Instant>,
    pub(super) access: Access,
    /// Why its first attempt is made.
    pub(super) context: ExecutionContext,
    /// The container that items are read or written in.
    pub(super) container: Option<Arc<ResolvedContainer>>,
    /// Whose session the operation is in.
    pub(super) carried: Option<Carried>,
    /// How attempts read.
    pub(super) strategy: ReadConsistencyStrategy,
    pub(super) token: TokenUse,
    /// The throughput control group that it is in, and what it has reserved there.
    pub(super) group: Option<Arc<Group>>,
    pub(super) permit: Option<Permit>,
}

impl<'a> Prepared<'a> {
    /// An operation that needs no container: on the account, databases, containers, ranges.
    pub(super) fn plain(
        operation: &'a CosmosOperation,
        settings: Arc<OperationSettings>,
        deadline: Option<Instant>,
    ) -> Self {
        let access = access(operation);
        Self {
            operation,
            strategy: settings.read_consistency_strategy,
            settings,
            deadline,
            access,
            context: ExecutionContext::Initial,
            container: None,
            carried: None,
            token: TokenUse::Nothing,
            group: None,
            permit: None,
        }
    }
}

impl Prepared<'_> {
    /// Where the first attempt goes.
    pub(super) fn first_route(&self) -> Route<'static> {
        let prefers = self
            .carried
            .as_ref()
            .is_some_and(Carried::prefers_write_region);
        if self.access == Access::Read && prefers {
            Route::WriteRegion
        } else {
            Route::Best
        }
    }
}

fn access(operation: &CosmosOperation) -> Access {
    match operation.verb().resource {
        cosmokit_protocol::id::ResourceType::Account => Access::Account,
        _ if operation.is_read_only() => Access::Read,
        _ => Access::Write,
    }
}

impl Core {
    /// Finds out what the attempts of an operation need.
    pub(super) async fn prepare<'a>(
        self: &Arc<Self>,
        operation: &'a CosmosOperation,
        call: &Call,
        recorder: &mut Recorder,
    ) -> Result<Prepared<'a>> {
        operation.check()?;
        let deadline = call.deadline;
        let mut prepared = Prepared::plain(operation, Arc::clone(&call.settings), deadline);
        if prepared.operation.verb().plane == Plane::Metadata {
            return Ok(prepared);
        }
        let Some(reference) = prepared.operation.container() else {
            return Ok(prepared);
        };
        let known = call.container.clone();
        let container =
            if let Some(container) = known.or_else(|| self.containers.get(reference.key())) {
                container
            } else {
                let resolve = self.resolve_container(reference, &prepared.settings);
                let name = prepared.operation.name();
                self.in_time(deadline, name, resolve).await?.told(recorder)
            };
        let name = prepared.settings.throughput_control.group_name.as_ref();
        if let Some(group) = self.throughput_groups.of(name)? {
            prepared.permit = Box::pin(group.admit(operation, deadline)).await?;
            prepared.group = Some(group);
        }
        prepared.carried = match &call.session {
            Some(session) => self.carried_in(session, &container, &prepared.settings),
            None => Some(Carried::shared(container.session())),
        };
        if call.session.is_some() {
            prepared.strategy = self.strategy_in_session(prepared.strategy);
        }
        if let Some(carried) = &prepared.carried {
            prepared.token = self
                .token_use(&prepared, &container, carried, recorder)
                .await?;
            carried.note_use(!matches!(prepared.token, TokenUse::Nothing));
        }
        prepared.container = Some(container);
        Ok(prepared)
    }

    /// Does what an operation waits for, as long as its deadline allows.
    pub(crate) async fn in_time<T>(
        &self,
        until: Option<Instant>,
        operation: &str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        // The work fetches over the network; it is rare and its future is big.
        let work = Box::pin(work);
        match until {
            None => work.await,
            Some(until) => self
                .clock
                .until(until, work)
                .await
                .unwrap_or_else(|| Err(deadline::passed(operation, None))),
        }
    }
}
