//! What happened to the sessions of an app, counted. Names are stable; no count tells a token.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::budget::Pruned;
use crate::carry::Received;

/// Declares the counters once: as atomics, as a snapshot with documentation, and as named values.
macro_rules! counters {
    ($($(#[$docs:meta])* $name:ident;)*) => {
        #[derive(Debug, Default)]
        pub(crate) struct Counters { $( $name: AtomicU64, )* }

        /// Counts since the app started; see [`SessionCarrying::counts`](crate::SessionCarrying::counts).
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Counts { $( $(#[$docs])* pub $name: u64, )* }

        impl Counters {
            pub(crate) fn snapshot(&self) -> Counts {
                Counts { $( $name: self.$name.load(Ordering::Relaxed), )* }
            }
        }

        impl Counts {
            /// Each count with its name, for a metrics endpoint.
            pub fn named(&self) -> impl IntoIterator<Item = (&'static str, u64)> + use<> {
                [ $( (concat!("cosmokit_session_", stringify!($name)), self.$name), )* ]
            }
        }
    };
}

counters! {
    /// Requests that passed a layer.
    requests;
    /// Requests that brought at least one value that was taken.
    requests_with_session;
    /// Values that were taken.
    values_received;
    /// Values that were not: forged, too long, of another version.
    values_rejected;
    /// Positions left out of values that were taken.
    positions_dropped;
    /// Answers that were given a value.
    values_sent;
    /// Characters of these values.
    chars_sent;
    /// Positions that gave way because they were old.
    pruned_expired;
    /// Positions that gave way to the budget and were only read.
    pruned_read;
    /// Positions that gave way to the budget and were written; a mark stays.
    pruned_written;
    /// Marks that gave way to the budget.
    pruned_marks;
    /// Answers that went without the value they should have had: no random bytes.
    values_lost;
    /// Operations of traced clients inside of a session.
    operations_in_session;
}

impl Counters {
    pub(crate) fn received(&self, received: &Received) {
        add(&self.requests, 1);
        add(
            &self.requests_with_session,
            usize::from(received.values > 0),
        );
        add(&self.values_received, received.values);
        add(&self.values_rejected, received.rejected.len());
        add(&self.positions_dropped, received.dropped);
    }

    pub(crate) fn sent(&self, chars: usize, pruned: Pruned) {
        add(&self.values_sent, 1);
        add(&self.chars_sent, chars);
        add(&self.pruned_expired, pruned.expired);
        add(&self.pruned_read, pruned.read);
        add(&self.pruned_written, pruned.written);
        add(&self.pruned_marks, pruned.marks);
    }

    pub(crate) fn lost(&self) {
        add(&self.values_lost, 1);
    }

    pub(crate) fn operation_in_session(&self) {
        add(&self.operations_in_session, 1);
    }
}

fn add(counter: &AtomicU64, count: usize) {
    if count > 0 {
        counter.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}
