//! What was written and what was billed, and whether the two agree.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cosmokit::driver::Clock;

/// What was written and what was billed.
#[derive(Default)]
pub(super) struct Book {
    clock: Clock,
    pages: Mutex<Pages>,
}

#[derive(Default)]
struct Pages {
    written: BTreeMap<String, BTreeSet<u64>>,
    handled: BTreeMap<String, BTreeSet<u64>>,
    by: BTreeMap<&'static str, u64>,
    again: u64,
    out_of_order: u64,
}

/// Whether all orders were billed, and in their order.
pub(super) struct Verdict {
    written: usize,
    missing: usize,
    again: u64,
    out_of_order: u64,
    by: BTreeMap<&'static str, u64>,
}

impl Book {
    pub(super) fn clock(&self) -> Clock {
        self.clock
    }

    pub(super) fn wrote(&self, customer: &str, number: u64) {
        let mut pages = self.pages();
        let orders = pages.written.entry(customer.to_owned()).or_default();
        orders.insert(number);
    }

    pub(super) fn handled(&self, by: &'static str, customer: &str, number: u64) {
        let mut pages = self.pages();
        *pages.by.entry(by).or_default() += 1;
        let orders = pages.handled.entry(customer.to_owned()).or_default();
        let is_early = orders.last().is_some_and(|last| number < *last);
        if !orders.insert(number) {
            pages.again += 1;
        } else if is_early {
            pages.out_of_order += 1;
        }
    }

    /// Orders that each instance has billed.
    pub(super) fn by_instance(&self) -> BTreeMap<&'static str, u64> {
        self.pages().by.clone()
    }

    pub(super) fn is_done(&self) -> bool {
        self.verdict().missing == 0
    }

    pub(super) fn verdict(&self) -> Verdict {
        let pages = self.pages();
        let of =
            |orders: &BTreeMap<String, BTreeSet<u64>>| orders.values().map(BTreeSet::len).sum();
        let written: usize = of(&pages.written);
        let missing = pages.written.iter().map(|(customer, orders)| {
            let handled = pages.handled.get(customer);
            orders
                .iter()
                .filter(|order| handled.is_none_or(|handled| !handled.contains(order)))
                .count()
        });
        Verdict {
            written,
            missing: missing.sum(),
            again: pages.again,
            out_of_order: pages.out_of_order,
            by: pages.by.clone(),
        }
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Verdict {
    pub(super) fn is_good(&self) -> bool {
        self.missing == 0 && self.out_of_order == 0
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} orders written", self.written)?;
        for (name, count) in &self.by {
            writeln!(f, "  {name} billed {count}")?;
        }
        writeln!(f, "{} not billed", self.missing)?;
        writeln!(
            f,
            "{} billed again, after the kill and when leases moved",
            self.again
        )?;
        write!(f, "{} out of their customer's order", self.out_of_order)
    }
}
