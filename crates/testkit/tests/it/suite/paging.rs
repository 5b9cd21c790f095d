//! Feeds of items by pages: every item once, whatever the size of a page.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use cosmokit::driver::CosmosOperation;
use cosmokit::options::{ListDatabasesOptions, MaxItemCountHint, OperationOptions};
use cosmokit::{ContainerClient, Result};
use cosmokit_testkit::LocalAccount;
use futures_util::TryStreamExt as _;
use futures_util::future::try_join_all;
use serde_json::Value;

use super::stage::{self, document};

const ITEMS: i64 = 40;

async fn fill(local: &LocalAccount) -> Result<ContainerClient> {
    let items = stage::container(local, "/pk").await?;
    let create = async |n: i64| {
        let (key, id) = (format!("key {}", n % 7), format!("item {n}"));
        items
            .create_item(&key, &id, document(&id, &key, n), None)
            .await
    };
    try_join_all((0..ITEMS).map(create)).await?;
    Ok(items)
}

/// All pages of a feed of items.
async fn pages(
    local: &LocalAccount,
    operation: CosmosOperation,
    size: u32,
) -> Result<Vec<Vec<i64>>> {
    let limit = MaxItemCountHint::Limit(NonZeroU32::new(size).unwrap());
    let operation = operation.with_max_item_count(limit);
    let mut pager = local
        .client()
        .driver()
        .execute_feed(operation, &OperationOptions::default())?;
    let mut read = Vec::new();
    while let Some(page) = pager.next_page().await? {
        let items: Vec<Value> = page.into_body().into_items()?;
        read.push(
            items
                .iter()
                .map(|item| item["number"].as_i64().unwrap())
                .collect(),
        );
    }
    Ok(read)
}

pub(crate) async fn every_item_comes_once(local: &LocalAccount) -> Result<()> {
    let items = fill(local).await?;
    for size in [1, 3, 7, 40, 1000] {
        let feed = CosmosOperation::read_all_items_cross_partition(items.reference().clone());
        let pages = pages(local, feed, size).await?;
        assert!(
            pages
                .iter()
                .all(|page| page.len() <= usize::try_from(size).unwrap()),
            "{pages:?}"
        );
        let numbers: Vec<_> = pages.into_iter().flatten().collect();
        assert_eq!(
            numbers.len(),
            usize::try_from(ITEMS).unwrap(),
            "pages of {size}"
        );
        assert_eq!(
            BTreeSet::from_iter(numbers),
            (0..ITEMS).collect(),
            "pages of {size}"
        );
    }
    Ok(())
}

pub(crate) async fn one_partition_key_only(local: &LocalAccount) -> Result<()> {
    let items = fill(local).await?;
    for size in [1, 2, 100] {
        let feed = CosmosOperation::read_all_items(items.reference().clone(), "key 3");
        let numbers: Vec<_> = pages(local, feed, size)
            .await?
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(
            BTreeSet::from_iter(numbers),
            (0..ITEMS).filter(|n| n % 7 == 3).collect(),
            "pages of {size}"
        );
    }
    let feed = CosmosOperation::read_all_items(items.reference().clone(), "no such key");
    let numbers: Vec<_> = pages(local, feed, 10)
        .await?
        .into_iter()
        .flatten()
        .collect();
    assert!(numbers.is_empty());
    Ok(())
}

pub(crate) async fn streams_can_be_dropped(local: &LocalAccount) -> Result<()> {
    for n in 0..5 {
        local
            .client()
            .create_database(&format!("db{n}"), None)
            .await?;
    }
    let one = MaxItemCountHint::Limit(NonZeroU32::MIN);
    let options = || Some(ListDatabasesOptions::default().with_max_item_count(one));
    let mut stream = local.client().list_databases(options())?;
    stream.try_next().await?.unwrap();
    {
        // Dropped while a page is on its way.
        let next = stream.try_next();
        let pending = futures_util::future::ready(());
        futures_util::future::select(Box::pin(next), pending).await;
    }
    drop(stream);
    let all: Vec<_> = local
        .client()
        .list_databases(options())?
        .try_collect()
        .await?;
    assert_eq!(all.len(), 5);
    Ok(())
}
