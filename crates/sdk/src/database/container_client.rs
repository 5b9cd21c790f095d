//! Opens a container of a database.

use std::sync::Arc;

use super::DatabaseClient;
use crate::options::ContainerClientOptions;
use crate::{ContainerClient, ResourceIdentity};

impl DatabaseClient {
    /// The client of a container, by name or by resource id; a database addressed by name has containers addressed by
    /// name, and the same for resource ids.
    ///
    /// Reads the container's document unless the driver knows it, so that a container that is not there shows here.
    /// Its partition key ranges are read when an operation first needs them. Keep the client and clone it.
    ///
    /// ```no_run
    /// # async fn f(database: cosmokit::DatabaseClient) -> cosmokit::Result<()> {
    /// let orders = database.container_client("orders", None).await?;
    /// # let _ = orders;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 404 when there is no such container, 400 when the id cannot be one or names and resource ids are mixed; or what
    /// kept the read from getting an answer.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn container_client(
        &self,
        container: impl Into<ResourceIdentity>,
        options: Option<ContainerClientOptions>,
    ) -> crate::Result<ContainerClient> {
        let options = options.unwrap_or_default().operation;
        ContainerClient::open(
            Arc::clone(&self.driver),
            &self.reference,
            container.into(),
            &options,
        )
        .await
    }
}
