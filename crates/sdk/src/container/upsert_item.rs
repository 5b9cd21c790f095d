//! Creates an item or writes over it.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::partition::PartitionKey;
use serde::Serialize;

use super::{ContainerClient, item_body};
use crate::models::ItemResponse;
use crate::options::ItemWriteOptions;

impl ContainerClient {
    /// Creates an item, or replaces the one with its id under this key: status 201 or 200.
    ///
    /// With [`Precondition::if_match`](crate::options::Precondition::if_match) an item that exists is only replaced while
    /// it has that etag.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// #[derive(serde::Serialize)]
    /// struct Order<'a> { id: &'a str, customer: &'a str, total: f64 }
    ///
    /// let order = Order { id: "o-1", customer: "contoso", total: 42.5 };
    /// let response = container.upsert_item("contoso", order.id, &order, None).await?;
    /// println!("{:?}", response.status());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 412 when the condition does not hold, 409 when a unique key is taken, 400 when the document has no id or another
    /// partition key, 413 when it is larger than 2 MB; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the item may have been written.
    pub async fn upsert_item<T: Serialize>(
        &self,
        partition_key: impl Into<PartitionKey>,
        item_id: &str,
        item: T,
        options: Option<ItemWriteOptions>,
    ) -> crate::Result<ItemResponse> {
        let operation = CosmosOperation::upsert_item(self.item(partition_key, item_id))
            .with_body(item_body(&item)?);
        self.write_item(operation, options).await
    }
}
