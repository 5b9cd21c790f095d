//! A typed client for Azure Cosmos DB for NoSQL, thin over the Cosmokit driver.
//!
//! ```no_run
//! use cosmokit::{CosmosClient, models::ContainerProperties};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, Serialize, Deserialize)]
//! struct Order {
//!     id: String,
//!     customer: String,
//!     total: f64,
//! }
//!
//! # async fn run() -> cosmokit::Result<()> {
//! // COSMOS_CONNECTION_STRING, or COSMOS_ENDPOINT and COSMOS_KEY.
//! let client = CosmosClient::from_env().await?;
//! client.create_database("shop", None).await?;
//! let shop = client.database_client("shop");
//! shop.create_container(ContainerProperties::new("orders", "/customer".into()), None).await?;
//! let orders = shop.container_client("orders", None).await?;
//!
//! let order = Order { id: "o-1".into(), customer: "contoso".into(), total: 42.5 };
//! orders.create_item("contoso", "o-1", &order, None).await?;
//! let read: Order = orders.read_item("contoso", "o-1", None).await?.into_model()?;
//! # let _ = read;
//! # Ok(())
//! # }
//! ```
//!
//! Names and signatures follow the published `azure_data_cosmos` 1.1 wherever it has the call, so a program written for
//! it compiles after one line of its manifest changes:
//!
//! ```toml
//! azure_data_cosmos = { package = "cosmokit", version = "0.1", features = ["key_auth"] }
//! ```
//!
//! Its features are all on: keys, databases and containers need none. Cosmokit's own are `entra` (on by default), which
//! speaks `azure_core`'s credentials, etags and errors; without it the client has none of the Azure crates under it.
//!
//! | Here | What |
//! |---|---|
//! | [`CosmosClient`], [`DatabaseClient`], [`ContainerClient`] | the calls |
//! | [`NamedResourceClient`] | users, permissions, keys, stored procedures, triggers, functions |
//! | [`AccountReference`], [`CosmosClientBuilder`], [`CosmosRuntime`] | how a client is made |
//! | [`models`] | documents, partition keys, responses |
//! | [`options`] | what a call may ask for |
//! | [`feed`] | queries, pages, streams |
//! | [`processor`] | the change feed shared by several instances, with leases |
//! | [`session`] | one user's session apart from all others |
//! | [`error`], [`diagnostics`] | what went wrong, what was done |
//! | [`fault_injection`] | making it go wrong, in tests |

mod account;
mod client;
pub mod clients;
mod container;
mod database;
pub mod diagnostics;
#[cfg(feature = "entra")]
mod entra;
pub mod error;
pub mod fault_injection;
pub mod feed;
mod identity;
pub mod models;
mod named_resource;
pub mod options;
pub mod processor;
mod runtime;
pub mod session;
mod throughput;

pub use self::account::{AccountEndpoint, AccountReference, AuthenticationKey, CosmosCredential};
pub use self::client::{CosmosClient, CosmosClientBuilder};
pub use self::container::ContainerClient;
pub use self::database::DatabaseClient;
pub use self::error::{CosmosError, CosmosStatus, Result, SubStatusCode};
pub use self::feed::{FeedScope, Query};
pub use self::identity::{ResourceId, ResourceIdentity};
pub use self::models::{PartitionKey, TransactionalBatch};
pub use self::named_resource::NamedResourceClient;
pub use self::options::RoutingStrategy;
pub use self::processor::{ChangeFeedEstimator, ChangeFeedProcessor};
pub use self::runtime::{CosmosRuntime, CosmosRuntimeBuilder};
pub use self::throughput::ThroughputPoller;
/// The driver underneath, for what this crate leaves to it: references, operations, transports.
pub use cosmokit_driver as driver;
