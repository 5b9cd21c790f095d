//! Tests against Azure Cosmos DB without Azure: a local account in this process and a client over it, in one line.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use cosmokit::models::ContainerProperties;
//!
//! let client = cosmokit_testkit::local_client().await?;
//!
//! client.create_database("shop", None).await?;
//! let shop = client.database_client("shop");
//! shop.create_container(ContainerProperties::new("orders", "/customer".into()), None).await?;
//! let orders = shop.container_client("orders", None).await?;
//! orders.create_item("contoso", "o-1", serde_json::json!({"id": "o-1", "customer": "contoso"}), None).await?;
//! # Ok::<(), cosmokit::CosmosError>(())
//! # }).unwrap();
//! ```
//!
//! An account takes well under a millisecond to start, so every test can have its own and no test sees another's items.
//! [`LocalAccount`] gives more: several clients with sessions of their own, several partitions, the same account behind
//! real sockets over HTTP/1.1, HTTP/2 and HTTPS.

pub mod actor;
mod builder;
pub mod campaign;
pub mod conduct;
pub mod crew;
pub mod generated;
pub mod history;
pub mod judge;
mod local;
pub mod schedule;
mod wire;
pub mod workload;
pub mod world;

pub use cosmokit_protocol as protocol;

pub use self::builder::LocalAccountBuilder;
pub use self::local::{LocalAccount, local_client};
pub use self::wire::Wire;
