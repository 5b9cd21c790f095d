//! The change feed, shared by several instances of a program.

use super::ContainerClient;
use crate::processor::{ChangeFeedEstimator, ChangeFeedProcessorBuilder};

impl ContainerClient {
    /// Begins a processor: instances of one `processor_name` share the changes of this container by leases in another
    /// one, whose partition key must be `/id` or `/partitionKey`. Every change is given to a handler at least once,
    /// those of one partition key in their order.
    ///
    /// ```no_run
    /// # async fn f(shop: cosmokit::DatabaseClient) -> cosmokit::Result<()> {
    /// use cosmokit::feed::{ChangeFeedItem, ChangeFeedStartFrom};
    /// use cosmokit::processor::ChangeFeedProcessorContext;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Order { id: String, total: f64 }
    ///
    /// async fn bill(context: ChangeFeedProcessorContext, changes: Vec<ChangeFeedItem<Order>>) -> std::io::Result<()> {
    ///     for order in changes.iter().filter_map(ChangeFeedItem::current) {
    ///         println!("{}: {} for {}", context.lease_token(), order.id, order.total);
    ///     }
    ///     Ok(()) // checkpointed; after an error the same changes come again
    /// }
    ///
    /// let orders = shop.container_client("orders", None).await?;
    /// let leases = shop.container_client("leases", None).await?;
    /// let billing = orders
    ///     .change_feed_processor("billing", &leases)
    ///     .with_instance_name("pod-1")
    ///     .with_start_from(ChangeFeedStartFrom::Beginning)
    ///     .with_event_handler(|event| println!("{event}"))
    ///     .build(bill)?;
    /// billing.start().await?;
    /// // ... until the program is to end:
    /// billing.stop().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn change_feed_processor(
        &self,
        processor_name: impl Into<String>,
        lease_container: &Self,
    ) -> ChangeFeedProcessorBuilder {
        let (container, leases) = (self.clone(), lease_container.clone());
        ChangeFeedProcessorBuilder::new(container, leases, processor_name.into())
    }

    /// What the processor of this name has left to do, whoever its instances are.
    ///
    /// ```no_run
    /// # async fn f(orders: cosmokit::ContainerClient, leases: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// let billing = orders.change_feed_estimator("billing", &leases);
    /// for work in billing.estimate().await? {
    ///     println!("{} of {:?}: about {} changes", work.lease_token, work.owner, work.changes);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn change_feed_estimator(
        &self,
        processor_name: impl Into<String>,
        lease_container: &Self,
    ) -> ChangeFeedEstimator {
        ChangeFeedEstimator::new(self, lease_container.clone(), processor_name.into())
    }
}
