//! From when on an operation counts as slow, costly or big.

use std::time::Duration;

use super::DiagnosticsContext;

/// From when on an operation counts as slow, costly or big.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct DiagnosticsThresholds {
    point_operation_latency: Duration,
    non_point_operation_latency: Duration,
    request_charge: f64,
    payload_size: u64,
}

/// Which threshold an operation crossed; the first of them in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ThresholdBreach {
    /// An operation on one item took too long.
    PointLatency,
    /// Any other operation took too long.
    NonPointLatency,
    /// It cost too many request units.
    RequestCharge,
    /// It sent or received too many bytes in one request.
    PayloadSize,
}

impl ThresholdBreach {
    /// The word in logs and traces.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PointLatency => "point_latency",
            Self::NonPointLatency => "non_point_latency",
            Self::RequestCharge => "request_charge",
            Self::PayloadSize => "payload_size",
        }
    }
}

/// 1 s for operations on one item, 3 s for others, 1000 RU, 1 MiB: the published clients' numbers.
impl Default for DiagnosticsThresholds {
    fn default() -> Self {
        Self {
            point_operation_latency: Duration::from_secs(1),
            non_point_operation_latency: Duration::from_secs(3),
            request_charge: 1_000.0,
            payload_size: 1024 * 1024,
        }
    }
}

impl DiagnosticsThresholds {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long an operation on one item may take. Default 1 s.
    pub fn with_point_operation_latency(mut self, latency: Duration) -> Self {
        self.point_operation_latency = latency;
        self
    }

    /// How long any other operation may take, a page of a feed being one. Default 3 s.
    pub fn with_non_point_operation_latency(mut self, latency: Duration) -> Self {
        self.non_point_operation_latency = latency;
        self
    }

    /// How many request units an operation may cost; what is not a number from 0 on is ignored. Default 1000.
    pub fn with_request_charge(mut self, request_charge: f64) -> Self {
        if request_charge.is_finite() && request_charge >= 0.0 {
            self.request_charge = request_charge;
        }
        self
    }

    /// How many bytes the body of a request or of its answer may have. Default 1 MiB.
    pub fn with_payload_size(mut self, payload_size: u64) -> Self {
        self.payload_size = payload_size;
        self
    }

    /// How long an operation on one item may take.
    pub fn point_operation_latency(&self) -> Duration {
        self.point_operation_latency
    }

    /// How long any other operation may take.
    pub fn non_point_operation_latency(&self) -> Duration {
        self.non_point_operation_latency
    }

    /// How many request units an operation may cost.
    pub fn request_charge(&self) -> f64 {
        self.request_charge
    }

    /// How many bytes a body may have.
    pub fn payload_size(&self) -> u64 {
        self.payload_size
    }

    /// The first threshold that an operation crossed.
    pub(super) fn breach(&self, context: &DiagnosticsContext) -> Option<ThresholdBreach> {
        let (limit, latency) = if context.is_point_operation() {
            (self.point_operation_latency, ThresholdBreach::PointLatency)
        } else {
            let limit = self.non_point_operation_latency;
            (limit, ThresholdBreach::NonPointLatency)
        };
        if context.duration() > limit {
            Some(latency)
        } else if context.total_request_charge().value() > self.request_charge {
            Some(ThresholdBreach::RequestCharge)
        } else if context.largest_payload_bytes() > self.payload_size {
            Some(ThresholdBreach::PayloadSize)
        } else {
            None
        }
    }
}
