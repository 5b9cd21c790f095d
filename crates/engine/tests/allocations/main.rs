//! What a page of a query allocates does not grow with the result that it is a page of.
//!
//! A binary of its own, because it counts what all threads allocate. It counts everything that is
//! allocated for a page, freed or not, which is more than what is held at any moment.

#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::{
    alloc::System,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use cosmokit_engine::{
    Account,
    clock::ManualClock,
    protocol::{partition::PartitionKey, wire::region::Region},
    request::{
        ContainerAddress, CreateContainer, CreateDatabase, CreateItem, CrossPartition,
        DatabaseAddress, FeedScope, Paging, Precondition, QueryItems, QuerySettings, Request,
        ThroughputHeaders, Verb,
    },
    response::Response,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region as Counted, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Rows of a page.
const ROWS: usize = 50;
/// What a page of so many rows of 100 bytes may allocate: rows, envelope, what the filter makes,
/// and the ordinals of one batch of an index.
const MOST_BYTES: usize = 400_000;

fn run(account: &Account, region: &Region, verb: impl Into<Verb>) -> Response {
    let answer = pin!(account.execute(region, Request::new(verb)));
    match { answer }.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer.unwrap(),
        Poll::Pending => panic!("nothing waits here"),
    }
}

fn filled(items: usize) -> (Account, Region) {
    let builder = Account::builder().clock(Arc::new(ManualClock::default()));
    let account = builder.build().unwrap();
    let region = account.topology().regions().first().unwrap().region.clone();
    let database = r#"{"id": "db"}"#;
    run(
        &account,
        &region,
        CreateDatabase {
            body: database.into(),
            throughput: ThroughputHeaders::default(),
        },
    );
    let container = r#"{"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}}"#;
    run(
        &account,
        &region,
        CreateContainer {
            database: DatabaseAddress::new("db"),
            body: container.into(),
            throughput: ThroughputHeaders::default(),
        },
    );
    for number in 0..items {
        let pk = format!("k{}", number % 7);
        let text = "text ".repeat(12);
        let body = format!(
            r#"{{"id":"{number}","pk":"{pk}","n":{},"text":"{text}"}}"#,
            number.wrapping_mul(7_919) % items
        );
        run(
            &account,
            &region,
            CreateItem {
                container: ContainerAddress::new("db", "c"),
                partition_key: Some(PartitionKey::from(&*pk)),
                body: body.into(),
                precondition: Precondition::default(),
            },
        );
    }
    (account, region)
}

/// Rows of all pages, and the most that one of them allocated, the first left out: it makes the
/// indexes.
fn drain((account, region): &(Account, Region), text: &str) -> (usize, usize) {
    let (mut rows, mut most, mut next) = (0, 0, None::<String>);
    for number in 0_usize.. {
        let query = QueryItems {
            container: ContainerAddress::new("db", "c"),
            query: text.into(),
            scope: FeedScope::default(),
            cross_partition: CrossPartition::Enabled,
            paging: Paging {
                max_item_count: i64::try_from(ROWS).ok(),
                continuation: next.take(),
            },
            settings: QuerySettings::default(),
        };
        let counted = Counted::new(ALLOCATOR);
        let response = run(account, region, query);
        let bytes = counted.change().bytes_allocated;
        rows += usize::try_from(response.facts.item_count.unwrap()).unwrap();
        if number > 0 {
            most = most.max(bytes);
        }
        next = response.facts.continuation;
        if next.is_none() {
            break;
        }
    }
    (rows, most)
}

#[test]
fn a_page_allocates_the_same_whatever_it_is_a_page_of() {
    let (small, large) = (filled(1_000), filled(20_000));
    for (text, share) in [
        ("SELECT * FROM c", 1),
        ("SELECT * FROM c WHERE c.n >= 0", 1),
        ("SELECT * FROM c WHERE CONTAINS(c.text, 'ex')", 1),
        ("SELECT * FROM c WHERE c.pk = 'k1'", 7),
        ("SELECT * FROM c WHERE c.n >= 0 AND c.pk = 'k1'", 7),
        ("SELECT * FROM c ORDER BY c.n", 1),
        ("SELECT * FROM c WHERE c.n % 2 = 0 ORDER BY c.n DESC", 2),
    ] {
        let (few, _) = drain(&small, text);
        let (many, most) = drain(&large, text);
        assert!(
            few >= 1_000 / share - share && many >= 20_000 / share - share,
            "{text}: {many}"
        );
        assert!(most < MOST_BYTES, "{text}: a page allocates {most} bytes");
    }
}
