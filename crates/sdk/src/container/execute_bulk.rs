//! Runs many independent operations.

use cosmokit_driver::{BulkItem, BulkOutcome, BulkRequest};

use super::ContainerClient;
use crate::options::BulkOptions;

impl ContainerClient {
    /// Runs many independent operations under any partition keys: packed by partition, several requests on their way
    /// at once. Each operation succeeds or fails for itself; the outcomes stand in the order of the operations.
    ///
    /// Operations on the same item may overtake each other. What the service throttles is sent again, as often as
    /// the options for throttled operations say. Memory: the operations as JSON, and the outcomes.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// use cosmokit::models::{BatchOperation, BulkItem};
    /// use serde_json::json;
    ///
    /// let mut items = Vec::new();
    /// for n in 0..10_000 {
    ///     let customer = format!("customer {}", n % 100);
    ///     let document = json!({"id": format!("o-{n}"), "customer": customer});
    ///     let create = BatchOperation::create(serde_json::value::to_raw_value(&document)?);
    ///     items.push(BulkItem::new(customer, create));
    /// }
    /// for (n, outcome) in container.execute_bulk(items, None).await?.into_iter().enumerate() {
    ///     match outcome {
    ///         Ok(result) if result.is_success() => {}
    ///         Ok(result) => println!("{n}: {}", result.status_code()),
    ///         Err(error) => println!("{n}: {error}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the container or its ranges cannot be read. What becomes of an operation is in its outcome.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; any of the operations may have been applied.
    pub async fn execute_bulk(
        &self,
        items: impl IntoIterator<Item = BulkItem>,
        options: Option<BulkOptions>,
    ) -> crate::Result<Vec<BulkOutcome>> {
        let options = options.unwrap_or_default();
        let items = items.into_iter().collect();
        let mut request = BulkRequest::new(self.reference.clone(), items);
        if let Some(limit) = options.max_concurrency {
            request.max_concurrency = limit;
        }
        self.driver.execute_bulk(request, &options.operation).await
    }
}
