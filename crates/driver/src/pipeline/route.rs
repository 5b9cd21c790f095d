//! Where attempts go by what is known of the health of endpoints and partitions, and what attempts tell about
//! it. A failed credential tells nothing: it makes no outcome.

use std::sync::Arc;

use cosmokit_protocol::partition::{EffectivePartitionKey, RangeEntry};
use cosmokit_protocol::wire::header;

use super::Core;
use super::attempt::{Answer, Leg};
use super::prepare::Prepared;
use crate::diagnostics::ExecutionContext;
use crate::retry::Effect;
use crate::routing::{Access, Admission, Candidates, Choice, Route, Side, Spot, choose};
use crate::topology::{RegionalEndpoint, Snapshot};

/// The partition of operations whose partition is not known: the container as a whole.
const WHOLE_CONTAINER: &str = "*";

/// What the failures of a write say against regions, kept until another region has shown that it is not the
/// whole account that fails. Only for accounts with one write region.
#[derive(Debug, Default)]
pub(super) struct Deferred(Vec<(Arc<RegionalEndpoint>, Effect)>);

impl Core {
    pub(super) fn candidates<'a>(
        prepared: &'a Prepared<'_>,
        snapshot: &'a Snapshot,
    ) -> Candidates<'a> {
        Candidates {
            snapshot,
            access: prepared.access,
            excluded: &prepared.settings.excluded_regions,
            writes_anywhere: prepared.container.is_some() && snapshot.partitions_fail_over(),
        }
    }

    /// The first attempt's way.
    pub(super) fn leg(
        &self,
        prepared: &Prepared<'_>,
        snapshot: &Snapshot,
        route: Route<'_>,
    ) -> Leg {
        let choice = self.route(prepared, snapshot, route);
        Leg {
            endpoint: choice.endpoint,
            context: if choice.is_probe {
                ExecutionContext::CircuitBreakerProbe
            } else {
                prepared.context
            },
            hub_only: false,
            timeouts: 0,
        }
    }

    pub(super) fn route(
        &self,
        prepared: &Prepared<'_>,
        snapshot: &Snapshot,
        route: Route<'_>,
    ) -> Choice {
        let candidates = Self::candidates(prepared, snapshot);
        let side = match route {
            // Where the writes of a partition go, reads that only its hub may answer go as well.
            Route::WriteRegion => Side::Writes,
            Route::Best | Route::After(_) => prepared.side(),
        };
        choose(candidates, route, |endpoint| {
            self.admit(prepared, side, endpoint)
        })
    }

    fn admit(&self, prepared: &Prepared<'_>, side: Side, endpoint: &RegionalEndpoint) -> Admission {
        let writes = side == Side::Writes;
        let health = prepared
            .container
            .as_ref()
            .map(|container| container.health());
        let is_marked = health.is_some_and(crate::routing::PartitionHealth::is_marked);
        if endpoint.gate().is_open() && (!writes || endpoint.write_gate().is_open()) && !is_marked {
            return Admission::Open;
        }
        let now = self.clock.now();
        let rest = prepared.settings.endpoint_unavailability_ttl;
        let mut admission = endpoint.gate().admit(now, rest);
        if writes && admission == Admission::Open {
            admission = endpoint.write_gate().admit(now, rest);
        }
        if let Some(health) = health
            && admission == Admission::Open
        {
            let rest = self.partition_failover.partition_unavailability_duration;
            admission = prepared.at(endpoint, side, |spot| health.admit(spot, now, rest));
        }
        admission
    }

    /// Takes in what an answer says about sessions, containers and ranges.
    pub(super) fn learn(&self, prepared: &Prepared<'_>, answer: &Answer, effects: &[Effect]) {
        let Some(container) = &prepared.container else {
            return;
        };
        for effect in effects {
            match effect {
                Effect::CaptureSession => {
                    if let Some(token) = answer.headers.as_map().get(header::SESSION_TOKEN) {
                        prepared.capture(token);
                    }
                }
                Effect::DropContainer => self
                    .containers
                    .forget(container.reference().key(), container.rid()),
                Effect::RefreshRanges => container.contradict_ranges(),
                Effect::RefreshAccount
                | Effect::MarkEndpoint
                | Effect::MarkWrites
                | Effect::MarkPartition => {}
            }
        }
    }

    /// Takes in what an attempt says against the place that it went to.
    pub(super) fn mark(
        &self,
        prepared: &Prepared<'_>,
        snapshot: &Snapshot,
        leg: &Leg,
        effects: &[Effect],
        deferred: &mut Deferred,
    ) {
        let waits = prepared.access == Access::Write && !snapshot.has_multiple_write_regions();
        for effect in effects {
            if !matches!(
                effect,
                Effect::MarkEndpoint | Effect::MarkWrites | Effect::MarkPartition
            ) {
                continue;
            }
            // A probe has been waited for: its failure counts at once.
            if waits && leg.context != ExecutionContext::CircuitBreakerProbe {
                deferred.0.push((Arc::clone(&leg.endpoint), *effect));
            } else {
                let not_its_hub = *effect == Effect::MarkWrites
                    && Self::circumstances(prepared, snapshot, leg).seeks_hub();
                self.apply(prepared, &leg.endpoint, *effect, waits || not_its_hub);
            }
        }
    }

    /// The operation has succeeded: its place works, and what it met elsewhere counts.
    pub(super) fn confirm(&self, prepared: &Prepared<'_>, leg: &Leg, deferred: Deferred) {
        leg.endpoint.gate().open();
        if prepared.access == Access::Write {
            leg.endpoint.write_gate().open();
        }
        if let Some(container) = &prepared.container
            && container.health().is_marked()
        {
            let works = |side| {
                prepared.at(&leg.endpoint, side, |spot| container.health().works(spot));
            };
            works(prepared.side());
            if leg.hub_only {
                works(Side::Writes);
            }
        }
        for (endpoint, effect) in deferred.0 {
            if !endpoint.is_at(&leg.endpoint) {
                self.apply(prepared, &endpoint, effect, true);
            }
        }
    }

    /// A read lost a race in this region.
    pub(super) fn lost(&self, prepared: &Prepared<'_>, endpoint: &RegionalEndpoint) {
        let settings = &self.partition_failover;
        if let Some(container) = &prepared.container
            && settings.circuit_breaker_enabled
        {
            let now = self.clock.now();
            prepared.at(endpoint, prepared.side(), |spot| {
                container.health().lost(spot, now, settings);
            });
        }
    }

    fn apply(
        &self,
        prepared: &Prepared<'_>,
        endpoint: &RegionalEndpoint,
        effect: Effect,
        moves_at_once: bool,
    ) {
        let (now, settings) = (self.clock.now(), &self.partition_failover);
        match (effect, &prepared.container) {
            (Effect::MarkWrites | Effect::MarkPartition, Some(container)) if moves_at_once => {
                prepared.at(endpoint, Side::Writes, |spot| {
                    container.health().shut(spot, now);
                });
            }
            (Effect::MarkWrites, _) => endpoint.write_gate().shut(now),
            (Effect::MarkPartition, Some(container)) if settings.circuit_breaker_enabled => {
                prepared.at(endpoint, prepared.side(), |spot| {
                    container.health().failed(spot, now, settings);
                });
            }
            // Without a breaker, the endpoint answers for its partitions.
            (Effect::MarkEndpoint, _) | (Effect::MarkPartition, Some(_)) => {
                endpoint.gate().shut(now);
            }
            _ => {}
        }
    }
}

impl Prepared<'_> {
    /// Which of a partition's two sides the operation uses.
    fn side(&self) -> Side {
        match self.access {
            Access::Write => Side::Writes,
            Access::Read | Access::Account => Side::Reads,
        }
    }

    /// Looks at one side of the operation's partition in a region.
    fn at<T>(
        &self,
        endpoint: &RegionalEndpoint,
        side: Side,
        look: impl FnOnce(Spot<'_>) -> T,
    ) -> T {
        let ranges = self
            .container
            .as_ref()
            .and_then(|container| container.current_ranges());
        let keyed = ranges.as_ref().and_then(|ranges| {
            let definition = self.container.as_ref()?.partition_key_definition();
            let key = self.operation.partition_key()?;
            let key = EffectivePartitionKey::of(key, definition).ok()?;
            ranges.owner_of(&key).map(RangeEntry::id)
        });
        let named = || {
            let named = self
                .operation
                .headers()
                .get(header::PARTITION_KEY_RANGE_ID)?;
            named.to_str().ok()?.rsplit(',').next()
        };
        look(Spot {
            range: keyed.or_else(named).unwrap_or(WHOLE_CONTAINER),
            side,
            endpoint: endpoint.endpoint(),
        })
    }
}
