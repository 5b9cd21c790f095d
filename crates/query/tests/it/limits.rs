//! Queries that would take too long, or too much memory, end with an error.

use cosmokit_query::value::Value;
use cosmokit_query::{Environment, Execution, Program, QueryError, RunError, Schema};

use crate::world::environment;

/// Steps of a query that is allowed little.
const FEW_STEPS: u64 = 200_000;

fn run(query: &str, document: &str) -> Result<usize, QueryError> {
    let program = Program::compile(query, &Schema::default())?;
    let arguments: Vec<Value<'static>> = program.arguments([]);
    let mut execution = Execution::new(
        &program,
        &arguments,
        Environment {
            steps: FEW_STEPS,
            ..environment()
        },
    )?;
    let mut rows = 0;
    let mut count = |_: &[u8]| rows += 1;
    execution.push(document.as_bytes(), &mut count)?;
    execution.finish(&mut count)?;
    Ok(rows)
}

fn stops(query: &str, document: &str) {
    match run(query, document) {
        Err(QueryError::Stopped(RunError::Budget | RunError::TooLarge(_))) => {}
        other => panic!("{}: {other:?}", query.get(..80).unwrap_or(query)),
    }
}

fn numbers(count: usize) -> String {
    let list: Vec<String> = (0..count).map(|number| number.to_string()).collect();
    format!(
        "{{\"a\":[{}],\"s\":\"{}\"}}",
        list.join(","),
        "a".repeat(count)
    )
}

#[test]
fn cross_joins_run_out_of_steps() {
    let joins: Vec<String> = (0..9)
        .map(|number| format!("JOIN j{number} IN c.a"))
        .collect();
    let joins = joins.join(" ");
    stops(
        &format!("SELECT VALUE COUNT(1) FROM c {joins}"),
        &numbers(10),
    );
    stops(
        "SELECT VALUE (SELECT VALUE COUNT(1) FROM x IN c.a JOIN y IN c.a JOIN z IN c.a) FROM c",
        &numbers(1000),
    );
}

#[test]
fn values_cannot_grow_without_bound() {
    let doubling = |start: &str, step: &str| {
        (0..60).rev().fold("v60".to_owned(), |body, number| {
            let before = if number == 0 {
                start.to_owned()
            } else {
                format!("v{number}")
            };
            format!(
                "(LET v{} = {} IN {body})",
                number + 1,
                step.replace('?', &before)
            )
        })
    };
    stops(
        &format!("SELECT VALUE LENGTH({}) FROM c", doubling("c.s", "? || ?")),
        &numbers(1000),
    );
    stops(
        &format!(
            "SELECT VALUE ARRAY_LENGTH({}) FROM c",
            doubling("c.a", "ARRAY_CONCAT(?, ?)")
        ),
        &numbers(1000),
    );
    stops(
        &format!(
            "SELECT VALUE LENGTH({}) FROM c",
            doubling("c.s", "CONCAT(?, ?)")
        ),
        &numbers(1000),
    );
    assert!(run("SELECT VALUE REPLICATE('a', 1e9) FROM c", "{}").is_ok());
    assert!(
        run("SELECT VALUE REPLACE(c.s, 'a', c.s) FROM c", &numbers(5000))
            .is_ok_and(|rows| rows == 0)
    );
}

#[test]
fn patterns_stay_linear() {
    let long = format!("{{\"s\":\"{}\"}}", "a".repeat(100_000));
    let query = format!("SELECT * FROM c WHERE c.s LIKE '{}b'", "%a".repeat(50));
    assert!(run(&query, &long).is_ok());
    assert!(run("SELECT VALUE REGEXMATCH(c.s, '(a+)+$x') FROM c", &long).is_ok());
    assert!(
        run(
            "SELECT VALUE REGEXMATCH(c.s, '(a{1000}){1000}') FROM c",
            &long
        )
        .is_ok_and(|rows| rows == 0)
    );
}

#[test]
fn long_lists_and_chains_are_refused_or_run() {
    let list = |count: usize| vec!["1"; count].join(",");
    assert!(
        run(
            &format!("SELECT * FROM c WHERE c.a IN ({})", list(16_000)),
            "{}"
        )
        .is_ok()
    );
    assert!(matches!(
        run(
            &format!("SELECT * FROM c WHERE c.a IN ({})", list(16_001)),
            "{}"
        ),
        Err(QueryError::Invalid { .. })
    ));
    let chain = |count: usize| vec!["c.a = 1"; count].join(" OR ");
    assert!(run(&format!("SELECT * FROM c WHERE {}", chain(2000)), "{}").is_ok());
    assert!(matches!(
        run(&format!("SELECT * FROM c WHERE {}", chain(2001)), "{}"),
        Err(QueryError::Invalid { .. })
    ));
    let sum = vec!["c.a"; 390].join(" + ");
    assert!(run(&format!("SELECT VALUE {sum} FROM c"), r#"{"a":1}"#).is_ok());
    let calls = ["udf.f(1)"; 11].join(", ");
    assert!(matches!(
        run(&format!("SELECT {calls} FROM c"), "{}"),
        Err(QueryError::Invalid { .. })
    ));
}

#[test]
fn scalar_subqueries_have_one_row() {
    let check = |query: &str, expected: Result<usize, RunError>| {
        assert_eq!(
            run(query, r#"{"a":[1,2]}"#),
            expected.map_err(QueryError::Stopped),
            "{query}"
        );
    };
    check(
        "SELECT VALUE (SELECT VALUE x FROM x IN c.a) FROM c",
        Err(RunError::Cardinality),
    );
    check(
        "SELECT VALUE (SELECT VALUE x FROM x IN c.a WHERE x = 2) FROM c",
        Ok(1),
    );
    check(
        "SELECT VALUE (SELECT VALUE x FROM x IN c.a WHERE x = 3) FROM c",
        Ok(0),
    );
    check(
        "SELECT VALUE udf.nothing() FROM c",
        Err(RunError::UserFunction(
            "The user defined function 'nothing' could not be found.".into(),
        )),
    );
}
