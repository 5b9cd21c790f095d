//! Generated queries give the same answer over one partition and over several, in one page and in pages of any size,
//! each gone on with by a token. Documents and queries are typed and ill-typed alike.

use std::num::NonZeroU32;

use cosmokit::feed::QueryPageIterator;
use cosmokit::models::ContainerProperties;
use cosmokit::options::{MaxItemCountHint, QueryOptions};
use cosmokit::{ContainerClient, FeedScope, Result};
use cosmokit_testkit::LocalAccount;
use fastrand::Rng;
use futures_util::TryStreamExt as _;
use serde_json::{Map, Value, json};

const DOCUMENTS: usize = 80;
const QUERIES: u64 = 120;

fn pick<'a>(rng: &mut Rng, from: &[&'a str]) -> &'a str {
    from[rng.usize(..from.len())]
}

/// A value of any type; small ranges, so that values meet.
fn value(rng: &mut Rng) -> Value {
    match rng.u8(..9) {
        0 => Value::Null,
        1 => json!(rng.bool()),
        2..=4 => json!(rng.i64(-3..6)),
        5 => json!(f64::from(rng.i32(-4..4)) / 2.0),
        6 | 7 => json!(pick(rng, &["", "a", "b", "ab", "é"])),
        _ => json!([rng.i64(0..3), {"x": rng.i64(0..2)}]),
    }
}

fn document(rng: &mut Rng, number: usize) -> Value {
    let mut members = Map::new();
    members.insert("id".to_owned(), json!(format!("d{number:03}")));
    members.insert("pk".to_owned(), json!(format!("key {}", rng.u8(..40))));
    members.insert("n".to_owned(), json!(number));
    for name in ["a", "b", "c"] {
        if rng.u8(..5) > 0 {
            members.insert(name.to_owned(), value(rng));
        }
    }
    members.insert(
        "list".to_owned(),
        (0..rng.usize(..4)).map(|_| value(rng)).collect(),
    );
    Value::from(members)
}

fn scalar(rng: &mut Rng) -> String {
    match rng.u8(..7) {
        0 => value(rng).to_string(),
        1 => format!("c.{} + 1", pick(rng, &["a", "b", "n"])),
        2 => format!("LOWER(c.{})", pick(rng, &["a", "b"])),
        3 => format!("c.{} ?? 'none'", pick(rng, &["a", "b", "c"])),
        4 => "ARRAY_LENGTH(c.list)".to_owned(),
        _ => format!("c.{}", pick(rng, &["a", "b", "c", "n", "list[0]"])),
    }
}

fn condition(rng: &mut Rng) -> String {
    match rng.u8(..8) {
        0 => format!("IS_DEFINED({})", scalar(rng)),
        1 => format!("IS_NUMBER({})", scalar(rng)),
        2 => format!("ARRAY_CONTAINS(c.list, {})", value(rng)),
        3 => format!("({} AND {})", condition(rng), condition(rng)),
        4 => format!("({} OR NOT {})", condition(rng), condition(rng)),
        5 => format!("c.pk IN ('key {}', 'key {}')", rng.u8(..40), rng.u8(..40)),
        _ => format!(
            "{} {} {}",
            scalar(rng),
            pick(rng, &["=", "!=", "<", ">="]),
            scalar(rng)
        ),
    }
}

/// A query, and whether its rows have an order.
fn query(rng: &mut Rng) -> (String, bool) {
    let filter = if rng.u8(..3) == 0 {
        String::new()
    } else {
        format!(" WHERE {}", condition(rng))
    };
    let key = pick(rng, &["a", "b", "c"]);
    let direction = pick(rng, &["", " DESC"]);
    let aggregate = pick(
        rng,
        &[
            "COUNT(1)",
            "SUM(c.n)",
            "MIN(c.a)",
            "MAX(c.b)",
            "AVG(c.n)",
            "COUNT(c.c)",
            "SUM(c.a)",
        ],
    );
    match rng.u8(..9) {
        0 => (
            format!("SELECT VALUE {} FROM c{filter}", scalar(rng)),
            false,
        ),
        1 => (
            format!("SELECT c.id, {} AS v FROM c{filter}", scalar(rng)),
            false,
        ),
        // Rows of equal keys are equal: the order of all rows is given.
        2 => (
            format!("SELECT VALUE [c.{key}] FROM c{filter} ORDER BY c.{key}{direction}"),
            true,
        ),
        3 => (
            format!(
                "SELECT c.id FROM c{filter} ORDER BY c.n{direction} OFFSET {} LIMIT {}",
                rng.u8(..9),
                rng.u8(..20)
            ),
            true,
        ),
        4 => (
            format!(
                "SELECT TOP {} VALUE c.n FROM c{filter} ORDER BY c.n{direction}",
                rng.u8(1..30)
            ),
            true,
        ),
        5 => (
            format!("SELECT DISTINCT VALUE c.{key} FROM c{filter}"),
            false,
        ),
        6 => (format!("SELECT VALUE {aggregate} FROM c{filter}"), true),
        7 => (
            format!("SELECT c.{key}, {aggregate} AS v FROM c{filter} GROUP BY c.{key}"),
            false,
        ),
        _ => (
            format!("SELECT VALUE l FROM c JOIN l IN c.list{filter}"),
            false,
        ),
    }
}

async fn container(local: &LocalAccount) -> Result<ContainerClient> {
    local.client().create_database("db", None).await?;
    let database = local.client().database_client("db");
    database
        .create_container(ContainerProperties::new("c", "/pk".into()), None)
        .await?;
    database.container_client("c", None).await
}

async fn local(partitions: u32) -> LocalAccount {
    let partitions = NonZeroU32::new(partitions).unwrap();
    LocalAccount::builder()
        .partitions_per_container(partitions)
        .start()
        .await
        .unwrap()
}

fn size(rows: u32) -> QueryOptions {
    let limit = MaxItemCountHint::Limit(NonZeroU32::new(rows).unwrap());
    QueryOptions::default().with_max_item_count(limit)
}

/// All rows, in pages that each begin at the token of the one before; an error is an answer, too.
async fn rows(
    items: &ContainerClient,
    text: &str,
    page: u32,
) -> std::result::Result<Vec<Value>, u16> {
    let read = async {
        let mut rows = Vec::new();
        let mut options = size(page);
        loop {
            let everything = FeedScope::full_container();
            let stream = items
                .query_items::<Value>(text, everything, Some(options))
                .await?;
            let mut pages: QueryPageIterator<Value> = stream.into_pages();
            let Some(read) = pages.try_next().await? else {
                return Ok::<_, cosmokit::CosmosError>(rows);
            };
            rows.extend(read.into_items());
            options = size(page).with_continuation_token(pages.to_continuation_token()?);
        }
    };
    read.await
        .map_err(|error| error.status().status_code().as_u16())
}

/// Rows as they are compared: sums of sums differ in their last bits.
fn compared(
    rows: std::result::Result<Vec<Value>, u16>,
    ordered: bool,
) -> std::result::Result<Vec<String>, u16> {
    fn rounded(value: &Value) -> Value {
        match value {
            Value::Number(number) if number.is_f64() => {
                json!((number.as_f64().unwrap() * 1e9).round() / 1e9)
            }
            Value::Array(elements) => elements.iter().map(rounded).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), rounded(value)))
                .collect(),
            other => other.clone(),
        }
    }
    let mut rows: Vec<String> = rows?.iter().map(|row| rounded(row).to_string()).collect();
    if !ordered {
        rows.sort_unstable();
    }
    Ok(rows)
}

#[tokio::test]
async fn one_partition_and_several_agree() {
    let mut rng = Rng::with_seed(20_261_127);
    let documents: Vec<Value> = (0..DOCUMENTS)
        .map(|number| document(&mut rng, number))
        .collect();
    let (one, many) = (local(1).await, local(7).await);
    let containers = [
        container(&one).await.unwrap(),
        container(&many).await.unwrap(),
    ];
    for document in &documents {
        for items in &containers {
            let (key, id) = (
                document["pk"].as_str().unwrap(),
                document["id"].as_str().unwrap(),
            );
            items.create_item(key, id, document, None).await.unwrap();
        }
    }
    let mut with_rows = 0;
    for seed in 0..QUERIES {
        let (text, ordered) = query(&mut Rng::with_seed(seed));
        let whole = compared(Box::pin(rows(&containers[0], &text, 1_000)).await, ordered);
        with_rows += usize::from(whole.as_ref().is_ok_and(|rows| !rows.is_empty()));
        for page in [1_000, 7, 2] {
            let merged = compared(Box::pin(rows(&containers[1], &text, page)).await, ordered);
            assert_eq!(merged, whole, "query {seed} by {page}: {text}");
        }
    }
    assert!(with_rows > 60, "{with_rows} queries have rows");
}
