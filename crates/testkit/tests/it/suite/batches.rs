//! Transactional batches: together or not at all.

use cosmokit::models::{
    PatchInstructions, PatchOperation, TransactionalBatchOperationResult,
    TransactionalBatchResponse,
};
use cosmokit::options::{
    BatchOptions, BatchReplaceOptions, ContentResponseOnWrite, OperationOptions, Precondition,
};
use cosmokit::{ContainerClient, Result, TransactionalBatch};
use cosmokit_testkit::LocalAccount;
use serde_json::{Value, json};

use super::stage::{self, document, refused};

fn with_content() -> BatchOptions {
    let mut operation = OperationOptions::default();
    operation.content_response_on_write = Some(ContentResponseOnWrite::Enabled);
    BatchOptions::default().with_operation_options(operation)
}

async fn run(
    items: &ContainerClient,
    batch: TransactionalBatch,
) -> Result<TransactionalBatchResponse> {
    let response = items
        .execute_transactional_batch(batch, Some(with_content()))
        .await?;
    let status = response.status().status_code().as_u16();
    let results = response.into_model()?;
    assert_eq!(status, results.status_code());
    Ok(results)
}

fn codes(results: &TransactionalBatchResponse) -> Vec<u16> {
    let results = results.results().iter();
    results
        .map(TransactionalBatchOperationResult::status_code)
        .collect()
}

pub(crate) async fn every_operation(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let patch =
        PatchInstructions::new().with_operation(PatchOperation::increment("/number", 5_i64));
    let batch = TransactionalBatch::new("k")
        .create_item(document("a", "k", 1))?
        .upsert_item(document("b", "k", 2), None)?
        .replace_item("a", document("a", "k", 3), None)?
        .patch_item("a", patch, None)?
        .read_item("a", None)
        .delete_item("b", None);
    let results = run(&items, batch).await?;
    assert_eq!(codes(&results), [201, 201, 200, 200, 200, 204]);
    let read: Value = results.results()[4].into_model()?.unwrap();
    assert_eq!(
        read["number"], 8,
        "an operation sees what those before it did"
    );
    assert!(results.results()[0].etag().is_some());
    let stored: Value = items.read_item("k", "a", None).await?.into_model()?;
    assert_eq!(stored["number"], 8);
    refused(items.read_item("k", "b", None).await, 404);
    Ok(())
}

pub(crate) async fn bodies_come_only_when_asked_for(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let batch = TransactionalBatch::new("k")
        .create_item(document("a", "k", 1))?
        .read_item("a", None);
    let response = items.execute_transactional_batch(batch, None).await?;
    assert!(response.headers().request_charge().is_some());
    let results = response.into_model()?;
    assert_eq!(codes(&results), [201, 200]);
    assert!(results.results()[0].resource_body().is_none());
    Ok(())
}

pub(crate) async fn all_or_nothing(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    items
        .create_item("k", "a", document("a", "k", 1), None)
        .await?;
    let batch = TransactionalBatch::new("k")
        .create_item(document("b", "k", 2))?
        .create_item(document("a", "k", 2))?
        .delete_item("a", None);
    let results = run(&items, batch).await?;
    assert_eq!(codes(&results), [424, 409, 424]);
    assert_eq!(
        results
            .first_failure()
            .map(TransactionalBatchOperationResult::status_code),
        Some(409)
    );
    refused(items.read_item("k", "b", None).await, 404);

    let stale = BatchReplaceOptions::default().with_precondition(Precondition::if_match("\"no\""));
    let batch = TransactionalBatch::new("k")
        .upsert_item(document("c", "k", 2), None)?
        .replace_item("a", document("a", "k", 9), Some(stale))?;
    assert_eq!(codes(&run(&items, batch).await?), [424, 412]);
    let stored: Value = items.read_item("k", "a", None).await?.into_model()?;
    assert_eq!(stored["number"], 1);
    Ok(())
}

pub(crate) async fn limits(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let empty = TransactionalBatch::new("k");
    refused(items.execute_transactional_batch(empty, None).await, 400);
    let of = |count: i64| {
        (0..count).try_fold(TransactionalBatch::new("k"), |batch, n| {
            batch.create_item(document(&format!("i{n}"), "k", n))
        })
    };
    refused(items.execute_transactional_batch(of(101)?, None).await, 400);
    let results = run(&items, of(100)?).await?;
    assert_eq!(results.results().len(), 100);
    let large = json!({"id": "l", "pk": "k", "text": "x".repeat(2 * 1024 * 1024)});
    let batch = TransactionalBatch::new("k").create_item(large)?;
    refused(items.execute_transactional_batch(batch, None).await, 413);
    Ok(())
}
