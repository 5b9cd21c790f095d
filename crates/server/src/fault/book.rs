//! The rules in force and what they have seen. Which rule strikes is decided by the protocol's words; here are the
//! counters, the order and the bounds. Without rules a request pays one load.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use cosmokit_engine::clock::Timestamp;
use cosmokit_engine::request::ReplicationDelay;
use cosmokit_protocol::wire::fault::{FaultAction, FaultCounts, FaultRule, FaultTarget};

/// Rules at the same time. Each is asked for each request, so that there shall not be many.
pub(crate) const MAX_RULES: usize = 256;
/// Characters of a rule's id.
const MAX_ID_CHARS: usize = 128;

/// The rules in force, in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct FaultBook {
    rules: ArcSwap<Vec<Arc<LiveRule>>>,
    /// Held while the next list is made.
    change: Mutex<()>,
}

/// A rule, since when it is in force, and what it has seen.
#[derive(Debug)]
pub(crate) struct LiveRule {
    pub(crate) rule: FaultRule,
    added: Timestamp,
    counts: Mutex<FaultCounts>,
}

impl LiveRule {
    /// How what the request writes is to reach other places later.
    pub(crate) fn replication_delay(&self) -> Option<ReplicationDelay> {
        let Some(FaultAction::DelayReplication(held)) = &self.rule.effect.action else {
            return None;
        };
        Some(ReplicationDelay {
            to: held.to.clone(),
            // Replica 0 leads its region: what it gets later, the region gets later.
            replica: held.replica.filter(|number| *number > 0),
            by: Duration::from_millis(held.by_ms.into()),
        })
    }
}

/// When rules are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultStage {
    /// A TLS connection is opened.
    Handshake,
    /// A request has come.
    Request,
}

/// Why a rule is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RuleRefusal {
    #[error("a rule named {0:?} is there already: delete it first")]
    Known(String),
    #[error("a rule's id has 1 to {MAX_ID_CHARS} characters")]
    Id,
    #[error("there are {MAX_RULES} rules, which is the limit: delete some first")]
    TooMany,
}

impl FaultBook {
    /// Puts a rule behind the others; its time begins at `now`.
    ///
    /// # Errors
    /// [`RuleRefusal`] when its id is taken or no id, or there are too many.
    pub(crate) fn add(&self, rule: FaultRule, now: Timestamp) -> Result<(), RuleRefusal> {
        if rule.id.is_empty() || rule.id.chars().count() > MAX_ID_CHARS {
            return Err(RuleRefusal::Id);
        }
        let _change = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rules = self.rules().as_ref().clone();
        if rules.len() >= MAX_RULES {
            return Err(RuleRefusal::TooMany);
        }
        if rules.iter().any(|live| live.rule.id == rule.id) {
            return Err(RuleRefusal::Known(rule.id));
        }
        rules.push(Arc::new(LiveRule {
            rule,
            added: now,
            counts: Mutex::default(),
        }));
        self.rules.store(Arc::new(rules));
        Ok(())
    }

    /// Takes a rule away; `false` when there is none of this id.
    pub(crate) fn remove(&self, id: &str) -> bool {
        let _change = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rules = self.rules().as_ref().clone();
        let before = rules.len();
        rules.retain(|live| live.rule.id != id);
        let removed = rules.len() < before;
        self.rules.store(Arc::new(rules));
        removed
    }

    /// Takes all rules away and returns how many there were.
    pub(crate) fn clear(&self) -> usize {
        let _change = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        self.rules.swap(Arc::default()).len()
    }

    /// The rules, in order.
    pub(crate) fn rules(&self) -> Arc<Vec<Arc<LiveRule>>> {
        self.rules.load_full()
    }

    /// Whether no rule is there.
    pub(crate) fn is_empty(&self) -> bool {
        self.rules.load().is_empty()
    }

    /// Whether some rule asks for a partition, which takes work to find out.
    pub(crate) fn asks_for_partition(&self) -> bool {
        self.rules
            .load()
            .iter()
            .any(|live| live.rule.condition.partition.is_some())
    }

    /// The first rule that strikes, counted as a hit.
    pub(crate) fn strike(
        &self,
        stage: FaultStage,
        target: &FaultTarget<'_>,
        now: Timestamp,
    ) -> Option<Arc<LiveRule>> {
        let rules = self.rules.load();
        rules
            .iter()
            .find(|live| live.strikes(stage, target, now))
            .map(Arc::clone)
    }
}

impl LiveRule {
    /// What it has seen so far.
    pub(crate) fn counts(&self) -> FaultCounts {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn strikes(&self, stage: FaultStage, target: &FaultTarget<'_>, now: Timestamp) -> bool {
        let at = match self.rule.effect.action {
            Some(FaultAction::RefuseTls) => FaultStage::Handshake,
            _ => FaultStage::Request,
        };
        if at != stage || !self.rule.condition.meets(target) {
            return false;
        }
        let age = Duration::from_millis(now.millis().saturating_sub(self.added.millis()));
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.rule.is_open(*counts, age) {
            return false;
        }
        let strikes = self.rule.strikes(*counts);
        counts.met = counts.met.saturating_add(1);
        counts.hits = counts.hits.saturating_add(u64::from(strikes));
        strikes
    }
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
