//! Queries over items: rows, scopes, pages, refusals.

use cosmokit_engine::{
    Account, QueryMerging,
    protocol::{
        op::{SqlQuery, query::ResumeFilter},
        partition::{EffectivePartitionKey, EpkRange, PartitionKey},
    },
    request::{CrossPartition, Effort, FeedScope, Paging, PlanQuery, QueryItems, QuerySettings},
};
use serde_json::{Value, json};

use crate::world::{Answer, World, container, now, page};

fn ask(query: impl Into<SqlQuery>) -> QueryItems {
    QueryItems {
        container: container(),
        query: query.into(),
        scope: FeedScope::default(),
        cross_partition: CrossPartition::Enabled,
        paging: Paging::default(),
        settings: QuerySettings::default(),
    }
}

fn of_key(query: impl Into<SqlQuery>, key: &str) -> QueryItems {
    QueryItems {
        scope: FeedScope {
            partition_key: Some(PartitionKey::from(key)),
            ..FeedScope::default()
        },
        cross_partition: CrossPartition::Disabled,
        ..ask(query)
    }
}

/// Items 0 to `count`: `n` is the number, `even` whether it is even, `tags` as many as `n % 3`.
fn filled(partitions: u32, count: usize) -> World {
    let world = World::with_partitions(partitions);
    for number in 0..count {
        let pk = format!("k{}", number % 5);
        let tags: Vec<usize> = (0..number % 3).collect();
        let item = json!({"id": number.to_string(), "pk": pk, "n": number, "even": number % 2 == 0, "tags": tags});
        world.create(&pk, &item).expect(201, 0);
    }
    world
}

#[track_caller]
fn rows(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let rows = answer.body["Documents"].as_array().unwrap().clone();
    assert_eq!(answer.body["_count"], rows.len());
    assert_eq!(answer.facts.item_count, Some(rows.len() as u64));
    rows
}

fn sorted(mut rows: Vec<Value>) -> Vec<String> {
    rows.sort_by_key(Value::to_string);
    rows.iter().map(Value::to_string).collect()
}

/// The pages of a query; `between` acts after each.
fn drain(
    world: &World,
    query: &QueryItems,
    size: i64,
    mut between: impl FnMut(usize),
) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut continuation: Option<String> = None;
    loop {
        let mut query = query.clone();
        query.paging = page(size, continuation.as_deref());
        let answer = world.run(query);
        pages.push(rows(&answer));
        between(pages.len());
        continuation = answer.facts.continuation;
        if continuation.is_none() {
            return pages;
        }
        assert!(pages.len() < 1_000, "the query ends");
    }
}

#[test]
fn rows_are_those_of_the_whole_container() {
    // With ORDER BY the rows come in that order; otherwise any order will do.
    let table: &[(&str, Value)] = &[
        ("SELECT VALUE c.n FROM c WHERE c.even", json!([0, 2, 4, 6])),
        ("SELECT VALUE c.n FROM c WHERE c.n = @three", json!([3])),
        (
            "SELECT c.id FROM c WHERE c.pk = 'k1'",
            json!([{"id": "1"}, {"id": "6"}]),
        ),
        ("SELECT VALUE c.nothing FROM c", json!([])),
        (
            "SELECT VALUE t FROM c JOIN t IN c.tags",
            json!([0, 0, 0, 1, 0, 1]),
        ),
        (
            "SELECT VALUE c.n FROM c ORDER BY c.n DESC",
            json!([6, 5, 4, 3, 2, 1, 0]),
        ),
        (
            "SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 2 LIMIT 3",
            json!([2, 3, 4]),
        ),
        ("SELECT TOP 2 VALUE c.n FROM c ORDER BY c.n", json!([0, 1])),
        ("SELECT VALUE COUNT(1) FROM c", json!([7])),
        ("SELECT VALUE SUM(c.n) FROM c WHERE c.n > 100", json!([0])),
        (
            "SELECT c.even, COUNT(1) AS k FROM c GROUP BY c.even",
            json!([{"even": true, "k": 4}, {"even": false, "k": 3}]),
        ),
        ("SELECT DISTINCT VALUE c.even FROM c", json!([true, false])),
        ("SELECT VALUE 1", json!([1])),
    ];
    for partitions in [1, 4] {
        let world = filled(partitions, 7);
        for (text, expected) in table {
            let query = SqlQuery::from(*text).with_parameter("@three", 3).unwrap();
            let expected = expected.as_array().unwrap().clone();
            let answer = rows(&world.run(ask(query.clone())));
            if text.contains("ORDER BY") {
                assert_eq!(answer, expected, "{text}");
            }
            assert_eq!(sorted(answer), sorted(expected), "{text}");
            for size in [1, 2, 3] {
                let paged = drain(&world, &ask(query.clone()), size, |_| {});
                assert!(
                    paged
                        .iter()
                        .all(|page| i64::try_from(page.len()).unwrap() <= size)
                );
                let all = world.run(ask(query.clone()));
                assert_eq!(paged.concat(), rows(&all), "{text}, {size} a page");
            }
        }
    }
}

#[test]
fn scopes_cut_what_is_read() {
    let world = filled(4, 20);
    let text = "SELECT VALUE COUNT(1) FROM c";
    assert_eq!(rows(&world.run(of_key(text, "k2"))), [json!(4)]);
    assert_eq!(rows(&world.run(of_key(text, "none"))), [json!(0)]);
    let of = |scope: FeedScope| {
        let counted = rows(&world.run(QueryItems { scope, ..ask(text) }));
        counted[0].as_u64().unwrap()
    };
    let ranges = (0..4).map(|id| FeedScope {
        partition_key_range_id: Some(id.to_string()),
        ..FeedScope::default()
    });
    assert_eq!(ranges.map(of).sum::<u64>(), 20);
    let middle = EffectivePartitionKey::from_hex("10").unwrap();
    let halves = [
        EpkRange::new(EffectivePartitionKey::MIN, middle.clone()),
        EpkRange::new(middle, EffectivePartitionKey::MAX),
    ];
    let halves = halves.map(|half| FeedScope {
        epk_range: Some(half.unwrap()),
        ..FeedScope::default()
    });
    assert_eq!(halves.map(of).iter().sum::<u64>(), 20);
    let gone = QueryItems {
        scope: FeedScope {
            partition_key_range_id: Some("9".to_owned()),
            ..FeedScope::default()
        },
        ..ask(text)
    };
    world.run(gone).expect(410, 1002);
}

#[test]
fn writes_between_pages_neither_repeat_nor_hide_others() {
    let world = filled(2, 12);
    let query = ask("SELECT VALUE c.id FROM c WHERE c.n >= 0");
    let pages = drain(&world, &query, 2, |number| {
        if number == 1 {
            for id in ["0", "3", "9"] {
                let n: usize = id.parse().unwrap();
                let pk = format!("k{}", n % 5);
                let changed = json!({"id": id, "pk": pk, "n": n + 100});
                world.replace(&pk, id, &changed).expect(200, 0);
            }
        }
    });
    let expected: Vec<Value> = (0..12).map(|n| json!(n.to_string())).collect();
    assert_eq!(sorted(pages.concat()), sorted(expected));
}

#[test]
fn an_item_with_many_rows_is_cut_in_its_middle() {
    let world = World::new();
    let item = json!({"id": "i", "pk": "p", "tags": [0, 1, 2, 3, 4, 5, 6]});
    world.create("p", &item).expect(201, 0);
    let pages = drain(&world, &ask("SELECT VALUE t FROM t IN c.tags"), 3, |_| {});
    assert_eq!(
        pages,
        [
            vec![json!(0), json!(1), json!(2)],
            vec![json!(3), json!(4), json!(5)],
            vec![json!(6)]
        ]
    );
}

#[test]
fn several_partitions_need_leave() {
    let world = filled(1, 5);
    let check = |text: &str, status: u16| {
        let query = QueryItems {
            cross_partition: CrossPartition::Disabled,
            ..ask(text)
        };
        world.run(query).expect(status, 0);
    };
    check("SELECT * FROM c", 400);
    check("SELECT * FROM c WHERE c.n = 1", 400);
    check("SELECT * FROM c WHERE c.pk IN ('k1', 'k2')", 400);
    check("SELECT * FROM c WHERE c.pk = 'k1' AND c.n > 0", 200);
    check("SELECT VALUE 1", 200);
}

/// An account that leaves to its clients what they merge in the cloud.
fn left_to_clients(partitions: u32) -> World {
    let partitions = std::num::NonZeroU32::new(partitions).unwrap();
    let builder = Account::builder().partitions_per_container(partitions);
    let world = World::built(builder.query_merging(QueryMerging::Client));
    world.create_database("db");
    world.create_container(&json!({"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}}));
    world
}

#[test]
fn merging_can_be_left_to_clients() {
    let world = left_to_clients(4);
    let check = |text: &str, status: u16, substatus: u16| {
        world.run(ask(text)).expect(status, substatus);
    };
    check(
        "SELECT VALUE c.n + 1 FROM c JOIN t IN c.tags WHERE t > 1",
        200,
        0,
    );
    check("SELECT * FROM c ORDER BY c.n", 400, 1004);
    check("SELECT TOP 3 * FROM c", 400, 1004);
    check("SELECT * FROM c OFFSET 1 LIMIT 2", 400, 1004);
    check("SELECT DISTINCT c.n FROM c", 400, 1004);
    check("SELECT c.n, COUNT(1) FROM c GROUP BY c.n", 400, 1004);
    check("SELECT VALUE COUNT(1) FROM c WHERE c.pk = 'a'", 200, 0);
    check(
        "SELECT VALUE COUNT(1) FROM c WHERE c.pk IN ('a', 'b')",
        400,
        1004,
    );
    world
        .run(of_key("SELECT VALUE COUNT(1) FROM c", "a"))
        .expect(200, 0);
    let range = QueryItems {
        scope: FeedScope {
            partition_key_range_id: Some("0".to_owned()),
            ..FeedScope::default()
        },
        ..ask("SELECT VALUE COUNT(1) FROM c")
    };
    world.run(range).expect(200, 0);
    let request = cosmokit_engine::request::Request::new(ask("SELECT * FROM c ORDER BY c.n"));
    let failure = now(world.account.execute(&world.region, request)).unwrap_err();
    let plan: Value = serde_json::from_str(failure.additional().unwrap()).unwrap();
    assert_eq!(plan["queryInfo"]["orderBy"], json!(["Ascending"]));
    // One partition has nothing to merge.
    left_to_clients(1)
        .run(ask("SELECT * FROM c ORDER BY c.n"))
        .expect(200, 0);
}

#[test]
fn what_no_planner_takes_is_refused_whoever_merges() {
    for world in [filled(1, 5), filled(4, 5), left_to_clients(4)] {
        let check = |query: QueryItems, status: u16| world.run(query).expect(status, 0);
        check(ask("SELECT MIN(c.n) + MAX(c.n) FROM c"), 400);
        check(ask("SELECT VALUE COUNT(1) > 0 FROM c"), 400);
        check(ask("SELECT c.n FROM c OFFSET 2147483648 LIMIT 10"), 400);
        check(of_key("SELECT MIN(c.n) + MAX(c.n) FROM c", "k1"), 200);
    }
}

#[test]
fn refusals_say_what_the_service_says() {
    let world = filled(1, 5);
    let message = |query: QueryItems| {
        let request = cosmokit_engine::request::Request::new(query);
        let failure = now(world.account.execute(&world.region, request)).unwrap_err();
        assert_eq!(failure.status().as_u16(), 400);
        failure.message().to_owned()
    };
    let check = |text: &str, expected: &str| {
        let message = message(ask(text));
        assert!(message.contains(expected), "{text}: {message}");
    };
    check(
        "SELEC * FROM c",
        r#"Message: {"errors":[{"severity":"Error","location":{"start":0,"end":5},"code":"SC1001""#,
    );
    check("SELECT nothing(c.n) FROM c", "SC2005");
    check("SELECT * FROM c ORDER BY c.n, c.id", "composite index");
    check("SELECT TOP @count * FROM c", "@count");
    check("SELECT udf.f(c) FROM c", "udf.f");
    let mut named = ask("SELECT * FROM c");
    named.cross_partition = CrossPartition::Disabled;
    assert!(message(named).starts_with("Cross partition query is required but disabled"));
}

#[test]
fn continuations_belong_to_their_query() {
    let world = filled(2, 6);
    for text in ["SELECT * FROM c", "SELECT * FROM c ORDER BY c.n"] {
        let first = world.run(QueryItems {
            paging: page(2, None),
            ..ask(text)
        });
        let token = first.facts.continuation.unwrap();
        assert!(token.is_ascii() && token.len() < 1024);
        let next = |text: &str, token: &str| {
            world.run(QueryItems {
                paging: page(2, Some(token)),
                ..ask(text)
            })
        };
        next(text, &token).expect(200, 0);
        next("SELECT c.id FROM c", &token).expect(400, 0);
        next("SELECT c.id FROM c ORDER BY c.n", &token).expect(400, 0);
        next(text, "row~1~1").expect(400, 0);
        next(text, "x").expect(400, 0);
    }
}

#[test]
fn a_filter_resumes_rewritten_queries() {
    let world = World::new();
    for (id, n) in [
        ("a", json!(1)),
        ("b", json!(2)),
        ("c", json!(2)),
        ("d", json!("x")),
    ] {
        world
            .create("p", &json!({"id": id, "pk": "p", "n": n}))
            .expect(201, 0);
    }
    world
        .create("p", &json!({"id": "e", "pk": "p"}))
        .expect(201, 0);
    let rid = |id: &str| {
        world.read("p", id).body["_rid"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let check = |direction: &str, filter: ResumeFilter, expected: &[&str]| {
        let text = format!(
            r#"SELECT c._rid, [{{"item": c.n}}] AS orderByItems, c.id AS payload FROM c ORDER BY c.n {direction}"#
        );
        let mut query = SqlQuery::from(text);
        query.resume_filter = Some(filter.clone());
        for size in [1, 100] {
            let pages = drain(&world, &ask(query.clone()), size, |_| {}).concat();
            let ids: Vec<&str> = pages
                .iter()
                .map(|row| row["payload"].as_str().unwrap())
                .collect();
            assert_eq!(ids, expected, "{direction} {filter:?}");
        }
    };
    let two = |rid: Option<String>, exclude| ResumeFilter::new(vec![json!(2)], rid, exclude);
    check("ASC", two(None, false), &["b", "c", "d"]);
    check("ASC", two(None, true), &["d"]);
    check("ASC", two(Some(rid("c")), false), &["c", "d"]);
    check("ASC", two(Some(rid("b")), true), &["c", "d"]);
    check("DESC", two(Some(rid("c")), true), &["b", "a", "e"]);
    check(
        "ASC",
        ResumeFilter::new(vec![json!([])], None, true),
        &["a", "b", "c", "d"],
    );
    let refused = |text: &str, filter: ResumeFilter| {
        let mut query = SqlQuery::from(text);
        query.resume_filter = Some(filter);
        world.run(ask(query)).expect(400, 0);
    };
    refused("SELECT * FROM c", two(None, false));
    refused("SELECT * FROM c ORDER BY c.n", two(None, false));
    refused("SELECT * FROM c ORDER BY c.n", ResumeFilter::default());
}

#[test]
fn facts_of_a_page() {
    let world = filled(1, 6);
    let answer = world.run(QueryItems {
        paging: page(2, None),
        ..ask("SELECT * FROM c")
    });
    assert_eq!(answer.facts.session_token.as_deref(), Some("0:-1#6"));
    assert_eq!(answer.lsn(), 6);
    assert_eq!(answer.body["_rid"], "AAAAAYAAAAE=");
    let charge = |text: &str| world.run(ask(text)).facts.charge.value();
    assert!((charge("SELECT VALUE 1 FROM c WHERE false") - 2.86).abs() < 1e-9);
    assert!(charge("SELECT * FROM c") > 2.86);
}

#[test]
fn plans_are_for_clients_that_merge() {
    let world = filled(4, 1);
    let plan = |text: &str, features: Option<&str>| {
        world.run(PlanQuery {
            container: container(),
            query: text.into(),
            supported_features: features.map(str::to_owned),
        })
    };
    let text = "SELECT TOP 3 * FROM c ORDER BY c.n";
    let answer = plan(text, Some("OrderBy, Top")).expect(200, 0);
    assert_eq!(answer.body["queryInfo"]["orderBy"], json!(["Ascending"]));
    assert_eq!(answer.body["queryInfo"]["distinctType"], "None");
    assert_eq!(answer.body["queryRanges"][0]["min"], "");
    plan(text, None).expect(200, 0);
    plan(text, Some("Top")).expect(400, 0);
    plan("SELEC", None).expect(400, 0);
}

/// Splits and merges that happen between the pages of a query.
fn repartition(world: &World, step: usize) {
    let live = world.account.partitions(&container()).unwrap();
    let id = |at: usize| live[at % live.len()].id.to_string();
    if step.is_multiple_of(3) && live.len() > 1 {
        world.account.merge(&container(), [&id(0), &id(1)]).unwrap();
    } else {
        let at = &cosmokit_engine::SplitPoint::Middle;
        world.account.split(&container(), &id(step), at).unwrap();
    }
}

#[test]
fn pages_go_on_over_splits_and_merges() {
    for text in [
        "SELECT VALUE c.n FROM c",
        "SELECT VALUE {n: c.n, t: t} FROM c JOIN t IN c.tags",
        "SELECT VALUE c.n FROM c WHERE c.even",
        "SELECT TOP 30 VALUE c.n FROM c",
        "SELECT DISTINCT VALUE c.n FROM c",
        "SELECT VALUE c.n FROM c OFFSET 3 LIMIT 30",
        "SELECT VALUE c.n FROM c ORDER BY c.even",
        "SELECT c.n, COUNT(1) AS k FROM c GROUP BY c.n",
    ] {
        let (calm, world) = (filled(1, 60), filled(1, 60));
        let expected = drain(&calm, &ask(text), 1_000, |_| ());
        let pages = drain(&world, &ask(text), 4, |number| repartition(&world, number));
        assert!(pages.len() > 5, "{text}");
        assert_eq!(sorted(pages.concat()), sorted(expected.concat()), "{text}");
    }
}

/// As clients do: whoever was at a page of a range goes on in its heirs with the same
/// continuation, within the points of the range.
#[test]
fn a_continuation_of_a_range_goes_on_in_each_of_its_heirs() {
    for text in [
        "SELECT VALUE c.n FROM c",
        "SELECT VALUE {n: c.n, t: t} FROM c JOIN t IN c.tags",
        "SELECT DISTINCT VALUE c.n FROM c",
        "SELECT VALUE c.n FROM c ORDER BY c.even DESC",
    ] {
        let (calm, world) = (filled(1, 60), filled(1, 60));
        let expected = drain(&calm, &ask(text), 1_000, |_| ());
        let mut got = Vec::new();
        let mut left: Vec<(EpkRange, Option<String>)> = vec![(EpkRange::FULL, None)];
        let mut step = 0;
        while let Some((range, at)) = left.pop() {
            let live = world.account.partitions(&container()).unwrap();
            for partition in live {
                let Some(inside) = partition.range.intersect(&range) else {
                    continue;
                };
                let mut query = ask(text);
                query.scope.partition_key_range_id = Some(partition.id.to_string());
                query.scope.epk_range = Some(inside.clone());
                query.paging = page(3, at.as_deref());
                let answer = world.run(query);
                got.extend(rows(&answer));
                if let Some(at) = answer.facts.continuation {
                    left.push((inside, Some(at)));
                }
            }
            repartition(&world, step);
            step += 1;
            assert!(step < 500, "{text}: the query ends");
        }
        assert_eq!(sorted(got), sorted(expected.concat()), "{text}");
    }
}

#[test]
fn little_effort_is_enough_or_says_that_it_was_not() {
    let world = World::new();
    let list: Vec<usize> = (0..700).collect();
    world
        .create("a", &json!({"id": "1", "pk": "a", "list": list}))
        .expect(201, 0);
    let run = |text: &str, effort: Effort| {
        let mut request = cosmokit_engine::request::Request::new(ask(text));
        request.options.effort = effort;
        now(world.account.execute(&world.region, request))
    };
    let light = "SELECT VALUE c.id FROM c";
    assert!(run(light, Effort::Little).is_ok());
    for heavy in [
        "SELECT VALUE COUNT(1) FROM c JOIN a IN c.list JOIN b IN c.list",
        "SELECT a FROM c JOIN a IN c.list JOIN b IN c.list WHERE a + b > 9999",
    ] {
        assert!(run(heavy, Effort::Whole).is_ok());
        let failure = run(heavy, Effort::Little).unwrap_err();
        assert!(failure.is_out_of_steps(), "{heavy}: {failure}");
    }
}
