//! Queries that look at every document.

use bytes::Bytes;
use cosmokit_query::value::Value;
use cosmokit_query::{Environment, Execution, Program, Progress, Schema, UserFunctions};

use crate::clock::{Cost, best_of};
use crate::documents::Documents;

/// What is measured: what a reader calls it, and its text.
const QUERIES: &[(&str, &str)] = &[
    (
        "simple predicate, near the start",
        "SELECT VALUE c.id FROM c WHERE c.age > 40",
    ),
    (
        "simple predicate, no row",
        "SELECT VALUE c.id FROM c WHERE c.age > 400",
    ),
    (
        "simple predicate, behind everything",
        "SELECT VALUE c.id FROM c WHERE c.score > 0.5",
    ),
    (
        "simple predicate, path that is not there",
        "SELECT VALUE c.id FROM c WHERE c.missing = 1",
    ),
    (
        "equality of strings",
        "SELECT VALUE c.id FROM c WHERE c.country = 'NO'",
    ),
    (
        "two predicates",
        "SELECT VALUE c.id FROM c WHERE c.country = 'NO' AND c.balance > 1000",
    ),
    (
        "nested path",
        "SELECT VALUE c.id FROM c WHERE c.address.city = 'City 7'",
    ),
    (
        "IN list of ten",
        "SELECT VALUE c.id FROM c WHERE c.country IN ('NO','SE','DK','FI','IS','DE','FR','ES','PT','IT')",
    ),
    (
        "STARTSWITH",
        "SELECT VALUE c.id FROM c WHERE STARTSWITH(c.name, 'An')",
    ),
    (
        "CONTAINS in 330 bytes",
        "SELECT VALUE c.id FROM c WHERE CONTAINS(c.notes, 'winter chair')",
    ),
    (
        "CONTAINS without case",
        "SELECT VALUE c.id FROM c WHERE CONTAINS(c.notes, 'Winter Chair', true)",
    ),
    (
        "LIKE",
        "SELECT VALUE c.id FROM c WHERE c.notes LIKE '%winter chair%'",
    ),
    (
        "RegexMatch",
        "SELECT VALUE c.id FROM c WHERE RegexMatch(c.name, '^An+a [0-9]*7$')",
    ),
    (
        "ROUND",
        "SELECT VALUE c.id FROM c WHERE ROUND(c.balance) = 100",
    ),
    (
        "ARRAY_CONTAINS",
        "SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, 'gold')",
    ),
    (
        "JOIN over three tags",
        "SELECT VALUE c.id FROM c JOIN t IN c.tags WHERE t = 'gold'",
    ),
    (
        "EXISTS",
        "SELECT VALUE c.id FROM c WHERE EXISTS(SELECT VALUE o FROM o IN c.orders WHERE o.count > 7)",
    ),
    ("SELECT * of half", "SELECT * FROM c WHERE c.active"),
    (
        "five columns of half",
        "SELECT c.id, c.name, c.age, c.address.city, c.score FROM c WHERE c.active",
    ),
    ("COUNT", "SELECT VALUE COUNT(1) FROM c WHERE c.age > 40"),
    ("SUM", "SELECT VALUE SUM(c.balance) FROM c"),
    (
        "GROUP BY of 20, COUNT SUM AVG",
        "SELECT c.country, COUNT(1) AS n, SUM(c.balance) AS s, AVG(c.age) AS a FROM c GROUP BY c.country",
    ),
    (
        "GROUP BY of 500, COUNT",
        "SELECT c.tenant, COUNT(1) AS n FROM c GROUP BY c.tenant",
    ),
    (
        "ORDER BY TOP 10",
        "SELECT TOP 10 c.id, c.score FROM c ORDER BY c.score DESC",
    ),
    (
        "ORDER BY of all",
        "SELECT c.id FROM c ORDER BY c.age, c.name",
    ),
    ("DISTINCT of 20", "SELECT DISTINCT VALUE c.country FROM c"),
    (
        "ST_DISTANCE",
        "SELECT VALUE c.id FROM c WHERE ST_DISTANCE(c.address.location, {'type':'Point','coordinates':[10.7,59.9]}) < 100000",
    ),
];

/// Runs of a query, of which the best counts.
const RUNS: usize = 15;

pub(crate) fn report(items: usize, wanted: &str) {
    let chosen: Vec<_> = QUERIES
        .iter()
        .filter(|(what, _)| what.contains(wanted))
        .collect();
    if chosen.is_empty() {
        return;
    }
    let documents = Documents::new(items);
    println!(
        "{} documents of {} bytes\n\n| scan | µs per item | ms in all | allocations per item | rows |\n|---|---|---|---|---|",
        documents.len(),
        documents.bytes() / documents.len().max(1)
    );
    for (what, text) in chosen {
        let program = Program::compile(text, &Schema::default()).expect("the text is a query");
        let mut rows = 0;
        let cost = best_of(RUNS, || rows = run(&program, &documents));
        row(what, cost, documents.len(), rows);
    }
    println!();
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn row(what: &str, cost: Cost, items: usize, rows: usize) {
    let items = items as f64;
    println!(
        "| {what} | {:.3} | {:.2} | {:.2} | {rows} |",
        cost.time.as_secs_f64() * 1e6 / items,
        cost.time.as_secs_f64() * 1e3,
        cost.allocations as f64 / items
    );
}

/// The number of rows.
fn run(program: &Program, documents: &Documents) -> usize {
    let mut count = 0;
    execute(program, documents.iter(), &mut |_| count += 1);
    count
}

/// The rows over some documents.
pub(crate) fn rows_of<'d>(
    program: &Program,
    documents: impl Iterator<Item = &'d [u8]>,
) -> Vec<Bytes> {
    let mut rows = Vec::new();
    execute(program, documents, &mut |row| {
        rows.push(Bytes::copy_from_slice(row));
    });
    rows
}

fn execute<'d>(
    program: &Program,
    documents: impl Iterator<Item = &'d [u8]>,
    take: &mut dyn FnMut(&[u8]),
) {
    let environment = Environment {
        now_ticks: 17_000_000_000_000_000,
        seed: 7,
        steps: u64::MAX,
        functions: &NoFunctions,
    };
    let mut execution = Execution::new(program, &[], environment).expect("no parameters");
    for document in documents {
        let progress = execution.push(document, take).expect("within the limits");
        if progress == Progress::Complete {
            break;
        }
    }
    execution.finish(take).expect("within the limits");
}

struct NoFunctions;

impl UserFunctions for NoFunctions {
    fn call(&self, _: &str, _: &[Value<'_>]) -> Result<Value<'static>, Box<str>> {
        Ok(Value::Undefined)
    }
}
