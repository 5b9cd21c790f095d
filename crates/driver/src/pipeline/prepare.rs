//! What is found out once, before the first attempt: settings, container, and whose session tokens are sent.

use std::sync::Arc;

use cosmokit_protocol::partition::EffectivePartitionKey;
use cosmokit_protocol::wire::header;
use http::HeaderValue;

use super::{Core, deadline};
use crate::cache::{PartitionKeyRanges, RangeRefresh, ResolvedContainer};
use crate::clock::Instant;
use crate::error::Result;
use crate::operation::{CosmosOperation, Plane};
use crate::options::OperationSettings;
use crate::routing::Access;

/// An operation with everything that its attempts have in common.
#[derive(Debug)]
pub(super) struct Prepared<'a> {
    pub(super) operation: &'a CosmosOperation,
    pub(super) settings: Arc<OperationSettings>,
    pub(super) deadline: Option<Instant>,
    pub(super) access: Access,
    /// The container that items are read or written in.
    pub(super) container: Option<Arc<ResolvedContainer>>,
    pub(super) session: SessionUse,
}

/// Which session token an attempt carries.
#[derive(Debug)]
pub(super) enum SessionUse {
    /// None of the driver's: not asked for, or the caller's own is sent.
    Nothing,
    /// That of the range that owns a key.
    Range(Arc<PartitionKeyRanges>, EffectivePartitionKey),
    /// Those of all ranges.
    All,
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
            settings,
            deadline,
            access,
            container: None,
            session: SessionUse::Nothing,
        }
    }

    /// The token that the next attempt carries: what is known now, which may be more than before.
    pub(super) fn session_header(&self) -> Option<HeaderValue> {
        let session = self.container.as_ref()?.session();
        match &self.session {
            SessionUse::Nothing => None,
            SessionUse::All => session.for_all(),
            SessionUse::Range(ranges, key) => session.for_range(ranges.owner_of(key)?),
        }
    }

    /// Whether answers tell about the session.
    pub(super) fn captures(&self) -> bool {
        !self.settings.session_capturing_disabled
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
        settings: Arc<OperationSettings>,
        deadline: Option<Instant>,
    ) -> Result<Prepared<'a>> {
        operation.check()?;
        let mut prepared = Prepared::plain(operation, settings, deadline);
        if prepared.operation.verb().plane == Plane::Metadata {
            return Ok(prepared);
        }
        let Some(reference) = prepared.operation.container() else {
            return Ok(prepared);
        };
        let container = if let Some(container) = self.containers.get(reference.key()) {
            container
        } else {
            let resolve = self.resolve_container(reference, &prepared.settings);
            self.in_time(deadline, prepared.operation.name(), resolve)
                .await?
        };
        prepared.session = self.session_use(&prepared, &container).await?;
        prepared.container = Some(container);
        Ok(prepared)
    }

    async fn session_use(
        self: &Arc<Self>,
        prepared: &Prepared<'_>,
        container: &Arc<ResolvedContainer>,
    ) -> Result<SessionUse> {
        let (operation, settings) = (prepared.operation, &prepared.settings);
        let is_own = operation.headers().contains_key(header::SESSION_TOKEN);
        let counts = {
            let snapshot = self.snapshot.load();
            let is_read = prepared.access == Access::Read;
            snapshot.reads_in_session(settings.read_consistency_strategy)
                && (is_read || snapshot.has_multiple_write_regions())
        };
        if is_own
            || !counts
            || settings.session_capturing_disabled
            || container.session().is_empty()
        {
            return Ok(SessionUse::Nothing);
        }
        let definition = container.partition_key_definition();
        let key = operation
            .partition_key()
            .filter(|key| definition.is_complete(key));
        let point = key.and_then(|key| EffectivePartitionKey::of(key, definition).ok());
        let Some(point) = point else {
            return Ok(SessionUse::All);
        };
        if let Some(ranges) = container.current_ranges() {
            return Ok(SessionUse::Range(ranges, point));
        }
        let ranges = self.resolve_ranges(container, RangeRefresh::IfMissing, settings);
        match self
            .in_time(prepared.deadline, operation.name(), ranges)
            .await
        {
            Ok(ranges) => Ok(SessionUse::Range(ranges, point)),
            // A token of all ranges promises as much; only its header is longer.
            Err(error)
                if deadline::remaining(prepared.deadline, self.clock)
                    .is_none_or(|left| !left.is_zero()) =>
            {
                tracing::warn!(%error, "the partition key ranges cannot be read; sending the whole session");
                Ok(SessionUse::All)
            }
            Err(error) => Err(error),
        }
    }

    async fn in_time<T>(
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
