//! Partitions that are read when somebody asks: whoever asks for others goes on meanwhile.

use std::{
    pin::{Pin, pin},
    sync::{Arc, Condvar, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use cosmokit_protocol::{partition::PartitionKey, wire::region::Region};

use super::{
    account::{furnish, open, upsert, wait},
    disk::empty,
    platter::Platter,
};
use crate::{
    account::Account,
    durable::{
        disk::Disk,
        store::{Batch, LogId, Row, Store, StoreError, VisitChange},
    },
    request::{ContainerAddress, ItemAddress, Precondition, ReadItem, Request},
    response::{Failure, Response},
};

/// A store whose reader waits at the door of every log until the door is opened.
#[derive(Debug)]
struct Gated {
    disk: Disk,
    door: Door,
}

#[derive(Clone, Debug, Default)]
struct Door(Arc<(Mutex<State>, Condvar)>);

#[derive(Debug, Default)]
struct State {
    open: bool,
    /// Logs that somebody wants to read, and those that were read.
    wanted: usize,
    read: Vec<LogId>,
}

impl Door {
    fn set(&self, open: bool) {
        self.0.0.lock().unwrap().open = open;
        self.0.1.notify_all();
    }

    fn pass(&self, log: LogId) {
        let mut state = self.0.0.lock().unwrap();
        state.wanted += 1;
        self.0.1.notify_all();
        while !state.open {
            state = self.0.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.read.push(log);
    }

    /// Waits until this many readers have come to the door.
    fn wait_for(&self, wanted: usize) {
        let mut state = self.0.0.lock().unwrap();
        while state.wanted < wanted {
            state = self.0.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn logs_read(&self) -> usize {
        self.0.0.lock().unwrap().read.len()
    }
}

impl Store for Gated {
    fn commit(&self, batch: &Batch) -> Result<(), StoreError> {
        self.disk.commit(batch)
    }

    fn sequence(&self) -> Result<u64, StoreError> {
        self.disk.sequence()
    }

    fn rows(&self) -> Result<Vec<Row>, StoreError> {
        self.disk.rows()
    }

    fn changes(&self, log: LogId, visit: &mut VisitChange<'_>) -> Result<(), StoreError> {
        self.door.pass(log);
        self.disk.changes(log, visit)
    }
}

/// What lies on disk: item 1 of the container `c`, and a second container `d` with nothing in it.
fn written() -> Platter {
    let platter = empty();
    let account = open(Arc::new(Disk::over(Arc::new(platter.clone())).unwrap()));
    furnish(&account);
    upsert(&account, 1, 1, 10).unwrap();
    drop(account);
    platter
}

fn gated(platter: &Platter) -> (Account, Door) {
    let door = Door::default();
    let disk = Disk::over(Arc::new(platter.clone())).unwrap();
    let account = open(Arc::new(Gated {
        disk,
        door: door.clone(),
    }));
    (account, door)
}

type Answer = Pin<Box<dyn Future<Output = Result<Response, Failure>>>>;

fn read(account: &Account) -> Answer {
    let read = ReadItem {
        item: ItemAddress::new("db", "c", "1"),
        partition_key: Some(PartitionKey::from("k")),
        precondition: Precondition::default(),
    };
    Box::pin(account.execute(&Region::new("East US"), Request::new(read)))
}

fn is_pending(answer: &mut Answer) -> bool {
    let mut cx = Context::from_waker(Waker::noop());
    matches!(answer.as_mut().poll(&mut cx), Poll::Pending)
}

#[test]
fn whoever_asks_for_something_else_goes_on() {
    let (account, door) = gated(&written());
    assert_eq!(door.logs_read(), 0, "opening reads no content");
    let (mut first, mut second) = (read(&account), read(&account));
    assert!(is_pending(&mut first) && is_pending(&mut second));
    door.wait_for(1);
    // A container that is new has nothing on disk.
    super::account::furnish_as(&account, "other");
    let known = account
        .partitions(&ContainerAddress::new("db", "c"))
        .unwrap();
    assert_eq!((known[0].items, known[0].lsn.value()), (1, 1));
    let positions = account
        .positions(&ContainerAddress::new("db", "c"))
        .unwrap();
    assert_eq!(positions[0].regions[0].replicas.len(), 4);
    assert_eq!(positions[0].regions[0].replicas[3].lsn.value(), 1);
    assert!(is_pending(&mut first));
    door.set(true);
    for answer in [first, second] {
        assert_eq!(wait(answer).unwrap().status.as_u16(), 200);
    }
    assert_eq!(door.logs_read(), 1, "it is read once");
}

#[test]
fn everything_is_read_before_it_is_asked_for_where_somebody_wants_that() {
    let (account, door) = gated(&written());
    let mut all = Box::pin(account.preload());
    let mut cx = Context::from_waker(Waker::noop());
    assert!(all.as_mut().poll(&mut cx).is_pending());
    door.set(true);
    wait(all).unwrap();
    let mut answer = read(&account);
    assert!(!is_pending(&mut answer), "nothing is left to wait for");
    wait(pin!(account.preload())).unwrap();
    assert_eq!(door.logs_read(), 1);
}

#[test]
fn regions_may_change_while_a_partition_is_read() {
    let (account, door) = gated(&written());
    let mut answer = read(&account);
    assert!(is_pending(&mut answer));
    door.wait_for(1);
    account.add_region(Region::WEST_US).unwrap();
    door.set(true);
    assert_eq!(wait(answer).unwrap().status.as_u16(), 200);
    let positions = account
        .positions(&ContainerAddress::new("db", "c"))
        .unwrap();
    let regions = positions[0].regions.iter();
    let lsns: Vec<u64> = regions
        .map(|region| region.replicas[0].lsn.value())
        .collect();
    assert_eq!(lsns, [1, 1]);
}

#[test]
fn a_request_that_gives_up_leaves_the_rest_alone() {
    let (account, door) = gated(&written());
    let mut given_up = read(&account);
    assert!(is_pending(&mut given_up));
    drop(given_up);
    door.set(true);
    assert_eq!(wait(read(&account)).unwrap().status.as_u16(), 200);
}

#[test]
fn an_account_that_ends_waits_for_what_is_being_read() {
    let platter = written();
    let (account, door) = gated(&platter);
    let mut answer = read(&account);
    assert!(is_pending(&mut answer));
    door.wait_for(1);
    door.set(true);
    // The answer keeps the account; it is the last to go.
    drop(account);
    drop(answer);
    let (account, door) = gated(&platter);
    door.set(true);
    assert_eq!(wait(read(&account)).unwrap().status.as_u16(), 200);
}
