//! Which requests a rule is about. What is not said matches everything; what is said must all hold.

use cosmokit_protocol::partition::FeedRange;
use cosmokit_protocol::wire::header;
use cosmokit_protocol::wire::region::Region;

use super::injector::Aim;
use super::operation_type::kind_of;
use super::{FaultInjectionEvaluation, FaultOperationType};
use crate::cache::ResolvedContainer;
use crate::diagnostics::TransportKind;

/// Which requests a rule is about.
#[derive(Clone, Debug, Default)]
pub struct FaultInjectionCondition {
    operation_type: Option<FaultOperationType>,
    region: Option<Region>,
    container_id: Option<String>,
    feed_range: Option<FeedRange>,
    partition_key_range_id: Option<String>,
    transport_kind: Option<TransportKind>,
}

impl FaultInjectionCondition {
    /// The kind of operation.
    pub fn operation_type(&self) -> Option<FaultOperationType> {
        self.operation_type
    }

    /// The region that the attempt is sent to.
    pub fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }

    /// The container's name or resource id.
    pub fn container_id(&self) -> Option<&str> {
        self.container_id.as_deref()
    }

    /// The part of the container that the operation's partition key lies in.
    pub fn feed_range(&self) -> Option<&FeedRange> {
        self.feed_range.as_ref()
    }

    /// The partition key range that the operation's partition key lies in.
    pub fn partition_key_range_id(&self) -> Option<&str> {
        self.partition_key_range_id.as_deref()
    }

    /// The kind of transport.
    pub fn transport_kind(&self) -> Option<TransportKind> {
        self.transport_kind
    }

    /// Why the condition does not hold, if it does not.
    pub(super) fn mismatch(
        &self,
        aim: &Aim<'_>,
        rule_id: &str,
    ) -> Option<FaultInjectionEvaluation> {
        let rule_id = || rule_id.to_owned();
        if let Some(kind) = self.operation_type
            && kind_of(aim.operation) != kind
        {
            return Some(FaultInjectionEvaluation::OperationMismatch { rule_id: rule_id() });
        }
        if let Some(region) = &self.region
            && aim.region != Some(region)
        {
            return Some(FaultInjectionEvaluation::RegionMismatch { rule_id: rule_id() });
        }
        if let Some(id) = &self.container_id
            && !is_container(aim, id)
        {
            return Some(FaultInjectionEvaluation::ContainerMismatch { rule_id: rule_id() });
        }
        let in_range = self
            .feed_range
            .as_ref()
            .is_none_or(|range| is_within(aim, range));
        let in_partition = self
            .partition_key_range_id
            .as_ref()
            .is_none_or(|id| is_partition(aim, id));
        if !in_range || !in_partition {
            return Some(FaultInjectionEvaluation::PartitionMismatch { rule_id: rule_id() });
        }
        if self
            .transport_kind
            .is_some_and(|kind| kind != TransportKind::Gateway)
        {
            return Some(FaultInjectionEvaluation::TransportKindMismatch { rule_id: rule_id() });
        }
        None
    }
}

fn is_container(aim: &Aim<'_>, id: &str) -> bool {
    let named = aim
        .operation
        .container()
        .is_some_and(|container| [container.name(), container.rid()].contains(&Some(id)));
    named || aim.container.is_some_and(|container| container.rid() == id)
}

/// Where the operation's own partition key lies.
fn key_range(aim: &Aim<'_>) -> Option<FeedRange> {
    let definition = aim.container?.partition_key_definition();
    FeedRange::try_for_partition(aim.operation.partition_key()?.clone(), definition).ok()
}

fn is_within(aim: &Aim<'_>, range: &FeedRange) -> bool {
    key_range(aim).is_some_and(|own| own.overlaps(range))
}

fn is_partition(aim: &Aim<'_>, id: &str) -> bool {
    let asked = aim.operation.headers().get(header::PARTITION_KEY_RANGE_ID);
    // `0`, or `{container rid},0`.
    let last = asked.and_then(|asked| asked.as_bytes().rsplit(|byte| *byte == b',').next());
    if last == Some(id.as_bytes()) {
        return true;
    }
    let ranges = aim.container.and_then(ResolvedContainer::known_ranges);
    let (Some(ranges), Some(own)) = (ranges, key_range(aim)) else {
        return false;
    };
    ranges
        .owner_of(own.min_inclusive())
        .is_some_and(|owner| owner.id() == id)
}

/// Builds a [`FaultInjectionCondition`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct FaultInjectionConditionBuilder(FaultInjectionCondition);

impl FaultInjectionConditionBuilder {
    /// Starts with a condition that holds for every request.
    pub fn new() -> Self {
        Self::default()
    }

    /// Operations of this kind.
    pub fn with_operation_type(mut self, operation_type: FaultOperationType) -> Self {
        self.0.operation_type = Some(operation_type);
        self
    }

    /// Attempts that are sent to this region; those sent to the account's global endpoint have none.
    pub fn with_region(mut self, region: Region) -> Self {
        self.0.region = Some(region);
        self
    }

    /// Operations on or in the container with this name or resource id.
    pub fn with_container_id(mut self, container_id: impl Into<String>) -> Self {
        self.0.container_id = Some(container_id.into());
        self
    }

    /// Operations whose partition key lies in this range.
    pub fn with_feed_range(mut self, range: FeedRange) -> Self {
        self.0.feed_range = Some(range);
        self
    }

    /// Operations that ask for this partition key range, or whose partition key lies in it, as far as the driver
    /// knows the container's ranges.
    pub fn with_partition_key_range_id(mut self, id: impl Into<String>) -> Self {
        self.0.partition_key_range_id = Some(id.into());
        self
    }

    /// Attempts that go by this kind of transport.
    pub fn with_transport_kind(mut self, transport_kind: TransportKind) -> Self {
        self.0.transport_kind = Some(transport_kind);
        self
    }

    /// The condition.
    pub fn build(self) -> FaultInjectionCondition {
        self.0
    }
}
