//! Queries over 100,000 items of 1 KB: the local account in this process, SQLite in this process, DuckDB in a process of
//! Python, one after the other in one run.
//!
//! ```sh
//! cargo run --release --manifest-path benches/sqlite/Cargo.toml -- [ITEMS]
//! ```
//! `DUCKDB_PYTHON` names a Python that has the `duckdb` package; without it DuckDB is left out.

mod report;
mod sqlite;

use std::error::Error;

use sqlite_bench::documents::items;
use sqlite_bench::local::Local;

use crate::report::{Row, median_us};

/// Items, unless the command line says otherwise.
const ITEMS: usize = 100_000;

/// A query in the words of each engine.
struct Question {
    name: &'static str,
    cosmos: String,
    sqlite: String,
    duckdb: String,
    runs: usize,
}

fn questions(count: usize) -> Vec<Question> {
    let middle = count / 2;
    let end = middle + 99;
    let question = |name, cosmos: String, sqlite: String, duckdb: String, runs| Question {
        name,
        cosmos,
        sqlite,
        duckdb,
        runs,
    };
    vec![
        question(
            "one item by an indexed path",
            format!("SELECT * FROM c WHERE c.n = {middle}"),
            format!("SELECT body FROM items WHERE json_extract(body, '$.n') = {middle}"),
            format!("SELECT * FROM columns WHERE n = {middle}"),
            500,
        ),
        question(
            "a range of 100 items",
            format!("SELECT * FROM c WHERE c.n BETWEEN {middle} AND {end}"),
            format!("SELECT body FROM items WHERE json_extract(body, '$.n') BETWEEN {middle} AND {end}"),
            format!("SELECT * FROM columns WHERE n BETWEEN {middle} AND {end}"),
            200,
        ),
        question(
            "TOP 10 in an order",
            "SELECT TOP 10 * FROM c ORDER BY c.price DESC".to_owned(),
            "SELECT body FROM items ORDER BY json_extract(body, '$.price') DESC LIMIT 10".to_owned(),
            "SELECT * FROM columns ORDER BY price DESC LIMIT 10".to_owned(),
            200,
        ),
        question(
            "GROUP BY over everything",
            "SELECT c.city, COUNT(1) AS many, SUM(c.price) AS total FROM c GROUP BY c.city".to_owned(),
            "SELECT json_extract(body, '$.city') AS city, count(*), sum(json_extract(body, '$.price')) FROM items GROUP BY 1".to_owned(),
            "SELECT city, count(*), sum(price) FROM columns GROUP BY city".to_owned(),
            7,
        ),
        question(
            "a simple filter without index, counted",
            "SELECT VALUE COUNT(1) FROM c WHERE c.plain = 7".to_owned(),
            "SELECT count(*) FROM items WHERE json_extract(body, '$.plain') = 7".to_owned(),
            "SELECT count(*) FROM columns WHERE plain = 7".to_owned(),
            7,
        ),
        question(
            "a function of every item, counted",
            "SELECT VALUE COUNT(1) FROM c WHERE CONTAINS(UPPER(c.name), 'ABC')".to_owned(),
            "SELECT count(*) FROM items WHERE instr(upper(json_extract(body, '$.name')), 'ABC') > 0".to_owned(),
            "SELECT count(*) FROM columns WHERE contains(upper(name), 'ABC')".to_owned(),
            7,
        ),
    ]
}

fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::args()
        .nth(1)
        .map_or(Ok(ITEMS), |text| text.parse())?;
    let questions = questions(count);
    let mut rows: Vec<Row> = questions
        .iter()
        .map(|question| Row::new(question.name))
        .collect();
    let documents = items(count);
    let bytes: usize = documents
        .iter()
        .map(|document| document.to_string().len())
        .sum();
    eprintln!("{count} items of {} bytes each", bytes / count.max(1));

    eprintln!("the local account …");
    let local = Local::with(&documents)?;
    for (question, row) in questions.iter().zip(&mut rows) {
        let query = cosmokit_protocol::op::SqlQuery::from(question.cosmos.as_str());
        row.first = Some(median_us(1, || local.count(&query))?);
        row.cosmokit = Some(median_us(question.runs, || local.count(&query))?);
    }
    drop(local);
    eprintln!("SQLite …");
    let connection = sqlite::filled(&documents)?;
    for (question, row) in questions.iter().zip(&mut rows) {
        row.sqlite = Some(median_us(question.runs, || {
            sqlite::count(&connection, &question.sqlite)
        })?);
    }
    drop(connection);
    eprintln!("DuckDB …");
    if let Some(times) = report::duckdb(
        &documents,
        questions
            .iter()
            .map(|question| (question.name, question.duckdb.as_str())),
    )? {
        for row in &mut rows {
            row.duckdb = times.get(row.name).copied();
        }
    }
    drop(documents);
    report::print(&rows, count);
    Ok(())
}
