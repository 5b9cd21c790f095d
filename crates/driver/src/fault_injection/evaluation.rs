//! Why a rule did or did not apply to an attempt.

use std::fmt;

/// What came of one rule for one attempt.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FaultInjectionEvaluation {
    /// The fault was injected.
    Applied {
        /// The rule.
        rule_id: String,
    },
    /// The rule matched, and chance spared the request.
    ProbabilityMiss {
        /// The rule.
        rule_id: String,
        /// How likely it was to apply.
        probability: f32,
    },
    /// The rule is switched off.
    Disabled {
        /// The rule.
        rule_id: String,
    },
    /// The rule's time has not come.
    BeforeStartTime {
        /// The rule.
        rule_id: String,
    },
    /// The rule's time is over.
    AfterEndTime {
        /// The rule.
        rule_id: String,
    },
    /// The rule has applied as often as it may.
    HitLimitExhausted {
        /// The rule.
        rule_id: String,
        /// How often it has applied.
        hit_count: u32,
        /// How often it may.
        hit_limit: u32,
    },
    /// The operation is of another kind.
    OperationMismatch {
        /// The rule.
        rule_id: String,
    },
    /// The attempt went to another region.
    RegionMismatch {
        /// The rule.
        rule_id: String,
    },
    /// The operation is about another container.
    ContainerMismatch {
        /// The rule.
        rule_id: String,
    },
    /// The operation is about another partition, or about none in particular.
    PartitionMismatch {
        /// The rule.
        rule_id: String,
    },
    /// The attempt went by another kind of transport.
    TransportKindMismatch {
        /// The rule.
        rule_id: String,
    },
    /// The rule matched, and one before it applied.
    Superseded {
        /// The rule.
        rule_id: String,
    },
}

impl FaultInjectionEvaluation {
    /// The rule.
    pub fn rule_id(&self) -> &str {
        self.parts().0
    }

    /// Whether the fault was injected.
    pub fn was_applied(&self) -> bool {
        matches!(self, Self::Applied { .. })
    }

    /// Whether the rule's conditions held, also when it did not apply then.
    pub(crate) fn matched(&self) -> bool {
        matches!(
            self,
            Self::Applied { .. } | Self::ProbabilityMiss { .. } | Self::Superseded { .. }
        )
    }

    fn parts(&self) -> (&str, &'static str) {
        match self {
            Self::Applied { rule_id } => (rule_id, "applied"),
            Self::ProbabilityMiss { rule_id, .. } => (rule_id, "probability_miss"),
            Self::Disabled { rule_id } => (rule_id, "disabled"),
            Self::BeforeStartTime { rule_id } => (rule_id, "before_start_time"),
            Self::AfterEndTime { rule_id } => (rule_id, "after_end_time"),
            Self::HitLimitExhausted { rule_id, .. } => (rule_id, "hit_limit_exhausted"),
            Self::OperationMismatch { rule_id } => (rule_id, "operation_mismatch"),
            Self::RegionMismatch { rule_id } => (rule_id, "region_mismatch"),
            Self::ContainerMismatch { rule_id } => (rule_id, "container_mismatch"),
            Self::PartitionMismatch { rule_id } => (rule_id, "partition_mismatch"),
            Self::TransportKindMismatch { rule_id } => (rule_id, "transport_kind_mismatch"),
            Self::Superseded { rule_id } => (rule_id, "superseded"),
        }
    }
}

impl fmt::Display for FaultInjectionEvaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rule, outcome) = self.parts();
        write!(f, "{rule}: {outcome}")
    }
}
