//! Where an operation went, as its diagnostics tell.

use std::sync::Arc;

use cosmokit::Result;
use cosmokit::models::ItemResponse;
use cosmokit_driver::fault_injection::FaultInjectionEvaluation;
use cosmokit_driver::{DiagnosticsContext, ExecutionContext, RequestDiagnostics};

/// The attempts of one operation.
#[derive(Clone, Debug)]
pub(super) struct Trail(pub(super) Arc<DiagnosticsContext>);

impl Trail {
    /// Of an operation on one item, whether it succeeded or not.
    pub(super) fn of(outcome: &Result<ItemResponse>) -> Self {
        Self(match outcome {
            Ok(response) => response.diagnostics(),
            Err(error) => error.diagnostics().expect("errors of operations have them"),
        })
    }

    /// The region of each attempt. Its endpoint must be the region's own.
    pub(super) fn regions(&self) -> Vec<String> {
        let region = |request: &RequestDiagnostics| {
            let region = request.region().unwrap().to_string();
            let own = format!("http://world-{region}.local/");
            assert_eq!(request.endpoint(), own, "{}", self.0);
            region
        };
        self.0.requests().map(region).collect()
    }

    pub(super) fn contexts(&self) -> Vec<ExecutionContext> {
        let requests = self.0.requests();
        requests
            .map(RequestDiagnostics::execution_context)
            .collect()
    }

    /// It succeeded, and its attempts went to these regions.
    #[track_caller]
    pub(super) fn succeeded_in(&self, regions: &[&str], what: &str) {
        assert!(!self.0.is_failure(), "{what}: {}", self.0);
        assert_eq!(self.regions(), regions, "{what}: {}", self.0);
    }

    /// Whether a rule changed what became of each attempt.
    pub(super) fn faults(&self) -> Vec<bool> {
        let hit = |request: &RequestDiagnostics| {
            let mut evaluations = request.fault_injection_evaluations().iter();
            evaluations.any(FaultInjectionEvaluation::was_applied)
        };
        self.0.requests().map(hit).collect()
    }
}
