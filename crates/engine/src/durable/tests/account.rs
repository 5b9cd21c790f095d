//! Accounts on disks that fail: what is refused is undone, what is acknowledged stays.

use std::{
    collections::BTreeMap,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use bytes::Bytes;
use cosmokit_protocol::{partition::PartitionKey, wire::region::Region};

use super::{
    disk::empty,
    platter::{Fault, Platter},
};
use crate::{
    account::Account,
    durable::{
        disk::Disk,
        store::{Batch, LogId, Row, Store, StoreError, VisitChange},
    },
    entropy::Entropy,
    request::{
        ContainerAddress, CreateContainer, CreateDatabase, DatabaseAddress, DeleteItem,
        ItemAddress, Precondition, ReadItem, Request, ThroughputHeaders, UpsertItem, Verb,
    },
    response::{Failure, Response},
};

pub(super) fn wait<T>(future: impl Future<Output = T>) -> T {
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

fn ask(account: &Account, verb: impl Into<Verb>) -> Result<Response, Failure> {
    wait(account.execute(&Region::new("East US"), Request::new(verb)))
}

pub(super) fn open(store: Arc<dyn Store>) -> Account {
    Account::builder().store(store).build().unwrap()
}

fn on(platter: &Platter) -> Account {
    open(Arc::new(Disk::over(Arc::new(platter.clone())).unwrap()))
}

pub(super) fn furnish(account: &Account) {
    let body = Bytes::from(r#"{"id":"db"}"#);
    let throughput = ThroughputHeaders::default();
    ask(account, CreateDatabase { body, throughput }).unwrap();
    furnish_as(account, "c");
}

/// Makes a container in the database.
pub(super) fn furnish_as(account: &Account, id: &str) {
    let body = format!(r#"{{"id":"{id}","partitionKey":{{"paths":["/pk"],"version":2}}}}"#);
    let container = CreateContainer {
        database: DatabaseAddress::new("db"),
        body: body.into(),
        throughput: ThroughputHeaders::default(),
    };
    ask(account, container).unwrap();
}

pub(super) fn upsert(
    account: &Account,
    id: u64,
    n: u64,
    bytes: usize,
) -> Result<Response, Failure> {
    let filler = "x".repeat(bytes);
    ask(
        account,
        UpsertItem {
            container: ContainerAddress::new("db", "c"),
            partition_key: Some(PartitionKey::from("k")),
            body: format!(r#"{{"id":"{id}","pk":"k","n":{n},"filler":"{filler}"}}"#).into(),
            precondition: Precondition::default(),
        },
    )
}

fn delete(account: &Account, id: u64) -> Result<Response, Failure> {
    ask(
        account,
        DeleteItem {
            item: ItemAddress::new("db", "c", id.to_string()),
            partition_key: Some(PartitionKey::from("k")),
            precondition: Precondition::default(),
        },
    )
}

/// The `n` of an item, by a read that succeeds or says 404.
fn read(account: &Account, id: u64) -> Option<u64> {
    let read = ReadItem {
        item: ItemAddress::new("db", "c", id.to_string()),
        partition_key: Some(PartitionKey::from("k")),
        precondition: Precondition::default(),
    };
    match ask(account, read) {
        Ok(response) => {
            let body: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
            body["n"].as_u64()
        }
        Err(failure) if failure.status().as_u16() == 404 => None,
        Err(failure) => panic!("{failure}"),
    }
}

const IDS: u64 = 6;

/// The judge: what an account must hold after acknowledgements and refusals.
#[derive(Clone, Debug, Default)]
struct Model(BTreeMap<u64, u64>);

impl Model {
    /// The first item that is not as it must be.
    fn lie(&self, account: &Account) -> Option<String> {
        (0..IDS).find_map(|id| {
            let (found, expected) = (read(account, id), self.0.get(&id).copied());
            (found != expected).then(|| format!("item {id} is {found:?} and must be {expected:?}"))
        })
    }
}

#[test]
fn a_write_that_finds_no_room_is_undone_and_the_next_one_goes_on() {
    let platter = empty();
    let account = on(&platter);
    furnish(&account);
    let entropy = Entropy::new(4);
    let (mut model, mut refused) = (Model::default(), 0);
    for n in 0..150 {
        if n % 10 == 0 {
            let room = usize::try_from(entropy.next() % 200_000).unwrap();
            let fault = if n % 20 == 0 {
                Fault::Full(platter.bytes().len() + room)
            } else {
                Fault::None
            };
            platter.set(fault);
        }
        let id = entropy.next() % IDS;
        let exists = model.0.contains_key(&id);
        let is_delete = entropy.next().is_multiple_of(4);
        let answer = if is_delete {
            delete(&account, id)
        } else {
            upsert(&account, id, n, 30_000)
        };
        match answer {
            Ok(_) if is_delete => drop(model.0.remove(&id)),
            Ok(_) => drop(model.0.insert(id, n)),
            Err(failure) if failure.status().as_u16() == 404 => assert!(!exists),
            Err(failure) => {
                assert_eq!(failure.status().as_u16(), 500);
                assert!(failure.message().contains("no space left"), "{failure}");
                refused += 1;
            }
        }
        assert_eq!(model.lie(&account), None, "after {n}, in memory");
    }
    assert!(refused > 5, "{refused} writes were refused");
    platter.set(Fault::None);
    let crashed = on(&Platter::new(platter.bytes()));
    assert_eq!(model.lie(&crashed), None, "after a crash");
    drop(account);
    assert_eq!(model.lie(&on(&platter)), None, "after a close");
}

#[test]
fn writes_and_restores_that_find_no_room_are_undone() {
    for seed in 0..40 {
        let platter = empty();
        let account = on(&platter);
        furnish(&account);
        let entropy = Entropy::new(seed);
        let mut model = Model::default();
        let mut kept = vec![(account.snapshot(), Model::default())];
        let mut refused = 0;
        for n in 0..60 {
            let is_full = entropy.next().is_multiple_of(3);
            platter.set(if is_full { Fault::Full(0) } else { Fault::None });
            let draw = usize::try_from(entropy.next() % 8).unwrap();
            let done = if let Some((snapshot, then)) = kept.get(draw) {
                wait(account.restore(snapshot)).map(|()| then.clone())
            } else {
                let id = entropy.next() % 2;
                let mut after = model.clone();
                after.0.insert(id, n);
                upsert(&account, id, n, 3_000).map(|_| after)
            };
            match done {
                Ok(after) => model = after,
                Err(failure) => {
                    assert!(failure.message().contains("no space left"), "{failure}");
                    refused += 1;
                }
            }
            assert_eq!(model.lie(&account), None, "seed {seed} after {n}");
            if kept.len() < 5 {
                kept.push((account.snapshot(), model.clone()));
            }
        }
        assert!(refused > 0, "seed {seed} refused nothing");
        let crashed = on(&Platter::new(platter.bytes()));
        assert_eq!(model.lie(&crashed), None, "seed {seed} after a crash");
    }
}

#[test]
fn a_database_that_finds_no_room_is_not_there() {
    let platter = empty();
    let account = on(&platter);
    furnish(&account);
    let create = |id: String| {
        let body = format!(r#"{{"id":"{id}"}}"#).into();
        ask(
            &account,
            CreateDatabase {
                body,
                throughput: ThroughputHeaders::default(),
            },
        )
    };
    platter.set(Fault::Full(0));
    assert_eq!(create("more".into()).unwrap_err().status().as_u16(), 500);
    platter.set(Fault::None);
    create("more".into()).unwrap();
    upsert(&account, 1, 1, 10).unwrap();
    assert_eq!(read(&account, 1), Some(1));
}

#[test]
fn an_account_that_cannot_write_can_be_read() {
    let platter = empty();
    let account = on(&platter);
    furnish(&account);
    upsert(&account, 1, 7, 10).unwrap();
    platter.set(Fault::Dead { at: 0 });
    for n in 0..3 {
        assert!(upsert(&account, 1, n, 10).is_err());
        assert_eq!((read(&account, 1), read(&account, 2)), (Some(7), None));
    }
}

/// An item is what it was, or its partition says that it cannot be read; whether it was read.
fn read_or_refused(account: &Account, id: u64, expected: u64) -> bool {
    let read = ReadItem {
        item: ItemAddress::new("db", "c", id.to_string()),
        partition_key: Some(PartitionKey::from("k")),
        precondition: Precondition::default(),
    };
    match ask(account, read) {
        Ok(response) => {
            let body: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
            assert_eq!(body["n"], expected);
            true
        }
        Err(failure) => {
            assert_eq!(failure.status().as_u16(), 500, "{failure}");
            assert!(failure.message().contains("damaged"), "{failure}");
            false
        }
    }
}

#[test]
fn a_damaged_file_is_refused_or_its_damaged_partition_is() {
    let platter = empty();
    let account = on(&platter);
    furnish(&account);
    for id in 0..40 {
        upsert(&account, id, id, 2_000).unwrap();
    }
    drop(account);
    let bytes = platter.bytes();
    let (mut whole, mut refused, mut partly) = (0, 0, 0);
    for at in (4_096..bytes.len()).step_by(4_104) {
        let mut damaged = bytes.clone();
        damaged[at + 100] ^= 4;
        let damaged = Platter::new(damaged);
        let opened = Disk::over(Arc::new(damaged.clone())).map(Arc::new);
        let built = opened.map(|disk| Account::builder().store(disk).build());
        let Ok(Ok(account)) = built else {
            refused += 1;
            continue;
        };
        let readable = (0..40).all(|id| read_or_refused(&account, id, id));
        let snapshot = account.snapshot();
        if readable {
            whole += 1;
            continue;
        }
        partly += 1;
        assert!(account.export().is_err());
        let write = upsert(&account, 1, 99, 10).unwrap_err();
        assert!(write.message().contains("damaged"), "{write}");
        assert!(!read_or_refused(&account.fork(&snapshot), 1, 1));
        let container = ContainerAddress::new("db", "c");
        let body = Bytes::from(r#"{"id":"other"}"#);
        let throughput = ThroughputHeaders::default();
        ask(&account, CreateDatabase { body, throughput }).unwrap();
        let split = account.split(&container, "0", &crate::SplitPoint::Middle);
        assert!(split.unwrap_err().message().contains("damaged"));
        drop(account);
        // Closing it has made nothing worse.
        let again = on(&damaged);
        assert!(!read_or_refused(&again, 1, 1));
    }
    assert!(
        whole > 0 && refused > 0 && partly > 10,
        "{whole} {refused} {partly}"
    );
}

/// Many writers at once, until the disk stops; the first lie of what it holds then.
fn lie_after_a_crash(store: impl Fn(Disk) -> Arc<dyn Store>, at: u64) -> Option<String> {
    let platter = empty();
    let disk = Disk::over(Arc::new(platter.clone())).unwrap();
    let account = open(store(disk));
    furnish(&account);
    platter.set(Fault::Dead {
        at: platter.writes() + at,
    });
    let write = |id: u64| {
        let mut acknowledged = 0;
        for n in 1.. {
            if upsert(&account, id, n, 50).is_err() {
                return (acknowledged, n);
            }
            acknowledged = n;
        }
        unreachable!("the disk stops")
    };
    let write = &write;
    let outcomes: Vec<(u64, u64)> = thread::scope(|scope| {
        let writers = (0..IDS).map(|id| scope.spawn(move || write(id)));
        let writers: Vec<_> = writers.collect();
        writers
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .collect()
    });
    let crashed = on(&Platter::new(platter.bytes()));
    (0..)
        .zip(outcomes)
        .find_map(|(id, (acknowledged, refused))| {
            let found = read(&crashed, id).unwrap_or_default();
            // The last one was answered with an error after the disk stopped; the process would be
            // dead in a crash, and nobody would have been told anything.
            let allowed = [acknowledged, refused];
            (!allowed.contains(&found))
                .then(|| format!("item {id} is at {found}, {acknowledged} was acknowledged"))
        })
}

#[test]
fn what_was_acknowledged_to_many_writers_is_there_after_a_crash() {
    for at in (1..120).step_by(7) {
        let lie = lie_after_a_crash(|disk| Arc::new(disk), at);
        assert_eq!(lie, None, "died at write {at}");
    }
}

/// Where every region writes, what finds no room is undone in all of them.
#[test]
fn a_write_of_any_region_that_finds_no_room_is_undone_everywhere() {
    let platter = empty();
    let regions = [Region::EAST_US, Region::WEST_US];
    let on = |platter: &Platter| {
        let disk = Disk::over(Arc::new(platter.clone())).unwrap();
        let builder = Account::builder().regions(regions.clone());
        let builder = builder.write_mode(crate::WriteMode::Multi);
        builder.store(Arc::new(disk)).build().unwrap()
    };
    let account = on(&platter);
    furnish(&account);
    let entropy = Entropy::new(9);
    let (mut model, mut refused) = (Model::default(), 0);
    for n in 0..120_u64 {
        if n % 10 == 0 {
            let room = usize::try_from(entropy.next() % 60_000).unwrap();
            platter.set(Fault::Full(platter.bytes().len() + room));
        } else if n % 10 == 7 {
            platter.set(Fault::None);
        }
        let (id, region) = (entropy.next() % IDS, &regions[usize::from(n % 2 == 0)]);
        let document = UpsertItem {
            container: ContainerAddress::new("db", "c"),
            partition_key: Some(PartitionKey::from("k")),
            body: format!(
                r#"{{"id":"{id}","pk":"k","n":{n},"filler":"{}"}}"#,
                "x".repeat(20_000)
            )
            .into(),
            precondition: Precondition::default(),
        };
        match wait(account.execute(region, Request::new(document))) {
            Ok(_) => drop(model.0.insert(id, n)),
            Err(_) => refused += 1,
        }
        assert_eq!(model.lie(&account), None, "after write {n}");
    }
    platter.set(Fault::None);
    assert!(refused > 5, "{refused}");
    let crashed = on(&Platter::new(platter.bytes()));
    assert_eq!(model.lie(&crashed), None);
}

/// A store that says yes before it has written, and writes every fourth batch only with the next.
#[derive(Debug)]
struct Hasty {
    disk: Disk,
    held: std::sync::Mutex<Vec<Batch>>,
}

impl Store for Hasty {
    fn commit(&self, batch: &Batch) -> Result<(), StoreError> {
        let mut held = self.held.lock().unwrap();
        held.push(Batch {
            sequence: batch.sequence,
            rows: batch.rows.clone(),
            changes: batch.changes.clone(),
            dropped: batch.dropped.clone(),
        });
        if held.len() > 3 {
            for batch in held.drain(..) {
                self.disk.commit(&batch)?;
            }
        }
        Ok(())
    }

    fn sequence(&self) -> Result<u64, StoreError> {
        self.disk.sequence()
    }

    fn rows(&self) -> Result<Vec<Row>, StoreError> {
        self.disk.rows()
    }

    fn changes(&self, log: LogId, visit: &mut VisitChange<'_>) -> Result<(), StoreError> {
        self.disk.changes(log, visit)
    }
}

#[test]
fn the_judge_finds_acknowledgements_before_the_commit() {
    let hasty = |disk| -> Arc<dyn Store> {
        let held = std::sync::Mutex::default();
        Arc::new(Hasty { disk, held })
    };
    let lies = (30..120)
        .step_by(7)
        .filter_map(|at| lie_after_a_crash(hasty, at));
    assert!(lies.count() > 0, "no lie was found");
}
