//! Applies rules to attempts: which rule hits is found out without I/O, what it does is carried out around
//! the sending of the request.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::wire::fault::Probability;
use cosmokit_protocol::wire::region::Region;
use http::Response;

use super::error_type::{Failure, answer, failed};
use super::{FaultInjectionEvaluation, FaultInjectionRule};
use crate::cache::ResolvedContainer;
use crate::clock::{Clock, Instant};
use crate::entropy::Entropy;
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::operation::CosmosOperation;
use crate::transport::{AttemptTrace, TransportError};

/// The rules of a runtime or a driver, in the order in which they are looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct FaultRules(Vec<Arc<FaultInjectionRule>>);

/// Equal are lists of the same rules, so that drivers with rules of their own are not shared.
impl PartialEq for FaultRules {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self
                .0
                .iter()
                .zip(&other.0)
                .all(|(own, other)| Arc::ptr_eq(own, other))
    }
}

impl FaultRules {
    pub(crate) fn new(rules: impl IntoIterator<Item = Arc<FaultInjectionRule>>) -> Self {
        Self(rules.into_iter().collect())
    }

    /// # Errors
    /// When two rules have the same id, or one cannot be used.
    pub(crate) fn check(&self) -> Result<()> {
        let unusable = self.0.iter().find_map(|rule| rule.flaw());
        let twice = || {
            let mut earlier = std::collections::HashSet::new();
            let twice = self.0.iter().find(|rule| !earlier.insert(rule.id()))?;
            Some(format!(
                "two fault injection rules have the id {}; give each its own",
                twice.id()
            ))
        };
        match unusable.or_else(twice) {
            None => Ok(()),
            Some(message) => Err(CosmosError::builder()
                .with_kind(ErrorKind::Configuration)
                .with_status(client::FAULT_RULES)
                .with_message(message)
                .build()),
        }
    }
}

/// What a rule is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Aim<'a> {
    pub(crate) operation: &'a CosmosOperation,
    pub(crate) region: Option<&'a Region>,
    /// The container that items are in, when that is what the operation is about.
    pub(crate) container: Option<&'a ResolvedContainer>,
}

/// The rules of one driver: its own first, then the runtime's.
#[derive(Debug)]
pub(crate) struct FaultInjector {
    rules: Vec<Arc<FaultInjectionRule>>,
    entropy: Entropy,
}

/// What was found out for one attempt.
#[derive(Debug)]
pub(crate) struct Chosen {
    /// The rule that hits.
    pub(crate) rule: Option<Arc<FaultInjectionRule>>,
    /// One for each rule.
    pub(crate) evaluations: Box<[FaultInjectionEvaluation]>,
}

impl FaultInjector {
    /// `None` without rules.
    ///
    /// # Errors
    /// When two rules have the same id, or one cannot be used.
    pub(crate) fn new(
        own: &FaultRules,
        runtime: &FaultRules,
        entropy: Entropy,
    ) -> Result<Option<Arc<Self>>> {
        let all = FaultRules::new(own.0.iter().chain(&runtime.0).cloned());
        all.check()?;
        if all.0.is_empty() {
            return Ok(None);
        }
        Ok(Some(Arc::new(Self {
            rules: all.0,
            entropy,
        })))
    }

    /// The first rule that hits a request which leaves at `now`, and what came of all of them.
    pub(crate) fn choose(&self, aim: &Aim<'_>, now: Instant) -> Chosen {
        let (mut chosen, now) = (None, now.into_std());
        let evaluations = self
            .rules
            .iter()
            .map(|rule| {
                if let Some(refusal) = rule.refusal(aim, now) {
                    return refusal;
                }
                if chosen.is_some() {
                    return FaultInjectionEvaluation::Superseded {
                        rule_id: rule.id().to_owned(),
                    };
                }
                match self.hit(rule) {
                    Ok(applied) => {
                        chosen = Some(Arc::clone(rule));
                        applied
                    }
                    Err(missed) => missed,
                }
            })
            .collect();
        Chosen {
            rule: chosen,
            evaluations,
        }
    }

    fn hit(
        &self,
        rule: &FaultInjectionRule,
    ) -> std::result::Result<FaultInjectionEvaluation, FaultInjectionEvaluation> {
        let result = rule.result();
        let is_certain = result.probability == Probability::ALWAYS;
        if !is_certain && !result.probability.includes(self.entropy.draw()) {
            return Err(FaultInjectionEvaluation::ProbabilityMiss {
                rule_id: rule.id().to_owned(),
                probability: result.probability(),
            });
        }
        rule.hit()?;
        Ok(FaultInjectionEvaluation::Applied {
            rule_id: rule.id().to_owned(),
        })
    }
}

/// Carries out what the chosen rule says around `sending`, which is the request on its way to the transport.
pub(crate) async fn carry(
    rule: Option<Arc<FaultInjectionRule>>,
    sending: impl Future<Output = Result<Response<Bytes>, TransportError>>,
    trace: &AttemptTrace,
    clock: Clock,
) -> Result<Response<Bytes>, TransportError> {
    let Some(rule) = rule else {
        return sending.await;
    };
    let (result, started) = (rule.result(), clock.now());
    let failure = result
        .error_type()
        .map(super::FaultInjectionErrorType::failure);
    if !matches!(failure, Some(Failure::Instead(_, sent)) if !sent.may_have_been_sent()) {
        // A client that gives up now could not tell.
        trace.handed_over();
    }
    if let Some(delay) = result.delay() {
        clock.sleep(delay).await;
    }
    let injected = match (failure, result.custom_response()) {
        (Some(Failure::Instead(kind, sent)), _) => return Err(failed(kind, sent)),
        (Some(Failure::Afterwards(kind, sent)), _) => {
            sending.await?;
            return Err(failed(kind, sent));
        }
        (Some(Failure::Answer(status, substatus)), _) => answer(status, substatus),
        (None, Some(response)) => response.to_response(),
        (None, None) => return sending.await,
    };
    trace.answered(clock, started);
    Ok(injected)
}
