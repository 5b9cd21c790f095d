//! The change feed: both modes, every scope, every start, resumed in another client.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::time::Duration;

use cosmokit::feed::{
    ChangeFeedItem, ChangeFeedPageIterator, ChangeFeedStartFrom, ContinuationToken, FeedPage,
    FeedRange,
};
use cosmokit::models::{ChangeFeedOperationType, ChangeFeedPolicy, ContainerProperties};
use cosmokit::options::{ChangeFeedMode, ChangeFeedOptions, MaxItemCountHint};
use cosmokit::{ContainerClient, CosmosClient, CosmosError, FeedScope, Result};
use cosmokit_testkit::LocalAccount;
use futures_util::TryStreamExt as _;
use serde_json::Value;

use super::stage::{self, DATABASE, document, refused};

type Pages = ChangeFeedPageIterator<ChangeFeedItem<Value>>;

fn size(items: u32) -> ChangeFeedOptions {
    let limit = MaxItemCountHint::Limit(NonZeroU32::new(items).unwrap());
    ChangeFeedOptions::default()
        .with_max_item_count(limit)
        .with_poll_delay(Duration::from_millis(1))
}

fn all_versions() -> ChangeFeedOptions {
    size(100).with_mode(ChangeFeedMode::AllVersionsAndDeletes)
}

async fn write(items: &ContainerClient, numbers: std::ops::Range<i64>) -> Result<()> {
    for n in numbers {
        let (key, id) = (format!("key {}", n % 7), format!("i{n}"));
        items
            .upsert_item(&key, &id, document(&id, &key, n), None)
            .await?;
    }
    Ok(())
}

/// Everything up to the first page without news.
async fn drain(pages: &mut Pages) -> Result<Vec<ChangeFeedItem<Value>>> {
    let mut all = Vec::new();
    while let Some(page) = pages.try_next().await? {
        if page.items().is_empty() {
            break;
        }
        all.extend(page.into_items());
    }
    Ok(all)
}

fn numbers(changes: &[ChangeFeedItem<Value>]) -> Vec<i64> {
    let current = changes.iter().filter_map(ChangeFeedItem::current);
    current
        .map(|item| item["number"].as_i64().unwrap())
        .collect()
}

fn set(changes: &[ChangeFeedItem<Value>]) -> BTreeSet<i64> {
    let numbers = numbers(changes);
    let set: BTreeSet<i64> = numbers.iter().copied().collect();
    assert_eq!(set.len(), numbers.len(), "no change comes twice");
    set
}

async fn in_client(client: &CosmosClient) -> Result<ContainerClient> {
    client
        .database_client(DATABASE)
        .container_client("items", None)
        .await
}

async fn with_history(local: &LocalAccount) -> Result<ContainerClient> {
    let database = stage::database(local).await?;
    let mut properties = ContainerProperties::new("items", "/pk".into());
    let retention = Duration::from_secs(600);
    properties.change_feed_policy =
        Some(ChangeFeedPolicy::default().with_retention_duration(retention));
    database.create_container(properties, None).await?;
    database.container_client("items", None).await
}

pub(crate) async fn everything_from_the_beginning(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    write(&items, 0..60).await?;
    for page in [1, 7, 100] {
        let (scope, start) = (FeedScope::full_container(), ChangeFeedStartFrom::Beginning);
        let mut pages: Pages = items
            .query_change_feed(scope, start, Some(size(page)))
            .await?;
        assert_eq!(set(&drain(&mut pages).await?), (0..60).collect());
        // It goes on: first nothing, then what is written.
        assert!(drain(&mut pages).await?.is_empty());
        write(&items, 0..3).await?;
        assert_eq!(set(&drain(&mut pages).await?), (0..3).collect());
    }
    Ok(())
}

pub(crate) async fn keys_and_ranges(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    write(&items, 0..70).await?;
    let of = async |scope: FeedScope| {
        let start = ChangeFeedStartFrom::Beginning;
        let mut pages: Pages = items.query_change_feed(scope, start, Some(size(3))).await?;
        Ok::<_, CosmosError>(set(&drain(&mut pages).await?))
    };
    let expected = (0..70).filter(|n| n % 7 == 3).collect::<BTreeSet<i64>>();
    assert_eq!(of(FeedScope::partition("key 3")).await?, expected);
    let mut seen = BTreeMap::new();
    for range in items.read_feed_ranges(None).await? {
        for number in of(FeedScope::range(range)).await? {
            *seen.entry(number).or_insert(0) += 1;
        }
    }
    assert_eq!(seen, (0..70).map(|n| (n, 1)).collect());
    Ok(())
}

pub(crate) async fn now_is_the_moment_of_the_call(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    write(&items, 0..20).await?;
    let scope = FeedScope::full_container();
    let mut pages: Pages = items
        .query_change_feed(scope, ChangeFeedStartFrom::Now, Some(size(100)))
        .await?;
    write(&items, 20..40).await?;
    assert_eq!(set(&drain(&mut pages).await?), (20..40).collect());
    Ok(())
}

pub(crate) async fn resumed_elsewhere(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    write(&items, 0..50).await?;
    let (scope, start) = (FeedScope::full_container(), ChangeFeedStartFrom::Beginning);
    let mut pages: Pages = items.query_change_feed(scope, start, Some(size(4))).await?;
    let mut seen = Vec::new();
    let mut rounds = 0;
    loop {
        let page = pages.try_next().await?.unwrap();
        if page.items().is_empty() {
            break;
        }
        seen.extend(page.into_items());
        rounds += 1;
        // Every page in another process.
        let token = pages.to_continuation_token()?.as_str().to_owned();
        let other = in_client(&local.new_client().await?).await?;
        let options = size(4).with_continuation_token(ContinuationToken::from_string(token));
        pages = other
            .query_change_feed(
                FeedScope::full_container(),
                ChangeFeedStartFrom::Now,
                Some(options),
            )
            .await?;
    }
    assert!(rounds > 10);
    assert_eq!(set(&seen), (0..50).collect());
    Ok(())
}

pub(crate) async fn tokens_fit_only_their_feed(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    write(&items, 0..20).await?;
    let open = async |container: &ContainerClient, scope: FeedScope, options: ChangeFeedOptions| {
        let start = ChangeFeedStartFrom::Beginning;
        container
            .query_change_feed::<Value>(scope, start, Some(options))
            .await
    };
    let range = items.read_feed_ranges(None).await?.swap_remove(0);
    let mut pages = open(&items, FeedScope::range(range), size(2)).await?;
    pages.try_next().await?;
    let token = pages.to_continuation_token()?;
    let with_token = || size(2).with_continuation_token(token.clone());
    let whole = open(&items, FeedScope::full_container(), with_token()).await;
    refused(whole, 400);
    let mode = with_token().with_mode(ChangeFeedMode::AllVersionsAndDeletes);
    refused(open(&items, FeedScope::full_container(), mode).await, 400);
    for text in ["", "cf1.", "cf1.e30", "c1.abc", "\"12\""] {
        let broken = size(2).with_continuation_token(ContinuationToken::from_string(text));
        refused(open(&items, FeedScope::full_container(), broken).await, 400);
    }
    items.delete(None).await?;
    let database = local.client().database_client(DATABASE);
    let again = ContainerProperties::new("items", "/pk".into());
    database.create_container(again, None).await?;
    let items = database.container_client("items", None).await?;
    refused(
        open(&items, FeedScope::full_container(), with_token()).await,
        400,
    );
    Ok(())
}

pub(crate) async fn an_end_time_ends_it(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    write(&items, 0..20).await?;
    let written: Value = items.read_item("key 3", "i3", None).await?.into_model()?;
    let now = written["_ts"].as_i64().unwrap();
    let of = async |end: i64| {
        let end = cosmokit::models::Timestamp::from_unix_timestamp(end);
        let (scope, start) = (FeedScope::full_container(), ChangeFeedStartFrom::Beginning);
        let options = size(3).with_end_time(end);
        let pages: Pages = items.query_change_feed(scope, start, Some(options)).await?;
        let pages: Vec<_> = pages.try_collect().await?;
        Ok::<_, CosmosError>(pages.into_iter().flat_map(FeedPage::into_items).count())
    };
    assert_eq!(of(now - 1_000).await?, 0);
    assert_eq!(of(0).await?, 0);
    Ok(())
}

pub(crate) async fn all_versions_and_deletes(local: &LocalAccount) -> Result<()> {
    use ChangeFeedOperationType::{Create, Delete, Replace};
    let items = with_history(local).await?;
    write(&items, 0..1).await?;
    let scope = FeedScope::full_container();
    let mut pages: Pages = items
        .query_change_feed(scope, ChangeFeedStartFrom::Now, Some(all_versions()))
        .await?;
    for n in [10, 11, 12] {
        items
            .upsert_item("key 0", "x", document("x", "key 0", n), None)
            .await?;
    }
    items.delete_item("key 0", "x", None).await?;
    let token = pages.to_continuation_token()?;
    let changes = drain(&mut pages).await?;
    let kinds: Vec<_> = changes
        .iter()
        .filter_map(ChangeFeedItem::operation_type)
        .collect();
    assert_eq!(kinds, [Create, Replace, Replace, Delete]);
    assert_eq!(numbers(&changes), [10, 11, 12]);
    assert_eq!(changes[3].previous().unwrap()["number"], 12);
    assert_eq!(changes[3].metadata().unwrap().id(), Some("x"));

    let other = in_client(&local.new_client().await?).await?;
    let options = size(1).with_continuation_token(token);
    let mut again: Pages = other
        .query_change_feed(
            FeedScope::full_container(),
            ChangeFeedStartFrom::Now,
            Some(options),
        )
        .await?;
    assert_eq!(
        drain(&mut again).await?.len(),
        4,
        "the token remembers the mode"
    );
    Ok(())
}

pub(crate) async fn all_versions_start_now(local: &LocalAccount) -> Result<()> {
    let items = with_history(local).await?;
    let from_beginning = items
        .query_change_feed::<Value>(
            FeedScope::full_container(),
            ChangeFeedStartFrom::Beginning,
            Some(all_versions()),
        )
        .await?
        .try_next()
        .await;
    refused(from_beginning, 400);
    Ok(())
}

pub(crate) async fn a_scope_is_read_in_parts(local: &LocalAccount) -> Result<()> {
    let items = stage::container(local, "/pk").await?;
    write(&items, 0..40).await?;
    let (scope, start) = (FeedScope::full_container(), ChangeFeedStartFrom::Beginning);
    let mut pages: Pages = items.query_change_feed(scope, start, Some(size(2))).await?;
    let mut seen = numbers(pages.try_next().await?.unwrap().items());
    let token = pages.to_continuation_token()?;
    // One worker for each partition goes on from the same token.
    for range in items.read_feed_ranges(None).await? {
        let text: String = range.to_string();
        let range: FeedRange = text.parse().unwrap();
        let options = size(5).with_continuation_token(token.clone());
        let mut part: Pages = items
            .query_change_feed(FeedScope::range(range), start, Some(options))
            .await?;
        seen.extend(numbers(&drain(&mut part).await?));
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..40).collect::<Vec<i64>>());
    Ok(())
}
