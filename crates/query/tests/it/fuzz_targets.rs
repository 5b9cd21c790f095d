//! The fuzz targets of the query crate over nasty seeds and their neighbours: what libFuzzer would find first, on any
//! toolchain.

use bytes::Bytes;
use cosmokit_protocol::partition::{EffectivePartitionKey, EpkRange, PartitionKeyDefinition};
use cosmokit_query::Schema;
use cosmokit_query::merge::{MergeLimits, MergePipeline};
use cosmokit_query::plan::PreparedQuery;
use proptest::prelude::*;

use crate::cases;

macro_rules! targets {
    ($($name:ident at $path:literal;)+) => {
        $(
            #[path = $path]
            #[allow(unreachable_pub, reason = "public in the fuzz package, which shares the file")]
            mod $name;
        )+

        const TARGETS: &[(&str, fn(&[u8]))] = &[$((stringify!($name), $name::run)),+];
    };
}

targets! {
    query_lexer at "../../../../fuzz/src/query_lexer.rs";
    query_parser at "../../../../fuzz/src/query_parser.rs";
    query_planner at "../../../../fuzz/src/query_planner.rs";
    query_evaluator at "../../../../fuzz/src/query_evaluator.rs";
    query_continuation at "../../../../fuzz/src/query_continuation.rs";
}

/// Pieces of texts: joined at random they reach deep into the grammar.
const PIECES: &[&str] = &[
    "SELECT ",
    "VALUE ",
    "* ",
    "DISTINCT ",
    "TOP 3 ",
    "FROM c ",
    "FROM x IN c.a ",
    "JOIN y IN c.a ",
    "WHERE ",
    "GROUP BY c.s ",
    "ORDER BY c.n ",
    "ORDER BY RANK RRF(",
    "OFFSET 1 LIMIT 2 ",
    "c.a[0]",
    "c[\"s\"]",
    "@p",
    "@q",
    "-0",
    "1e308 * 10",
    "9007199254740993",
    "'é\\ud83d'",
    "\"\\u0000\"",
    "undefined",
    "null ",
    "true ",
    "{'k': ",
    "}",
    "[",
    "]",
    "(",
    ")",
    ", ",
    " AND ",
    " OR ",
    "NOT ",
    " IN (1, 'a')",
    " BETWEEN 1 AND 2",
    " LIKE '%a[^b-' ESCAPE '!'",
    " ?? ",
    " ? 1 : 2",
    " || ",
    " & ~",
    " >>> 3",
    "COUNT(1)",
    "MAKELIST(c.a)",
    "EXISTS(",
    "ARRAY(",
    "ARRAY_CONCAT(c.a, c.a)",
    "SUBSTRING(c.s, -1, 1e300)",
    "REPLICATE(c.s, 10000)",
    "RegexMatch(c.s, '(a+)+$', 'ix')",
    "DateTimeBin(c.s, 'hh', -1)",
    "DateTimeAdd('yyyy', 1e18, '2024-02-29T00:00:00Z')",
    "ST_DISTANCE({'type':'Point','coordinates':[0,91]}, c)",
    "VectorDistance(c.a, [1, 2])",
    "FullTextScore(c.s, 'a')",
    "StringToArray('[1,')",
    "udf.f(1)",
    "LET v = 1 IN v",
    "c.missing",
    "-- ",
    "/* ",
    "\0",
];

fn run_all(data: &[u8]) {
    for (name, target) in TARGETS {
        let outcome = std::panic::catch_unwind(|| target(data));
        assert!(
            outcome.is_ok(),
            "{name} breaks on {:?}",
            data.escape_ascii().to_string()
        );
    }
}

#[test]
fn every_recorded_text() {
    for suite in [
        "parse/ef-core-accept",
        "parse/ms-dotnet-clientparser",
        "parse/ms-rust-gateway",
        "parse/ms-vscode-parser",
    ] {
        for case in cases::load(&format!("{suite}.jsonl")) {
            run_all(case.query().as_bytes());
        }
    }
}

#[test]
fn neighbours_of_recorded_texts() {
    for case in cases::load("plan/ms-plan-SystemFunctions.jsonl")
        .iter()
        .step_by(3)
    {
        let text = case.query().as_bytes();
        for at in (0..text.len()).step_by(3) {
            run_all(&text[..at]);
            for byte in [b'"', b'(', b'9', 0] {
                let mut neighbour = text.to_vec();
                neighbour[at] = byte;
                run_all(&neighbour);
            }
        }
    }
}

/// Checkpoints of every way of merging, after a page of one of two ranges.
fn checkpoints() -> Vec<(String, String, String)> {
    let rows = |rows: &[&str]| rows.join("\n");
    let ordered = r#"{"_rid":"AAAAAYAAAAEBAAAAAAAAAA==","orderByItems":[{"item":1}],"payload":1}"#;
    let cases = [
        ("SELECT * FROM c", rows(&["1", "{\"a\":1}"])),
        ("SELECT * FROM c ORDER BY c.n", rows(&[ordered, ordered])),
        (
            "SELECT DISTINCT VALUE c.n FROM c",
            rows(&["1", "1.0", "[{}]"]),
        ),
        ("SELECT TOP @p * FROM c", rows(&["1"])),
        (
            "SELECT VALUE AVG(c.n) FROM c",
            rows(&[r#"[{"item":{"sum":1.5,"count":2}}]"#]),
        ),
        (
            "SELECT COUNT(1) AS a FROM c GROUP BY c.s",
            rows(&[r#"{"groupByItems":[{"item":"x"}],"payload":{"a":{"item":2}}}"#]),
        ),
        (
            "SELECT TOP 2 c.n FROM c ORDER BY VectorDistance(c.a, [1])",
            rows(&[ordered]),
        ),
        (
            "SELECT TOP 2 c.n FROM c ORDER BY RANK FullTextScore(c.s, 'a')",
            rows(&[
                r#"{"documentCount":1,"fullTextStatistics":[{"totalWordCount":1,"hitCounts":[1]}]}"#,
            ]),
        ),
    ];
    let definition = PartitionKeyDefinition::from("/pk");
    let bound = |hex| EffectivePartitionKey::from_hex(hex).unwrap();
    let halves =
        [("", "80"), ("80", "FF")].map(|(min, max)| EpkRange::new(bound(min), bound(max)).unwrap());
    let checkpoint = |(query, page): (&str, String)| {
        let prepared = PreparedQuery::prepare(query, &Schema::default(), &definition).unwrap();
        let plan = prepared.plan([("@p", 2_i64.into())]).unwrap();
        let mut merge = MergePipeline::new(plan.work(), &halves, MergeLimits::default()).unwrap();
        let source = merge.fetches()[0].source;
        let pages = page
            .split('\n')
            .map(|row| Bytes::copy_from_slice(row.as_bytes()));
        merge.push(source, pages.collect(), Some("more")).unwrap();
        let _ = merge.next().unwrap();
        let state = serde_json::to_string(&merge.checkpoint().unwrap()).unwrap();
        (query.to_owned(), state, page)
    };
    cases.into_iter().map(checkpoint).collect()
}

#[test]
fn neighbours_of_continuations() {
    for (query, state, page) in checkpoints() {
        let run = |state: &[u8]| {
            let joined = [query.as_bytes(), b"\0", state, b"\0", page.as_bytes()].concat();
            query_continuation::run(&joined);
        };
        run(state.as_bytes());
        for at in 0..state.len() {
            for byte in [b'9', b'-', b'"', b'}', b'n', b'0'] {
                let mut neighbour = state.clone().into_bytes();
                neighbour[at] = byte;
                run(&neighbour);
                neighbour.insert(at, byte);
                run(&neighbour);
            }
            run(&[&state.as_bytes()[..at], &state.as_bytes()[at + 1..]].concat());
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes(data in prop::collection::vec(any::<u8>(), 0..64)) {
        run_all(&data);
    }

    #[test]
    fn joined_pieces(parts in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 1..24)) {
        run_all(parts.concat().as_bytes());
        run_all(format!("SELECT VALUE {} FROM c", parts.concat()).as_bytes());
    }
}
