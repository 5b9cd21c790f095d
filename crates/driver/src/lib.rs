//! The Azure Cosmos DB client engine: an operation becomes attempts becomes bytes.
//!
//! [`CosmosDriverRuntime`] holds what all accounts share; [`CosmosDriver`] is one account; a
//! [`CosmosOperation`] is made by a factory named after its verb and run by
//! [`CosmosDriver::execute_operation`]. Transports are HTTP over sockets or any tower service in process.

#![cfg_attr(test, allow(clippy::large_futures, reason = "tests may be wasteful"))]

mod auth;
mod cache;
mod clock;
mod diagnostics;
mod driver;
mod entropy;
mod error;
mod feed;
mod operation;
pub mod options;
mod pipeline;
mod reference;
mod response;
mod retry;
mod routing;
mod runtime;
mod session;
mod tasks;
mod topology;
mod transport;

pub use auth::{AccessToken, TokenFuture, TokenSource};
pub use cache::{PartitionKeyRanges, RangeRefresh, ResolvedContainer};
pub use clock::Clock;
pub use diagnostics::{
    DiagnosticsContext, ExecutionContext, OmittedRequests, PhaseTimings, RequestDiagnostics,
    RequestSentStatus,
};
pub use driver::CosmosDriver;
pub use entropy::Entropy;
pub use error::{CosmosError, CosmosErrorBuilder, ErrorKind, Result};
pub use feed::FeedPager;
pub use operation::{CosmosOperation, MaxItemCountHint, OperationType, Precondition};
pub use options::{DriverOptions, DriverOptionsBuilder, OperationOptions, OperationOptionsBuilder};
pub use reference::{
    AccountEndpoint, AccountReference, ContainerReference, Credential, DatabaseReference,
    ItemReference,
};
pub use response::{CosmosResponse, ResponseBody};
pub use runtime::{CosmosDriverRuntime, CosmosDriverRuntimeBuilder};
pub use transport::{Transport, TransportError, TransportErrorKind};
