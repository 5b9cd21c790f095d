//! Which session token the attempts of an operation carry, and what their answers add to the session.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use cosmokit_protocol::partition::{EffectivePartitionKey, EpkRange, RangeEntry};
use cosmokit_protocol::session::{CompositeToken, RangeId};
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
use crate::session::{Captured, Carried, Session, WriteUnderWay};

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
        let known = match &self.token {
            TokenUse::Nothing => None,
            TokenUse::At(ranges, key) => tokens.for_range(ranges.owner_of(key)?),
            TokenUse::Across(ranges, part) => {
                tokens.for_many(Some(ranges.map().overlapping(part)), limit)
            }
            TokenUse::All => tokens.for_many::<()>(None, limit),
        }?;
        match self.operation.headers().get(header::SESSION_TOKEN) {
            Some(own) => merged(own, &known),
            None => Some(known),
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
        if let (Some(_), Some(container)) = (carried.session(), &self.container) {
            container.heights().note(token);
        }
        let of = match self.access {
            Access::Write => Captured::Write,
            Access::Read | Access::Account => Captured::Read,
        };
        carried.capture(token, of);
    }
}

/// The ranges whose positions an operation sends.
#[derive(Debug)]
pub(super) enum Sent<'p> {
    None,
    Of(HashSet<&'p str>),
    All,
}

impl Sent<'_> {
    pub(super) fn contains(&self, range: RangeId) -> bool {
        match self {
            Self::None => false,
            Self::Of(ranges) => ranges.contains(range.as_str()),
            Self::All => true,
        }
    }
}

impl Prepared<'_> {
    /// The ranges whose positions attempts carry: those that are asked, and those that these came from.
    pub(super) fn sent_ranges(&self) -> Sent<'_> {
        match &self.token {
            TokenUse::Nothing => Sent::None,
            TokenUse::All => Sent::All,
            TokenUse::At(ranges, key) => {
                Sent::Of(ranges.owner_of(key).into_iter().flat_map(lineage).collect())
            }
            TokenUse::Across(ranges, part) => {
                let asked = ranges.map().overlapping(part);
                Sent::Of(asked.iter().flat_map(lineage).collect())
            }
        }
    }

    /// Whether the session asks for a position that is further ahead of all that answers have shown than is
    /// plausible.
    pub(super) fn is_implausible(&self) -> bool {
        let (Some(carried), Some(container)) = (&self.carried, &self.container) else {
            return false;
        };
        let Some(lead) = carried.session().and_then(Session::plausible_lead) else {
            return false;
        };
        let sent = self.sent_ranges();
        carried.tokens().any_is(|range, position| {
            let shown = container
                .heights()
                .of(range)
                .max(container.session().height(range));
            sent.contains(range) && shown.is_some_and(|shown| position > shown.saturating_add(lead))
        })
    }
}

/// A range and those that it came from.
fn lineage<T>(range: &RangeEntry<T>) -> impl Iterator<Item = &str> {
    std::iter::once(range.id()).chain(range.parents())
}

impl Core {
    /// What an operation in a session works with; nothing on accounts that promise more than sessions do, because
    /// there every position is moot.
    pub(super) fn carried_in(
        &self,
        session: &Session,
        container: &ResolvedContainer,
        settings: &OperationSettings,
    ) -> Option<Carried> {
        let strategy = self.strategy_in_session(settings.read_consistency_strategy);
        if strategy != ReadConsistencyStrategy::Session && self.promises_more_than_sessions() {
            return None;
        }
        let carried = Carried::of(session, &self.account_key, container.shared_rid());
        Some(carried.sharing_with(container.session()))
    }

    /// How the attempts of an operation in a user's session read: as asked for; with session consistency also when
    /// the account promises less, because that is what the session is for.
    pub(super) fn strategy_in_session(
        &self,
        asked: ReadConsistencyStrategy,
    ) -> ReadConsistencyStrategy {
        if asked != ReadConsistencyStrategy::Default {
            return asked;
        }
        let level = self.account_level();
        match level {
            ConsistencyLevel::Eventual | ConsistencyLevel::ConsistentPrefix => {
                self.tell_once(level, "reads in sessions ask for session consistency each");
                ReadConsistencyStrategy::Session
            }
            _ => asked,
        }
    }

    fn promises_more_than_sessions(&self) -> bool {
        let level = self.account_level();
        let more = matches!(
            level,
            ConsistencyLevel::Strong | ConsistencyLevel::BoundedStaleness
        );
        if more {
            self.tell_once(level, "sessions have nothing to carry");
        }
        more
    }

    fn account_level(&self) -> ConsistencyLevel {
        let snapshot = self.location.load();
        let policy = &snapshot.properties().user_consistency_policy;
        policy.default_consistency_level
    }

    fn tell_once(&self, level: ConsistencyLevel, consequence: &'static str) {
        if !self.level_is_told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                account = %self.account().endpoint(), level = level.as_str(), consequence,
                "the account's default level is not session consistency"
            );
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
        // Within a session a token of the caller's own is merged with what the session knows.
        let is_kept = is_own && carried.session().is_none();
        if is_kept || is_off || !counts || carried.tokens().is_empty() {
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

/// Two tokens in one; none when one of them cannot be read, or both together are too much: then the caller's stands.
fn merged(own: &HeaderValue, known: &HeaderValue) -> Option<HeaderValue> {
    let mut composite = CompositeToken::parse(own.to_str().ok()?).ok()?;
    let known = CompositeToken::parse(known.to_str().ok()?).ok()?;
    composite.merge(&known).ok()?;
    HeaderValue::try_from(composite.to_session_token().as_str()).ok()
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
    let owner = ranges.map().get(id)?;
    let goes_on = operation.headers().contains_key(header::CONTINUATION);
    let family = goes_on.then(|| family(owner, ranges)).flatten();
    Some(family.unwrap_or_else(|| owner.range().clone()))
}

/// What a range and others hold that came from the same ranges: a continuation that was given before a split may go on
/// in all of it, whichever of the heirs is asked.
fn family<T>(owner: &RangeEntry<T>, ranges: &PartitionKeyRanges) -> Option<EpkRange> {
    let all = ranges.map().overlapping(&EpkRange::FULL).iter();
    let is_relative = |parent: &str| owner.parents().any(|own| own == parent);
    let mut relatives = all.filter(|other| other.parents().any(is_relative));
    let first = relatives.next()?.range();
    let last = relatives.next_back().map_or(first, RangeEntry::range);
    EpkRange::new(first.min().clone(), last.max().clone()).ok()
}

fn part_by_bounds(operation: &CosmosOperation) -> Option<EpkRange> {
    let bound = |name| {
        let value = operation.headers().get(name)?.to_str().ok()?;
        EffectivePartitionKey::from_hex(value).ok()
    };
    EpkRange::new(bound(header::START_EPK)?, bound(header::END_EPK)?).ok()
}
