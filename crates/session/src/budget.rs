//! Keeps a carried value within so many bytes. What gives way, in order: what has expired; positions
//! that were only read, oldest first; positions that were written, oldest first, for which a mark
//! stays behind that makes reads of the container prefer the write region; and when even marks do
//! not fit, the oldest of them. A value is never cut.

use std::collections::HashMap;

use cosmokit_protocol::session::RangeId;

use crate::carried::{Carried, ContainerKey, Origin, Position, Seconds};
use crate::format::encode;

/// What a value is kept to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Bytes of the encoded value at most.
    pub bytes: usize,
    /// Seconds after which a position is forgotten. Longer than the longest lag that reads are to
    /// be protected from.
    pub lifetime: u64,
}

/// A value within its budget.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// What is left.
    pub carried: Carried,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What gave way.
    pub pruned: Pruned,
}

/// How many positions gave way, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Older than the lifetime.
    pub expired: usize,
    /// Only read.
    pub read: usize,
    /// Written; a mark stays.
    pub written: usize,
    /// Marks that did not fit: reads of so many containers are not protected.
    pub marks: usize,
}

impl Pruned {
    /// How many positions gave way.
    pub fn positions(self) -> usize {
        self.expired + self.read + self.written
    }

    /// Whether anything gave way.
    pub fn is_any(self) -> bool {
        self != Self::default()
    }
}

/// Brings a value within its budget at `now`.
pub fn fit(carried: &Carried, budget: Budget, now: Seconds) -> Fitted {
    let mut carried = carried.clone();
    let expired = carried.expire(now, budget.lifetime);
    let mut pruned = Pruned {
        expired,
        ..Pruned::default()
    };
    let bytes = encode(&carried, now);
    if bytes.len() <= budget.bytes {
        return Fitted {
            carried,
            bytes,
            pruned,
        };
    }
    let order = in_order_of_sacrifice(&carried);
    let dropped = least(order.len(), |count| {
        size(&without(&carried, &order, count, budget, now), now) <= budget.bytes
    });
    for (_, _, origin, _) in order.iter().take(dropped) {
        match origin {
            Origin::Read => pruned.read += 1,
            Origin::Write => pruned.written += 1,
        }
    }
    carried = without(&carried, &order, dropped, budget, now);
    pruned.marks = drop_marks(&mut carried, budget, now);
    let bytes = encode(&carried, now);
    Fitted {
        carried,
        bytes,
        pruned,
    }
}

type Candidate = (ContainerKey, RangeId, Origin, Seconds);

/// Read before written, then oldest first.
fn in_order_of_sacrifice(carried: &Carried) -> Vec<Candidate> {
    let mut all: Vec<Candidate> = carried
        .containers()
        .flat_map(|(key, container)| {
            let candidate = move |(range, position): (RangeId, &Position)| {
                (key, range, position.origin(), position.seen_at())
            };
            container.ranges().map(candidate)
        })
        .collect();
    all.sort_unstable_by_key(|(key, range, origin, seen_at)| (*origin, *seen_at, *key, *range));
    all
}

/// The value without the first `count` candidates; containers that lose a written one are marked
/// until that one would have expired.
fn without(
    carried: &Carried,
    order: &[Candidate],
    count: usize,
    budget: Budget,
    now: Seconds,
) -> Carried {
    let gone: HashMap<(ContainerKey, RangeId), (Origin, Seconds)> = order
        .iter()
        .take(count)
        .map(|(key, range, origin, seen_at)| ((*key, *range), (*origin, *seen_at)))
        .collect();
    let mut left = carried.clone();
    for ((key, _), (origin, seen_at)) in &gone {
        let until = seen_at.plus(budget.lifetime);
        if *origin == Origin::Write && until > now {
            // A container that is carried already is never one too many.
            let _ = left.mark_uncertain(*key, until);
        }
    }
    left.retain(|key, range, _| !gone.contains_key(&(key, range)));
    left
}

/// Drops containers, those first whose marks end first, until the value fits.
fn drop_marks(carried: &mut Carried, budget: Budget, now: Seconds) -> usize {
    if size(carried, now) <= budget.bytes {
        return 0;
    }
    let mut marks: Vec<(Option<Seconds>, ContainerKey)> = carried
        .containers()
        .map(|(key, container)| (container.uncertain_until(), key))
        .collect();
    marks.sort_unstable();
    let without = |count: usize| {
        let mut left = carried.clone();
        for (_, key) in marks.iter().take(count) {
            left.forget(key);
        }
        left
    };
    let dropped = least(marks.len(), |count| {
        size(&without(count), now) <= budget.bytes
    });
    *carried = without(dropped);
    dropped
}

fn size(carried: &Carried, now: Seconds) -> usize {
    encode(carried, now).len()
}

/// The least number up to `most` that satisfies `enough`; `most` when none does. What is enough
/// stays so for larger numbers, but for a byte or two where a column narrows: the answer always
/// satisfies, and may be one or two above the least.
fn least(most: usize, enough: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low + (high - low) / 2;
        if enough(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    high
}
