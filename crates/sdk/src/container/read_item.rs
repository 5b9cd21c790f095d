//! Reads an item.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::partition::PartitionKey;

use super::ContainerClient;
use crate::models::ItemResponse;
use crate::options::ItemReadOptions;

impl ContainerClient {
    /// Reads an item: a point read, the cheapest operation there is.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient, customer: &str) -> cosmokit::Result<()> {
    /// #[derive(serde::Deserialize)]
    /// struct Order { id: String, total: f64 }
    ///
    /// let response = container.read_item(customer, "o-1", None).await?;
    /// println!("{:?} RU", response.headers().request_charge());
    /// let order: Order = response.into_model()?;
    /// # let _ = (order.id, order.total);
    ///
    /// // The bytes as they came from the wire, parsed by nobody:
    /// let json = container.read_item(customer, "o-1", None).await?.into_body().single()?;
    /// # let _ = json;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 404 when there is no item with this id under this key, 400 when id or key cannot be sent; or what kept the
    /// operation from getting an answer. A condition that finds nothing new is no error: the status is 304.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn read_item(
        &self,
        partition_key: impl Into<PartitionKey>,
        item_id: &str,
        options: Option<ItemReadOptions>,
    ) -> crate::Result<ItemResponse> {
        let operation = CosmosOperation::read_item(self.item(partition_key, item_id));
        let (operation, options) = options.unwrap_or_default().apply(operation);
        self.driver
            .execute_operation(operation, &options)
            .await
            .map(ItemResponse::new)
    }
}
