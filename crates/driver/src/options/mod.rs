//! Options: what callers wish. One partial struct in four layers (environment, runtime, account,
//! operation), each option declared as one row, resolved once per operation into [`OperationSettings`],
//! in which nothing is optional any more. The table in `docs/options.md` is made from the rows.

mod account_refresh;
mod connection_pool;
mod diagnostics;
mod driver_options;
mod environment;
mod hedging;
mod layer;
mod operation;
mod partition_failover;
mod root_certificates;
mod row;
mod table;
mod user_agent;
mod words;

pub use self::account_refresh::{
    ACCOUNT_REFRESH_ROWS, AccountRefreshOptions, AccountRefreshOptionsBuilder,
    AccountRefreshSettings,
};
pub use self::connection_pool::{
    CONNECTION_POOL_ROWS, ConnectionPoolOptions, ConnectionPoolOptionsBuilder,
    ConnectionPoolSettings, PlainHttp, PlainHttpVersion, ServerCertificateValidation,
};
pub use self::diagnostics::{
    DIAGNOSTICS_ROWS, DiagnosticsOptions, DiagnosticsOptionsBuilder, DiagnosticsSettings,
};
pub use self::driver_options::{DriverOptions, DriverOptionsBuilder};
pub use self::environment::Environment;
pub use self::hedging::{HEDGING_ROWS, HedgingOptions, HedgingOptionsBuilder, HedgingSettings};
pub(crate) use self::layer::OptionLayers;
pub use self::operation::{
    OPERATION_ROWS, OperationOptions, OperationOptionsBuilder, OperationSettings, THROTTLING_ROWS,
    THROUGHPUT_ROWS, ThrottlingRetryOptions, ThrottlingRetryOptionsBuilder,
    ThrottlingRetrySettings, ThroughputControlOptions, ThroughputControlOptionsBuilder,
    ThroughputControlSettings,
};
pub use self::partition_failover::{
    PARTITION_FAILOVER_ROWS, PartitionFailoverOptions, PartitionFailoverOptionsBuilder,
    PartitionFailoverSettings,
};
pub use self::root_certificates::RootCertificates;
pub use self::row::OptionRow;
pub use self::user_agent::UserAgentSuffix;
pub(crate) use self::user_agent::user_agent;
pub use self::words::{
    AvailabilityStrategy, ContentResponseOnWrite, EndToEndOperationLatencyPolicy, ExcludedRegions,
    UnknownWord, WriteRetryPolicy,
};
pub use crate::throughput_control::{ThroughputControlGroupName, ThroughputControlGroupOptions};
pub use cosmokit_protocol::wire::priority::PriorityLevel;
