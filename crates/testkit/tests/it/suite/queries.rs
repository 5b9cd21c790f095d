//! Queries through the client over several partitions: every way of merging, every size of page, every continuation
//! resumed in a client of its own.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use cosmokit::feed::{ContinuationToken, QueryPageIterator};
use cosmokit::models::{
    CompositeIndex, CompositeIndexOrder, CompositeIndexProperty, ContainerProperties,
    IndexingPolicy,
};
use cosmokit::options::{MaxItemCountHint, QueryLimits, QueryOptions, QueryPlanMode};
use cosmokit::{ContainerClient, FeedScope, Query, Result};
use cosmokit_testkit::LocalAccount;
use futures_util::TryStreamExt as _;
use futures_util::future::try_join_all;
use serde_json::{Value, json};

use super::stage::{self, DATABASE, refused};

const ITEMS: i64 = 60;

/// Items in several partitions: three customers in turns, totals that repeat.
pub(crate) async fn fill(local: &LocalAccount) -> Result<ContainerClient> {
    let database = stage::database(local).await?;
    let both = CompositeIndex::default()
        .with_property(CompositeIndexProperty::new(
            "/total",
            CompositeIndexOrder::Ascending,
        ))
        .with_property(CompositeIndexProperty::new(
            "/number",
            CompositeIndexOrder::Descending,
        ));
    let indexes = IndexingPolicy::default().with_composite_index(both);
    let properties = ContainerProperties::new("items", "/pk".into()).with_indexing_policy(indexes);
    database.create_container(properties, None).await?;
    let items = database.container_client("items", None).await?;
    let create = async |n: i64| {
        let (key, id) = (format!("key {}", n % 20), format!("i{n:02}"));
        let customer = ["a", "b", "c"][usize::try_from(n % 3).unwrap()];
        let item = json!({
            "id": id, "pk": key, "number": n, "total": n % 10, "customer": customer, "tags": [n, -1],
        });
        items.create_item(&key, &id, item, None).await
    };
    try_join_all((0..ITEMS).map(create)).await?;
    Ok(items)
}

/// Every way of merging: text, whether the rows have an order.
pub(crate) const CLASSES: &[(&str, bool)] = &[
    ("SELECT VALUE c.number FROM c", false),
    ("SELECT c.id, c.total FROM c WHERE c.total > 4", false),
    ("SELECT VALUE c.number FROM c ORDER BY c.number DESC", true),
    ("SELECT c.id FROM c ORDER BY c.total, c.number DESC", true),
    ("SELECT TOP 7 VALUE c.number FROM c ORDER BY c.number", true),
    (
        "SELECT VALUE c.number FROM c ORDER BY c.number OFFSET 5 LIMIT 11",
        true,
    ),
    ("SELECT DISTINCT VALUE c.total FROM c", false),
    (
        "SELECT DISTINCT VALUE c.total FROM c ORDER BY c.total",
        true,
    ),
    ("SELECT VALUE COUNT(1) FROM c", true),
    ("SELECT VALUE SUM(c.total) FROM c WHERE c.number < 30", true),
    ("SELECT VALUE AVG(c.number) FROM c", true),
    (
        "SELECT MIN(c.number) AS low, MAX(c.number) AS high, COUNT(1) AS n FROM c",
        true,
    ),
    (
        "SELECT c.customer, COUNT(1) AS n, SUM(c.total) AS total FROM c GROUP BY c.customer",
        false,
    ),
    ("SELECT VALUE c.customer FROM c GROUP BY c.customer", false),
    (
        "SELECT VALUE COUNT(1) FROM (SELECT DISTINCT VALUE c.total FROM c)",
        true,
    ),
    (
        "SELECT VALUE t FROM c JOIN t IN c.tags WHERE c.number < 5",
        false,
    ),
    ("SELECT VALUE 1", true),
    ("SELECT * FROM c WHERE false", true),
];

fn size(items: u32) -> QueryOptions {
    let limit = MaxItemCountHint::Limit(NonZeroU32::new(items).unwrap());
    QueryOptions::default().with_max_item_count(limit)
}

async fn all(
    items: &ContainerClient,
    query: impl Into<Query>,
    scope: FeedScope,
    options: QueryOptions,
) -> Result<Vec<Value>> {
    let rows = Box::pin(items.query_items(query, scope, Some(options))).await?;
    rows.map_ok(bare).try_collect().await
}

/// A row without what the account adds.
pub(crate) fn bare(mut row: Value) -> Value {
    if let Some(members) = row.as_object_mut() {
        members.retain(|name, _| !name.starts_with('_'));
    }
    row
}

/// Rows as they can be compared.
pub(crate) fn compared(rows: &[Value], ordered: bool) -> Vec<String> {
    let mut rows: Vec<String> = rows.iter().map(Value::to_string).collect();
    if !ordered {
        rows.sort_unstable();
    }
    rows
}

pub(crate) async fn every_class_by_pages(local: &LocalAccount) -> Result<()> {
    let items = fill(local).await?;
    for (text, ordered) in CLASSES {
        let whole = all(
            &items,
            *text,
            FeedScope::full_container(),
            QueryOptions::default(),
        )
        .await?;
        let whole = compared(&whole, *ordered);
        for page in [1, 3, 100] {
            let rows = all(&items, *text, FeedScope::full_container(), size(page)).await?;
            assert_eq!(compared(&rows, *ordered), whole, "{text} by {page}");
        }
        let gateway = QueryOptions::default().with_query_plan_mode(QueryPlanMode::GatewayOnly);
        let rows = all(&items, *text, FeedScope::full_container(), gateway).await?;
        assert_eq!(
            compared(&rows, *ordered),
            whole,
            "{text} planned by the gateway"
        );
    }
    Ok(())
}

pub(crate) async fn the_answers_are_right(local: &LocalAccount) -> Result<()> {
    let items = fill(local).await?;
    let of = async |text: &'static str| {
        all(
            &items,
            text,
            FeedScope::full_container(),
            QueryOptions::default(),
        )
        .await
    };
    let numbers: Vec<i64> = (0..ITEMS).rev().collect();
    assert_eq!(
        Value::from(of("SELECT VALUE c.number FROM c ORDER BY c.number DESC").await?),
        json!(numbers)
    );
    assert_eq!(of("SELECT VALUE COUNT(1) FROM c").await?, [json!(60)]);
    assert_eq!(
        of("SELECT VALUE AVG(c.number) FROM c").await?,
        [json!(29.5)]
    );
    let groups =
        of("SELECT c.customer, COUNT(1) AS n, SUM(c.total) AS total FROM c GROUP BY c.customer")
            .await?;
    let groups: BTreeMap<&str, (&Value, &Value)> = groups
        .iter()
        .map(|group| {
            (
                group["customer"].as_str().unwrap(),
                (&group["n"], &group["total"]),
            )
        })
        .collect();
    assert_eq!(groups.keys().copied().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert!(
        groups
            .values()
            .all(|(count, total)| **count == 20 && **total == 90)
    );
    assert_eq!(
        of("SELECT VALUE COUNT(1) FROM (SELECT DISTINCT VALUE c.total FROM c)").await?,
        [json!(10)]
    );
    assert_eq!(of("SELECT VALUE 1").await?, [json!(1)]);
    assert!(of("SELECT * FROM c WHERE false").await?.is_empty());
    Ok(())
}

pub(crate) async fn every_continuation_elsewhere(local: &LocalAccount) -> Result<()> {
    let items = fill(local).await?;
    for (text, ordered) in CLASSES {
        let whole = all(
            &items,
            *text,
            FeedScope::full_container(),
            QueryOptions::default(),
        )
        .await?;
        for page in [7] {
            let mut rows = Vec::new();
            let mut token: Option<String> = None;
            for round in 0.. {
                assert!(round < 100, "{text} does not end");
                let client = local.new_client().await?;
                let database = client.database_client(DATABASE);
                let items = database.container_client("items", None).await?;
                let options = match token.take() {
                    Some(token) => {
                        size(page).with_continuation_token(ContinuationToken::from_string(token))
                    }
                    None => size(page),
                };
                let stream = items
                    .query_items(*text, FeedScope::full_container(), Some(options))
                    .await?;
                let mut pages: QueryPageIterator<Value> = stream.into_pages();
                let Some(read) = pages.try_next().await? else {
                    break;
                };
                rows.extend(read.into_items().into_iter().map(bare));
                token = Some(pages.to_continuation_token()?.as_str().to_owned());
            }
            assert_eq!(
                compared(&rows, *ordered),
                compared(&whole, *ordered),
                "{text} by {page}"
            );
        }
    }
    Ok(())
}

pub(crate) async fn scopes_and_parameters(local: &LocalAccount) -> Result<()> {
    let items = fill(local).await?;
    let query = || {
        Query::from("SELECT VALUE c.number FROM c WHERE c.number >= @low ORDER BY c.number")
            .with_parameter("@low", 10)
            .unwrap()
    };
    let one = all(&items, query(), FeedScope::partition("key 3"), size(1)).await?;
    assert_eq!(one, [json!(23), json!(43)]);
    let mut rows = Vec::new();
    for range in items.read_feed_ranges(None).await? {
        let part = all(&items, query(), FeedScope::range(range), size(2)).await?;
        assert!(part.is_sorted_by_key(Value::as_i64));
        rows.extend(part);
    }
    rows.sort_by_key(Value::as_i64);
    assert_eq!(Value::from(rows), json!((10..ITEMS).collect::<Vec<_>>()));
    // A filter on the key needs one partition only.
    let pinned = Query::from("SELECT * FROM c WHERE c.pk = @pk").with_parameter("@pk", "key 7")?;
    let stream = items
        .query_items::<Value>(pinned, FeedScope::full_container(), None)
        .await?;
    let page = stream.into_pages().try_next().await?.unwrap();
    assert_eq!(
        (page.items().len(), page.diagnostics().request_count()),
        (3, 1)
    );
    Ok(())
}

pub(crate) async fn items_without_a_query(local: &LocalAccount) -> Result<()> {
    let items = fill(local).await?;
    for page in [1, 8, 100] {
        for (scope, count) in [
            (FeedScope::full_container(), 60),
            (FeedScope::partition("key 3"), 3),
        ] {
            let rows = items
                .read_all_items::<Value>(scope, Some(size(page)))
                .await?;
            let rows: Vec<Value> = rows.try_collect().await?;
            assert_eq!(rows.len(), count);
        }
    }
    assert_eq!(
        items.count_items(FeedScope::full_container(), None).await?,
        60
    );
    let condition = Query::from("c.number < @n").with_parameter("@n", 12)?;
    assert_eq!(
        items
            .count_items_where(condition, FeedScope::full_container(), None)
            .await?,
        12
    );
    Ok(())
}

pub(crate) async fn many_items_at_once(local: &LocalAccount) -> Result<()> {
    let items = fill(local).await?;
    let wanted: Vec<(String, String)> = [59, 0, 31, 7, 999, 30, 0]
        .into_iter()
        .chain(10..30)
        .map(|n| (format!("key {}", n % 20), format!("i{n:02}")))
        .collect();
    let read = items.read_many_items(wanted.clone(), None).await?;
    assert!(read.request_charge().value() > 0.0);
    let read = read.into_models::<Value>()?;
    assert_eq!(read.len(), wanted.len());
    for ((_, id), item) in wanted.iter().zip(&read) {
        match item {
            Some(item) => assert_eq!(item["id"], **id),
            None => assert_eq!(id, "i999"),
        }
    }
    assert!(
        items
            .read_many_items::<&str, &str>([], None)
            .await?
            .items()
            .is_empty()
    );
    refused(items.read_many_items([(("a", "b"), "x")], None).await, 400);
    Ok(())
}

pub(crate) async fn tokens_fit_only_their_query(local: &LocalAccount) -> Result<()> {
    let items = fill(local).await?;
    let text = "SELECT VALUE c.number FROM c ORDER BY c.number";
    let stream = items
        .query_items::<Value>(text, FeedScope::full_container(), Some(size(3)))
        .await?;
    let mut pages = stream.into_pages();
    pages.try_next().await?;
    let token = pages.to_continuation_token()?;
    let open = async |text: &'static str, scope: FeedScope, token: ContinuationToken| {
        let options = size(3).with_continuation_token(token);
        items.query_items::<Value>(text, scope, Some(options)).await
    };
    let _resumed = open(text, FeedScope::full_container(), token.clone()).await?;
    refused(
        open(
            "SELECT * FROM c",
            FeedScope::full_container(),
            token.clone(),
        )
        .await,
        400,
    );
    refused(
        open(text, FeedScope::partition("key 3"), token.clone()).await,
        400,
    );
    for broken in ["", "cq1.", "cq1.e30", "x"] {
        let token = ContinuationToken::from_string(broken);
        refused(open(text, FeedScope::full_container(), token).await, 400);
    }
    let mut small = QueryLimits::default();
    small.max_continuation_bytes = 10;
    let options = size(3).with_limits(small);
    let stream = items
        .query_items::<Value>(text, FeedScope::full_container(), Some(options))
        .await?;
    let mut pages = stream.into_pages();
    pages.try_next().await?;
    refused(pages.to_continuation_token(), 400);
    Ok(())
}

pub(crate) async fn what_is_refused(local: &LocalAccount) -> Result<()> {
    let items = fill(local).await?;
    for mode in [
        QueryPlanMode::LocalPreferred,
        QueryPlanMode::LocalOnly,
        QueryPlanMode::GatewayOnly,
    ] {
        for text in [
            "",
            "SELECT",
            "SELECT * FROM c WHERE NOSUCH(c.x)",
            "SELECT x.y FROM c",
            "SELECT * FROM c GROUP BY c.x",
        ] {
            let options = QueryOptions::default().with_query_plan_mode(mode);
            let opened = items
                .query_items::<Value>(text, FeedScope::full_container(), Some(options))
                .await;
            let error = refused(opened, 400);
            assert!(error.message().contains("error"), "{error}");
        }
    }
    let few = size(1);
    let mut limits = QueryLimits::default();
    limits.max_fan_out = 2;
    let opened = items
        .query_items::<Value>(
            "SELECT * FROM c",
            FeedScope::full_container(),
            Some(few.with_limits(limits)),
        )
        .await;
    refused(opened, 400);
    let sorted = QueryOptions::default();
    let mut limits = QueryLimits::default();
    limits.max_groups = 2;
    let groups = all(
        &items,
        "SELECT c.customer FROM c GROUP BY c.customer",
        FeedScope::full_container(),
        sorted.with_limits(limits),
    );
    let error = refused(groups.await, 400);
    assert!(error.message().contains("limit"), "{error}");
    Ok(())
}

pub(crate) async fn pages_say_what_they_took(local: &LocalAccount) -> Result<()> {
    let items = fill(local).await?;
    let options = QueryOptions::default()
        .with_populate_query_metrics(true)
        .with_populate_index_metrics(true);
    let text = "SELECT VALUE c.number FROM c WHERE c.number < 50 ORDER BY c.number";
    let stream = items
        .query_items::<Value>(text, FeedScope::full_container(), Some(options))
        .await?;
    let page = stream.into_pages().try_next().await?.unwrap();
    assert_eq!(page.items().len(), 50);
    assert_eq!(page.headers().item_count(), Some(50));
    let charge = page.headers().request_charge().unwrap().value();
    let attempts = page.diagnostics();
    assert!(
        (charge - attempts.total_request_charge().value()).abs() < 0.01,
        "{charge}"
    );
    assert_eq!(
        attempts.request_count(),
        4,
        "one request for each partition"
    );
    if let Some(metrics) = page.metrics() {
        assert_eq!(metrics.output_document_count(), 50);
    }
    Ok(())
}
