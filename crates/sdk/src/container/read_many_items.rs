//! Reads many items by id and partition key.

use cosmokit_driver::ReadManyRequest;
use cosmokit_protocol::partition::PartitionKey;

use super::ContainerClient;
use crate::models::ReadManyResponse;
use crate::options::ReadManyOptions;

impl ContainerClient {
    /// Reads many items by partition key and id. Items of one partition are read together by a query; few of them, one
    /// by one. They come in the order that is asked for; one that is not there leaves its place empty.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// let wanted = [("contoso", "o-1"), ("fabrikam", "o-2"), ("contoso", "o-3")];
    /// let orders = container.read_many_items(wanted, None).await?.into_models::<serde_json::Value>()?;
    /// assert_eq!(orders.len(), 3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 400 when a key does not fit the container; or what kept a part from being read.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn read_many_items<K: Into<PartitionKey>, I: Into<String>>(
        &self,
        items: impl IntoIterator<Item = (K, I)>,
        options: Option<ReadManyOptions>,
    ) -> crate::Result<ReadManyResponse> {
        let options = options.unwrap_or_default();
        let items = items
            .into_iter()
            .map(|(key, id)| (key.into(), id.into()))
            .collect();
        let mut request = ReadManyRequest::new(self.reference.clone(), items);
        request.session_token = options.session_token;
        if let Some(limit) = options.max_concurrency {
            request.max_concurrency = limit;
        }
        self.driver
            .read_many_items(request, &options.operation)
            .await
            .map(ReadManyResponse::new)
    }
}
