//! Options that the layers below define, under the name that callers know.

pub use cosmokit_driver::options::{
    AccountRefreshOptions, AccountRefreshOptionsBuilder, AvailabilityStrategy,
    ConnectionPoolOptions, ConnectionPoolOptionsBuilder, ContentResponseOnWrite,
    DiagnosticsOptions, DiagnosticsOptionsBuilder, EndToEndOperationLatencyPolicy, ExcludedRegions,
    HedgingOptions, HedgingOptionsBuilder, OperationOptions, OperationOptionsBuilder,
    PartitionFailoverOptions, PartitionFailoverOptionsBuilder, PlainHttp, PlainHttpVersion,
    PriorityLevel, RootCertificates, ServerCertificateValidation, ThrottlingRetryOptions,
    ThrottlingRetryOptionsBuilder, ThroughputControlGroupName, ThroughputControlGroupOptions,
    ThroughputControlOptions, ThroughputControlOptionsBuilder, UserAgentSuffix, WriteRetryPolicy,
};
pub use cosmokit_driver::{
    MaxItemCountHint, PatchStrategy, Precondition, QueryLimits, QueryPlanMode,
};
pub use cosmokit_protocol::op::ChangeFeedMode;
pub use cosmokit_protocol::session::SessionToken;
pub use cosmokit_protocol::wire::consistency::ReadConsistencyStrategy;
pub use cosmokit_protocol::wire::region::Region;
