//! Rules that make chosen requests fail or answer otherwise, to see what a program does then.
//!
//! Everything above the transport runs as it does in production; the diagnostics of each operation say which rules
//! were looked at and why they did or did not apply.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use cosmokit::fault_injection::{
//!     FaultInjectionConditionBuilder, FaultInjectionErrorType, FaultInjectionResultBuilder, FaultInjectionRuleBuilder,
//!     FaultOperationType,
//! };
//! use cosmokit::{AccountReference, CosmosClient, RoutingStrategy};
//!
//! # async fn f(account: AccountReference) -> cosmokit::Result<()> {
//! let unavailable = FaultInjectionResultBuilder::new()
//!     .with_error(FaultInjectionErrorType::ServiceUnavailable)
//!     .build();
//! let reads_in_west_us = FaultInjectionConditionBuilder::new()
//!     .with_operation_type(FaultOperationType::ReadItem)
//!     .with_region("West US".into())
//!     .build();
//! let rule = Arc::new(
//!     FaultInjectionRuleBuilder::new("west-us-is-down", unavailable)
//!         .with_condition(reads_in_west_us)
//!         .with_hit_limit(5)
//!         .build(),
//! );
//! let client = CosmosClient::builder()
//!     .with_fault_injection_rules(vec![Arc::clone(&rule)])?
//!     .build(account, RoutingStrategy::ProximityTo("West US".into()))
//!     .await?;
//! # let _ = client;
//! println!("{} requests were hit", rule.hit_count());
//! # Ok(())
//! # }
//! ```

pub use cosmokit_driver::fault_injection::{
    CustomResponse, CustomResponseBuilder, FaultInjectionCondition, FaultInjectionConditionBuilder,
    FaultInjectionErrorType, FaultInjectionEvaluation, FaultInjectionResult,
    FaultInjectionResultBuilder, FaultInjectionRule, FaultInjectionRuleBuilder, FaultOperationType,
};
