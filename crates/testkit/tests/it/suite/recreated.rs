//! Containers that others delete and create anew under their name while they are used.

use std::num::NonZeroU32;
use std::time::Duration;

use cosmokit::error::ErrorKind;
use cosmokit::feed::{ChangeFeedItem, ChangeFeedStartFrom};
use cosmokit::models::{ContainerProperties, PartitionKeyDefinition};
use cosmokit::options::{ChangeFeedOptions, FeedOptions, MaxItemCountHint, QueryOptions};
use cosmokit::{ContainerClient, CosmosError, FeedScope, Result};
use cosmokit_testkit::LocalAccount;
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use super::stage::{self, DATABASE, document};

/// A container whose 40 items have the numbers from 0 on, over all partitions.
async fn old(local: &LocalAccount) -> Result<ContainerClient> {
    let items = stage::container(local, "/pk").await?;
    fill(&items, 0..40).await?;
    Ok(items)
}

async fn fill(items: &ContainerClient, numbers: std::ops::Range<i64>) -> Result<()> {
    for n in numbers {
        let (key, id) = (format!("key {}", n % 10), format!("i{n}"));
        items
            .upsert_item(&key, &id, document(&id, &key, n), None)
            .await?;
    }
    Ok(())
}

/// Another client deletes the container and creates it anew, with numbers from 1000 on.
async fn anew(local: &LocalAccount, key: impl Into<PartitionKeyDefinition>) -> Result<()> {
    let database = local.new_client().await?.database_client(DATABASE);
    database
        .container_client("items", None)
        .await?
        .delete(None)
        .await?;
    let properties = ContainerProperties::new("items", key.into());
    database.create_container(properties, None).await?;
    let items = database.container_client("items", None).await?;
    if items.read(None).await?.into_model()?.partition_key.paths() == ["/pk"] {
        fill(&items, 1_000..1_020).await?;
    }
    Ok(())
}

fn numbers(items: &[Value]) -> Vec<i64> {
    let mut numbers: Vec<i64> = items.iter().filter_map(|i| i["number"].as_i64()).collect();
    numbers.sort_unstable();
    numbers
}

fn is_gone(error: &CosmosError) {
    assert_eq!(error.kind(), ErrorKind::ContainerRecreated, "{error}");
    assert!(error.status().is_bad_request(), "{error}");
    assert!(error.to_string().contains("created anew"), "{error}");
    assert!(error.diagnostics().unwrap().request_count() > 0);
}

fn pages_of(count: u32) -> QueryOptions {
    let limit = MaxItemCountHint::Limit(NonZeroU32::new(count).unwrap());
    let mut options = QueryOptions::default();
    options.feed = FeedOptions::default().with_max_item_count(limit);
    options
}

fn scopes() -> [(&'static str, FeedScope); 2] {
    [
        ("everything", FeedScope::full_container()),
        ("one key", FeedScope::partition("key 3")),
    ]
}

const TEXTS: [&str; 3] = [
    "SELECT * FROM c",
    "SELECT * FROM c ORDER BY c.number",
    "SELECT DISTINCT VALUE c FROM c",
];

pub(crate) async fn a_query_that_has_given_nothing_begins_anew(local: &LocalAccount) -> Result<()> {
    let items = old(local).await?;
    for text in TEXTS {
        for (what, scope) in scopes() {
            let query = items.query_items::<Value>(text, scope, Some(pages_of(5)));
            let pages = query.await?.into_pages();
            anew(local, "/pk").await?;
            let rows: Vec<Value> = pages
                .try_fold(Vec::new(), async |mut all, page| {
                    all.extend(page.into_items());
                    Ok(all)
                })
                .await?;
            let expected: Vec<i64> = (1_000..1_020)
                .filter(|n| what == "everything" || n % 10 == 3)
                .collect();
            assert_eq!(numbers(&rows), expected, "{text} of {what}");
        }
    }
    Ok(())
}

pub(crate) async fn a_query_that_has_given_rows_says_so(local: &LocalAccount) -> Result<()> {
    let items = old(local).await?;
    for text in TEXTS {
        for (what, scope) in scopes() {
            let mut pages = items
                .query_items::<Value>(text, scope, Some(pages_of(1)))
                .await?
                .into_pages();
            let first = pages.try_next().await?.unwrap();
            assert!(!first.items().is_empty());
            let token = pages.to_continuation_token()?;
            anew(local, "/pk").await?;
            // Pages that were read ahead may come; then it ends with the error, never with the other's rows.
            let error = loop {
                match pages.try_next().await {
                    Ok(Some(page)) => {
                        let rows = numbers(page.items());
                        let began = numbers(first.items())[0] < 1_000;
                        assert!(rows.iter().all(|n| (*n < 1_000) == began), "{rows:?}");
                    }
                    Ok(None) => panic!("{text} of {what} ended as if nothing had happened"),
                    Err(error) => break error,
                }
            };
            is_gone(&error);
            let resumed = async {
                let mut options = pages_of(5);
                options.feed.continuation_token = Some(token);
                let scope = scopes().into_iter().find(|(name, _)| *name == what);
                let query = items.query_items::<Value>(text, scope.unwrap().1, Some(options));
                query.await?.into_pages().try_next().await
            };
            let error = resumed.await.unwrap_err();
            assert!(error.status().is_bad_request(), "{error}");
            // Begun anew it is the new one's.
            let rows: Vec<Value> = items
                .query_items::<Value>("SELECT * FROM c", FeedScope::full_container(), None)
                .await?
                .try_collect()
                .await?;
            assert!(numbers(&rows)[0] >= 1_000);
        }
    }
    Ok(())
}

fn changes() -> ChangeFeedOptions {
    ChangeFeedOptions::default()
        .with_max_item_count(MaxItemCountHint::Limit(NonZeroU32::new(3).unwrap()))
        .with_poll_delay(Duration::from_millis(1))
}

pub(crate) async fn a_change_feed_begins_anew_or_says_so(local: &LocalAccount) -> Result<()> {
    let items = old(local).await?;
    let feed = async |start| {
        items
            .query_change_feed::<Value>(FeedScope::full_container(), start, Some(changes()))
            .await
    };
    let number = |change: &ChangeFeedItem<Value>| change.current().unwrap()["number"].as_i64();
    let mut fresh = feed(ChangeFeedStartFrom::Beginning).await?;
    let mut begun = feed(ChangeFeedStartFrom::Beginning).await?;
    let mut now = feed(ChangeFeedStartFrom::Now).await?;
    assert!(!begun.try_next().await?.unwrap().items().is_empty());
    anew(local, "/pk").await?;
    let mut seen = Vec::new();
    while let Some(page) = fresh.try_next().await?
        && !page.items().is_empty()
    {
        seen.extend(page.items().iter().filter_map(number));
    }
    seen.sort_unstable();
    assert_eq!(seen, (1_000..1_020).collect::<Vec<_>>());
    for (pages, what) in [(&mut begun, "begun"), (&mut now, "now")] {
        let error = loop {
            match pages.try_next().await {
                Ok(Some(page)) => {
                    let mut numbers = page.items().iter().filter_map(number);
                    assert!(numbers.all(|n| n < 1_000), "{what}");
                }
                Ok(None) => panic!("{what} ended"),
                Err(error) => break error,
            }
        };
        is_gone(&error);
    }
    Ok(())
}

pub(crate) async fn another_key_is_told(local: &LocalAccount) -> Result<()> {
    let items = old(local).await?;
    let mut pages = items
        .query_items::<Value>(TEXTS[0], FeedScope::partition("key 3"), None)
        .await?
        .into_pages();
    anew(local, "/tenant").await?;
    let told = [
        items.read_item("key 1", "i1", None).await.unwrap_err(),
        pages.try_next().await.unwrap_err(),
    ];
    for error in told {
        is_gone(&error);
        assert!(error.to_string().contains("it was /pk, it is /tenant"));
    }
    // What is written by the new key arrives.
    let item = json!({"id": "1", "tenant": "t"});
    items.create_item("t", "1", item, None).await?;
    items.read_item("t", "1", None).await?;
    Ok(())
}
