//! Patches an item.

use cosmokit_driver::PatchCall;
use cosmokit_driver::options::{ContentResponseOnWrite, OperationOptions};
use cosmokit_protocol::op::{PatchInstructions, PatchRequest};
use cosmokit_protocol::partition::PartitionKey;

use super::ContainerClient;
use crate::models::ItemResponse;
use crate::options::PatchItemOptions;

impl ContainerClient {
    /// Changes parts of an item: all operations are applied, in their order, or none.
    ///
    /// Unlike other writes the answer has the patched document, unless some layer of options says
    /// [`ContentResponseOnWrite::Disabled`]: what a patch comes to is not known beforehand.
    ///
    /// Lists of up to 10 operations are applied in the service, in one request; longer ones by reading, applying and
    /// replacing under the etag that was read, again when others are faster.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// use cosmokit::models::{PatchInstructions, PatchOperation};
    /// use serde_json::json;
    ///
    /// let patch = PatchInstructions::new()
    ///     .with_operation(PatchOperation::set("/status", json!("shipped")))
    ///     .with_operation(PatchOperation::increment("/visits", 1));
    /// let order: serde_json::Value = container.patch_item("contoso", "o-1", patch, None).await?.into_model()?;
    /// # let _ = order;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 404 when there is no such item; 412 when a condition does not hold; 400 when an operation cannot be applied, or
    /// touches the id, the partition key or a system property; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the item may have been patched.
    pub async fn patch_item(
        &self,
        partition_key: impl Into<PartitionKey>,
        item_id: &str,
        instructions: PatchInstructions,
        options: Option<PatchItemOptions>,
    ) -> crate::Result<ItemResponse> {
        let options = options.unwrap_or_default();
        let mut request = PatchRequest::new(instructions);
        if let Some(condition) = options.filter_predicate {
            request = request.with_condition(condition);
        }
        let mut call = PatchCall::new(self.item(partition_key, item_id), request);
        call.strategy = options.strategy.unwrap_or_default();
        call.precondition = options.precondition;
        call.session_token = options.session_token;
        if let Some(attempts) = options.max_attempts {
            call.max_attempts = attempts;
        }
        let operation = self.with_content_unless_refused(options.operation);
        self.driver
            .patch_item(call, &operation)
            .await
            .map(ItemResponse::new)
    }

    /// The options with the written document asked for, unless a layer says otherwise.
    fn with_content_unless_refused(&self, mut options: OperationOptions) -> OperationOptions {
        let runtime = self.driver.runtime();
        let below = [
            self.driver
                .options()
                .operation_options()
                .content_response_on_write,
            runtime
                .default_operation_options()
                .content_response_on_write,
            runtime.env_operation_options().content_response_on_write,
        ];
        if options.content_response_on_write.is_none() && below.iter().all(Option::is_none) {
            options.content_response_on_write = Some(ContentResponseOnWrite::Enabled);
        }
        options
    }
}
