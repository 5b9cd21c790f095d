//! What scenarios begin with: an account, a container, a document.

use std::fmt;
use std::num::NonZeroU32;

use cosmokit::models::{ContainerProperties, PartitionKeyDefinition};
use cosmokit::options::{ContentResponseOnWrite, ItemWriteOptions, OperationOptions};
use cosmokit::{ContainerClient, CosmosError, DatabaseClient, Result};
use cosmokit_testkit::{LocalAccount, Wire};
use serde_json::{Value, json};

/// The name of the database that [`database`] creates.
pub(crate) const DATABASE: &str = "db";

/// Partitions of every container: enough that keys go to different ones.
pub(crate) const PARTITIONS: u32 = 4;

/// An account on this wire.
pub(crate) async fn local(wire: Wire) -> LocalAccount {
    let partitions = NonZeroU32::new(PARTITIONS).unwrap();
    LocalAccount::builder()
        .over(wire)
        .partitions_per_container(partitions)
        .start()
        .await
        .unwrap()
}

/// A new database.
pub(crate) async fn database(local: &LocalAccount) -> Result<DatabaseClient> {
    local.client().create_database(DATABASE, None).await?;
    Ok(local.client().database_client(DATABASE))
}

/// A new container in a new database, partitioned by `key`.
pub(crate) async fn container(
    local: &LocalAccount,
    key: impl Into<PartitionKeyDefinition>,
) -> Result<ContainerClient> {
    let database = database(local).await?;
    database
        .create_container(ContainerProperties::new("items", key.into()), None)
        .await?;
    database.container_client("items", None).await
}

/// A document with an id, the value of the key `/pk`, and a number.
pub(crate) fn document(id: &str, pk: &str, number: i64) -> Value {
    json!({ "id": id, "pk": pk, "number": number })
}

/// Asks a write to send the stored document back.
pub(crate) fn with_content() -> ItemWriteOptions {
    let mut operation = OperationOptions::default();
    operation.content_response_on_write = Some(ContentResponseOnWrite::Enabled);
    ItemWriteOptions::default().with_operation_options(operation)
}

/// The error that must have come.
#[track_caller]
pub(crate) fn refused<T: fmt::Debug>(result: Result<T>, status: u16) -> CosmosError {
    let error = result.expect_err("this must be refused");
    assert_eq!(error.status().status_code(), status, "{error}");
    error
}
