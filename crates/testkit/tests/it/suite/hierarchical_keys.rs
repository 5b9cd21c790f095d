//! Hierarchical partition keys: items live under the whole key.

use cosmokit::models::PartitionKeyValue;
use cosmokit::{PartitionKey, Result};
use cosmokit_testkit::LocalAccount;
use serde_json::{Value, json};

use super::stage::{self, refused};

pub(crate) async fn items_live_under_the_whole_key(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, ("/tenant", "/user", "/session")).await?;
    let item = |n: i64| json!({"id": "1", "tenant": "t", "user": 7, "session": n});
    for n in 0..20 {
        items.create_item(("t", 7, n), "1", item(n), None).await?;
    }
    for n in 0..20 {
        let read: Value = items
            .read_item(("t", 7, n), "1", None)
            .await?
            .into_model()?;
        assert_eq!(read["session"], n);
    }
    refused(
        items.create_item(("t", 7, 0), "1", item(0), None).await,
        409,
    );
    refused(
        items.create_item(("t", 7, 1), "2", item(0), None).await,
        400,
    );
    refused(items.read_item(("t", 8, 0), "1", None).await, 404);
    items.delete_item(("t", 7, 0), "1", None).await?;
    refused(items.read_item(("t", 7, 0), "1", None).await, 404);
    items.read_item(("t", 7, 1), "1", None).await?;
    Ok(())
}

pub(crate) async fn a_prefix_is_no_address(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, ("/tenant", "/user")).await?;
    let item = json!({"id": "1", "tenant": "t", "user": "u"});
    items.create_item(("t", "u"), "1", &item, None).await?;
    for key in [PartitionKey::from("t"), PartitionKey::from(("t", "u", "v"))] {
        refused(items.read_item(key.clone(), "1", None).await, 400);
        refused(items.create_item(key.clone(), "1", &item, None).await, 400);
        refused(items.delete_item(key, "1", None).await, 400);
    }
    items.read_item(("t", "u"), "1", None).await?;
    Ok(())
}

pub(crate) async fn missing_levels_are_values_too(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, ("/tenant", "/user")).await?;
    let key =
        |tenant: PartitionKeyValue, user: PartitionKeyValue| PartitionKey::from((tenant, user));
    let cases = [
        (
            json!({"id": "1", "tenant": "t"}),
            key("t".into(), PartitionKeyValue::UNDEFINED),
        ),
        (
            json!({"id": "1", "user": "u"}),
            key(PartitionKeyValue::UNDEFINED, "u".into()),
        ),
        (
            json!({"id": "1", "tenant": "t", "user": null}),
            key("t".into(), PartitionKeyValue::NULL),
        ),
        (
            json!({"id": "1"}),
            key(PartitionKeyValue::UNDEFINED, PartitionKeyValue::UNDEFINED),
        ),
    ];
    for (item, key) in &cases {
        items.create_item(key.clone(), "1", item, None).await?;
    }
    for (item, key) in &cases {
        let read: Value = items
            .read_item(key.clone(), "1", None)
            .await?
            .into_model()?;
        assert_eq!(
            (&read["tenant"], &read["user"]),
            (&item["tenant"], &item["user"]),
            "{key}"
        );
    }
    Ok(())
}
