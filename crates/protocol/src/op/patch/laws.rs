//! Laws of patches over random documents, with `serde_json`'s own pointers as the judge.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Names that collide often, for documents and paths.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("a"),
        Just("b"),
        Just("0"),
        Just("1"),
        Just("-"),
        Just("~"),
        Just("/")
    ]
    .prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (-5i64..5).prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(name(), 1..4).prop_map(|names| {
        names
            .iter()
            .flat_map(|name| ["/".to_owned(), name.replace('~', "~0").replace('/', "~1")])
            .collect()
    })
}

fn operation() -> impl Strategy<Value = PatchOperation> {
    prop_oneof![
        (path(), value()).prop_map(|(path, value)| PatchOperation::add(path, value)),
        (path(), value()).prop_map(|(path, value)| PatchOperation::set(path, value)),
        (path(), value()).prop_map(|(path, value)| PatchOperation::replace(path, value)),
        path().prop_map(PatchOperation::remove),
        (path(), -3i64..3).prop_map(|(path, by)| PatchOperation::increment(path, by)),
        (path(), path()).prop_map(|(from, path)| PatchOperation::move_value(from, path)),
    ]
}

fn object() -> impl Strategy<Value = Value> {
    prop::collection::btree_map(name(), value(), 0..5)
        .prop_map(|map| Value::Object(map.into_iter().collect()))
}

proptest! {
    /// After a set, serde_json's own pointer finds the value where it was put.
    #[test]
    fn set_puts_the_value_at_its_pointer(mut document in object(), path in path(), value in value()) {
        let before = document.clone();
        match apply_to_value(&[PatchOperation::set(path.clone(), value.clone())], &mut document) {
            Ok(()) if path.ends_with("/-") && before.pointer(parent(&path)).is_none_or(Value::is_array) => {
                let list = document.pointer(parent(&path)).and_then(Value::as_array).unwrap();
                prop_assert_eq!(list.last(), Some(&value));
            }
            Ok(()) => prop_assert_eq!(document.pointer(&path), Some(&value)),
            Err(_) => prop_assert_eq!(document, before),
        }
    }

    /// Replace and remove succeed exactly where serde_json's own pointer finds something.
    #[test]
    fn replace_and_remove_agree_with_pointers(document in object(), path in path()) {
        let exists = document.pointer(&path).is_some();
        for operation in [PatchOperation::replace(path.clone(), json!(1)), PatchOperation::remove(path.clone())] {
            prop_assert_eq!(apply_to_value(&[operation], &mut document.clone()).is_ok(), exists);
        }
    }

    /// A remove undoes an add that did not overwrite, and a list of operations equals its steps.
    #[test]
    fn remove_undoes_add(document in object(), path in path(), value in value()) {
        let mut changed = document.clone();
        let fresh = document.pointer(&path).is_none() || document.pointer(parent(&path)).is_some_and(Value::is_array);
        prop_assume!(fresh && !path.ends_with("/-"));
        if apply_to_value(&[PatchOperation::add(path.clone(), value)], &mut changed).is_ok() {
            apply_to_value(&[PatchOperation::remove(path)], &mut changed).unwrap();
            prop_assert_eq!(changed, document);
        }
    }

    #[test]
    fn a_list_equals_its_steps(document in object(), operations in prop::collection::vec(operation(), 0..6)) {
        let mut at_once = document.clone();
        let result = apply_to_value(&operations, &mut at_once);
        let mut stepwise = document.clone();
        let steps = operations.iter().all(|operation| {
            apply_to_value(std::slice::from_ref(operation), &mut stepwise).is_ok()
        });
        prop_assert_eq!(result.is_ok(), steps);
        prop_assert_eq!(at_once, if steps { stepwise } else { document });
    }

    #[test]
    fn retry_safe_lists_are_idempotent(
        mut document in object(),
        operations in prop::collection::vec(operation(), 0..4).prop_filter("is retry-safe", |operations| {
            PatchInstructions::from(operations.clone()).is_retry_safe()
        }),
    ) {
        if apply_to_value(&operations, &mut document).is_ok() {
            let once = document.clone();
            // An index at the end of an array may exist the second time only; what was set is the same.
            if apply_to_value(&operations, &mut document).is_ok() {
                prop_assert_eq!(document, once);
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64), path in ".{0,12}") {
        let _ = PatchRequest::parse(&bytes);
        let _ = apply(&[PatchOperation::set(path, json!(1))], &bytes);
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}
