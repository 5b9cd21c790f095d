//! Faults on purpose: the words in which a rule says which requests it meets and what it does to them.
//!
//! Both sides use them: the local account applies a rule at its sockets, the driver at its transport. Here are plain
//! values and pure decisions; counters, clocks and sockets belong to whoever applies a rule.
//!
//! ```
//! use cosmokit_protocol::wire::fault::FaultRule;
//!
//! let rule: FaultRule = serde_json::from_str(
//!     r#"{"id": "busy", "condition": {"operation": "ReadItem", "region": "West Europe"},
//!         "effect": {"status": 429, "substatus": 3200, "headers": {"x-ms-retry-after-ms": "10"}},
//!         "probability": 0.5, "seed": 7, "limit": 3}"#,
//! )?;
//! assert_eq!(rule.limit, Some(3));
//! # Ok::<(), serde_json::Error>(())
//! ```

mod condition;
mod effect;
mod effect_form;
mod millis;
mod operation_type;
mod probability;
mod rule;
#[cfg(test)]
mod tests;

pub use condition::{FaultCondition, FaultHeader, FaultTarget};
pub use effect::{
    BodyCut, FaultAction, FaultEffect, FaultMoment, FaultResponse, InvalidFaultEffect,
    ReplicationFault, SlowBody,
};
pub use operation_type::{FaultOperationType, UnknownFaultOperationType};
pub use probability::{InvalidProbability, Probability};
pub use rule::{FaultCounts, FaultRule};
