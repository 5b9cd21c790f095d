//! Laws of all built-in functions: what the table says of their arguments holds, whatever the arguments are.

use cosmokit_query::value::{Array, Object, Text, Value};
use cosmokit_query::{
    Execution, Function, Program, Purity, QueryError, RunError, Schema, functions,
};
use proptest::prelude::*;

use crate::world::environment;

/// Functions that may stand in few places, which other tests know.
const PLACED: &[&str] = &["FULLTEXTSCORE", "DOCUMENTID"];

/// Texts that mean something to one function or another.
const TEXTS: &[&str] = &[
    "",
    " ",
    "a",
    "A",
    "äöü",
    "😀😀",
    "abcabc",
    "1",
    "-1.5e3",
    " [1,2] ",
    "{\"a\":1}",
    "null",
    "true",
    "NaN",
    "2024-02-29T12:34:56.7890123Z",
    "2024-02-30",
    "0001-01-01",
    "9999-12-31T23:59:59.9999999Z",
    "yyyy",
    "day",
    "ns",
    "yyyy-MM-dd'T'HH:mm:ss.fffffff\\",
    "(a*)*$",
    "(",
    "[a-",
    "i",
    "imsx",
    "q",
    "\u{0}",
    "ß",
    "dotProduct",
    "k",
];

fn number() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        (-3_i64..12).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(&[
            0.5,
            -0.0,
            1e308,
            1e-320,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            9.3e18,
            -9.3e18
        ])
        .prop_map(Value::from),
    ]
}

fn shape() -> impl Strategy<Value = Value<'static>> {
    let position = prop::collection::vec(number(), 0..4)
        .prop_map(|numbers| Value::Array(Array::from_elements(numbers)));
    let coordinates = position.prop_recursive(3, 24, 5, |inner| {
        prop::collection::vec(inner, 0..6)
            .prop_map(|parts| Value::Array(Array::from_elements(parts)))
    });
    let kind = prop::sample::select(&[
        "Point",
        "LineString",
        "Polygon",
        "MultiPoint",
        "MultiPolygon",
        "Circle",
    ]);
    (kind, coordinates).prop_map(|(kind, coordinates)| {
        Value::Object(Object::from_members([
            (Text::from("type"), Value::from(kind)),
            (Text::from("coordinates"), coordinates),
        ]))
    })
}

fn value() -> impl Strategy<Value = Value<'static>> {
    let leaf = prop_oneof![
        1 => Just(Value::Undefined),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        4 => number(),
        5 => prop::sample::select(TEXTS).prop_map(Value::from),
        1 => "\\PC{0,12}".prop_map(Value::from),
        2 => shape(),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5)
                .prop_map(|elements| Value::Array(Array::from_elements(elements))),
            prop::collection::vec(("[a-c]", inner), 0..4).prop_map(|members| {
                Value::Object(Object::from_members(
                    members
                        .into_iter()
                        .map(|(name, value)| (Text::from(name), value)),
                ))
            }),
        ]
    })
}

fn call(function: &Function, count: usize) -> String {
    let arguments: Vec<String> = (0..count).map(|index| format!("@{index}")).collect();
    format!("{}({})", function.name, arguments.join(", "))
}

/// The value of an expression; `None` is undefined.
fn evaluate(
    expression: &str,
    arguments: &[Value<'static>],
) -> Result<Option<Value<'static>>, QueryError> {
    let program = Program::compile(
        &format!("SELECT VALUE [{expression}] FROM c"),
        &Schema::default(),
    )?;
    let names: Vec<String> = (0..arguments.len())
        .map(|index| format!("@{index}"))
        .collect();
    let given = names
        .iter()
        .map(String::as_str)
        .zip(arguments.iter().cloned());
    let arguments = program.arguments(given);
    let mut execution = Execution::new(&program, &arguments, environment())?;
    let mut found = None;
    let mut take =
        |row: &[u8]| found = Some(Value::from_slice(row).expect("rows are JSON").element(0));
    execution.push(b"{}", &mut take)?;
    execution.finish(&mut take)?;
    Ok(found.filter(Value::is_defined))
}

fn called() -> impl Iterator<Item = &'static Function> {
    functions().filter(|function| !PLACED.contains(&function.name))
}

#[test]
fn calls_are_refused_exactly_when_the_number_of_arguments_is_wrong() {
    for function in called() {
        let counts = function.argument_counts();
        for count in 0..8 {
            let outcome = evaluate(&call(function, count), &[]);
            let refused = matches!(outcome, Err(QueryError::Invalid { .. }));
            assert_eq!(
                refused,
                !counts.contains(&count),
                "{} of {count}: {outcome:?}",
                function.name
            );
        }
    }
}

/// Whether a value can be written in a query: no literal means what is not finite.
fn has_literal(value: &Value<'_>) -> bool {
    let text = value.to_string();
    !text.contains("\"NaN\"") && !text.contains("Infinity")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Every function is called with every list of values, so that the cases count a hundred times.
    #[test]
    fn no_argument_is_too_strange(values in prop::collection::vec(value(), 5)) {
        for function in called() {
            for count in function.argument_counts().take_while(|count| *count <= values.len()) {
                let outcome = evaluate(&call(function, count), &values);
                prop_assert!(
                    matches!(outcome, Ok(_) | Err(QueryError::Stopped(RunError::Budget | RunError::TooLarge(_)))),
                    "{} of {values:?}: {outcome:?}", function.name
                );
            }
        }
    }

    /// What is computed once, before any document is read, is what would be computed for each document.
    #[test]
    fn constants_are_folded_into_what_they_mean(
        values in prop::collection::vec(value().prop_filter("has a literal", has_literal), 3),
    ) {
        let literals: Vec<String> = values.iter().map(Value::to_string).collect();
        for function in called().filter(|function| function.purity == Purity::Pure) {
            for count in function.argument_counts().take_while(|count| *count <= values.len()) {
                let folded = format!("{}({})", function.name, literals[..count].join(", "));
                let computed = evaluate(&call(function, count), &values);
                prop_assert_eq!(
                    evaluate(&folded, &[]).ok(), computed.ok(), "{}", folded
                );
            }
        }
    }
}
