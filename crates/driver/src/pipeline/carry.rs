//! Which session token the attempts of an operation carry, and what their answers add to the session.

use std::sync::Arc;

use cosmokit_protocol::partition::{EffectivePartitionKey, EpkRange};
use cosmokit_protocol::wire::consistency::{ConsistencyLevel, ReadConsistencyStrategy};
use cosmokit_protocol::wire::header;
use http::HeaderValue;

use super::prepare::Prepared;
use super::{Core, deadline};
use crate::cache::{PartitionKeyRanges, RangeRefresh, ResolvedContainer};
use crate::diagnostics::{Looked, Recorder};
use crate::error::Result;
use crate::operation::CosmosOperation;
use crate::options::OperationSettings;
use crate::routing::Access;
use crate::session::{Captured, Carried, WriteUnderWay};

/// Which session token an attempt carries.
#[derive(Debug)]
pub(super) enum TokenUse {
    /// None of the driver's: not asked for, or the caller's own is sent.
    Nothing,
    /// That of the range that owns a key.
    At(Arc<PartitionKeyRanges>, EffectivePartitionKey),
    /// Those of the ranges that a part of the container covers.
    Across(Arc<PartitionKeyRanges>, EpkRange),
    /// Those of all ranges.
    All,
}

impl Prepared<'_> {
    /// The token that the next attempt carries: what is known now, which may be more than before.
    pub(super) fn session_header(&self) -> Option<HeaderValue> {
        let tokens = self.carried.as_ref()?.tokens();
        let limit = self.settings.max_session_token_bytes;
        match &self.token {
            TokenUse::Nothing => None,
            TokenUse::At(ranges, key) => tokens.for_range(ranges.owner_of(key)?),
            TokenUse::Across(ranges, part) => {
                tokens.for_many(Some(ranges.map().overlapping(part)), limit)
            }
            TokenUse::All => tokens.for_many::<()>(None, limit),
        }
    }

    /// Watches over a write in a session until it is settled.
    pub(super) fn write_under_way(&self) -> Option<WriteUnderWay<'_>> {
        let carried = self.carried.as_ref()?;
        (self.access == Access::Write).then(|| carried.write_under_way())
    }

    /// Takes in the session token of an answer.
    pub(super) fn capture(&self, token: &HeaderValue) {
        let Some(carried) = &self.carried else { return };
        if carried.session().is_none() && self.settings.session_capturing_disabled {
            return;
        }
        let of = match self.access {
            Access::Write => Captured::Write,
            Access::Read | Access::Account => Captured::Read,
        };
        carried.capture(token, of);
    }
}

impl Core {
    /// How the attempts of an operation read: as asked for; in a user's session also when the account promises
    /// less than sessions, because that is what the session is for.
    pub(super) fn read_strategy(
        &self,
        settings: &OperationSettings,
        carried: &Carried,
    ) -> ReadConsistencyStrategy {
        let asked = settings.read_consistency_strategy;
        if asked != ReadConsistencyStrategy::Default || carried.session().is_none() {
            return asked;
        }
        let account = self.account_properties();
        match account.user_consistency_policy.default_consistency_level {
            ConsistencyLevel::Eventual | ConsistencyLevel::ConsistentPrefix => {
                ReadConsistencyStrategy::Session
            }
            _ => asked,
        }
    }

    pub(super) async fn token_use(
        self: &Arc<Self>,
        prepared: &Prepared<'_>,
        container: &Arc<ResolvedContainer>,
        carried: &Carried,
        recorder: &mut Recorder,
    ) -> Result<TokenUse> {
        let (operation, settings) = (prepared.operation, &prepared.settings);
        let is_own = operation.headers().contains_key(header::SESSION_TOKEN);
        let is_off = carried.session().is_none() && settings.session_capturing_disabled;
        let counts = {
            let snapshot = self.location.load();
            let is_read = prepared.access == Access::Read;
            snapshot.reads_in_session(prepared.strategy)
                && (is_read || snapshot.has_multiple_write_regions())
        };
        if is_own || is_off || !counts || carried.tokens().is_empty() {
            return Ok(TokenUse::Nothing);
        }
        let ranges = match container.current_ranges() {
            Some(ranges) if carried.tokens().is_settled_with(&ranges) => ranges,
            // Reading ranges is rare and its future is big.
            _ => match Box::pin(self.settled_ranges(prepared, container, carried)).await {
                Ok(ranges) => ranges.told(recorder),
                // A token of all ranges promises as much; only its header is longer.
                Err(error)
                    if deadline::remaining(prepared.deadline, self.clock)
                        .is_none_or(|left| !left.is_zero()) =>
                {
                    tracing::warn!(%error, "the partition key ranges cannot be read; sending the whole session");
                    if let Some(attempts) = error.diagnostics() {
                        recorder.absorb(&attempts);
                    }
                    return Ok(TokenUse::All);
                }
                Err(error) => return Err(error),
            },
        };
        Ok(target(operation, container, ranges))
    }

    /// The ranges that the session's positions belong to. A position in a range that nobody knows here may
    /// come of a split that others met first; then they are read again, once.
    async fn settled_ranges(
        self: &Arc<Self>,
        prepared: &Prepared<'_>,
        container: &Arc<ResolvedContainer>,
        carried: &Carried,
    ) -> Result<Looked<Arc<PartitionKeyRanges>>> {
        let (name, settings) = (prepared.operation.name(), &prepared.settings);
        let mut refresh = RangeRefresh::IfMissing;
        loop {
            let ranges = self.resolve_ranges(container, refresh, settings);
            let ranges = self.in_time(prepared.deadline, name, ranges).await?;
            let known = &ranges.value;
            if refresh == RangeRefresh::IfMissing && carried.tokens().knows_others_than(known) {
                refresh = RangeRefresh::Always;
                continue;
            }
            carried.tokens().settle(known);
            return Ok(ranges);
        }
    }
}

/// The part of the container that an operation is about.
fn target(
    operation: &CosmosOperation,
    container: &ResolvedContainer,
    ranges: Arc<PartitionKeyRanges>,
) -> TokenUse {
    let definition = container.partition_key_definition();
    if let Some(key) = operation.partition_key() {
        if definition.is_complete(key)
            && let Ok(point) = EffectivePartitionKey::of(key, definition)
        {
            return TokenUse::At(ranges, point);
        }
        if let Ok(part) = EpkRange::prefix(key, definition) {
            return TokenUse::Across(ranges, part);
        }
    }
    let part = part_by_id(operation, &ranges)
        .or_else(|| part_by_bounds(operation))
        .unwrap_or(EpkRange::FULL);
    TokenUse::Across(ranges, part)
}

fn part_by_id(operation: &CosmosOperation, ranges: &PartitionKeyRanges) -> Option<EpkRange> {
    let id = operation
        .headers()
        .get(header::PARTITION_KEY_RANGE_ID)?
        .to_str()
        .ok()?;
    // May stand behind the container's rid.
    let id = id.rsplit(',').next().unwrap_or(id);
    ranges.map().get(id).map(|entry| entry.range().clone())
}

fn part_by_bounds(operation: &CosmosOperation) -> Option<EpkRange> {
    let bound = |name| {
        let value = operation.headers().get(name)?.to_str().ok()?;
        EffectivePartitionKey::from_hex(value).ok()
    };
    EpkRange::new(bound(header::START_EPK)?, bound(header::END_EPK)?).ok()
}
