//! Executes a stored procedure.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::partition::PartitionKey;
use serde::Serialize;

use super::ContainerClient;
use crate::models::StoredProcedureResponse;
use crate::options::StoredProcedureOptions;

impl ContainerClient {
    /// Executes a stored procedure under a partition key. Everything that it does happens together, or nothing.
    ///
    /// Arguments are whatever becomes a JSON array: a tuple, an array, a `Vec`; `()` is none.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// use cosmokit::options::StoredProcedureOptions;
    ///
    /// let options = StoredProcedureOptions::default().with_script_logging(true);
    /// let response = container.execute_stored_procedure("contoso", "bulkImport", (["a", "b"],), Some(options)).await?;
    /// println!("{:?}", response.script_log());
    /// let imported: u64 = response.into_model()?;
    /// # let _ = imported;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 400 when the procedure fails, with the number that it threw as substatus and its words in the message, 404 when
    /// there is none of this id, 408 when it takes too long; or what kept it from getting an answer. It is sent again
    /// only when it provably did nothing.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the procedure may have been executed.
    pub async fn execute_stored_procedure(
        &self,
        partition_key: impl Into<PartitionKey>,
        id: &str,
        arguments: impl Serialize,
        options: Option<StoredProcedureOptions>,
    ) -> crate::Result<StoredProcedureResponse> {
        let arguments = match serde_json::to_value(arguments)? {
            serde_json::Value::Null => Vec::new(),
            serde_json::Value::Array(arguments) => arguments,
            only => vec![only],
        };
        let operation =
            CosmosOperation::execute_stored_procedure(self.reference.clone(), partition_key, id)
                .with_body(serde_json::to_vec(&arguments)?);
        let (operation, options) = options.unwrap_or_default().apply(operation);
        self.driver
            .execute_operation(operation, &options)
            .await
            .map(StoredProcedureResponse::new)
    }
}
