//! A rule: a condition, a result, a time window, a hit limit. Clones share the switch and the count.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Instant;

use super::injector::Aim;
use super::{FaultInjectionCondition, FaultInjectionEvaluation, FaultInjectionResult};

/// A rule that makes chosen requests fail or answer otherwise.
///
/// Clones share whether the rule is enabled and how often it has applied.
///
/// ```
/// use cosmokit_driver::fault_injection::*;
///
/// let slow_down = FaultInjectionResultBuilder::new()
///     .with_error(FaultInjectionErrorType::TooManyRequests)
///     .build();
/// let reads_in_west_us = FaultInjectionConditionBuilder::new()
///     .with_operation_type(FaultOperationType::ReadItem)
///     .with_region("West US".into())
///     .build();
/// let rule = FaultInjectionRuleBuilder::new("throttle", slow_down)
///     .with_condition(reads_in_west_us)
///     .with_hit_limit(2)
///     .build();
/// assert!(rule.is_enabled());
/// assert_eq!(rule.clone().hit_count(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct FaultInjectionRule {
    id: String,
    condition: FaultInjectionCondition,
    result: FaultInjectionResult,
    start_time: Option<Instant>,
    end_time: Option<Instant>,
    hit_limit: Option<u32>,
    enabled: Arc<AtomicBool>,
    hit_count: Arc<AtomicU32>,
}

impl FaultInjectionRule {
    /// The name that diagnostics call it by.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Which requests it is about.
    pub fn condition(&self) -> &FaultInjectionCondition {
        &self.condition
    }

    /// What it does to them.
    pub fn result(&self) -> &FaultInjectionResult {
        &self.result
    }

    /// From when on it applies.
    pub fn start_time(&self) -> Option<Instant> {
        self.start_time
    }

    /// From when on it does not apply any more.
    pub fn end_time(&self) -> Option<Instant> {
        self.end_time
    }

    /// How often it may apply.
    pub fn hit_limit(&self) -> Option<u32> {
        self.hit_limit
    }

    /// How often it has applied.
    pub fn hit_count(&self) -> u32 {
        self.hit_count.load(Ordering::SeqCst)
    }

    /// Whether it is switched on.
    pub fn is_enabled(&self) -> bool {
        self.enabled.load(Ordering::SeqCst)
    }

    /// Switches it on, for all clones.
    pub fn enable(&self) {
        self.enabled.store(true, Ordering::SeqCst);
    }

    /// Switches it off, for all clones.
    pub fn disable(&self) {
        self.enabled.store(false, Ordering::SeqCst);
    }

    /// Why it does not apply to a request that leaves at `now`, apart from chance; `None` when it does.
    pub(super) fn refusal(&self, aim: &Aim<'_>, now: Instant) -> Option<FaultInjectionEvaluation> {
        let rule_id = || self.id.clone();
        if !self.is_enabled() {
            return Some(FaultInjectionEvaluation::Disabled { rule_id: rule_id() });
        }
        if self.start_time.is_some_and(|start| now < start) {
            return Some(FaultInjectionEvaluation::BeforeStartTime { rule_id: rule_id() });
        }
        if self.end_time.is_some_and(|end| now >= end) {
            return Some(FaultInjectionEvaluation::AfterEndTime { rule_id: rule_id() });
        }
        self.condition
            .mismatch(aim, &self.id)
            .or_else(|| self.exhaustion())
    }

    fn exhaustion(&self) -> Option<FaultInjectionEvaluation> {
        let (hit_limit, hit_count) = (self.hit_limit?, self.hit_count());
        (hit_count >= hit_limit).then(|| FaultInjectionEvaluation::HitLimitExhausted {
            rule_id: self.id.clone(),
            hit_count,
            hit_limit,
        })
    }

    /// Counts one more application, unless there may be none.
    pub(super) fn hit(&self) -> Result<(), FaultInjectionEvaluation> {
        let limit = self.hit_limit.unwrap_or(u32::MAX);
        let more = |count: u32| (count < limit).then(|| count.saturating_add(1));
        match self
            .hit_count
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, more)
        {
            Ok(_) => Ok(()),
            Err(hit_count) => Err(FaultInjectionEvaluation::HitLimitExhausted {
                rule_id: self.id.clone(),
                hit_count,
                hit_limit: limit,
            }),
        }
    }

    /// What keeps the rule from being used at all.
    pub(super) fn flaw(&self) -> Option<String> {
        if self.id.is_empty() {
            return Some("a fault injection rule has no id".to_owned());
        }
        let response = self.result.custom_response()?;
        let flaw = response.flaw.as_ref()?;
        Some(format!(
            "the response of the fault injection rule {} cannot be sent: {flaw}",
            self.id
        ))
    }
}

/// Builds a [`FaultInjectionRule`].
#[derive(Clone, Debug)]
#[must_use]
pub struct FaultInjectionRuleBuilder(FaultInjectionRule);

impl FaultInjectionRuleBuilder {
    /// A rule for every request, at any time, without limit, switched on. `id` tells it from others of the same
    /// driver.
    pub fn new(id: impl Into<String>, result: FaultInjectionResult) -> Self {
        Self(FaultInjectionRule {
            id: id.into(),
            condition: FaultInjectionCondition::default(),
            result,
            start_time: None,
            end_time: None,
            hit_limit: None,
            enabled: Arc::new(AtomicBool::new(true)),
            hit_count: Arc::default(),
        })
    }

    /// Which requests it is about.
    pub fn with_condition(mut self, condition: FaultInjectionCondition) -> Self {
        self.0.condition = condition;
        self
    }

    /// What it does to them.
    pub fn with_result(mut self, result: FaultInjectionResult) -> Self {
        self.0.result = result;
        self
    }

    /// From when on it applies: a `std` or a tokio instant.
    pub fn with_start_time(mut self, start_time: impl Into<Instant>) -> Self {
        self.0.start_time = Some(start_time.into());
        self
    }

    /// From when on it does not apply any more: a `std` or a tokio instant.
    pub fn with_end_time(mut self, end_time: impl Into<Instant>) -> Self {
        self.0.end_time = Some(end_time.into());
        self
    }

    /// How often it may apply.
    pub fn with_hit_limit(mut self, hit_limit: u32) -> Self {
        self.0.hit_limit = Some(hit_limit);
        self
    }

    /// Shares the switch and the count with rules that were built elsewhere.
    pub fn with_shared_state(
        mut self,
        enabled: Arc<AtomicBool>,
        hit_count: Arc<AtomicU32>,
    ) -> Self {
        self.0.enabled = enabled;
        self.0.hit_count = hit_count;
        self
    }

    /// The rule.
    pub fn build(self) -> FaultInjectionRule {
        self.0
    }
}
