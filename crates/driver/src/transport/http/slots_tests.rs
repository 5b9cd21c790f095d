//! The decisions of a pool, without sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::*;
use crate::options::{ConnectionPoolOptions, Environment};

/// A sending end that can be closed, and shared when it is of HTTP/2.
#[derive(Clone, Debug)]
struct Fake {
    shared: bool,
    closed: Arc<AtomicBool>,
}

impl Sending for Fake {
    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    fn share(&self) -> Option<Self> {
        self.shared.then(|| self.clone())
    }
}

#[derive(Debug)]
struct Waiter {
    number: u32,
    gone: bool,
}

impl Waiting for Waiter {
    fn has_given_up(&self) -> bool {
        self.gone
    }
}

fn settings() -> ConnectionPoolSettings {
    let options = ConnectionPoolOptions::default()
        .with_max_http1_connections_per_endpoint(3_usize)
        .with_max_http2_connections_per_endpoint(2_usize)
        .with_max_http2_streams_per_client(4_u32)
        .with_http2_fan_out_threshold_percent(50_u32);
    ConnectionPoolSettings::of(&options, &Environment::empty()).unwrap()
}

fn add(slots: &mut Slots<Fake, Waiter>, protocol: Protocol) -> (SlotId, Arc<AtomicBool>) {
    let closed = Arc::new(AtomicBool::new(false));
    let sender = Fake {
        shared: protocol == Protocol::Http2,
        closed: Arc::clone(&closed),
    };
    let connection = Connection {
        sender,
        protocol,
        timings: ConnectTimings::default(),
    };
    (slots.connected(connection, Instant::now()), closed)
}

fn wait(slots: &mut Slots<Fake, Waiter>, number: u32) {
    slots
        .wait(Waiter {
            number,
            gone: false,
        })
        .unwrap();
}

#[test]
fn http1_makes_a_connection_per_waiting_request_up_to_the_limit() {
    let (settings, mut slots) = (settings(), Slots::new(Some(Protocol::Http1)));
    assert_eq!(slots.start_wanted(&settings), 0);
    for (number, expected) in [(0, 1), (1, 1), (2, 1), (3, 0), (4, 0)] {
        wait(&mut slots, number);
        assert_eq!(slots.start_wanted(&settings), expected, "{number}");
    }
}

#[test]
fn an_unknown_protocol_is_found_out_with_one_connection() {
    let (settings, mut slots) = (settings(), Slots::new(None));
    for number in 0..5 {
        wait(&mut slots, number);
    }
    assert_eq!(slots.start_wanted(&settings), 1);
    assert_eq!(slots.start_wanted(&settings), 0);
    add(&mut slots, Protocol::Http1);
    assert_eq!(slots.next_delivery(&settings).unwrap().0.number, 0);
    assert!(slots.next_delivery(&settings).is_none());
    assert_eq!(slots.start_wanted(&settings), 2);
}

#[test]
fn http2_grows_when_all_connections_are_loaded_to_the_threshold() {
    let (settings, mut slots) = (settings(), Slots::new(None));
    wait(&mut slots, 0);
    assert_eq!(slots.start_wanted(&settings), 1);
    let (first, _) = add(&mut slots, Protocol::Http2);
    assert_eq!(slots.next_delivery(&settings).unwrap().1.id, first);
    assert_eq!(slots.start_wanted(&settings), 0);
    assert_eq!(slots.take(&settings).unwrap().id, first);
    assert_eq!(
        slots.start_wanted(&settings),
        1,
        "two of four streams are in use"
    );
    assert_eq!(slots.start_wanted(&settings), 0, "one connection at a time");
    assert_eq!(
        slots.take(&settings).unwrap().id,
        first,
        "nobody waits while there are streams"
    );
    let (second, _) = add(&mut slots, Protocol::Http2);
    assert_eq!(
        slots.take(&settings).unwrap().id,
        second,
        "the least loaded"
    );
    for _ in 0..4 {
        assert!(slots.take(&settings).is_some());
    }
    assert!(
        slots.take(&settings).is_none(),
        "two connections of four streams are full"
    );
    assert_eq!(slots.start_wanted(&settings), 0, "and no more are allowed");
}

#[test]
fn http1_takes_the_connection_used_last_and_passes_over_closed_ones() {
    let (settings, mut slots) = (settings(), Slots::new(Some(Protocol::Http1)));
    let (old, _) = add(&mut slots, Protocol::Http1);
    let (new, closed) = add(&mut slots, Protocol::Http1);
    let (a, b) = (
        slots.take(&settings).unwrap(),
        slots.take(&settings).unwrap(),
    );
    assert!(slots.take(&settings).is_none());
    let now = Instant::now();
    for (taken, at) in [(a, 1), (b, 2)] {
        let later = if taken.id == new { at + 10 } else { at };
        slots.give_back(
            taken.id,
            Some(taken.sender),
            now + Duration::from_millis(later),
        );
    }
    let taken = slots.take(&settings).unwrap();
    assert_eq!(taken.id, new);
    slots.give_back(new, Some(taken.sender), now + Duration::from_secs(1));
    closed.store(true, Ordering::Relaxed);
    assert_eq!(slots.take(&settings).unwrap().id, old);
    assert_eq!(slots.len(), 1);
}

#[test]
fn a_connection_that_is_not_given_back_whole_leaves() {
    let (settings, mut slots) = (settings(), Slots::new(Some(Protocol::Http1)));
    let (id, _) = add(&mut slots, Protocol::Http1);
    slots.take(&settings).unwrap();
    slots.give_back(id, None, Instant::now());
    assert_eq!(slots.len(), 0);
    slots.give_back(id, None, Instant::now());
}

#[test]
fn those_who_gave_up_are_passed_over() {
    let (settings, mut slots) = (settings(), Slots::new(Some(Protocol::Http1)));
    slots
        .wait(Waiter {
            number: 0,
            gone: true,
        })
        .unwrap();
    wait(&mut slots, 1);
    add(&mut slots, Protocol::Http1);
    assert_eq!(slots.next_delivery(&settings).unwrap().0.number, 1);
}

#[test]
fn a_failed_connection_fails_those_who_have_no_other_hope() {
    let (settings, mut slots) = (settings(), Slots::new(Some(Protocol::Http1)));
    wait(&mut slots, 0);
    wait(&mut slots, 1);
    assert_eq!(slots.start_wanted(&settings), 2);
    assert_eq!(
        slots.failed_to_connect().len(),
        0,
        "another connection is on its way"
    );
    assert_eq!(slots.failed_to_connect().len(), 2);
}

#[test]
fn the_queue_is_bounded_and_makes_room_first() {
    let mut slots: Slots<Fake, Waiter> = Slots::new(Some(Protocol::Http1));
    for number in 0..MAX_WAITING {
        slots
            .wait(Waiter {
                number: 0,
                gone: number == 5,
            })
            .unwrap();
    }
    wait(&mut slots, 1);
    assert!(
        slots
            .wait(Waiter {
                number: 2,
                gone: false
            })
            .is_err()
    );
}

#[test]
fn idle_connections_retire_and_busy_ones_stay() {
    let (settings, mut slots) = (settings(), Slots::new(Some(Protocol::Http1)));
    let (id, _) = add(&mut slots, Protocol::Http1);
    let (limit, now) = (Duration::from_secs(60), Instant::now());
    let later = now + Duration::from_secs(3_600);
    let taken = slots.take(&settings).unwrap();
    assert_eq!(
        slots.retire_if_idle(id, later, limit),
        Idleness::LookAgainIn(limit)
    );
    slots.give_back(id, Some(taken.sender), later);
    let soon = later + Duration::from_secs(20);
    assert_eq!(
        slots.retire_if_idle(id, soon, limit),
        Idleness::LookAgainIn(Duration::from_secs(40))
    );
    assert_eq!(
        slots.retire_if_idle(id, later + limit, limit),
        Idleness::Retired
    );
    assert_eq!(slots.len(), 0);
}
