//! Creates an item.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::partition::PartitionKey;
use serde::Serialize;

use super::{ContainerClient, item_body};
use crate::models::ItemResponse;
use crate::options::ItemWriteOptions;

impl ContainerClient {
    /// Creates an item. Id and partition key are those of the document; `partition_key` must be equal to what it holds.
    ///
    /// The answer has no body unless it is asked for with
    /// [`ContentResponseOnWrite::Enabled`](crate::options::ContentResponseOnWrite::Enabled).
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// #[derive(serde::Serialize)]
    /// struct Order<'a> { id: &'a str, customer: &'a str, total: f64 }
    ///
    /// let order = Order { id: "o-1", customer: "contoso", total: 42.5 };
    /// let response = container.create_item("contoso", order.id, &order, None).await?;
    /// println!("{:?}", response.headers().etag());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 409 when the id is taken under this key or a unique key is, 400 when the document has no id or another partition
    /// key, 413 when it is larger than 2 MB; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the item may have been created.
    pub async fn create_item<T: Serialize>(
        &self,
        partition_key: impl Into<PartitionKey>,
        item_id: &str,
        item: T,
        options: Option<ItemWriteOptions>,
    ) -> crate::Result<ItemResponse> {
        let operation = CosmosOperation::create_item(self.item(partition_key, item_id))
            .with_body(item_body(&item)?);
        self.write_item(operation, options).await
    }
}
