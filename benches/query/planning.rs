//! From text to plan: everything anew, and what is left when the text is known.

use std::collections::HashMap;
use std::hint::black_box;

use cosmokit_protocol::partition::PartitionKeyDefinition;
use cosmokit_query::plan::PreparedQuery;
use cosmokit_query::value::Value;
use cosmokit_query::{Program, Schema};

use crate::clock::best_of;

const QUERIES: &[(&str, &str)] = &[
    ("all", "SELECT * FROM c"),
    (
        "point",
        "SELECT * FROM c WHERE c.tenant = @tenant AND c.id = @id",
    ),
    (
        "ten keys",
        "SELECT c.id FROM c WHERE c.tenant IN ('1','2','3','4','5','6','7','8','9','10')",
    ),
    (
        "ORDER BY",
        "SELECT TOP 10 c.id, c.score FROM c WHERE c.age > @age ORDER BY c.score DESC, c.id",
    ),
    (
        "GROUP BY",
        "SELECT c.country, COUNT(1) AS n, SUM(c.balance) AS s, AVG(c.age) AS a FROM c WHERE c.active GROUP BY c.country",
    ),
    (
        "JOIN and EXISTS",
        "SELECT VALUE {'id': c.id, 'tag': t} FROM c JOIN t IN c.tags WHERE EXISTS(SELECT VALUE o FROM o IN c.orders WHERE o.count > 7) AND t LIKE 'g%'",
    ),
];

/// Plans in one timing.
const TIMES: usize = 1_000;

pub(crate) fn report(wanted: &str) {
    if !"planning".contains(wanted) {
        return;
    }
    println!(
        "| plan | compile, µs | plan anew, µs | allocations | known text, µs | allocations |\n|---|---|---|---|---|---|"
    );
    let key = PartitionKeyDefinition::from("/tenant");
    let schema = Schema::default();
    let prepare = |text: &str| PreparedQuery::prepare(text, &schema, &key).expect("a query");
    let known: HashMap<Box<str>, PreparedQuery> = QUERIES
        .iter()
        .map(|(_, text)| ((*text).into(), prepare(text)))
        .collect();
    for (what, text) in QUERIES {
        let compiled = best_of(20, || {
            for _ in 0..TIMES {
                black_box(Program::compile(black_box(text), &schema).expect("a query"));
            }
        });
        let anew = best_of(20, || {
            for _ in 0..TIMES {
                let prepared = prepare(black_box(text));
                black_box(prepared.plan(parameters()).expect("a plan"));
            }
        });
        let cached = best_of(20, || {
            for _ in 0..TIMES {
                let prepared = known.get(black_box(*text)).expect("it is known");
                black_box(prepared.plan(parameters()).expect("a plan"));
            }
        });
        // A thousand times in microseconds is one in nanoseconds: so many milliseconds are microseconds for one.
        println!(
            "| {what} | {:.2} | {:.2} | {} | {:.3} | {} |",
            compiled.time.as_secs_f64() * 1e3,
            anew.time.as_secs_f64() * 1e3,
            anew.allocations / TIMES,
            cached.time.as_secs_f64() * 1e3,
            cached.allocations / TIMES
        );
    }
    println!();
}

fn parameters() -> impl Iterator<Item = (&'static str, Value<'static>)> {
    [
        ("@tenant", Value::from("t7")),
        ("@id", Value::from("customer-0000007")),
        ("@age", Value::from(40_i64)),
    ]
    .into_iter()
}
