//! A query gives the same rows from columns as from the documents that the columns are of, byte for byte.

use std::collections::HashMap;

use cosmokit_query::columns::{Cell, Column, ColumnExecution, NoCell, Rows, Texts};
use cosmokit_query::value::{Raw, Value};
use cosmokit_query::{Environment, Execution, Program, Schema};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::world::environment;

/// The texts of a column, found by a walk.
#[derive(Default)]
struct Words(Vec<String>);

impl Words {
    fn number_of(&mut self, text: &str) -> Option<u32> {
        let known = self.0.iter().position(|known| known == text);
        let number = known.unwrap_or(self.0.len());
        if known.is_none() {
            self.0.push(text.to_owned());
        }
        u32::try_from(number).ok()
    }
}

impl Texts for Words {
    fn text(&self, number: u32) -> Option<&str> {
        self.0
            .get(usize::try_from(number).ok()?)
            .map(String::as_str)
    }
}

fn scalar() -> impl Strategy<Value = String> {
    let written = prop::sample::select(vec![
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-0.0",
        "1",
        "1.0",
        "1e0",
        "0.1",
        "0.2",
        "-3",
        "9007199254740992",
        "9007199254740993",
        "9007199254740992.0",
        "1e300",
        "1e308",
        "-1e308",
        "\"\"",
        "\"a\"",
        "\"\\u0061\"",
        "\"b\"",
        "\"1\"",
        "\"é\\n\"",
    ]);
    written.prop_map(str::to_owned)
}

/// A document as text; now and then a member is twice in it.
fn document() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "n", "o"]);
    let value = (scalar(), any::<bool>());
    let members = prop::collection::vec((name, value), 0..6);
    members.prop_map(|members| {
        let member = |(name, (value, _)): (&str, (String, bool))| match name {
            "o" => format!("\"o\": {{\"x\": {value}}}"),
            "n" if value.starts_with('"') => "\"n\": 7".to_owned(),
            name => format!("\"{name}\": {value}"),
        };
        let members: Vec<String> = members.into_iter().map(member).collect();
        format!("{{{}}}", members.join(", "))
    })
}

fn path() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["c.a", "c.b", "c.n", "c.o.x", "c['a']"])
}

fn expression() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec!["+", "*", "=", "<", ">=", "!=", "||", "??", "%"]);
    let function = prop::sample::select(vec!["IS_DEFINED", "UPPER", "ABS", "IS_STRING", "LENGTH"]);
    prop_oneof![
        4 => path().prop_map(str::to_owned),
        1 => Just("1".to_owned()),
        1 => Just("@p".to_owned()),
        2 => (path(), operator, path()).prop_map(|(one, operator, other)| format!("({one} {operator} {other})")),
        1 => (function, path()).prop_map(|(function, path)| format!("{function}({path})")),
        1 => path().prop_map(|path| format!("(IS_NUMBER({path}) ? {path} : 'none')")),
        1 => path().prop_map(|path| format!("(SELECT VALUE {path})")),
    ]
}

fn filter() -> impl Strategy<Value = String> {
    let compared = (
        path(),
        prop::sample::select(vec!["=", "<", ">=", "!="]),
        scalar(),
    );
    let compared =
        compared.prop_map(|(path, operator, value)| format!("{path} {operator} {value}"));
    let compared = compared.boxed();
    prop_oneof![
        2 => Just(String::new()),
        3 => compared.clone().prop_map(|one| format!(" WHERE {one}")),
        1 => (compared.clone(), compared).prop_map(|(one, other)| format!(" WHERE {one} OR NOT {other}")),
        1 => path().prop_map(|path| format!(" WHERE {path} IN (1, 'a', null, @p)")),
        1 => path().prop_map(|path| format!(" WHERE EXISTS(SELECT VALUE 1 WHERE {path} = 1)")),
    ]
}

fn query() -> impl Strategy<Value = String> {
    let kinds = [
        "COUNT", "SUM", "AVG", "MIN", "MAX", "COUNTIF", "MAKELIST", "MAKESET",
    ];
    let aggregate = || {
        // An aggregate takes no subquery.
        let argument = expression().prop_filter("no subquery", |text| !text.contains("SELECT"));
        (prop::sample::select(kinds.to_vec()), argument)
            .prop_map(|(kind, argument)| format!("{kind}({argument})"))
    };
    let aggregates = prop::collection::vec(aggregate(), 1..3);
    let listed = aggregates.prop_map(|aggregates| {
        let named = aggregates.iter().enumerate();
        let named: Vec<String> = named.map(|(n, text)| format!("{text} AS a{n}")).collect();
        named.join(", ")
    });
    let listed = listed.boxed();
    prop_oneof![
        1 => (aggregate(), filter()).prop_map(|(what, filter)| format!("SELECT VALUE {what} FROM c{filter}")),
        2 => (listed.clone(), filter()).prop_map(|(what, filter)| format!("SELECT {what} FROM c{filter}")),
        3 => (path(), listed.clone(), filter()).prop_map(|(key, what, filter)| format!("SELECT {key} AS k, {what} FROM c{filter} GROUP BY {key}")),
        2 => (path(), path(), listed, filter())
            .prop_map(|(one, two, what, filter)| format!("SELECT {one} AS k, {two} AS l, {what} FROM c{filter} GROUP BY {one}, {two}")),
        1 => (path(), filter()).prop_map(|(key, filter)| format!("SELECT VALUE COUNT(1) FROM c{filter} GROUP BY {key} OFFSET 1 LIMIT 3")),
        1 => (expression(), filter()).prop_map(|(what, filter)| format!("SELECT DISTINCT VALUE {what} FROM c{filter}")),
        1 => (path(), path(), filter()).prop_map(|(one, two, filter)| format!("SELECT DISTINCT {one} AS k, {two} AS l FROM c{filter}")),
        1 => (path(), filter()).prop_map(|(key, filter)| format!("SELECT DISTINCT VALUE {key} FROM c{filter} ORDER BY {key} DESC")),
    ]
}

type Answer = Result<Vec<String>, String>;

fn text(row: &[u8]) -> String {
    String::from_utf8(row.to_vec()).unwrap()
}

fn from_documents(program: &Program, arguments: &[Value<'static>], documents: &[String]) -> Answer {
    let mut rows = Vec::new();
    let mut execution = Execution::new(program, arguments, environment()).unwrap();
    for document in documents {
        let pushed = execution.push(document.as_bytes(), &mut |row| rows.push(text(row)));
        pushed.map_err(|error| error.to_string())?;
    }
    let finished = execution.finish(&mut |row| rows.push(text(row)));
    finished.map_err(|error| error.to_string())?;
    Ok(rows)
}

/// The answer from columns of several sources, each with texts of its own, whose rows come in runs of a length; `None`
/// when the query or the documents are not of that kind.
fn from_columns(
    program: &Program,
    arguments: &[Value<'static>],
    documents: &[String],
    (sources, run): (usize, usize),
) -> Option<Answer> {
    let columns = program.over_columns()?;
    let mut words: HashMap<(usize, usize), Words> = HashMap::new();
    let mut cells: Vec<Vec<Cell>> = Vec::new();
    for (row, document) in documents.iter().enumerate() {
        let mut found = Vec::new();
        for (number, path) in columns.paths().iter().enumerate() {
            let value = path
                .steps()
                .iter()
                .try_fold(Raw::new(document.as_bytes()), |at, step| {
                    let cosmokit_protocol::resource::IndexStep::Property(name) = step else {
                        return None;
                    };
                    at.member(name)
                });
            let value = value.map_or(Value::Undefined, Raw::value);
            let words = words.entry((row / run % sources, number)).or_default();
            match Cell::of(&value, |text| words.number_of(text)) {
                Ok(cell) => found.push(cell),
                Err(NoCell) => return None,
            }
        }
        cells.push(found);
    }
    let mut rows = Vec::new();
    let mut execution = ColumnExecution::new(&columns, arguments, environment()).unwrap();
    for (number, part) in cells.chunks(run).enumerate() {
        let source = number % sources;
        let width = columns.paths().len();
        let parts: Vec<Vec<Cell>> = (0..width)
            .map(|column| part.iter().map(|row| row[column]).collect())
            .collect();
        let slices: Vec<Column<'_>> = parts
            .iter()
            .enumerate()
            .map(|(number, cells)| Column {
                cells,
                texts: &words[&(source, number)],
            })
            .collect();
        let batch = Rows {
            count: part.len(),
            columns: &slices,
        };
        let pushed = execution.push(source, &batch, &mut |row| rows.push(text(row)));
        if let Err(error) = pushed {
            return Some(Err(error.to_string()));
        }
    }
    let finished = execution.finish(&mut |row| rows.push(text(row)));
    Some(finished.map_err(|error| error.to_string()).map(|()| rows))
}

fn compile(text: &str) -> Program {
    Program::compile(text, &Schema::default()).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn columns_answer_as_documents_do(
        documents in prop::collection::vec(document(), 0..40),
        text in query(),
        parameter in prop::sample::select(vec![json!(1), json!("a"), Json::Null]),
        sources in 1..4_usize,
        run in 1..7_usize,
    ) {
        let program = compile(&text);
        let arguments = program.arguments([("@p", Value::from(&parameter))]);
        let expected = from_documents(&program, &arguments, &documents);
        if let Some(found) = from_columns(&program, &arguments, &documents, (sources, run)) {
            prop_assert_eq!(found, expected, "{}", text);
        }
    }
}

#[test]
fn queries_about_all_rows_that_read_scalars_at_paths_can_be_had_from_columns() {
    let check = |text: &str, paths: Option<&[&str]>| {
        let columns = compile(text).over_columns();
        let found = columns.map(|columns| {
            let paths = columns.paths().iter();
            paths.map(ToString::to_string).collect::<Vec<_>>()
        });
        let paths = paths.map(|paths| paths.iter().map(ToString::to_string).collect());
        assert_eq!(found, paths, "{text}");
    };
    check("SELECT VALUE COUNT(1) FROM c", Some(&[]));
    check(
        "SELECT c.a, SUM(c.o.x) AS s FROM c WHERE c.a > c.b GROUP BY c.a",
        Some(&["/a/?", "/b/?", "/o/x/?"]),
    );
    check("SELECT DISTINCT VALUE UPPER(c.a) FROM c", Some(&["/a/?"]));
    check("SELECT VALUE MAX(c['a']) FROM c", Some(&["/a/?"]));
    for text in [
        "SELECT VALUE c.a FROM c",
        "SELECT TOP 3 VALUE c.a FROM c",
        "SELECT DISTINCT TOP 3 c.a FROM c",
        "SELECT DISTINCT VALUE c FROM c",
        "SELECT VALUE COUNT(c) FROM c",
        "SELECT VALUE COUNT(1) FROM c WHERE c.t[0] = 1",
        "SELECT VALUE COUNT(t) FROM c JOIN t IN c.t",
        "SELECT VALUE COUNT(1) FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.t)",
        "SELECT VALUE COUNT(1) FROM c WHERE c.a+c.b+c.c+c.d+c.e+c.f+c.g+c.h+c.i = 1",
        "SELECT VALUE COUNT(1)",
    ] {
        check(text, None);
    }
}

#[test]
fn a_run_over_columns_keeps_to_its_steps() {
    let program = compile("SELECT VALUE SUM(c.a) FROM c");
    let columns = program.over_columns().unwrap();
    let environment = Environment {
        steps: 10,
        ..environment()
    };
    let mut execution = ColumnExecution::new(&columns, &[], environment).unwrap();
    let cells = vec![Cell::Boolean(true); 11];
    let column = Column {
        cells: &cells,
        texts: &Words::default(),
    };
    let batch = Rows {
        count: cells.len(),
        columns: &[column],
    };
    assert!(execution.push(0, &batch, &mut |_| {}).is_err());
    assert_eq!(execution.remaining_steps(), 0);
}
