//! Bulk requests: many independent operations over all partitions, each with a result of its own.

use std::num::NonZeroU32;

use cosmokit::Result;
use cosmokit::models::{BatchOperation, BulkItem};
use cosmokit::options::BulkOptions;
use cosmokit_testkit::LocalAccount;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use super::stage::{self, document};

const ITEMS: i64 = 1_000;

fn create(n: i64) -> BulkItem {
    let key = format!("key {}", n % 50);
    let document = to_raw_value(&document(&format!("i{n}"), &key, n)).unwrap();
    BulkItem::new(key, BatchOperation::create(document))
}

pub(crate) async fn every_item_arrives(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let options = BulkOptions::default().with_max_concurrency(NonZeroU32::new(3).unwrap());
    let outcomes = items
        .execute_bulk((0..ITEMS).map(create), Some(options))
        .await?;
    assert_eq!(outcomes.len(), usize::try_from(ITEMS).unwrap());
    for (n, outcome) in outcomes.into_iter().enumerate() {
        assert_eq!(outcome?.status_code(), 201, "{n}");
    }
    for n in [0, 49, 999] {
        let key = format!("key {}", n % 50);
        let read: Value = items
            .read_item(key, &format!("i{n}"), None)
            .await?
            .into_model()?;
        assert_eq!(read["number"], n);
    }
    Ok(())
}

pub(crate) async fn each_operation_fails_for_itself(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    items
        .create_item("key 1", "i1", document("i1", "key 1", 0), None)
        .await?;
    let mut bulk: Vec<BulkItem> = (0..3).map(create).collect();
    bulk.push(BulkItem::new("key 9", BatchOperation::read("nothing")));
    bulk.push(BulkItem::new(("two", "levels"), BatchOperation::read("i1")));
    let patch =
        to_raw_value(&json!({"operations": [{"op": "incr", "path": "/number", "value": 4}]}));
    bulk.push(BulkItem::new(
        "key 1",
        BatchOperation::patch("i1", patch.unwrap()),
    ));
    let outcomes = items.execute_bulk(bulk, None).await?;
    let codes: Vec<u16> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Ok(result) => result.status_code(),
            Err(error) => error.status().status_code().as_u16(),
        })
        .collect();
    assert_eq!(codes, [201, 409, 201, 404, 400, 200]);
    assert!(items.execute_bulk([], None).await?.is_empty());
    Ok(())
}
