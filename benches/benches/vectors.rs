//! What the nearest of many vectors cost in the engine, by the kind of index, as a table: `cargo bench -p cosmokit-benches
//! --bench vectors [-- ITEMS]`. Vectors have 128 elements in clusters; each query wants the ten nearest of one partition.

#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a bench stops where its own shapes are not what it made, and prints few digits"
)]

use std::{
    collections::HashSet,
    hint::black_box,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use cosmokit_engine::{
    Account,
    clock::ManualClock,
    protocol::{partition::PartitionKey, wire::region::Region},
    request::{
        ContainerAddress, CreateContainer, CreateDatabase, CreateItem, CrossPartition,
        DatabaseAddress, FeedScope, Paging, Precondition, QueryItems, QuerySettings, Request,
        ThroughputHeaders, Verb,
    },
    response::Response,
};

const DIMENSIONS: usize = 128;
const CLUSTERS: usize = 200;

fn main() {
    let items = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let items: usize = items.unwrap_or(100_000);
    println!("| index | first query | until it is complete | a query | recall of ten | charge |");
    println!("|---|---|---|---|---|---|");
    for (name, index) in [
        ("none", ""),
        ("flat", r#"{"path": "/v", "type": "flat"}"#),
        (
            "quantizedFlat",
            r#"{"path": "/v", "type": "quantizedFlat"}"#,
        ),
        (
            "quantizedFlat, 32 bytes",
            r#"{"path": "/v", "type": "quantizedFlat", "quantizationByteSize": 32}"#,
        ),
        ("diskANN", r#"{"path": "/v", "type": "diskANN"}"#),
    ] {
        measure(name, index, items);
    }
    texts(items);
}

fn measure(name: &str, index: &str, items: usize) {
    let world = World::new(index);
    let mut clusters = Clusters::new();
    for number in 0..items {
        let vector = clusters.vector();
        world.create(number, &format!(r#""v": {vector}"#));
    }
    let queries: Vec<String> = (0..50)
        .map(|_| nearest(&clusters.vector(), false))
        .collect();
    let (_, first) = timed(|| world.query(&queries[0]));
    let ((), complete) = timed(|| {
        // A graph takes some rows in with each query: until further ones cost no more.
        let rounds = if name == "diskANN" { items / 10 } else { 0 };
        for query in queries.iter().cycle().take(rounds) {
            black_box(world.query(query));
        }
    });
    let rounds = if name == "none" { 5 } else { queries.len() };
    let (answers, spent) = timed(|| {
        let asked = queries.iter().take(rounds);
        asked.map(|query| world.query(query)).collect::<Vec<_>>()
    });
    let mut met = 0;
    for (query, answer) in queries.iter().zip(&answers) {
        let exact = world.query(&query.replace("false", "true"));
        let found: HashSet<String> = ids(answer).into_iter().collect();
        met += ids(&exact).iter().filter(|id| found.contains(*id)).count();
    }
    println!(
        "| {name} | {} | {} | {:.2} ms | {:.3} | {:.2} RU |",
        millis(first),
        millis(complete),
        spent.as_secs_f64() * 1e3 / answers.len() as f64,
        met as f64 / (10 * answers.len()) as f64,
        answers[0].facts.charge.value(),
    );
}

/// Full-text ranks over so many texts of a dozen words, of which one in a thousand has the term.
fn texts(items: usize) {
    println!("\n| rank | with an index | without |\n|---|---|---|");
    let worlds = [World::new("text"), World::new("")];
    for world in &worlds {
        for number in 0..items {
            let term = if number % 1_000 == 0 {
                "bicycle"
            } else {
                "street"
            };
            let text = format!(
                "a {term} number {number} in the city of {} with trees",
                number % 97
            );
            world.create(number, &format!(r#""text": "{text}""#));
        }
    }
    for query in [
        "SELECT TOP 10 c.id FROM c ORDER BY RANK FullTextScore(c.text, 'bicycle')",
        "SELECT TOP 10 c.id FROM c ORDER BY RANK FullTextScore(c.text, 'bicycle', 'trees')",
        "SELECT COUNT(1) AS n, [SUM(_FullTextWordCount(c.text)), COUNTIF(FullTextContains(c.text, 'bicycle'))] AS s FROM c",
    ] {
        let [with, without] = [(&worlds[0], 50_u32), (&worlds[1], 3)].map(|(world, rounds)| {
            black_box(world.query(query));
            let ((), spent) =
                timed(|| (0..rounds).for_each(|_| drop(black_box(world.query(query)))));
            spent / rounds
        });
        println!("| {query} | {} | {} |", millis(with), millis(without));
    }
}

fn nearest(vector: &str, brute_force: bool) -> String {
    format!("SELECT TOP 10 c.id FROM c ORDER BY VectorDistance(c.v, {vector}, {brute_force})")
}

fn ids(answer: &Response) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
    let rows = body["Documents"].as_array().expect("rows");
    rows.iter().map(|row| row["id"].to_string()).collect()
}

#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let value = run();
    (value, begun.elapsed())
}

fn millis(spent: Duration) -> String {
    format!("{:.1} ms", spent.as_secs_f64() * 1e3)
}

/// Vectors in clusters.
struct Clusters {
    numbers: fastrand::Rng,
    middles: Vec<Vec<f64>>,
}

impl Clusters {
    fn new() -> Self {
        let mut numbers = fastrand::Rng::with_seed(7);
        let mut middle = || (0..DIMENSIONS).map(|_| 4.0 * numbers.f64() - 2.0).collect();
        let middles: Vec<Vec<f64>> = (0..CLUSTERS).map(|_| middle()).collect();
        Self { numbers, middles }
    }

    fn vector(&mut self) -> String {
        let Self { numbers, middles } = self;
        let middle = &middles[numbers.usize(..CLUSTERS)];
        let mut normal = || (0..6).map(|_| numbers.f64() - 0.5).sum::<f64>();
        let elements = middle
            .iter()
            .map(|element| format!("{:.4}", element + normal()));
        format!("[{}]", elements.collect::<Vec<_>>().join(","))
    }
}

struct World {
    account: Account,
    region: Region,
}

impl World {
    fn new(index: &str) -> Self {
        let builder = Account::builder().clock(Arc::new(ManualClock::default()));
        let account = builder.build().expect("an account in memory");
        let region = account.topology().regions()[0].region.clone();
        let world = Self { account, region };
        world.run(CreateDatabase {
            body: r#"{"id": "db"}"#.into(),
            throughput: ThroughputHeaders::default(),
        });
        let (vectors, texts) = match index {
            "text" => ("", r#"{"path": "/text"}"#),
            index => (index, ""),
        };
        let body = format!(
            r#"{{"id": "c", "partitionKey": {{"paths": ["/pk"], "version": 2}},
            "indexingPolicy": {{"includedPaths": [{{"path": "/*"}}], "vectorIndexes": [{vectors}], "fullTextIndexes": [{texts}]}},
            "vectorEmbeddingPolicy": {{"vectorEmbeddings": [{{"path": "/v", "dataType": "float32", "dimensions": {DIMENSIONS},
            "distanceFunction": "cosine"}}]}},
            "fullTextPolicy": {{"defaultLanguage": "en-US", "fullTextPaths": [{{"path": "/text", "language": "en-US"}}]}}}}"#
        );
        world.run(CreateContainer {
            database: DatabaseAddress::new("db"),
            body: body.into(),
            throughput: ThroughputHeaders::default(),
        });
        world
    }

    fn run(&self, verb: impl Into<Verb>) -> Response {
        let answer = pin!(self.account.execute(&self.region, Request::new(verb)));
        match { answer }.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => answer.expect("the request is sound"),
            Poll::Pending => panic!("nothing waits here"),
        }
    }

    fn create(&self, number: usize, members: &str) {
        let pk = format!("k{}", number % 100);
        self.run(CreateItem {
            container: ContainerAddress::new("db", "c"),
            partition_key: Some(PartitionKey::from(&*pk)),
            body: format!(r#"{{"id": "{number}", "pk": "{pk}", {members}}}"#).into(),
            precondition: Precondition::default(),
        });
    }

    fn query(&self, text: &str) -> Response {
        self.run(QueryItems {
            container: ContainerAddress::new("db", "c"),
            query: text.into(),
            scope: FeedScope {
                partition_key_range_id: Some("0".to_owned()),
                ..FeedScope::default()
            },
            cross_partition: CrossPartition::Enabled,
            paging: Paging {
                max_item_count: Some(100),
                continuation: None,
            },
            settings: QuerySettings::default(),
        })
    }
}
