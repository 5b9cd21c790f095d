//! The clients, under the path that programs written for the published client import them from.

pub use crate::client::{CosmosClient, CosmosClientBuilder};
pub use crate::container::ContainerClient;
pub use crate::database::DatabaseClient;
pub use crate::named_resource::NamedResourceClient;
pub use crate::throughput::ThroughputPoller;
