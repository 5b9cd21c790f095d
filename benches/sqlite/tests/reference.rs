//! Generated queries of the subset whose semantics SQLite shares, over generated documents: the local account gives the
//! rows that SQLite's JSON functions give.
//!
//! Shared is what touches properties that are there and of one type: comparison of numbers and texts, logic without
//! undefined, arithmetic within doubles, LIKE over ASCII made case-sensitive, BETWEEN, IN, ORDER BY, DISTINCT, aggregates,
//! GROUP BY, LIMIT, and the elements of arrays. What differs stays out: undefined, mixed types, division of integers.

use cosmokit_protocol::op::SqlQuery;
use fastrand::Rng;
use rusqlite::Connection;
use rusqlite::types::Value as Cell;
use serde_json::{Value, json};
use sqlite_bench::local::Local;

/// Queries of the test; each has other words.
const QUERIES: u64 = 400;

fn pick<'a>(rng: &mut Rng, from: &[&'a str]) -> &'a str {
    from[rng.usize(..from.len())]
}

fn document(rng: &mut Rng, n: usize) -> Value {
    let tags: Vec<u8> = (0..rng.usize(..4)).map(|_| rng.u8(..6)).collect();
    json!({
        "id": format!("d{n:03}"), "pk": format!("key {}", n % 7), "n": n, "a": rng.i32(-5..6), "b": f64::from(rng.i32(-8..9)) / 4.0,
        "s": pick(rng, &["", "a", "ab", "b", "abc", "ba", "A"]), "t": pick(rng, &["red", "green", "blue"]), "tags": tags,
        "flag": rng.bool(),
    })
}

/// A query in both languages; `ordered` when the rows come in one order only.
struct Pair {
    cosmos: String,
    sqlite: String,
    ordered: bool,
}

/// A number in both languages.
fn number(rng: &mut Rng, depth: u8) -> (String, String) {
    if depth > 0 && rng.bool() {
        let (left, right) = (number(rng, depth - 1), number(rng, depth - 1));
        let operator = pick(rng, &["+", "-", "*"]);
        return (
            format!("({} {operator} {})", left.0, right.0),
            format!("({} {operator} {})", left.1, right.1),
        );
    }
    match rng.u8(..6) {
        0 => both(&rng.i32(-4..5).to_string()),
        1 => ("ABS(c.a)".to_owned(), "abs(a)".to_owned()),
        2 => ("LENGTH(c.s)".to_owned(), "length(s)".to_owned()),
        3 => (
            "ARRAY_LENGTH(c.tags)".to_owned(),
            "json_array_length(tags)".to_owned(),
        ),
        _ => path(rng, &["a", "b", "n"]),
    }
}

fn both(text: &str) -> (String, String) {
    (text.to_owned(), text.to_owned())
}

fn path(rng: &mut Rng, names: &[&str]) -> (String, String) {
    let name = pick(rng, names);
    (format!("c.{name}"), name.to_owned())
}

fn text(rng: &mut Rng) -> (String, String) {
    match rng.u8(..5) {
        0 => ("LOWER(c.s)".to_owned(), "lower(s)".to_owned()),
        1 => ("(c.s || c.t)".to_owned(), "(s || t)".to_owned()),
        2 => (
            "REPLACE(c.t, \"e\", \"\")".to_owned(),
            "replace(t, 'e', '')".to_owned(),
        ),
        _ => path(rng, &["s", "t", "id"]),
    }
}

fn condition(rng: &mut Rng, depth: u8) -> (String, String) {
    if depth > 0 && rng.u8(..3) == 0 {
        let (left, right) = (condition(rng, depth - 1), condition(rng, depth - 1));
        let word = pick(rng, &["AND", "OR"]);
        return (
            format!("({} {word} {})", left.0, right.0),
            format!("({} {word} {})", left.1, right.1),
        );
    }
    let operator = pick(rng, &["=", "!=", "<", "<=", ">", ">="]);
    match rng.u8(..9) {
        0 | 1 => {
            let (left, right) = (number(rng, 1), number(rng, 1));
            (
                format!("{} {operator} {}", left.0, right.0),
                format!("{} {operator} {}", left.1, right.1),
            )
        }
        2 => {
            let (left, literal) = (text(rng), pick(rng, &["a", "ab", "red", "b"]));
            (
                format!("{} {operator} \"{literal}\"", left.0),
                format!("{} {operator} '{literal}'", left.1),
            )
        }
        3 => {
            let (low, value) = (rng.i32(-4..2), path(rng, &["a", "b"]));
            let high = low + rng.i32(0..5);
            (
                format!("({} BETWEEN {low} AND {high})", value.0),
                format!("({} BETWEEN {low} AND {high})", value.1),
            )
        }
        4 => {
            let (not, value) = (pick(rng, &["", "NOT "]), path(rng, &["a", "n"]));
            let list = format!(
                "({}, {}, {})",
                rng.i32(-3..4),
                rng.i32(0..9),
                rng.i32(0..40)
            );
            (
                format!("({} {not}IN {list})", value.0),
                format!("({} {not}IN {list})", value.1),
            )
        }
        5 => {
            let (value, pattern) = (text(rng), pick(rng, &["a%", "%b", "%e%", "_", "r_d%"]));
            (
                format!("({} LIKE \"{pattern}\")", value.0),
                format!("({} LIKE '{pattern}')", value.1),
            )
        }
        6 => ("c.flag".to_owned(), "flag".to_owned()),
        7 => {
            let element = rng.u8(..6);
            (
                format!("ARRAY_CONTAINS(c.tags, {element})"),
                format!("EXISTS(SELECT 1 FROM json_each(tags) WHERE json_each.value = {element})"),
            )
        }
        _ => {
            let inner = condition(rng, depth.saturating_sub(1));
            (format!("NOT ({})", inner.0), format!("NOT ({})", inner.1))
        }
    }
}

fn pair(rng: &mut Rng) -> Pair {
    let filter = if rng.u8(..5) == 0 {
        both("true")
    } else {
        condition(rng, 2)
    };
    let (cosmos, sqlite, ordered) = match rng.u8(..8) {
        0 | 1 => {
            let value = number(rng, 2);
            (
                format!("SELECT c.id, {} AS v FROM c WHERE {}", value.0, filter.0),
                format!("SELECT id, {} AS v FROM c WHERE {}", value.1, filter.1),
                false,
            )
        }
        2 => {
            let value = text(rng);
            (
                format!("SELECT {} AS v FROM c WHERE {}", value.0, filter.0),
                format!("SELECT {} AS v FROM c WHERE {}", value.1, filter.1),
                false,
            )
        }
        3 => {
            let (key, direction, size) = (
                pick(rng, &["n", "id"]),
                pick(rng, &["ASC", "DESC"]),
                rng.u8(1..30),
            );
            let skip = rng.u8(..10);
            (
                format!(
                    "SELECT c.n, c.s FROM c WHERE {} ORDER BY c.{key} {direction} OFFSET {skip} LIMIT {size}",
                    filter.0
                ),
                format!(
                    "SELECT n, s FROM c WHERE {} ORDER BY {key} {direction} LIMIT {size} OFFSET {skip}",
                    filter.1
                ),
                true,
            )
        }
        4 => {
            let key = pick(rng, &["a", "b", "s", "t"]);
            let direction = pick(rng, &["ASC", "DESC"]);
            (
                format!(
                    "SELECT DISTINCT c.{key} AS v FROM c WHERE {} ORDER BY c.{key} {direction}",
                    filter.0
                ),
                format!(
                    "SELECT DISTINCT {key} AS v FROM c WHERE {} ORDER BY {key} {direction}",
                    filter.1
                ),
                true,
            )
        }
        5 => {
            let value = pick(rng, &["a", "b", "n"]);
            (
                format!(
                    "SELECT COUNT(1) AS many, SUM(c.{value}) AS total FROM c WHERE {}",
                    filter.0
                ),
                format!(
                    "SELECT count(*) AS many, coalesce(sum({value}), 0) AS total FROM c WHERE {}",
                    filter.1
                ),
                false,
            )
        }
        6 => {
            let (key, value) = (pick(rng, &["a", "s", "t"]), pick(rng, &["a", "b", "n"]));
            (
                format!(
                    "SELECT c.{key} AS k, COUNT(1) AS many, SUM(c.{value}) AS total, MIN(c.{value}) AS least, MAX(c.{value}) AS most, AVG(c.{value}) AS middle FROM c WHERE {} GROUP BY c.{key}",
                    filter.0
                ),
                format!(
                    "SELECT {key} AS k, count(*) AS many, sum({value}) AS total, min({value}) AS least, max({value}) AS most, avg({value}) AS middle FROM c WHERE {} GROUP BY {key}",
                    filter.1
                ),
                false,
            )
        }
        _ => (
            format!(
                "SELECT c.id, x AS v FROM c JOIN x IN c.tags WHERE x > 1 AND {}",
                filter.0
            ),
            format!(
                "SELECT id, v FROM (SELECT c.*, e.value AS v FROM c, json_each(c.tags) AS e) WHERE v > 1 AND {}",
                filter.1
            ),
            false,
        ),
    };
    Pair {
        cosmos,
        sqlite,
        ordered,
    }
}

fn sqlite(documents: &[Value]) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .pragma_update(None, "case_sensitive_like", true)
        .unwrap();
    connection
        .execute("CREATE TABLE items (body TEXT)", [])
        .unwrap();
    for document in documents {
        connection
            .execute("INSERT INTO items VALUES (?1)", [document.to_string()])
            .unwrap();
    }
    let columns: Vec<String> = ["id", "pk", "n", "a", "b", "s", "t", "tags", "flag"]
        .map(|name| format!("json_extract(body, '$.{name}') AS {name}"))
        .into();
    connection
        .execute(
            &format!("CREATE VIEW c AS SELECT {} FROM items", columns.join(", ")),
            [],
        )
        .unwrap();
    connection
}

/// Rows as texts of their members, which both sides name alike.
fn of_sqlite(connection: &Connection, text: &str) -> Vec<String> {
    let mut statement = connection
        .prepare(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    let names: Vec<String> = statement
        .column_names()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let rows = statement.query_map([], |row| {
        let mut members = Vec::new();
        for (place, name) in names.iter().enumerate() {
            members.push((
                name.clone(),
                match row.get(place)? {
                    Cell::Null => Value::Null,
                    Cell::Integer(number) => json!(number),
                    Cell::Real(number) => json!(number),
                    Cell::Text(text) => json!(text),
                    Cell::Blob(_) => unreachable!("no column is binary"),
                },
            ));
        }
        Ok(written(
            members.iter().map(|(name, value)| (name.as_str(), value)),
        ))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

fn written<'v>(members: impl Iterator<Item = (&'v str, &'v Value)>) -> String {
    let mut members: Vec<String> = members
        .map(|(name, value)| match value.as_f64() {
            Some(number) => format!("{name}={:.9e}", number + 0.0),
            None => format!("{name}={value}"),
        })
        .collect();
    members.sort_unstable();
    members.join(" ")
}

#[test]
fn the_account_gives_what_sqlite_gives() {
    let mut rng = Rng::with_seed(7);
    let documents: Vec<Value> = (0..150).map(|n| document(&mut rng, n)).collect();
    let (local, connection) = (Local::with(&documents).unwrap(), sqlite(&documents));
    let mut with_rows = 0;
    for seed in 0..QUERIES {
        let Pair {
            cosmos,
            sqlite,
            ordered,
        } = pair(&mut Rng::with_seed(seed));
        let rows = local
            .rows(&SqlQuery::from(cosmos.as_str()))
            .unwrap_or_else(|error| panic!("{seed}: {cosmos}: {error}"));
        let mut found: Vec<String> = rows
            .iter()
            .map(|row| {
                written(
                    row.as_object()
                        .expect("rows are objects")
                        .iter()
                        .map(|(name, value)| (name.as_str(), value)),
                )
            })
            .collect();
        let mut wanted = of_sqlite(&connection, &sqlite);
        if !ordered {
            found.sort_unstable();
            wanted.sort_unstable();
        }
        assert_eq!(found, wanted, "query {seed}\n  {cosmos}\n  {sqlite}");
        with_rows += usize::from(!found.is_empty());
    }
    assert!(with_rows > 200, "{with_rows} queries have rows");
}
