//! Fault injection: rules that make chosen requests fail, or answer otherwise, at the seam to the transport.
//! Everything above the seam (retries, routing, sessions, diagnostics) runs as it does in production, and
//! each attempt's diagnostics say which rules were looked at and why they did or did not apply. A driver
//! without rules pays one branch per attempt.

mod condition;
mod error_type;
mod evaluation;
mod injector;
mod operation_type;
mod result;
mod rule;
#[cfg(test)]
mod tests;

pub use self::condition::{FaultInjectionCondition, FaultInjectionConditionBuilder};
pub use self::error_type::{FaultInjectionErrorType, UnknownFaultInjectionErrorType};
pub use self::evaluation::FaultInjectionEvaluation;
pub(crate) use self::injector::{Aim, Chosen, FaultInjector, FaultRules, carry};
pub use self::result::{
    CustomResponse, CustomResponseBuilder, FaultInjectionResult, FaultInjectionResultBuilder,
};
pub use self::rule::{FaultInjectionRule, FaultInjectionRuleBuilder};
pub use cosmokit_protocol::wire::fault::FaultOperationType;
