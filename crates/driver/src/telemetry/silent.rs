//! The twin of `otel` without the feature: nothing of these types can exist, so that nothing is left of their
//! use.

use std::convert::Infallible;

use http::HeaderMap;

use crate::diagnostics::{DiagnosticsContext, RequestDiagnostics};
use crate::operation::CosmosOperation;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OpenTelemetry(Infallible);

#[derive(Clone, Debug)]
pub(crate) struct Scope(Infallible);

#[derive(Debug)]
pub(crate) struct Instance(Infallible);

impl OpenTelemetry {
    pub(crate) fn count_instance(&self, _: &str) -> Instance {
        match self.0 {}
    }

    pub(crate) fn operation(&self, _: &CosmosOperation) -> Scope {
        match self.0 {}
    }

    pub(crate) fn operation_ended(&self, _: &Scope, _: &DiagnosticsContext) {
        match self.0 {}
    }

    pub(crate) fn attempt(&self, _: &CosmosOperation) -> Scope {
        match self.0 {}
    }
}

impl Scope {
    pub(crate) fn attach(&self) {
        match self.0 {}
    }

    pub(crate) fn propagate(&self, _: &mut HeaderMap) {
        match self.0 {}
    }

    pub(crate) fn attempt_ended(&self, _: &RequestDiagnostics) {
        match self.0 {}
    }
}
