//! The answers of fifty ranges to one result.

use bytes::Bytes;
use cosmokit_protocol::partition::{EffectivePartitionKey, EpkRange, PartitionKeyDefinition};
use cosmokit_query::merge::{MergeLimits, MergePipeline, MergeStep};
use cosmokit_query::plan::PreparedQuery;
use cosmokit_query::{Program, Schema};

use crate::clock::best_of;
use crate::documents::Documents;
use crate::scanning::rows_of;

const RANGES: usize = 50;
const ITEMS_OF_RANGE: usize = 1_000;

const QUERIES: &[(&str, &str)] = &[
    ("unordered", "SELECT c.id, c.score FROM c"),
    (
        "ordered, one key",
        "SELECT c.id, c.score FROM c ORDER BY c.score",
    ),
    (
        "ordered, two keys",
        "SELECT c.id FROM c ORDER BY c.age, c.name DESC",
    ),
    (
        "ordered, the first ten",
        "SELECT TOP 10 c.id FROM c ORDER BY c.score",
    ),
    ("DISTINCT", "SELECT DISTINCT c.age, c.country FROM c"),
    ("aggregate", "SELECT VALUE AVG(c.balance) FROM c"),
    (
        "GROUP BY of 20",
        "SELECT c.country, COUNT(1) AS n, SUM(c.balance) AS s, AVG(c.age) AS a FROM c GROUP BY c.country",
    ),
    (
        "GROUP BY of 500",
        "SELECT c.tenant, COUNT(1) AS n FROM c GROUP BY c.tenant",
    ),
];

pub(crate) fn report(wanted: &str) {
    if !"merging".contains(wanted) {
        return;
    }
    println!(
        "{RANGES} ranges of {ITEMS_OF_RANGE} items, one page each\n\n| merge | rows in | rows out | ms | µs per row in | allocations per row in |\n|---|---|---|---|---|---|"
    );
    let documents = Documents::new(RANGES * ITEMS_OF_RANGE);
    for (what, text) in QUERIES {
        measure(what, text, &documents);
    }
    println!();
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn measure(what: &str, text: &str, documents: &Documents) {
    let key = PartitionKeyDefinition::from("/tenant");
    let prepared = PreparedQuery::prepare(text, &Schema::default(), &key).expect("a query");
    let plan = prepared.plan([]).expect("a plan");
    let ranges = ranges();
    let new = || MergePipeline::new(plan.work(), &ranges, MergeLimits::default()).expect("a merge");
    let pages = pages(&new(), text, documents);
    let rows_in: usize = pages.iter().map(Vec::len).sum();
    let mut rows_out = 0;
    let cost = best_of(7, || rows_out = merge(new(), &pages));
    println!(
        "| {what} | {rows_in} | {rows_out} | {:.2} | {:.3} | {:.1} |",
        cost.time.as_secs_f64() * 1e3,
        cost.time.as_secs_f64() * 1e6 / rows_in as f64,
        cost.allocations as f64 / rows_in as f64
    );
}

/// What each range answers to what it is asked.
fn pages(pipeline: &MergePipeline, text: &str, documents: &Documents) -> Vec<Vec<Bytes>> {
    let fetches = pipeline.fetches();
    let asked = fetches.first().and_then(|fetch| fetch.text).unwrap_or(text);
    let program = Program::compile(asked, &Schema::default()).expect("a rewritten query");
    (0..RANGES)
        .map(|range| {
            rows_of(
                &program,
                documents
                    .iter()
                    .skip(range * ITEMS_OF_RANGE)
                    .take(ITEMS_OF_RANGE),
            )
        })
        .collect()
}

/// The number of rows.
fn merge(mut pipeline: MergePipeline, pages: &[Vec<Bytes>]) -> usize {
    let mut pages = pages.iter();
    let mut rows = 0;
    loop {
        match pipeline.next().expect("rows of the right form") {
            MergeStep::Row(_) => rows += 1,
            MergeStep::Finished => return rows,
            MergeStep::Waiting => {
                let sources: Vec<_> = pipeline
                    .fetches()
                    .iter()
                    .map(|fetch| fetch.source)
                    .collect();
                for source in sources {
                    let page = pages.next().expect("one page for each source").clone();
                    pipeline
                        .push(source, page, None)
                        .expect("rows of the right form");
                }
            }
        }
    }
}

fn ranges() -> Vec<EpkRange> {
    let mut rest = EpkRange::FULL;
    let mut ranges = Vec::new();
    for cut in (1..RANGES).filter_map(|cut| u8::try_from(cut).ok()) {
        let (low, high) = rest
            .split_at(&EffectivePartitionKey::from_bytes(&[cut]))
            .expect("a cut inside");
        ranges.push(low);
        rest = high;
    }
    ranges.push(rest);
    ranges
}
