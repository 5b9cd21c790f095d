//! Partitions that split and merge under a reader: nothing is lost, nothing comes twice.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use cosmokit::feed::{
    ChangeFeedItem, ChangeFeedPageIterator, ChangeFeedStartFrom, ContinuationToken,
};
use cosmokit::options::{ChangeFeedOptions, MaxItemCountHint, QueryOptions};
use cosmokit::{ContainerClient, FeedScope, Result};
use cosmokit_engine::SplitPoint;
use cosmokit_engine::request::ContainerAddress;
use cosmokit_testkit::LocalAccount;
use futures_util::TryStreamExt as _;
use serde_json::Value;

use super::queries::{CLASSES, bare, compared, fill};
use super::stage::{self, DATABASE, document};

fn address() -> ContainerAddress {
    ContainerAddress::new(DATABASE, "items")
}

/// Splits a range in the middle.
fn split(local: &LocalAccount, range: &str) -> [String; 2] {
    let children = local
        .account()
        .split(&address(), range, &SplitPoint::Middle);
    children.unwrap().map(|id| id.to_string())
}

fn merge(local: &LocalAccount, ranges: [&str; 2]) -> String {
    local
        .account()
        .merge(&address(), ranges)
        .unwrap()
        .to_string()
}

fn limit(items: u32) -> MaxItemCountHint {
    MaxItemCountHint::Limit(NonZeroU32::new(items).unwrap())
}

async fn write(items: &ContainerClient, numbers: std::ops::Range<i64>) -> Result<()> {
    for n in numbers {
        let (key, id) = (format!("key {}", n % 17), format!("i{n}"));
        items
            .upsert_item(&key, &id, document(&id, &key, n), None)
            .await?;
    }
    Ok(())
}

type Changes = ChangeFeedPageIterator<ChangeFeedItem<Value>>;

async fn take(pages: &mut Changes, seen: &mut Vec<i64>) -> Result<bool> {
    let page = pages.try_next().await?.unwrap();
    let current = page.items().iter().filter_map(ChangeFeedItem::current);
    seen.extend(current.map(|item| item["number"].as_i64().unwrap()));
    Ok(!page.items().is_empty())
}

fn all_once(mut seen: Vec<i64>, expected: std::ops::Range<i64>) {
    seen.sort_unstable();
    assert_eq!(seen, expected.collect::<Vec<_>>());
}

fn options() -> ChangeFeedOptions {
    ChangeFeedOptions::default()
        .with_max_item_count(limit(3))
        .with_poll_delay(Duration::from_millis(1))
}

pub(crate) async fn the_change_feed_follows(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    write(&items, 0..60).await?;
    let (scope, start) = (FeedScope::full_container(), ChangeFeedStartFrom::Beginning);
    let mut pages: Changes = items
        .query_change_feed(scope, start, Some(options()))
        .await?;
    let mut seen = Vec::new();
    for _ in 0..4 {
        take(&mut pages, &mut seen).await?;
    }
    let [low, high] = split(local, "1");
    let [_, higher] = split(local, &high);
    for _ in 0..4 {
        take(&mut pages, &mut seen).await?;
    }
    write(&items, 60..90).await?;
    // The token of before the merge is read after it.
    let token = pages.to_continuation_token()?;
    merge(local, [&higher, "2"]);
    let mut resumed = seen.clone();
    while take(&mut pages, &mut seen).await? {}
    all_once(seen, 0..90);

    let token = ContinuationToken::from_string(token.as_str());
    let again = options().with_continuation_token(token);
    let client = local.new_client().await?;
    let other = client
        .database_client(DATABASE)
        .container_client("items", None)
        .await?;
    let mut pages: Changes = other
        .query_change_feed(FeedScope::full_container(), start, Some(again))
        .await?;
    while take(&mut pages, &mut resumed).await? {}
    all_once(resumed, 0..90);
    let _ = low;
    Ok(())
}

pub(crate) async fn queries_follow(local: &LocalAccount) -> Result<()> {
    let items = fill(local).await?;
    let mut live: Vec<String> = ["0", "1", "2", "3"].map(str::to_owned).into();
    for (round, (text, ordered)) in CLASSES.iter().enumerate() {
        let read = async |options: QueryOptions| {
            items
                .query_items::<Value>(*text, FeedScope::full_container(), Some(options))
                .await
        };
        let whole: Vec<Value> = read(QueryOptions::default())
            .await?
            .map_ok(bare)
            .try_collect()
            .await?;
        let mut pages = read(QueryOptions::default().with_max_item_count(limit(3)))
            .await?
            .into_pages();
        let mut rows: Vec<Value> = Vec::new();
        if let Some(page) = pages.try_next().await? {
            rows.extend(page.into_items().into_iter().map(bare));
        }
        // One range splits under the stream; another stream goes on from the token of before.
        let token = pages.to_continuation_token()?;
        let mut resumed = rows.clone();
        let range = live.remove(round % live.len());
        live.extend(split(local, &range));
        while let Some(page) = pages.try_next().await? {
            rows.extend(page.into_items().into_iter().map(bare));
        }
        assert_eq!(
            compared(&rows, *ordered),
            compared(&whole, *ordered),
            "{text}"
        );
        let options = QueryOptions::default()
            .with_max_item_count(limit(4))
            .with_continuation_token(token);
        let mut pages = read(options).await?.into_pages();
        while let Some(page) = pages.try_next().await? {
            resumed.extend(page.into_items().into_iter().map(bare));
        }
        assert_eq!(
            compared(&resumed, *ordered),
            compared(&whole, *ordered),
            "{text}, resumed"
        );
    }
    let ranges = items.read_feed_ranges(None).await?;
    assert!(ranges.len() > 10, "{}", ranges.len());
    Ok(())
}

pub(crate) async fn bulk_and_single_items_follow(local: &LocalAccount) -> Result<()> {
    use cosmokit::models::{BatchOperation, BulkItem};
    let items = stage::container(local, "/pk").await?;
    write(&items, 0..20).await?;
    split(local, "0");
    split(local, "3");
    let bulk = (20..60).map(|n| {
        let (key, id) = (format!("key {}", n % 17), format!("i{n}"));
        let text = serde_json::value::to_raw_value(&document(&id, &key, n)).unwrap();
        BulkItem::new(key, BatchOperation::create(text))
    });
    for outcome in items.execute_bulk(bulk, None).await? {
        assert_eq!(outcome?.status_code(), 201);
    }
    merge(local, ["1", "2"]);
    let wanted = (0..60).map(|n| (format!("key {}", n % 17), format!("i{n}")));
    let read = items
        .read_many_items(wanted, None)
        .await?
        .into_models::<Value>()?;
    let numbers: BTreeSet<i64> = read
        .into_iter()
        .map(|item| item.unwrap()["number"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, (0..60).collect());
    Ok(())
}
