//! Etags: every write makes a new one, a stale one is refused, a known one saves the body.

use std::collections::HashSet;

use cosmokit::options::{ItemReadOptions, ItemWriteOptions, Precondition};
use cosmokit::{ContainerClient, Result};
use cosmokit_testkit::LocalAccount;
use serde_json::Value;

use super::stage::{self, document, refused};

fn if_match(etag: &str) -> ItemWriteOptions {
    ItemWriteOptions::default().with_precondition(Precondition::if_match(etag))
}

async fn etag(items: &ContainerClient) -> Result<String> {
    Ok(items
        .read_item("p", "1", None)
        .await?
        .headers()
        .etag()
        .unwrap()
        .to_string())
}

pub(crate) async fn every_write_changes_the_etag(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let mut seen = HashSet::new();
    let created = items
        .create_item("p", "1", document("1", "p", 0), None)
        .await?;
    assert!(seen.insert(created.headers().etag().unwrap().to_string()));
    for round in 0..10 {
        // Also a write of the same content is a new version.
        let body = document("1", "p", round / 2);
        let written = match round % 2 {
            0 => items.replace_item("p", "1", body, None).await?,
            _ => items.upsert_item("p", "1", body, None).await?,
        };
        let written = written.headers().etag().unwrap().to_string();
        assert_eq!(etag(&items).await?, written);
        assert!(seen.insert(written), "an etag came twice");
    }
    items.delete_item("p", "1", None).await?;
    let again = items
        .create_item("p", "1", document("1", "p", 0), None)
        .await?;
    assert!(seen.insert(again.headers().etag().unwrap().to_string()));
    Ok(())
}

pub(crate) async fn a_stale_etag_is_412(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    items
        .create_item("p", "1", document("1", "p", 1), None)
        .await?;
    let stale = etag(&items).await?;
    items
        .replace_item("p", "1", document("1", "p", 2), Some(if_match(&stale)))
        .await?;

    let body = document("1", "p", 3);
    for error in [
        items
            .replace_item("p", "1", &body, Some(if_match(&stale)))
            .await
            .unwrap_err(),
        items
            .upsert_item("p", "1", &body, Some(if_match(&stale)))
            .await
            .unwrap_err(),
        items
            .delete_item("p", "1", Some(if_match(&stale)))
            .await
            .unwrap_err(),
        items
            .replace_item("p", "1", &body, Some(if_match("\"never was\"")))
            .await
            .unwrap_err(),
    ] {
        assert!(error.status().is_precondition_failed(), "{error}");
    }
    let read: Value = items.read_item("p", "1", None).await?.into_model()?;
    assert_eq!(read["number"], 2, "what was refused changed nothing");

    let current = etag(&items).await?;
    items
        .upsert_item("p", "1", &body, Some(if_match(&current)))
        .await?;
    items
        .replace_item("p", "1", &body, Some(if_match("*")))
        .await?;
    let current = etag(&items).await?;
    items
        .delete_item("p", "1", Some(if_match(&current)))
        .await?;
    refused(
        items
            .replace_item("p", "1", &body, Some(if_match(&current)))
            .await,
        404,
    );
    Ok(())
}

pub(crate) async fn a_known_etag_is_304(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    items
        .create_item("p", "1", document("1", "p", 1), None)
        .await?;
    let known = etag(&items).await?;
    let unless = |etag: &str| {
        Some(ItemReadOptions::default().with_precondition(Precondition::if_none_match(etag)))
    };

    let same = items.read_item("p", "1", unless(&known)).await?;
    assert_eq!(same.status().status_code(), 304);
    assert!(same.body().is_empty());
    assert!(
        same.into_model::<Value>().is_err(),
        "nothing came that could be a document"
    );

    items
        .replace_item("p", "1", document("1", "p", 2), None)
        .await?;
    let changed = items.read_item("p", "1", unless(&known)).await?;
    assert_eq!(changed.status().status_code(), 200);
    assert_eq!(changed.into_model::<Value>()?["number"], 2);
    refused(items.read_item("p", "2", unless(&known)).await, 404);
    Ok(())
}

pub(crate) async fn containers_have_etags_too(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    let read = items.read(None).await?;
    let header = read.headers().etag().unwrap().to_string();
    let before = read.into_model()?;
    assert_eq!(
        before.system_properties.etag.as_ref().unwrap().as_str(),
        header
    );
    items
        .create_item("p", "1", document("1", "p", 1), None)
        .await?;
    let after = items.read(None).await?.into_model()?;
    assert_eq!(
        after.system_properties.etag, before.system_properties.etag,
        "items are not the container"
    );
    Ok(())
}
