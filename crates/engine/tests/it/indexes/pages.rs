//! Pages of ordered and joined queries while items are written in between.

use cosmokit_engine::request::{CrossPartition, FeedScope, QueryItems, QuerySettings};
use serde_json::{Value, json};

use crate::world::{World, container, page};

fn ask(text: &str) -> QueryItems {
    QueryItems {
        container: container(),
        query: text.into(),
        scope: FeedScope::default(),
        cross_partition: CrossPartition::Enabled,
        paging: page(-1, None),
        settings: QuerySettings::default(),
    }
}

fn filled(partitions: u32, count: usize) -> World {
    let world = World::with_partitions(partitions);
    for number in 0..count {
        put(&world, number, &json!(number), &json!([]));
    }
    world
}

fn put(world: &World, id: usize, n: &Value, tags: &Value) {
    let pk = format!("k{}", id % 5);
    world.upsert(
        &pk,
        &json!({"id": id.to_string(), "pk": pk, "n": n, "tags": tags}),
    );
}

/// The rows of all pages; `between` acts after each.
fn drain(world: &World, text: &str, size: i64, mut between: impl FnMut(usize)) -> Vec<Vec<Value>> {
    let (mut pages, mut next) = (Vec::new(), None::<String>);
    loop {
        let query = QueryItems {
            paging: page(size, next.as_deref()),
            ..ask(text)
        };
        let answer = world.run(query).expect(200, 0);
        pages.push(answer.body["Documents"].as_array().unwrap().clone());
        between(pages.len());
        next = answer.facts.continuation;
        if next.is_none() {
            return pages;
        }
    }
}

#[test]
fn an_order_goes_on_behind_its_place_whatever_is_written() {
    for (direction, expected) in [
        ("ASC", vec![0, 1, 2, 3, 4, 5, 7, 9]),
        ("DESC", vec![9, 8, 7, 6, 4, 2, 0]),
    ] {
        let world = filled(2, 10);
        let text = format!("SELECT VALUE c.n FROM c ORDER BY c.n {direction}");
        let pages = drain(&world, &text, 4, |number| {
            if number == 1 {
                // One of each side goes, one of each side stays but for its number.
                for id in [1, 3, 5, 6, 8] {
                    world.delete(&format!("k{}", id % 5), &id.to_string());
                }
                if direction == "ASC" {
                    put(&world, 5, &json!(5), &json!([]));
                }
            }
        });
        let expected: Vec<Value> = expected.into_iter().map(Value::from).collect();
        assert_eq!(pages.concat(), expected, "{direction}");
    }
}

#[test]
fn rows_of_one_key_come_once_each() {
    let world = filled(3, 0);
    for id in 0..30 {
        put(&world, id, &json!(id % 2), &json!([]));
    }
    for text in [
        "SELECT VALUE c.id FROM c ORDER BY c.n",
        "SELECT VALUE c.id FROM c ORDER BY c.n DESC",
        "SELECT VALUE c.id FROM c WHERE c.n >= 0 ORDER BY c.missing",
    ] {
        let all = drain(&world, text, -1, |_| ());
        let paged = drain(&world, text, 4, |number| {
            if number == 2 {
                let live = world.account.partitions(&container()).unwrap();
                let at = &cosmokit_engine::SplitPoint::Middle;
                world
                    .account
                    .split(&container(), live[0].id.as_ref(), at)
                    .unwrap();
            }
        });
        assert_eq!(paged.concat(), all.concat(), "{text}");
        assert_eq!(all.concat().len(), 30);
    }
}

#[test]
fn a_long_key_is_no_part_of_a_continuation() {
    let world = World::new();
    for id in 0..6 {
        put(
            &world,
            id,
            &json!(format!("{}{id}", "x".repeat(3_000))),
            &json!([]),
        );
    }
    let text = "SELECT VALUE c.id FROM c ORDER BY c.n OFFSET 1 LIMIT 4";
    let query = QueryItems {
        paging: page(2, None),
        ..ask(text)
    };
    let answer = world.run(query).expect(200, 0);
    assert!(answer.facts.continuation.unwrap().len() < 1_024);
    let pages = drain(&world, text, 2, |_| ());
    assert_eq!(pages.concat(), ["1", "2", "3", "4"]);
}

#[test]
fn a_join_goes_on_behind_the_row_it_gave() {
    let text = "SELECT VALUE t FROM c JOIN t IN c.tags WHERE c.id = '0'";
    let check = |text: &str, change: &Value, expected: &Value| {
        let world = filled(1, 0);
        put(&world, 0, &json!(0), &json!(["a", "b", "c", "d", "e"]));
        let pages = drain(&world, text, 3, |number| {
            if number == 1 {
                put(&world, 0, &json!(0), change);
            }
        });
        assert_eq!(json!(pages.concat()), *expected, "{text} {change}");
    };
    for text in [text, &format!("{text} ORDER BY c.n")] {
        check(
            text,
            &json!(["a", "b", "c", "d", "e"]),
            &json!(["a", "b", "c", "d", "e"]),
        );
        check(
            text,
            &json!(["new", "a", "b", "c", "d", "e"]),
            &json!(["a", "b", "c", "d", "e"]),
        );
        check(
            text,
            &json!(["b", "c", "d", "e"]),
            &json!(["a", "b", "c", "d", "e"]),
        );
        check(text, &json!(["c", "e"]), &json!(["a", "b", "c", "e"]));
        check(
            text,
            &json!(["c", "x", "c", "d"]),
            &json!(["a", "b", "c", "d"]),
        );
        check(text, &json!([1, 2, 3, 4]), &json!(["a", "b", "c", 4]));
        check(text, &json!([]), &json!(["a", "b", "c"]));
    }
}

/// Queries about all their rows; of each, the pages of a hundred.
const ABOUT_ALL: [&str; 5] = [
    "SELECT c.n, COUNT(1) AS k FROM c GROUP BY c.n",
    "SELECT DISTINCT c.n FROM c",
    "SELECT DISTINCT VALUE {n: c.n, o: IS_OBJECT(c)} FROM c",
    "SELECT VALUE c.n FROM c OFFSET 200 LIMIT 700",
    "SELECT TOP 900 VALUE c.id FROM c",
];

#[test]
fn further_pages_of_a_query_about_all_rows_cost_little_while_nobody_writes() {
    let world = filled(2, 1_000);
    for text in ABOUT_ALL {
        let whole = drain(&world, text, 1_000, |_| {}).concat();
        assert!(whole.len() >= 700, "{text}");
        let (mut rows, mut charges, mut next) = (Vec::new(), Vec::new(), None::<String>);
        loop {
            let paging = page(100, next.as_deref());
            let answer = world
                .run(QueryItems {
                    paging,
                    ..ask(text)
                })
                .expect(200, 0);
            rows.extend(answer.body["Documents"].as_array().unwrap().clone());
            charges.push(answer.facts.charge.value());
            next = answer.facts.continuation;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(rows, whole, "{text}");
        // Two partitions, some rows, and no item; every doubling is computed once more.
        let little = charges.iter().filter(|charge| **charge < 7.0).count();
        assert!(little >= charges.len() - 4, "{text}: {charges:?}");
    }
}

#[test]
fn kept_rows_are_those_of_the_states_that_a_page_reads() {
    for text in ABOUT_ALL {
        let (one, other) = (filled(2, 1_000), filled(2, 1_000));
        // What nobody read before is computed, what somebody read may be kept: the pages are the same.
        let write = |world: &World, number: usize| match number {
            3 => put(world, 5_000, &json!("new"), &json!([])),
            5 => drop(world.delete("k1", "301")),
            6 => put(world, 702, &json!(-1), &json!([])),
            _ => {}
        };
        let read = drain(&one, text, 100, |number| write(&one, number));
        let mut next = None::<String>;
        for (number, expected) in (1..).zip(&read) {
            let query = QueryItems {
                paging: page(100, next.as_deref()),
                ..ask(text)
            };
            // Another account with the same items never saw the page before.
            let fork = other.account.fork(&other.account.snapshot());
            let fresh = World::over(fork, &other);
            let answer = fresh.run(query.clone()).expect(200, 0);
            assert_eq!(answer.body["Documents"], json!(expected), "{text} {number}");
            next = answer.facts.continuation;
            write(&other, number);
        }
        assert_eq!(next, None, "{text}");
    }
}
