//! What queries cost in the engine with and without indexes, as a table: `cargo bench -p cosmokit-benches --bench indexes
//! [-- ITEMS]`. Items have 1 KB and 12 members.

use std::{
    fmt::Display,
    fs,
    hint::black_box,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use cosmokit_engine::{
    Account,
    clock::ManualClock,
    protocol::{partition::PartitionKey, wire::region::Region},
    request::{
        ContainerAddress, CreateContainer, CreateDatabase, CreateItem, CrossPartition,
        DatabaseAddress, FeedScope, ItemAddress, Paging, Precondition, QueryItems, QuerySettings,
        ReplaceItem, Request, ThroughputHeaders, Verb,
    },
    response::Response,
};

fn main() {
    let items = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let items: usize = items.unwrap_or(100_000);
    println!("| what | how much |\n|---|---|");
    let world = World::new();
    let before = resident_kib();
    let ((), spent) = timed(|| (0..items).for_each(|number| world.create(number, items)));
    row("create, before any index", each(spent, items));
    row(
        "memory of an item",
        format!("{} bytes", per_item(before, items)),
    );
    let before = resident_kib();
    for text in [
        "SELECT * FROM c WHERE c.n = -1",
        "SELECT * FROM c WHERE c.city = 'none'",
        "SELECT * FROM c WHERE c.id = 'none'",
    ] {
        let (_, spent) = timed(|| world.query(text, 100));
        row(format!("first time: {text}"), millis(spent));
    }
    row(
        "memory of an item in three indexes",
        format!("{} bytes", per_item(before, items)),
    );
    world.shapes(items);
    let ((), spent) = timed(|| (0..2_000).for_each(|number| world.create(items + number, items)));
    row("create, with three indexes", each(spent, 2_000));
    let (_, spent) = timed(|| world.query("SELECT * FROM c WHERE c.n = 7", 100));
    row("point filter, 2,000 writes after the last", millis(spent));
    let ((), spent) = timed(|| {
        for number in 0..1_000 {
            world.replace(number, items);
            black_box(world.query("SELECT * FROM c WHERE c.n = 7", 100));
        }
    });
    row("a write and a point filter, in turn", each(spent, 1_000));
}

struct World {
    account: Account,
    region: Region,
}

impl World {
    fn new() -> Self {
        let builder = Account::builder().clock(Arc::new(ManualClock::default()));
        let account = builder.build().expect("an account in memory");
        let region = account
            .topology()
            .regions()
            .first()
            .expect("one")
            .region
            .clone();
        let world = Self { account, region };
        world.run(CreateDatabase {
            body: r#"{"id": "db"}"#.into(),
            throughput: ThroughputHeaders::default(),
        });
        world.run(CreateContainer {
            database: DatabaseAddress::new("db"),
            body: r#"{"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}}"#.into(),
            throughput: ThroughputHeaders::default(),
        });
        world
    }

    fn run(&self, verb: impl Into<Verb>) -> Response {
        let answer = pin!(self.account.execute(&self.region, Request::new(verb)));
        match { answer }.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => answer.expect("the request is sound"),
            Poll::Pending => panic!("nothing waits here"),
        }
    }

    fn create(&self, number: usize, items: usize) {
        let (pk, body) = item(number, items);
        self.run(CreateItem {
            container: ContainerAddress::new("db", "c"),
            partition_key: Some(PartitionKey::from(&*pk)),
            body: body.into(),
            precondition: Precondition::default(),
        });
    }

    fn replace(&self, number: usize, items: usize) {
        let (pk, body) = item(number, items);
        self.run(ReplaceItem {
            item: ItemAddress::new("db", "c", number.to_string()),
            partition_key: Some(PartitionKey::from(&*pk)),
            body: body.into(),
            precondition: Precondition::default(),
        });
    }

    fn query(&self, text: &str, page: i64) -> Response {
        self.run(QueryItems {
            container: ContainerAddress::new("db", "c"),
            query: text.into(),
            scope: FeedScope::default(),
            cross_partition: CrossPartition::Enabled,
            paging: Paging {
                max_item_count: Some(page),
                continuation: None,
            },
            settings: QuerySettings::default(),
        })
    }

    fn shapes(&self, items: usize) {
        let third = items / 3;
        for (what, text, page) in [
            (
                "point filter",
                "SELECT * FROM c WHERE c.n = 4242".to_owned(),
                100,
            ),
            (
                "point filter by id, selecting one member",
                "SELECT c.name FROM c WHERE c.id = '4242'".to_owned(),
                100,
            ),
            (
                "two filters, one of ten and one of 1,000",
                "SELECT * FROM c WHERE c.city = 'city 7' AND c.n = 4207".to_owned(),
                100,
            ),
            (
                "range with 100 results",
                format!(
                    "SELECT * FROM c WHERE c.n >= {third} AND c.n < {}",
                    third + 100
                ),
                1_000,
            ),
            (
                "range with a third of the items, a page of 100",
                format!("SELECT * FROM c WHERE c.n < {third}"),
                100,
            ),
            (
                "ORDER BY TOP 10",
                "SELECT TOP 10 * FROM c ORDER BY c.n DESC".to_owned(),
                100,
            ),
            (
                "a filter of one percent, ORDER BY another path TOP 10",
                "SELECT TOP 10 * FROM c WHERE c.city = 'city 7' ORDER BY c.n".to_owned(),
                100,
            ),
            (
                "COUNT of a filter of one percent",
                "SELECT VALUE COUNT(1) FROM c WHERE c.city = 'city 7'".to_owned(),
                100,
            ),
        ] {
            self.query(&text, page);
            let rounds = 200_u32;
            let ((), spent) =
                timed(|| (0..rounds).for_each(|_| drop(black_box(self.query(&text, page)))));
            row(
                format!("{what}: {text}"),
                format!("{:.1} µs", spent.as_secs_f64() * 1e6 / f64::from(rounds)),
            );
        }
        for (what, text) in [
            (
                "scan, a comparison",
                "SELECT VALUE COUNT(1) FROM c WHERE ((c.n < 0) ? true : false)",
            ),
            (
                "scan, a function",
                "SELECT VALUE COUNT(1) FROM c WHERE CONTAINS(c.name, 'zzz')",
            ),
            (
                "GROUP BY over everything",
                "SELECT c.city, COUNT(1) AS k, AVG(c.price) AS p FROM c GROUP BY c.city",
            ),
            ("COUNT of everything", "SELECT VALUE COUNT(1) FROM c"),
        ] {
            self.query(text, 100);
            let rounds = 5_u32;
            let ((), spent) =
                timed(|| (0..rounds).for_each(|_| drop(black_box(self.query(text, 100)))));
            let each_item = spent.as_secs_f64() * 1e6 / f64::from(rounds) / float(items);
            row(
                format!("{what}: {text}"),
                format!(
                    "{:.1} ms, {each_item:.2} µs an item",
                    spent.as_secs_f64() * 1e3 / f64::from(rounds)
                ),
            );
        }
    }
}

/// The key and the text of an item of 1 KB.
fn item(number: usize, items: usize) -> (String, String) {
    let pk = format!("key {}", number % 1_000);
    let filler = "one kilobyte of text; ".repeat(33);
    let n = number.wrapping_mul(7_919) % items;
    let body = format!(
        r#"{{"id":"{number}","pk":"{pk}","kind":"thing","name":"thing number {number}","text":"{filler}","tags":["a","b","{}"],"size":{{"w":{},"h":4.5}},"price":{}.25,"stock":{},"active":{},"n":{n},"city":"city {}"}}"#,
        number % 13,
        number % 17,
        number % 97,
        number % 31,
        number.is_multiple_of(2),
        n % 100,
    );
    (pk, body)
}

fn row(what: impl Display, much: impl Display) {
    println!("| {what} | {much} |");
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let made = work();
    (made, start.elapsed())
}

fn each(spent: Duration, count: usize) -> String {
    format!("{:.2} µs", spent.as_secs_f64() * 1e6 / float(count))
}

fn millis(spent: Duration) -> String {
    format!("{:.1} ms", spent.as_secs_f64() * 1e3)
}

fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn per_item(before: u64, items: usize) -> u64 {
    let bytes = resident_kib().saturating_sub(before) * 1024;
    bytes / u64::try_from(items).unwrap_or(u64::MAX)
}

/// Resident memory of this process in KiB; 0 where the system does not say.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
