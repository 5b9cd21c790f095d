//! Who is told about each operation that ended.

use std::fmt;
use std::sync::Arc;

use super::DiagnosticsContext;

/// Is told about each operation that ended: to log, to count, to trace.
///
/// ```
/// use cosmokit_driver::{DiagnosticsContext, DiagnosticsHandler};
///
/// struct SlowOnes;
///
/// impl DiagnosticsHandler for SlowOnes {
///     fn handle(&self, diagnostics: &DiagnosticsContext) {
///         if diagnostics.duration().as_millis() > 100 {
///             eprintln!("{diagnostics}");
///         }
///     }
/// }
/// ```
pub trait DiagnosticsHandler: Send + Sync {
    /// Called once per operation, whether it succeeded or failed, before the caller gets the answer; so it must be
    /// quick and must not block. A call that is made of several operations (a page of a query over several ranges,
    /// bulk, read many) is told operation by operation. What the driver reads for itself is not told, and neither is
    /// an operation that the caller dropped.
    fn handle(&self, diagnostics: &DiagnosticsContext);
}

/// Handlers that are called one after the other.
#[derive(Clone, Default)]
pub struct DiagnosticsHandlerChain(Vec<Arc<dyn DiagnosticsHandler>>);

impl DiagnosticsHandlerChain {
    /// No handlers.
    pub fn new() -> Self {
        Self::default()
    }

    /// These handlers, in this order.
    pub fn from_handlers(handlers: Vec<Arc<dyn DiagnosticsHandler>>) -> Self {
        Self(handlers)
    }

    /// One more at the end.
    pub fn with_handler(mut self, handler: Arc<dyn DiagnosticsHandler>) -> Self {
        self.0.push(handler);
        self
    }

    /// These, then the others.
    pub(crate) fn and(mut self, others: &Self) -> Self {
        self.0.extend(others.0.iter().cloned());
        self
    }

    /// The handlers.
    pub fn handlers(&self) -> &[Arc<dyn DiagnosticsHandler>] {
        &self.0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl DiagnosticsHandler for DiagnosticsHandlerChain {
    fn handle(&self, diagnostics: &DiagnosticsContext) {
        for handler in &self.0 {
            handler.handle(diagnostics);
        }
    }
}

/// Equal are chains of the same handlers, so that drivers with handlers of their own are not shared.
impl PartialEq for DiagnosticsHandlerChain {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = self.0.iter().zip(&other.0);
        self.len() == other.len() && pairs.all(|(own, other)| Arc::ptr_eq(own, other))
    }
}

impl fmt::Debug for DiagnosticsHandlerChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DiagnosticsHandlerChain({})", self.len())
    }
}
