//! Deleting everything under a partition key.

use cosmokit::Result;
use cosmokit_testkit::LocalAccount;
use serde_json::json;

use super::stage::{self, document, refused};

pub(crate) async fn one_key_is_emptied(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    for n in 0..20 {
        let key = format!("k{}", n % 2);
        let id = format!("i{n}");
        items
            .create_item(&key, &id, document(&id, &key, n), None)
            .await?;
    }
    let deleted = items.delete_all_items_by_partition_key("k0", None).await?;
    assert!(deleted.status().is_success());
    for n in 0..20 {
        let (key, id) = (format!("k{}", n % 2), format!("i{n}"));
        let read = items.read_item(&key, &id, None).await;
        if n % 2 == 0 {
            refused(read, 404);
        } else {
            read?;
        }
    }
    items
        .delete_all_items_by_partition_key("nothing here", None)
        .await?;
    Ok(())
}

pub(crate) async fn below_a_prefix(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, ("/tenant", "/user")).await?;
    for (tenant, user) in [("a", "1"), ("a", "2"), ("b", "1")] {
        let document = json!({"id": "i", "tenant": tenant, "user": user});
        items
            .create_item((tenant, user), "i", document, None)
            .await?;
    }
    items.delete_all_items_by_partition_key("a", None).await?;
    refused(items.read_item(("a", "1"), "i", None).await, 404);
    refused(items.read_item(("a", "2"), "i", None).await, 404);
    items.read_item(("b", "1"), "i", None).await?;
    refused(
        items
            .delete_all_items_by_partition_key(("a", "b", "c"), None)
            .await,
        400,
    );
    Ok(())
}
