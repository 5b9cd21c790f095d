//! Laws of keys and rules.

use std::{cmp::Ordering, ops::Bound, sync::Arc};

use cosmokit_protocol::{
    partition::{EffectivePartitionKey, EpkRange},
    resource::{ContainerProperties, IndexPath, IndexingMode, IndexingPolicy},
    session::RegionId,
};
use cosmokit_query::{
    ast::Direction,
    columns::Cell,
    index::IndexPolicy,
    value::{OrderKey, Value},
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{
    column_shelf::ColumnShelf,
    column_table::{ColumnTable, Places},
    key::{IndexKey, KeyRange},
    path_index::PathIndex,
    rules::IndexRules,
    shelf::Shelf,
    spec::{IndexSpec, KeyPath},
};
use crate::{
    clock::Timestamp,
    document::ItemTtl,
    partition::{
        item_key::{ItemName, KeyProbe},
        log::Retention,
        state::State,
        unique::UniqueEntries,
        version::{Change, Version, VersionTag},
    },
};

fn json() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        (-3i64..3).prop_map(Json::from),
        (0i64..4).prop_map(|above| Json::from((1i64 << 53) + above)),
        (0i64..4).prop_map(|above| Json::from(-(1i64 << 53) - above)),
        Just(json!(-0.0)),
        "[\\x00\\x01a-c\u{ff}\u{10000}]{0,30}".prop_map(Json::from),
    ];
    scalar.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            inner.prop_map(|value| json!({ "a": value })),
        ]
    })
}

fn keys() -> impl Strategy<Value = (OrderKey, OrderKey)> {
    let key = |value: Option<Json>| {
        value.map_or(OrderKey::Undefined, |value| {
            OrderKey::from(&Value::from(&value))
        })
    };
    let pair = (
        prop::option::weighted(0.9, json()),
        prop::option::weighted(0.9, json()),
    );
    pair.prop_map(move |(one, other)| (key(one), key(other)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn what_an_item_has_gets_the_key_of_its_value(value in prop::option::weighted(0.9, json())) {
        let value = value.as_ref().map_or(Value::Undefined, Value::from);
        for direction in [Direction::Ascending, Direction::Descending] {
            let key = IndexKey::of([(&OrderKey::from(&value), direction)]);
            prop_assert_eq!(IndexKey::of_found(&value, direction), key);
        }
    }

    #[test]
    fn keys_order_as_values_do((one, other) in keys()) {
        let (a, b) = (IndexKey::of_value(&one), IndexKey::of_value(&other));
        prop_assert_eq!(a.cmp(&b), one.cmp(&other), "{:?} {:?}", one, other);
        prop_assert_eq!(a.bytes().cmp(b.bytes()), a.cmp(&b));
        let descending = |key| IndexKey::of([(key, Direction::Descending)]);
        prop_assert_eq!(descending(&one).cmp(&descending(&other)), other.cmp(&one));
    }

    #[test]
    fn keys_of_several_paths_order_as_tuples((a1, b1) in keys(), (a2, b2) in keys()) {
        use Direction::{Ascending, Descending};
        let key = |one, two| IndexKey::of([(one, Ascending), (two, Descending)]);
        let expected = a1.cmp(&b1).then(b2.cmp(&a2));
        prop_assert_eq!(key(&a1, &a2).cmp(&key(&b1, &b2)), expected);
    }

    #[test]
    fn types_and_prefixes_are_ranges((one, _) in keys(), prefix in "[\\x00a\u{ff}]{0,3}") {
        let key = IndexKey::of_value(&one);
        let rank = one.rank();
        prop_assert!(IndexKey::before_type(rank) <= key && key < IndexKey::behind_type(rank));
        let (low, high) = IndexKey::around_prefix(&prefix);
        let starts = matches!(&one, OrderKey::String(text) if text.starts_with(&*prefix));
        prop_assert_eq!(low <= key && key < high, starts, "{:?} {:?}", one, prefix);
        prop_assert_eq!(IndexKey::from_bytes(key.bytes()).cmp(&key), Ordering::Equal);
    }
}

fn rules(policy: &Json) -> IndexRules {
    let policy: IndexingPolicy = serde_json::from_value(policy.clone()).unwrap();
    let properties = ContainerProperties::new("c", "/pk".into());
    IndexRules::of(&properties.with_indexing_policy(policy))
}

#[test]
fn the_more_precise_path_decides() {
    let check = |policy: Json, path: &str, expected: bool| {
        let parsed = IndexPath::parse("test", path).unwrap();
        assert_eq!(
            rules(&policy).is_indexed(&parsed),
            expected,
            "{path} {policy}"
        );
    };
    let of = |included: &[&str], excluded: &[&str]| {
        let paths = |paths: &[&str]| -> Json {
            let paths = paths.iter();
            paths.map(|path| json!({ "path": path })).collect()
        };
        json!({"includedPaths": paths(included), "excludedPaths": paths(excluded)})
    };
    let usual = of(&["/*"], &["/\"_etag\"/?"]);
    check(usual.clone(), "/a/?", true);
    check(usual.clone(), "/a/b/[]/c/?", true);
    check(usual, "/_etag/?", false);
    let nested = of(&["/*", "/a/b/?", "/a/c/*"], &["/a/*", "/a/c/d/?"]);
    check(nested.clone(), "/x/?", true);
    check(nested.clone(), "/a/?", false);
    check(nested.clone(), "/a/b/?", true);
    check(nested.clone(), "/a/b/c/?", false);
    check(nested.clone(), "/a/c/x/?", true);
    check(nested, "/a/c/d/?", false);
    let scalar = of(&["/*", "/a/?"], &["/a/*"]);
    check(scalar.clone(), "/a/?", true);
    check(scalar, "/a/b/?", false);
    let few = of(&["/a/?"], &["/*"]);
    check(few.clone(), "/b/?", false);
    check(few.clone(), "/id/?", true);
    check(few.clone(), "/_ts/?", true);
    check(few, "/tags/[]/?", false);
    check(of(&["/tags/[]/?"], &["/*"]), "/tags/[]/?", true);
}

#[test]
fn without_indexing_nothing_is_indexed() {
    let policy = IndexingPolicy::default().with_indexing_mode(IndexingMode::None);
    let properties = ContainerProperties::new("c", "/pk".into());
    let rules = IndexRules::of(&properties.with_indexing_policy(policy));
    assert!(!rules.is_on());
    assert!(!rules.is_indexed(&IndexPath::parse("test", "/id/?").unwrap()));
}

/// Versions of a few items, written and deleted at random; the states after each write.
fn states(writes: &[(u64, Option<Json>)]) -> Vec<State> {
    let mut state = State::default();
    let mut found = vec![state.clone()];
    for (number, (id, body)) in (1_u64..).zip(writes) {
        let name = ItemName::new(&[u8::try_from(id % 3).unwrap()], &id.to_string());
        let present = state.items().get(&KeyProbe::of(&name)).is_some();
        let change = match (body, present) {
            (None, false) => continue,
            (None, true) => Change::Delete,
            (Some(_), false) => Change::Create,
            (Some(_), true) => Change::Replace,
        };
        let version = Version {
            name,
            ordinal: *id,
            change,
            tag: VersionTag::new(number, 1, Timestamp::from_secs(number)),
            origin: None,
            at: Timestamp::from_secs(number),
            ttl: ItemTtl::Absent,
            leaves: 1,
            unique: UniqueEntries::NONE,
            body: body
                .as_ref()
                .map(Json::to_string)
                .unwrap_or_default()
                .into(),
        };
        state
            .append([Arc::new(version)], Retention::LatestOnly)
            .unwrap();
        found.push(state.clone());
    }
    found
}

fn writes() -> impl Strategy<Value = Vec<(u64, Option<Json>)>> {
    let body = (json(), json()).prop_map(|(x, y)| json!({"x": x, "y": y, "t": [x, y]}));
    prop::collection::vec((0..20_u64, prop::option::weighted(0.8, body)), 1..40)
}

proptest! {
    #[test]
    fn an_index_is_brought_to_any_state(writes in writes(), from: prop::sample::Index, to: prop::sample::Index) {
        let states = states(&writes);
        let (from, to) = (from.get(&states), to.get(&states));
        let path = |text| IndexPath::parse("test", text).unwrap();
        let composite = [(path("/y/?"), Direction::Ascending), (path("/x/?"), Direction::Descending)];
        let specs = [
            IndexSpec::single(path("/x/?")),
            IndexSpec::single(path("/t/[]/?")),
            IndexSpec::over(composite.map(|(path, direction)| KeyPath {
                direction,
                ..KeyPath::stored(path)
            })),
        ];
        let all = (Bound::Unbounded, Bound::Unbounded);
        let (low, high) = to.items().usage().items.checked_sub(1).map_or((to.clone(), State::default()), |_| {
            let middle = EffectivePartitionKey::from_bytes(&[1]);
            let low = EpkRange::new(EffectivePartitionKey::MIN, middle.clone()).unwrap();
            let high = EpkRange::new(middle, EffectivePartitionKey::MAX).unwrap();
            (to.cut(&low), to.cut(&high))
        });
        for spec in &specs {
            let index = PathIndex::build(spec, from);
            for state in [to, &low, &high, from] {
                let expected = PathIndex::build(spec, state);
                let brought = index.brought_to(state);
                prop_assert!(brought.is_over(state.items()));
                prop_assert!(brought.between(all.clone()).eq(expected.between(all.clone())));
            }
            // A split and a merge, whatever was written meanwhile.
            let index = Arc::new(index);
            let part = |state: &State| Arc::new(PathIndex::from_others(spec, state, std::slice::from_ref(&index)));
            let parts = [part(&low), part(&high)];
            for (found, state) in parts.iter().zip([&low, &high]) {
                let expected = PathIndex::build(spec, state);
                prop_assert!(found.is_over(state.items()));
                prop_assert!(found.between(all.clone()).eq(expected.between(all.clone())));
            }
            for state in [to, from] {
                let joined = PathIndex::from_others(spec, state, &parts);
                let expected = PathIndex::build(spec, state);
                prop_assert!(joined.between(all.clone()).eq(expected.between(all.clone())));
            }
        }
    }
}

/// Like [`writes`], mostly of scalars.
fn scalar_writes() -> impl Strategy<Value = Vec<(u64, Option<Json>)>> {
    let scalar = || {
        prop_oneof![
            any::<i64>().prop_map(Json::from),
            (-1..2_i64).prop_map(Json::from),
            Just(json!(-0.0)),
            "[a-c]{0,2}".prop_map(Json::from),
        ]
    };
    let y = prop_oneof![30 => scalar(), 1 => json()];
    let body = (scalar(), y).prop_map(|(x, y)| json!({"x": x, "y": y, "o": {"a": x}}));
    let id = prop_oneof![1 => 0..9_u64, 1 => 0..200_u64];
    prop::collection::vec((id, prop::option::weighted(0.8, body)), 1..120)
}

/// All rows of a table: ordinals, and the values of columns in the words of a test.
fn table_rows(table: &ColumnTable, numbers: &[usize]) -> Vec<(u64, Vec<String>)> {
    let mut rows = Vec::new();
    for chunk in table.chunks() {
        for (row, ordinal) in chunk.ordinals().iter().enumerate() {
            let columns = numbers.iter().map(|number| {
                let column = table.column(chunk, *number, row..row + 1).unwrap();
                match column.cells[0] {
                    Cell::Text(number) => format!("{:?}", column.texts.text(number).unwrap()),
                    other => format!("{other:?}"),
                }
            });
            rows.push((*ordinal, columns.collect()));
        }
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_table_that_is_brought_to_a_state_is_the_table_of_that_state(
        writes in scalar_writes(),
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
    ) {
        let states = states(&writes);
        let (from, to) = (from.get(&states), to.get(&states));
        let paths: Vec<_> = ["/y/?", "/x/?", "/o/a/?", "/none/?"].map(|text| IndexPath::parse("test", text).unwrap()).into();
        let of = |state: &State| ColumnTable::over(state).with_paths(&paths, state.items());
        let (table, expected) = (of(from), of(to));
        let brought = table.brought_to(to);
        prop_assert!(brought.is_over(to.items()));
        for path in &paths {
            let path = std::slice::from_ref(path);
            match (brought.places(path), expected.places(path)) {
                (Places::At(one), Places::At(other)) => {
                    prop_assert_eq!(table_rows(&brought, &one), table_rows(&expected, &other));
                }
                // An array was there once.
                (Places::Nowhere, _) => {}
                (one, other) => prop_assert!(false, "{:?} {:?}", one, other),
            }
        }
    }
}

#[test]
fn a_table_of_many_rows_follows_writes_anywhere_and_its_columns_are_bounded() {
    let mut writes: Vec<_> = (0..5_000)
        .map(|id| (id, Some(json!({"x": id % 7, "y": format!("text {id}")}))))
        .collect();
    writes.extend((0..2_000).map(|id| (id * 2, None)));
    writes.extend((0..3_000).map(|id| (id, Some(json!({"x": "new", "y": id})))));
    let states = states(&writes);
    let path = |text: &str| IndexPath::parse("test", text).unwrap();
    let paths = [path("/x/?"), path("/y/?")];
    let of = |state: &State| ColumnTable::over(state).with_paths(&paths, state.items());
    let expected = of(&states[9_999]);
    let Places::At(numbers) = expected.places(&paths) else {
        panic!("scalars fit");
    };
    for from in [0, 3_000, 5_000, 6_500, 9_998] {
        let brought = of(&states[from]).brought_to(&states[9_999]);
        assert_eq!(brought.places(&paths), Places::At(numbers.clone()));
        assert_eq!(
            table_rows(&brought, &numbers),
            table_rows(&expected, &numbers),
            "{from}"
        );
    }
    let state = &states[9_999];
    let shelf = ColumnShelf::default();
    let region = RegionId(1);
    for number in 0..40 {
        let paths = [path(&format!("/m{number}/?")), path("/x/?")];
        assert!(shelf.columns(region, &paths, state).is_some());
    }
    assert!(shelf.has(region, &[path("/m39/?")]) && !shelf.has(region, &[path("/m0/?")]));
}

#[test]
fn what_no_column_holds_is_remembered() {
    let long = "x".repeat(1_025);
    let writes = [
        json!({"x": 1, "y": [1], "z": 1}),
        json!({"x": 2, "y": 2, "z": long}),
    ];
    let writes: Vec<_> = (0..).zip(writes.map(Some)).collect();
    let states = states(&writes);
    let state = states.last().unwrap();
    let path = |text: &str| IndexPath::parse("test", text).unwrap();
    let shelf = ColumnShelf::default();
    let ask = |text: &str| shelf.columns(RegionId(1), &[path("/x/?"), path(text)], state);
    for text in ["/y/?", "/z/?"] {
        assert!(ask(text).is_none());
        assert!(shelf.has(RegionId(1), &[path(text)]), "nobody looks again");
    }
    assert!(ask("/x/?").is_some());
    let table = ask("/x/?").unwrap().table;
    assert!(Arc::ptr_eq(&table, &ask("/x/?").unwrap().table));
    assert!(shelf.written(state).is_empty());
}

#[test]
fn few_entries_are_counted_and_many_estimated() {
    let writes: Vec<_> = (0..5_000)
        .map(|id| (id, Some(json!({"x": id, "y": id % 2}))))
        .collect();
    let states = states(&writes);
    let state = states.last().unwrap();
    let index = |path| {
        PathIndex::build(
            &IndexSpec::single(IndexPath::parse("test", path).unwrap()),
            state,
        )
    };
    let key = |number: i64| IndexKey::of_value(&OrderKey::Number(number.into()));
    let (x, y) = (index("/x/?"), index("/y/?"));
    assert_eq!(x.estimate(&KeyRange::one(key(7))), 1);
    assert_eq!(x.estimate(&KeyRange::one(key(7_000))), 0);
    assert_eq!(x.estimate(&KeyRange::half_open(key(100), key(300))), 200);
    let many = x.estimate(&KeyRange::half_open(key(0), key(4_000)));
    assert!((3_500..4_500).contains(&many), "{many}");
    let half = y.estimate(&KeyRange::one(key(1)));
    assert!((2_000..3_000).contains(&half), "{half}");
}

#[test]
fn an_index_that_nobody_asks_for_is_dropped_when_it_is_far_behind() {
    let shelf = Shelf::default();
    let spec = IndexSpec::single(IndexPath::parse("test", "/x/?").unwrap());
    let states = states(
        &(0..5_000)
            .map(|number| (number % 10, Some(json!({"x": number}))))
            .collect::<Vec<_>>(),
    );
    let region = RegionId(1);
    let first = shelf.index(region, &spec, &states[10]);
    assert!(Arc::ptr_eq(
        &first,
        &shelf.index(region, &spec, &states[10])
    ));
    assert!(shelf.written(&states[4_000]).is_empty());
    assert!(
        Arc::ptr_eq(&first, &shelf.index(region, &spec, &states[10])),
        "it is kept"
    );
    assert_eq!(shelf.written(&states[4_200]).len(), 1);
    assert!(
        !Arc::ptr_eq(&first, &shelf.index(region, &spec, &states[10])),
        "it was dropped"
    );
    // A reader that lags does not take the index back.
    let newer = shelf.index(region, &spec, &states[4_300]);
    shelf.index(region, &spec, &states[4_250]);
    assert!(Arc::ptr_eq(
        &newer,
        &shelf.index(region, &spec, &states[4_300])
    ));
}

#[test]
fn indexes_are_handed_over_and_counted_where_the_new_partition_begins() {
    let spec = IndexSpec::single(IndexPath::parse("test", "/x/?").unwrap());
    let states = states(
        &(0..50)
            .map(|number| (number, Some(json!({"x": number % 7}))))
            .collect::<Vec<_>>(),
    );
    let region = RegionId(1);
    let (old, fork, heir) = (Shelf::default(), Shelf::default(), Shelf::default());
    let index = old.index(region, &spec, &states[40]);
    fork.begin_like(&old, states[20].lsn());
    let all = || (Bound::Unbounded, Bound::Unbounded);
    for state in [&states[20], &states[40], &states[50]] {
        let found = fork.index(region, &spec, state);
        let expected = PathIndex::build(&spec, state);
        assert!(found.between(all()).eq(expected.between(all())));
        assert!(
            Arc::ptr_eq(&found, &fork.index(region, &spec, state)),
            "it is kept"
        );
    }
    heir.begin_after(&old);
    let next = Shelf::default();
    next.begin_after(&heir);
    let found = next.index(region, &spec, &states[40]);
    assert!(found.between(all()).eq(index.between(all())));
    let (columns, of_fork) = (ColumnShelf::default(), ColumnShelf::default());
    let paths = [IndexPath::parse("test", "/x/?").unwrap()];
    columns.columns(region, &paths, &states[40]).unwrap();
    of_fork.begin_like(&columns, states[20].lsn());
    assert!(of_fork.has(region, &paths));
    let found = of_fork.columns(region, &paths, &states[20]).unwrap();
    let expected = ColumnTable::over(&states[20]).with_paths(&paths, states[20].items());
    assert_eq!(
        table_rows(&found.table, &found.numbers),
        table_rows(&expected, &[0])
    );
}
