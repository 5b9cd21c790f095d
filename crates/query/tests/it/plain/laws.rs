//! What the engine gives is what the plain evaluator gives.

use cosmokit_query::value::{Array, Object, Value};
use cosmokit_query::{Execution, Program, Schema};
use proptest::prelude::*;

use super::evaluator::{equal, evaluate, order, walk};
use super::predicate::{Plain, Step, expression, path, path_text};
use super::tree::{Spelling, Tree, document};
use crate::world::environment;

/// Documents, and how they are spelled.
fn documents() -> impl Strategy<Value = (Vec<Tree>, Vec<u8>)> {
    (
        prop::collection::vec(document(), 0..12),
        prop::collection::vec(any::<u8>(), 1..64),
    )
}

/// The rows of a query over the documents.
fn run(query: &str, (documents, spelling): &(Vec<Tree>, Vec<u8>)) -> Vec<Value<'static>> {
    let program = Program::compile(query, &Schema::default())
        .unwrap_or_else(|error| panic!("{query}: {error}"));
    let mut execution = Execution::new(&program, &[], environment()).expect("no parameters");
    let mut spelling = Spelling(spelling.iter().cycle());
    let mut rows = Vec::new();
    let mut take = |row: &[u8]| {
        rows.push(first_members(
            &Value::from_slice(row).expect("rows are JSON"),
        ));
    };
    for document in documents {
        let mut text = String::new();
        document.write(&mut spelling, &mut text);
        execution
            .push(text.as_bytes(), &mut take)
            .expect("within the limits");
    }
    execution.finish(&mut take).expect("within the limits");
    rows
}

/// The value with the first of the members of one name only: parts of documents leave as they are written.
fn first_members(value: &Value<'_>) -> Value<'static> {
    match value {
        Value::Array(array) => Value::Array(Array::from_elements(
            array.iter().map(|element| first_members(&element)),
        )),
        Value::Object(object) => {
            let mut members: Vec<(cosmokit_query::value::Text<'static>, Value<'static>)> =
                Vec::new();
            for (name, value) in object {
                if !members.iter().any(|(known, _)| *known == name) {
                    members.push((name.into_owned(), first_members(&value)));
                }
            }
            Value::Object(Object::from_members(members))
        }
        other => other.clone().into_owned(),
    }
}

fn holds(filter: &Plain, document: &Tree) -> bool {
    evaluate(filter, document) == Some(Tree::Boolean(true))
}

fn object(columns: &[(&str, Option<Tree>)]) -> Value<'static> {
    let members = columns.iter().map(|(name, tree)| {
        (
            (*name).to_owned().into(),
            tree.as_ref().map_or(Value::Undefined, Tree::value),
        )
    });
    Value::Object(Object::from_members(members))
}

/// The documents by `n`; equal ones descend with their key.
fn by_n(documents: &[Tree], descending: bool) -> Vec<&Tree> {
    let mut sorted: Vec<&Tree> = documents.iter().collect();
    sorted.sort_by(|left, right| order(left.member("n"), right.member("n")));
    if descending {
        sorted.reverse();
    }
    sorted
}

/// Which of the values each one is equal to first.
fn classes<'t>(values: &[Option<&'t Tree>]) -> Vec<(Option<&'t Tree>, usize)> {
    let mut classes: Vec<(Option<&Tree>, usize)> = Vec::new();
    for value in values {
        let same = |known: Option<&Tree>| match (known, value) {
            (Some(known), Some(value)) => equal(known, value),
            (known, value) => known.is_none() && value.is_none(),
        };
        match classes.iter_mut().find(|(known, _)| same(*known)) {
            Some((_, count)) => *count += 1,
            None => classes.push((*value, 1)),
        }
    }
    classes
}

/// Whether a value has a name twice somewhere: those have no one text that DISTINCT and GROUP BY could give.
fn has_repeated_name(tree: &Tree) -> bool {
    match tree {
        Tree::Array(elements) => elements.iter().any(has_repeated_name),
        Tree::Object(members) => {
            tree.members().len() < members.len()
                || members.iter().any(|(_, value)| has_repeated_name(value))
        }
        _ => false,
    }
}

fn values_at<'d>(path: &[Step], documents: &'d [Tree]) -> Vec<Option<&'d Tree>> {
    documents
        .iter()
        .map(|document| walk(path, document))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn filters_and_values(world in documents(), filter in expression(), selected in expression()) {
        let query = format!("SELECT VALUE {} FROM c WHERE {}", selected.text(), filter.text());
        let expected: Vec<_> = world.0.iter()
            .filter(|document| holds(&filter, document))
            .filter_map(|document| evaluate(&selected, document))
            .map(|tree| tree.value())
            .collect();
        prop_assert_eq!(run(&query, &world), expected, "{}", query);
    }

    #[test]
    fn columns(world in documents(), filter in expression(), first in expression(), second in path()) {
        let query = format!(
            "SELECT {} AS first, {} AS second FROM c WHERE {}", first.text(), path_text(&second), filter.text()
        );
        let expected: Vec<_> = world.0.iter()
            .filter(|document| holds(&filter, document))
            .map(|document| object(&[("first", evaluate(&first, document)), ("second", walk(&second, document).cloned())]))
            .collect();
        prop_assert_eq!(run(&query, &world), expected, "{}", query);
    }

    #[test]
    fn order_and_top(world in documents(), descending: bool, top in 0_usize..14, selected in expression()) {
        let direction = if descending { "DESC" } else { "ASC" };
        let query = format!("SELECT TOP {top} VALUE {} FROM c ORDER BY c.n {direction}", selected.text());
        let expected: Vec<_> = by_n(&world.0, descending).into_iter()
            .filter_map(|document| evaluate(&selected, document))
            .map(|tree| tree.value())
            .take(top)
            .collect();
        prop_assert_eq!(run(&query, &world), expected, "{}", query);
    }

    #[test]
    fn distinct_and_groups(world in documents(), path in path()) {
        let values = values_at(&path, &world.0);
        prop_assume!(!values.iter().flatten().any(|value| has_repeated_name(value)));
        let path = path_text(&path);
        let classes = classes(&values);
        let distinct: Vec<_> = classes.iter().filter_map(|(value, _)| value.map(Tree::value)).collect();
        prop_assert_eq!(run(&format!("SELECT DISTINCT VALUE {path} FROM c"), &world), distinct);
        let query = format!("SELECT {path} AS k, COUNT(1) AS n FROM c GROUP BY {path}");
        let found = run(&query, &world);
        prop_assert_eq!(found.len(), classes.len(), "{}", query);
        for (value, count) in classes {
            let expected = object(&[("k", value.cloned()), ("n", Some(Tree::Number(count.to_string())))]);
            prop_assert!(found.contains(&expected), "{query}: {expected} is not in {found:?}");
        }
    }
}

/// More rows than a sorted buffer holds, so that it drops the worst while rows come.
#[test]
fn top_of_many_rows_is_the_top_of_all() {
    let documents: Vec<Tree> = (0..3_000_u64)
        .map(|number| {
            let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56;
            Tree::Object(vec![
                ("n".to_owned(), Tree::Number(mixed.to_string())),
                ("id".to_owned(), Tree::Number(number.to_string())),
            ])
        })
        .collect();
    let world = (documents, vec![0]);
    for descending in [false, true] {
        for top in [1, 7, 300, 2_999] {
            let direction = if descending { "DESC" } else { "ASC" };
            let query = format!("SELECT TOP {top} VALUE c.id FROM c ORDER BY c.n {direction}");
            let sorted = by_n(&world.0, descending);
            let expected: Vec<_> = sorted
                .iter()
                .take(top)
                .filter_map(|document| Some(document.member("id")?.value()))
                .collect();
            assert_eq!(run(&query, &world), expected, "{query}");
        }
    }
}
