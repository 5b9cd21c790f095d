//! Users, permissions, client encryption keys and scripts: documents with a name, and the same calls for all of them.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use cosmokit_driver::{CosmosDriver, CosmosOperation, NamedResourceFeed};
use cosmokit_protocol::resource::{
    ClientEncryptionKey, Permission, StoredProcedure, Trigger, User, UserDefinedFunction,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::feed::{Query, QueryItemIterator};
use crate::models::ResourceResponse;
use crate::options::{ListNamedResourcesOptions, NamedResourceOptions};
use crate::{ContainerClient, DatabaseClient};

/// The client of the resources of one kind below one parent, whose documents are `T`. Cheap to clone.
///
/// ```no_run
/// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
/// use cosmokit::{FeedScope, models::UserDefinedFunction};
///
/// let tax = UserDefinedFunction::new("tax", "function (income) { return income * 0.2; }");
/// container.user_defined_functions().create(&tax, None).await?;
/// let text = "SELECT VALUE udf.tax(c.income) FROM c";
/// let taxed = container.query_items::<f64>(text, FeedScope::partition("contoso"), None).await?;
/// # let _ = taxed;
/// # Ok(())
/// # }
/// ```
pub struct NamedResourceClient<T> {
    driver: Arc<CosmosDriver>,
    feed: NamedResourceFeed,
    document: PhantomData<fn() -> T>,
}

impl DatabaseClient {
    /// The users of the database.
    pub fn users(&self) -> NamedResourceClient<User> {
        NamedResourceClient::new(&self.driver, NamedResourceFeed::users(self.reference()))
    }

    /// The permissions of a user. Each answer has a fresh resource token in its document.
    pub fn permissions(&self, user_id: &str) -> NamedResourceClient<Permission> {
        let feed = NamedResourceFeed::permissions(self.reference(), user_id);
        NamedResourceClient::new(&self.driver, feed)
    }

    /// The client encryption keys of the database. The service neither upserts nor deletes them.
    pub fn client_encryption_keys(&self) -> NamedResourceClient<ClientEncryptionKey> {
        let feed = NamedResourceFeed::client_encryption_keys(self.reference());
        NamedResourceClient::new(&self.driver, feed)
    }
}

impl ContainerClient {
    /// The stored procedures of the container;
    /// [`execute_stored_procedure`](Self::execute_stored_procedure) executes one.
    pub fn stored_procedures(&self) -> NamedResourceClient<StoredProcedure> {
        let feed = NamedResourceFeed::stored_procedures(self.reference());
        NamedResourceClient::new(&self.driver, feed)
    }

    /// The triggers of the container. A write runs those that its
    /// [options](crate::options::ItemWriteOptions::with_pre_triggers) name.
    pub fn triggers(&self) -> NamedResourceClient<Trigger> {
        NamedResourceClient::new(&self.driver, NamedResourceFeed::triggers(self.reference()))
    }

    /// The user-defined functions of the container, which queries call as `udf.id(…)`.
    pub fn user_defined_functions(&self) -> NamedResourceClient<UserDefinedFunction> {
        let feed = NamedResourceFeed::user_defined_functions(self.reference());
        NamedResourceClient::new(&self.driver, feed)
    }
}

impl<T> NamedResourceClient<T> {
    fn new(driver: &Arc<CosmosDriver>, feed: NamedResourceFeed) -> Self {
        Self {
            driver: Arc::clone(driver),
            feed,
            document: PhantomData,
        }
    }

    async fn run<R>(
        &self,
        operation: CosmosOperation,
        options: Option<NamedResourceOptions>,
    ) -> crate::Result<ResourceResponse<R>> {
        let (operation, options) = options.unwrap_or_default().apply(operation);
        self.driver
            .execute_operation(operation, &options)
            .await
            .map(ResourceResponse::new)
    }
}

impl<T: Serialize + DeserializeOwned> NamedResourceClient<T> {
    /// Creates a resource.
    ///
    /// # Errors
    /// 409 when the id is taken, 404 when the parent does not exist, 403 when it has as many as it may have, 400 when
    /// the service refuses the document; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the resource may have been created.
    pub async fn create(
        &self,
        resource: &T,
        options: Option<NamedResourceOptions>,
    ) -> crate::Result<ResourceResponse<T>> {
        let operation = CosmosOperation::create_resource(&self.feed);
        let operation = operation.with_body(serde_json::to_vec(resource)?);
        self.run(operation, options).await
    }

    /// Creates a resource or writes over the one of its id.
    ///
    /// # Errors
    /// 412 when the precondition fails; else as [`create`](Self::create).
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the resource may have been written.
    pub async fn upsert(
        &self,
        resource: &T,
        options: Option<NamedResourceOptions>,
    ) -> crate::Result<ResourceResponse<T>> {
        let operation = CosmosOperation::upsert_resource(&self.feed);
        let operation = operation.with_body(serde_json::to_vec(resource)?);
        self.run(operation, options).await
    }

    /// Reads a resource.
    ///
    /// # Errors
    /// 404 when it does not exist; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn read(
        &self,
        id: &str,
        options: Option<NamedResourceOptions>,
    ) -> crate::Result<ResourceResponse<T>> {
        let operation = CosmosOperation::read_resource(&self.feed.resource(id));
        self.run(operation, options).await
    }

    /// Writes over a resource; another id in the document renames it.
    ///
    /// # Errors
    /// 404 when it does not exist, 412 when the precondition fails, 409 when the new id is taken; or what kept the
    /// operation from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the resource may have been written.
    pub async fn replace(
        &self,
        id: &str,
        resource: &T,
        options: Option<NamedResourceOptions>,
    ) -> crate::Result<ResourceResponse<T>> {
        let operation = CosmosOperation::replace_resource(&self.feed.resource(id));
        let operation = operation.with_body(serde_json::to_vec(resource)?);
        self.run(operation, options).await
    }

    /// Deletes a resource, a user with its permissions.
    ///
    /// # Errors
    /// 404 when it does not exist, 412 when the precondition fails; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the resource may have been deleted.
    pub async fn delete(
        &self,
        id: &str,
        options: Option<NamedResourceOptions>,
    ) -> crate::Result<ResourceResponse<()>> {
        let operation = CosmosOperation::delete_resource(&self.feed.resource(id));
        self.run(operation, options).await
    }

    /// Lists the resources in the service's order.
    ///
    /// # Errors
    /// When an option is outside its bounds. The items of the stream carry what the service refused.
    pub fn list(
        &self,
        options: Option<ListNamedResourcesOptions>,
    ) -> crate::Result<QueryItemIterator<T>> {
        let options = options.unwrap_or_default();
        let operation = CosmosOperation::read_all_resources(&self.feed);
        self.driver
            .execute_feed(options.feed.apply(operation), &options.operation)
            .map(QueryItemIterator::new)
    }

    /// Queries the documents of the resources.
    ///
    /// # Errors
    /// When an option is outside its bounds. The items of the stream carry what the service refused.
    pub fn query(
        &self,
        query: impl Into<Query>,
        options: Option<ListNamedResourcesOptions>,
    ) -> crate::Result<QueryItemIterator<T>> {
        let options = options.unwrap_or_default();
        let operation = CosmosOperation::query_resources(&self.feed);
        let operation = operation.with_body(query.into().to_bytes());
        self.driver
            .execute_feed(options.feed.apply(operation), &options.operation)
            .map(QueryItemIterator::new)
    }
}

impl<T> Clone for NamedResourceClient<T> {
    fn clone(&self) -> Self {
        Self::new(&self.driver, self.feed.clone())
    }
}

impl<T> fmt::Debug for NamedResourceClient<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamedResourceClient")
            .field("kind", &self.feed.kind())
            .finish_non_exhaustive()
    }
}
