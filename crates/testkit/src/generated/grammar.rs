//! Whole queries: every class that is planned and merged in its own way.

use fastrand::Rng;
use serde_json::Value;

use super::documents::{MIXED, pick, value};
use super::expression::{Wanted, Writer};
use super::nature;
use super::ranking::{Rank, Score};

/// Which rows of two answers belong together.
#[derive(Clone, Debug, PartialEq)]
pub enum RowOrder {
    /// Rows come in any order.
    Any,
    /// Rows come by these members; those that are equal in all of them come in any order.
    By(Vec<&'static str>),
    /// So many rows come, and all of them are rows of the other query.
    SomeOf(String),
    /// As `By`, and which rows of equal keys come is open, too.
    WindowBy(Vec<&'static str>),
    /// Rows are the ids of documents, best first; the query has those of all documents that are ranked.
    Ranked(Rank, String),
}

/// A query, and how its answers are compared.
#[derive(Clone, Debug)]
pub struct GeneratedQuery {
    /// The text.
    pub text: String,
    /// Values for the names in it.
    pub parameters: Vec<(String, Value)>,
    /// How rows are compared.
    pub order: RowOrder,
}

const AGGREGATES: [&str; 16] = [
    "SUM(c.n / (c.n % 3))",
    "MAX(c.n / c.a)",
    "AVG(c.a / c.b)",
    "MIN(c.vec)",
    "MAX(c.list[0])",
    "COUNT(c.text)",
    "COUNT(1)",
    "SUM(c.n)",
    "MIN(c.a)",
    "MAX(c.b)",
    "AVG(c.n)",
    "COUNT(c.c)",
    "SUM(c.a)",
    "MIN(c.n)",
    "MAX(c.o.x)",
    "AVG(c.b)",
];

/// Draws a query.
pub(super) fn query(rng: &mut Rng) -> GeneratedQuery {
    let mut parameters = Vec::new();
    let filter = filter(rng, &mut parameters);
    let (text, order) = match rng.u8(..18) {
        0 | 1 => (
            format!("SELECT VALUE {} FROM c{filter}", scalar(rng)),
            RowOrder::Any,
        ),
        2 => (
            format!("SELECT c.id, {} AS v FROM c{filter}", scalar(rng)),
            RowOrder::Any,
        ),
        3 => (format!("SELECT * FROM c{filter}"), RowOrder::Any),
        4 | 5 => ordered(rng, &filter),
        6 => ordered_by_two(rng, &filter),
        7 => window(rng, &filter),
        8 => (
            format!("SELECT DISTINCT VALUE {} FROM c{filter}", scalar(rng)),
            RowOrder::Any,
        ),
        9 => {
            let key = pick(rng, &MIXED);
            (
                format!(
                    "SELECT DISTINCT c.{key} FROM c{filter} ORDER BY c.{key}{}",
                    direction(rng)
                ),
                RowOrder::By(vec![key]),
            )
        }
        10 => (
            format!("SELECT VALUE {} FROM c{filter}", pick(rng, &AGGREGATES)),
            RowOrder::Any,
        ),
        11 => {
            let (one, two) = (pick(rng, &AGGREGATES), pick(rng, &AGGREGATES));
            (
                format!("SELECT {one} AS one, {two} AS two FROM c{filter}"),
                RowOrder::Any,
            )
        }
        12 => grouped(rng, &filter),
        13 => {
            let value = Writer::new(rng)
                .with_alias("l")
                .expression(Wanted::Anything);
            (
                format!("SELECT VALUE {value} FROM c JOIN l IN c.list{filter}"),
                RowOrder::Any,
            )
        }
        14 => nearest(rng, &filter),
        15 | 16 => ranked(rng, &filter),
        _ => {
            let size = rng.u8(..12);
            let all = format!("SELECT VALUE {} FROM c{filter}", scalar(rng));
            let text = if rng.bool() {
                all.replacen("SELECT", &format!("SELECT TOP {size}"), 1)
            } else {
                format!("{all} OFFSET {} LIMIT {size}", rng.u8(..9))
            };
            (text, RowOrder::SomeOf(all))
        }
    };
    GeneratedQuery {
        text,
        parameters,
        order,
    }
}

/// The query with a word less, doubled, or in another's place: mostly not a query any more.
pub(super) fn mangled(rng: &mut Rng, query: &GeneratedQuery) -> GeneratedQuery {
    let mut words: Vec<&str> = query.text.split(' ').collect();
    let (one, two) = (rng.usize(..words.len()), rng.usize(..words.len()));
    match rng.u8(..4) {
        0 => drop(words.remove(one)),
        1 => words.insert(one, words.get(two).copied().unwrap_or_default()),
        2 => words.insert(
            one,
            pick(
                rng,
                &[
                    "'",
                    "(",
                    "]",
                    "SELECT",
                    "@q",
                    "9e999",
                    "\\",
                    "NOTHING(1)",
                    "c.",
                    "/*",
                ],
            ),
        ),
        _ => words.swap(one, two),
    }
    GeneratedQuery {
        text: words.join(" "),
        ..query.clone()
    }
}

fn scalar(rng: &mut Rng) -> String {
    Writer::new(rng).expression(Wanted::Anything)
}

fn direction(rng: &mut Rng) -> &'static str {
    pick(rng, &["", " ASC", " DESC"])
}

fn filter(rng: &mut Rng, parameters: &mut Vec<(String, Value)>) -> String {
    match rng.u8(..6) {
        0 | 1 => String::new(),
        2 => {
            let path = Writer::new(rng).path();
            parameters.push(("@p".to_owned(), value(rng)));
            format!(" WHERE {path} {} @p", pick(rng, &["=", "!=", "<", ">="]))
        }
        _ => format!(" WHERE {}", Writer::new(rng).expression(Wanted::Truth)),
    }
}

fn ordered(rng: &mut Rng, filter: &str) -> (String, RowOrder) {
    let key = pick(rng, &MIXED);
    let direction = direction(rng);
    let further = scalar(rng);
    let text = if rng.bool() {
        format!("SELECT c.{key}, {further} AS v FROM c{filter} ORDER BY c.{key}{direction}")
    } else {
        format!(
            "SELECT VALUE {{\"{key}\": c.{key}, \"v\": {further}}} FROM c{filter} ORDER BY c.{key}{direction}"
        )
    };
    (text, RowOrder::By(vec![key]))
}

/// By two keys, for which the containers of a trial have composite indexes.
fn ordered_by_two(rng: &mut Rng, filter: &str) -> (String, RowOrder) {
    let key = pick(rng, &MIXED);
    let (one, two) = if rng.bool() {
        ("ASC", "ASC")
    } else {
        ("ASC", "DESC")
    };
    let (one, two) = if rng.bool() {
        (one, two)
    } else {
        (turned(one), turned(two))
    };
    let text =
        format!("SELECT c.{key}, c.n, c.id FROM c{filter} ORDER BY c.{key} {one}, c.n {two}");
    (text, RowOrder::By(vec![key, "n"]))
}

fn turned(direction: &str) -> &'static str {
    if direction == "ASC" { "DESC" } else { "ASC" }
}

fn window(rng: &mut Rng, filter: &str) -> (String, RowOrder) {
    let key = pick(rng, &["a", "b", "c", "n"]);
    let direction = direction(rng);
    let size = rng.u8(..15);
    let (top, window) = if rng.bool() {
        (format!("TOP {size} "), String::new())
    } else {
        (
            String::new(),
            format!(" OFFSET {} LIMIT {size}", rng.u8(..12)),
        )
    };
    let text =
        format!("SELECT {top}c.{key}, c.id FROM c{filter} ORDER BY c.{key}{direction}{window}");
    (text, RowOrder::WindowBy(vec![key]))
}

/// By the distance of a vector.
fn nearest(rng: &mut Rng, filter: &str) -> (String, RowOrder) {
    let (distance, direction) = (nature::distance(rng), direction(rng));
    let (size, key) = (rng.u8(..15), vec!["v"]);
    let select = |top: &str| format!("SELECT {top}c.id, {distance} AS v FROM c{filter}");
    let order = format!(" ORDER BY {distance}{direction}");
    match rng.u8(..3) {
        0 => (format!("{}{order}", select("")), RowOrder::By(key)),
        1 => (
            format!("{}{order}", select(&format!("TOP {size} "))),
            RowOrder::WindowBy(key),
        ),
        _ => (
            format!("{}{order} OFFSET {} LIMIT {size}", select(""), rng.u8(..9)),
            RowOrder::WindowBy(key),
        ),
    }
}

/// By one score, or by several whose ranks are fused.
fn ranked(rng: &mut Rng, filter: &str) -> (String, RowOrder) {
    let words = Score::Words(nature::scored_words(rng));
    let scores = match rng.u8(..3) {
        0 => vec![(words, 1.0)],
        1 => vec![
            (words, pick(rng, &[1.0, 2.0, -1.0])),
            (Score::Near(nature::target(rng)), pick(rng, &[1.0, 0.5])),
        ],
        _ => vec![
            (Score::Words(nature::scored_words(rng)), 1.0),
            (words, pick(rng, &[1.0, 3.0])),
        ],
    };
    let rank = Rank { scores };
    let size = rng.u8(..15);
    let (top, window) = match rng.u8(..3) {
        0 => (String::new(), String::new()),
        1 => (format!("TOP {size} "), String::new()),
        _ => (
            String::new(),
            format!(" OFFSET {} LIMIT {size}", rng.u8(..9)),
        ),
    };
    let text = format!(
        "SELECT {top}c.id FROM c{filter} ORDER BY RANK {}{window}",
        rank.sql()
    );
    let all = format!("SELECT c.id FROM c{filter}");
    (text, RowOrder::Ranked(rank, all))
}

fn grouped(rng: &mut Rng, filter: &str) -> (String, RowOrder) {
    let key = match rng.u8(..4) {
        0 => format!("IS_NUMBER(c.{})", pick(rng, &MIXED)),
        1 => "c.n % 3".to_owned(),
        _ => format!("c.{}", pick(rng, &MIXED)),
    };
    let (one, two) = (pick(rng, &AGGREGATES), pick(rng, &AGGREGATES));
    let text = match rng.u8(..4) {
        0 => format!("SELECT {key} AS k FROM c{filter} GROUP BY {key}"),
        1 => format!("SELECT VALUE {one} FROM c{filter} GROUP BY {key}"),
        2 => format!(
            "SELECT {key} AS k, c.n % 2 AS m, {one} AS one FROM c{filter} GROUP BY {key}, c.n % 2"
        ),
        _ => format!("SELECT {key} AS k, {one} AS one, {two} AS two FROM c{filter} GROUP BY {key}"),
    };
    (text, RowOrder::Any)
}
