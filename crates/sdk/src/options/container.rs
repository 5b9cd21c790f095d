//! Options of the calls about containers.

use super::operation_options_only;
use cosmokit_driver::options::OperationOptions;
use cosmokit_protocol::resource::ThroughputProperties;

operation_options_only! {
    /// Options of [`DatabaseClient::container_client`](crate::DatabaseClient::container_client): they govern the read
    /// of the container that it makes.
    ContainerClientOptions;
    /// Options of [`ContainerClient::read`](crate::ContainerClient::read).
    ReadContainerOptions;
    /// Options of [`ContainerClient::replace`](crate::ContainerClient::replace).
    ReplaceContainerOptions;
    /// Options of [`ContainerClient::delete`](crate::ContainerClient::delete).
    DeleteContainerOptions;
    /// Options of
    /// [`ContainerClient::delete_all_items_by_partition_key`](crate::ContainerClient::delete_all_items_by_partition_key).
    DeleteAllItemsOptions;
}

/// Options of [`DatabaseClient::create_container`](crate::DatabaseClient::create_container).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CreateContainerOptions {
    /// The settings of this call that every operation knows.
    pub operation: OperationOptions,
    /// Throughput of its own for the container. When absent the service decides: it shares the database's, or has
    /// 400 RU/s.
    pub throughput: Option<ThroughputProperties>,
}

impl CreateContainerOptions {
    /// Gives the container throughput of its own.
    pub fn with_throughput(mut self, throughput: ThroughputProperties) -> Self {
        self.throughput = Some(throughput);
        self
    }

    /// Sets the settings that every operation knows.
    pub fn with_operation_options(mut self, operation: OperationOptions) -> Self {
        self.operation = operation;
        self
    }
}
