//! What durable accounts, snapshots and many containers cost, as a table: `cargo bench -p
//! cosmokit-benches --bench storage [-- ITEMS]`.

use std::{
    fmt::Display,
    fs,
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use cosmokit_engine::{
    Account,
    protocol::{op::ChangeFeedMode, partition::PartitionKey, wire::region::Region},
    request::{
        ChangeFeedFormat, ContainerAddress, CreateContainer, CreateDatabase, CreateItem,
        DatabaseAddress, FeedScope, ItemAddress, Precondition, ReadChangeFeed, ReadItem, Request,
        ThroughputHeaders, Verb,
    },
};

fn main() {
    let items = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let items: usize = items.unwrap_or(1_000_000);
    println!("| what | how much |\n|---|---|");
    containers(10_000);
    memory(items);
    in_process(items.min(100_000));
    forks(items);
    durable_writes();
    reopening(items);
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

/// Resident memory of this process in KiB; 0 where the system does not say.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

fn ask(account: &Account, verb: impl Into<Verb>) {
    let answer = wait(account.execute(&Region::new("East US"), Request::new(verb)));
    answer.expect("the bench asks for what can be done");
}

fn create_container(account: &Account, id: &str) {
    ask(
        account,
        CreateContainer {
            database: DatabaseAddress::new("db"),
            body: format!(r#"{{"id":"{id}","partitionKey":{{"paths":["/pk"],"version":2}}}}"#)
                .into(),
            throughput: ThroughputHeaders::default(),
        },
    );
}

fn create_item(account: &Account, number: usize) {
    let filler = "x".repeat(720);
    let pk = format!("key {}", number % 1_000);
    ask(
        account,
        CreateItem {
            container: ContainerAddress::new("db", "c"),
            partition_key: Some(PartitionKey::from(pk.as_str())),
            body: format!(r#"{{"id":"{number}","pk":"{pk}","filler":"{filler}"}}"#).into(),
            precondition: Precondition::default(),
        },
    );
}

fn read_item(account: &Account, number: usize) {
    let pk = format!("key {}", number % 1_000);
    ask(
        account,
        ReadItem {
            item: ItemAddress::new("db", "c", number.to_string()),
            partition_key: Some(PartitionKey::from(pk.as_str())),
            precondition: Precondition::default(),
        },
    );
}

fn with_database(account: Account) -> Account {
    ask(
        &account,
        CreateDatabase {
            body: r#"{"id":"db"}"#.into(),
            throughput: ThroughputHeaders::default(),
        },
    );
    account
}

fn in_memory() -> Account {
    with_database(
        Account::builder()
            .build()
            .expect("the defaults are allowed"),
    )
}

fn containers(count: u64) {
    let account = in_memory();
    let before = resident_kib();
    let ((), took) = timed(|| {
        for number in 0..count {
            create_container(&account, &format!("c{number}"));
        }
    });
    let bytes = (resident_kib() - before) * 1024 / count;
    row(
        format!("an empty container, of {count}"),
        format!("{bytes} bytes"),
    );
    row("creating one", format!("{:.1} µs", micros(took, count)));
}

fn filled(items: usize) -> Account {
    let account = in_memory();
    create_container(&account, "c");
    for number in 0..items {
        create_item(&account, number);
    }
    account
}

fn memory(items: usize) {
    let before = resident_kib();
    let (account, took) = timed(|| filled(items));
    let count = items as u64;
    let bytes = (resident_kib() - before) * 1024 / count;
    row(
        format!("an item of 1 KB, of {items}, with index and log"),
        format!("{bytes} bytes"),
    );
    row(
        "creating one in memory",
        format!("{:.1} µs", micros(took, count)),
    );
    drop(account);
}

/// Whole operations on the engine, without HTTP: what one costs among `items` items.
fn in_process(items: usize) {
    let account = filled(items);
    let count = items as u64;
    let ((), took) = timed(|| (0..items).for_each(|number| read_item(&account, number)));
    let what = format!("a point read among {items} items");
    row(what, format!("{:.2} µs", micros(took, count)));
    let (changes, took) = timed(|| changes(&account));
    assert_eq!(changes, items, "every change comes once");
    let per_page = micros(took, count) * f64::from(PAGE);
    row(
        format!("a page of {PAGE} changes of the change feed"),
        format!("{per_page:.1} µs"),
    );
}

/// Changes on a page.
const PAGE: u32 = 100;

/// How many changes the feed has, read page by page to its end.
fn changes(account: &Account) -> usize {
    let (mut count, mut place) = (0, None);
    loop {
        let feed = ReadChangeFeed {
            container: ContainerAddress::new("db", "c"),
            scope: FeedScope::default(),
            mode: ChangeFeedMode::LatestVersion,
            if_none_match: place,
            if_modified_since: None,
            max_item_count: Some(PAGE.into()),
            format: ChangeFeedFormat::Documents,
        };
        let answer = wait(account.execute(&Region::EAST_US, Request::new(feed)));
        let answer = answer.expect("the feed is there");
        let items = answer.facts.item_count.unwrap_or_default();
        if items == 0 {
            return count;
        }
        count += usize::try_from(items).unwrap_or(usize::MAX);
        place = answer.facts.etag;
    }
}

fn forks(items: usize) {
    for count in [100, 10_000, items] {
        let account = filled(count);
        let (snapshot, took) = timed(|| account.snapshot());
        row(
            format!("a snapshot of {count} items"),
            format!("{:.1} µs", micros(took, 1)),
        );
        let (_fork, took) = timed(|| account.fork(&snapshot));
        row(
            format!("a fork of {count} items"),
            format!("{:.1} µs", micros(took, 1)),
        );
        let (restored, took) = timed(|| wait(account.restore(&snapshot)));
        restored.expect("memory takes everything");
        row(
            format!("a restore of {count} items"),
            format!("{:.1} µs", micros(took, 1)),
        );
    }
}

fn durable(directory: &std::path::Path) -> Account {
    let account = Account::builder().data_directory(directory).build();
    account.expect("the directory can be opened")
}

fn durable_writes() {
    for writers in [1_usize, 16, 64] {
        let directory = tempfile::tempdir().expect("there is room for a directory");
        let account = with_database(durable(directory.path()));
        create_container(&account, "c");
        let each = 2_000 / writers;
        let ((), took) = timed(|| {
            thread::scope(|scope| {
                for writer in 0..writers {
                    let account = &account;
                    scope.spawn(move || {
                        for number in 0..each {
                            create_item(account, writer * each + number);
                        }
                    });
                }
            });
        });
        let count = u32::try_from(writers * each).expect("a few thousand");
        let rate = f64::from(count) / took.as_secs_f64();
        row(
            format!("durable creates by {writers} writers at once"),
            format!("{rate:.0} /s"),
        );
    }
}

fn reopening(items: usize) {
    let directory = tempfile::tempdir().expect("there is room for a directory");
    let account = with_database(durable(directory.path()));
    create_container(&account, "c");
    let text: Vec<u8> = (0..items)
        .flat_map(|number| {
            let filler = "x".repeat(720);
            format!(
                "{{\"id\":\"{number}\",\"pk\":\"key {}\",\"filler\":\"{filler}\"}}\n",
                number % 1_000
            )
            .into_bytes()
        })
        .collect();
    let target = ContainerAddress::new("db", "c");
    let import = account
        .import_container(&target, &text[..])
        .expect("the container is there");
    let (imported, took) = timed(|| wait(import.run(|_| {})));
    imported.expect("there is room");
    row(
        format!("importing {items} items into a durable account"),
        format!("{:.1} s", took.as_secs_f64()),
    );
    drop(text);
    drop(account);
    let file = directory.path().join("account.cosmokit");
    let bytes = fs::metadata(file).map_or(0, |file| file.len());
    row("its file", format!("{} MB", bytes / 1_000_000));
    let (account, took) = timed(|| durable(directory.path()));
    row("opening it", format!("{:.1} ms", micros(took, 1) / 1_000.0));
    let ((), took) = timed(|| read_item(&account, items / 2));
    row(
        "the first read of its one partition",
        format!("{:.1} ms", micros(took, 1) / 1_000.0),
    );
    let ((), took) = timed(|| read_item(&account, items / 3));
    row("the second", format!("{:.1} µs", micros(took, 1)));
    let ((), took) = timed(|| drop(account));
    row("closing it", format!("{:.1} ms", micros(took, 1) / 1_000.0));
}

fn micros(took: Duration, count: u64) -> f64 {
    took.as_secs_f64() * 1e6 / f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
