//! Reads the account.

use std::sync::Arc;

use cosmokit_protocol::resource::AccountProperties;

use crate::CosmosClient;

impl CosmosClient {
    /// Reads the account document: regions, default consistency level, limits. The client routes by it from then on,
    /// as it does by itself every few minutes.
    ///
    /// ```no_run
    /// # async fn f(client: cosmokit::CosmosClient) -> cosmokit::Result<()> {
    /// let account = client.read_account().await?;
    /// for region in &account.readable_locations {
    ///     println!("{} at {}", region.name, region.database_account_endpoint);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the account cannot be read; what was known stays in force.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn read_account(&self) -> crate::Result<Arc<AccountProperties>> {
        self.driver.refresh_account().await
    }

    /// The account document as it was read last.
    pub fn account_properties(&self) -> Arc<AccountProperties> {
        self.driver.account_properties()
    }
}
