//! The Azure Cosmos DB client engine: an operation becomes attempts becomes bytes.
//!
//! [`CosmosDriverRuntime`] holds what all accounts share; [`CosmosDriver`] is one account; a
//! [`CosmosOperation`] is made by a factory named after its verb and run by
//! [`CosmosDriver::execute_operation`]. Transports are HTTP over sockets or any tower service in process.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use cosmokit_driver::*;
//!
//! // Any tower service will do; without one, requests go over HTTP.
//! let gateway = cosmokit_server::Gateway::new(cosmokit_engine::Account::builder().build()?)?;
//! let runtime = CosmosDriverRuntime::builder().with_transport(Transport::from_service(gateway)).build()?;
//! let key = cosmokit_protocol::wire::signing::EMULATOR_KEY;
//! let account = AccountReference::with_account_key("http://localhost:8081/".parse()?, key);
//! let driver = runtime.get_or_create_driver(account.clone(), DriverOptions::default()).await?;
//!
//! let options = OperationOptions::default();
//! let shop = CosmosOperation::create_database(account.clone()).with_body(r#"{"id":"shop"}"#);
//! driver.execute_operation(shop, &options).await?;
//! let shop = DatabaseReference::from_name(account, "shop");
//! let orders = r#"{"id":"orders","partitionKey":{"paths":["/customer"],"kind":"Hash","version":2}}"#;
//! driver.execute_operation(CosmosOperation::create_container(shop.clone()).with_body(orders), &options).await?;
//!
//! let order = ItemReference::from_name(&ContainerReference::from_name(&shop, "orders"), "contoso", "o-1");
//! let body = r#"{"id":"o-1","customer":"contoso","total":12.5}"#;
//! driver.execute_operation(CosmosOperation::create_item(order.clone()).with_body(body), &options).await?;
//! let read = driver.execute_operation(CosmosOperation::read_item(order), &options).await?;
//! assert_eq!(read.body().clone().into_single::<serde_json::Value>()?["total"], 12.5);
//! println!("{} in {} attempts", read.diagnostics(), read.diagnostics().request_count());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

#![cfg_attr(test, allow(clippy::large_futures, reason = "tests may be wasteful"))]

mod auth;
mod cache;
mod clock;
mod compound;
mod dataflow;
mod diagnostics;
mod driver;
mod entropy;
mod error;
pub mod fault_injection;
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
mod telemetry;
mod throughput_control;
mod topology;
mod transport;

pub use auth::{AccessToken, TokenFuture, TokenSource};
pub use cache::{PartitionKeyRanges, RangeRefresh, ResolvedContainer};
pub use clock::Clock;
pub use compound::{
    BulkItem, BulkOutcome, BulkRequest, PatchCall, PatchStrategy, ReadManyAnswer, ReadManyRequest,
};
pub use dataflow::{
    ChangeFeedPager, ChangeFeedRequest, ContinuationToken, FeedPage, FeedScope, PlanSource,
    QueryExplanation, QueryLimits, QueryPager, QueryPlan, QueryPlanMode, QueryRequest,
};
pub use diagnostics::{
    DiagnosticsContext, DiagnosticsHandler, DiagnosticsHandlerChain, DiagnosticsThresholds,
    ExecutionContext, OmittedRequests, PhaseTimings, RateLimiterConfig, RequestDiagnostics,
    RequestSentStatus, SamplingLogHandler, ThresholdBreach, TracingLogHandler, TransportKind,
};
pub use driver::CosmosDriver;
pub use entropy::Entropy;
pub use error::{CosmosError, CosmosErrorBuilder, ErrorKind, Result};
pub use feed::{FeedPager, OfferPoller};
pub use operation::{CosmosOperation, MaxItemCountHint, OperationType, Precondition};
pub use options::{DriverOptions, DriverOptionsBuilder, OperationOptions, OperationOptionsBuilder};
pub use reference::{
    AccountEndpoint, AccountReference, ContainerReference, Credential, DatabaseReference,
    ItemReference, NamedResourceFeed, NamedResourceKind, NamedResourceReference,
};
pub use response::{CosmosResponse, ResponseBody};
pub use runtime::{CosmosDriverRuntime, CosmosDriverRuntimeBuilder};
pub use session::{Session, SessionActivity, SessionEntry, SessionPromise, SessionSource};
pub use tasks::TaskGroup;
#[cfg(feature = "otel")]
pub use telemetry::OpenTelemetry;
pub use transport::{Transport, TransportError, TransportErrorKind};
