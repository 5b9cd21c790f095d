//! Handlers that write to `tracing`: every operation, or those that failed, were slow, costly or big, at a
//! bounded rate.

use std::fmt;
use std::sync::Arc;

use super::rate_limit::{Admission, RateLimiter};
use super::{DiagnosticsContext, DiagnosticsHandler, DiagnosticsThresholds, RateLimiterConfig};

/// Logs each operation with its summary: at level `warn` when it failed, else at `info`.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TracingLogHandler;

impl TracingLogHandler {
    /// A handler.
    pub fn new() -> Self {
        Self
    }
}

impl DiagnosticsHandler for TracingLogHandler {
    fn handle(&self, diagnostics: &DiagnosticsContext) {
        let operation = diagnostics.operation_name();
        if diagnostics.is_failure() {
            tracing::warn!(operation, %diagnostics, "the operation failed");
        } else {
            tracing::info!(operation, %diagnostics, "the operation succeeded");
        }
    }
}

/// Hands to another handler the operations that failed or crossed a threshold, at a bounded rate.
///
/// ```
/// use std::time::Duration;
///
/// use cosmokit_driver::{DiagnosticsThresholds, SamplingLogHandler};
///
/// let thresholds = DiagnosticsThresholds::new().with_point_operation_latency(Duration::from_millis(100));
/// let handler = SamplingLogHandler::with_thresholds(thresholds);
/// assert_eq!(handler.thresholds().point_operation_latency(), Duration::from_millis(100));
/// ```
pub struct SamplingLogHandler {
    thresholds: DiagnosticsThresholds,
    limiter: RateLimiter,
    inner: Arc<dyn DiagnosticsHandler>,
}

impl SamplingLogHandler {
    /// Logs by [`TracingLogHandler`], by the default thresholds and rate.
    pub fn new() -> Self {
        Self::with_thresholds(DiagnosticsThresholds::default())
    }

    /// With other thresholds.
    pub fn with_thresholds(thresholds: DiagnosticsThresholds) -> Self {
        Self::with_thresholds_and_handler(thresholds, Arc::new(TracingLogHandler::new()))
    }

    /// With other thresholds and another rate.
    pub fn with_thresholds_and_rate_limit(
        thresholds: DiagnosticsThresholds,
        rate_limit: RateLimiterConfig,
    ) -> Self {
        let inner = Arc::new(TracingLogHandler::new());
        Self::with_thresholds_rate_limit_and_handler(thresholds, rate_limit, inner)
    }

    /// With another handler in place of [`TracingLogHandler`].
    pub fn with_handler(inner: Arc<dyn DiagnosticsHandler>) -> Self {
        Self::with_thresholds_and_handler(DiagnosticsThresholds::default(), inner)
    }

    /// With other thresholds and another handler.
    pub fn with_thresholds_and_handler(
        thresholds: DiagnosticsThresholds,
        inner: Arc<dyn DiagnosticsHandler>,
    ) -> Self {
        Self::with_thresholds_rate_limit_and_handler(
            thresholds,
            RateLimiterConfig::default(),
            inner,
        )
    }

    /// With everything of one's own.
    pub fn with_thresholds_rate_limit_and_handler(
        thresholds: DiagnosticsThresholds,
        rate_limit: RateLimiterConfig,
        inner: Arc<dyn DiagnosticsHandler>,
    ) -> Self {
        Self {
            thresholds,
            limiter: RateLimiter::new(rate_limit),
            inner,
        }
    }

    /// The thresholds.
    pub fn thresholds(&self) -> &DiagnosticsThresholds {
        &self.thresholds
    }

    /// Whether an operation is one to hand on, the rate set aside.
    pub fn should_log(&self, diagnostics: &DiagnosticsContext) -> bool {
        diagnostics.is_failure() || diagnostics.is_threshold_violated(&self.thresholds)
    }
}

impl Default for SamplingLogHandler {
    fn default() -> Self {
        Self::new()
    }
}

impl DiagnosticsHandler for SamplingLogHandler {
    fn handle(&self, diagnostics: &DiagnosticsContext) {
        if !self.should_log(diagnostics) {
            return;
        }
        let (at, is_failure) = (diagnostics.completed_at(), diagnostics.is_failure());
        match self.limiter.admit(at, is_failure) {
            Admission::Admitted { suppressed } => {
                if suppressed > 0 {
                    tracing::warn!(
                        suppressed,
                        "diagnostics were not logged: too many in a short time"
                    );
                }
                self.inner.handle(diagnostics);
            }
            Admission::Suppressed => {}
        }
    }
}

impl fmt::Debug for SamplingLogHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SamplingLogHandler")
            .field("thresholds", &self.thresholds)
            .finish_non_exhaustive()
    }
}
