//! What happened to the sessions of an app, counted. Names are stable; no count tells a token.

use std::sync::atomic::{AtomicU64, Ordering};

use cosmokit::session::SessionActivity;

use crate::carry::{Closed, Received, Rejected};
use crate::format::FormatError;
use crate::scope;
use crate::seal::SealError;

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
                self.operations_outside.store(scope::outside_count(), Ordering::Relaxed);
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
    /// Positions that these values brought, merged.
    positions_received;
    /// Values that were not taken, for any of the reasons that follow.
    values_rejected;
    /// Longer than any value that is made.
    rejected_too_long;
    /// Not base64url.
    rejected_encoding;
    /// More than are read of one request.
    rejected_too_many;
    /// Of a version that is not known.
    rejected_version;
    /// Less protected than the app demands.
    rejected_weak;
    /// Protected with a key that is not on the ring.
    rejected_unknown_key;
    /// Not what was protected, or made for another app, carrier or user.
    rejected_forged;
    /// A payload that cannot be read.
    rejected_format;
    /// Made later than now.
    rejected_future;
    /// Positions left out of values that were taken.
    positions_dropped;
    /// Answers that were given a value.
    values_sent;
    /// Positions in these values.
    positions_sent;
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
    /// Operations on items in a session that went with a position of it.
    operations_with_position;
    /// Operations on items in a session that had none to go with.
    operations_without_position;
    /// Retries because a replica was behind a session.
    session_retries;
    /// Milliseconds that these took, with the waits before them.
    session_retry_ms;
    /// Reads that were answered without a position that no region could show.
    fallbacks;
    /// Reads whose position was too far ahead to be retried more than once.
    implausible;
    /// Containers that were found to have been created anew; what was carried of them is dropped.
    recreations;
    /// Operations of traced clients outside of any session, over all carryings of this process.
    operations_outside;
}

impl Counters {
    pub(crate) fn received(&self, received: &Received) {
        add(&self.requests, 1);
        add(
            &self.requests_with_session,
            usize::from(received.values > 0),
        );
        add(&self.values_received, received.values);
        add(&self.positions_received, received.carried.range_count());
        add(&self.values_rejected, received.rejected.len());
        for reason in &received.rejected {
            add(self.rejected(*reason), 1);
        }
        add(&self.positions_dropped, received.dropped);
    }

    fn rejected(&self, reason: Rejected) -> &AtomicU64 {
        match reason {
            Rejected::TooLong => &self.rejected_too_long,
            Rejected::Encoding => &self.rejected_encoding,
            Rejected::TooMany => &self.rejected_too_many,
            Rejected::Seal(SealError::Unknown) | Rejected::Format(FormatError::Version) => {
                &self.rejected_version
            }
            Rejected::Seal(SealError::Weak) => &self.rejected_weak,
            Rejected::Seal(SealError::UnknownKey) => &self.rejected_unknown_key,
            Rejected::Seal(SealError::Forged) => &self.rejected_forged,
            Rejected::Format(_) => &self.rejected_format,
            Rejected::FromTheFuture => &self.rejected_future,
        }
    }

    pub(crate) fn sent(&self, closed: &Closed, positions: usize) {
        let pruned = closed.pruned;
        add(&self.values_sent, 1);
        add(&self.positions_sent, positions);
        add(&self.chars_sent, closed.text.len());
        add(&self.pruned_expired, pruned.expired);
        add(&self.pruned_read, pruned.read);
        add(&self.pruned_written, pruned.written);
        add(&self.pruned_marks, pruned.marks);
    }

    pub(crate) fn lost(&self) {
        add(&self.values_lost, 1);
    }

    pub(crate) fn ended(&self, activity: &SessionActivity) {
        let retry_ms = activity.retry_time.as_millis();
        for (counter, count) in [
            (&self.operations_with_position, activity.with_position),
            (&self.operations_without_position, activity.without_position),
            (&self.session_retries, activity.retries),
            (
                &self.session_retry_ms,
                u64::try_from(retry_ms).unwrap_or(u64::MAX),
            ),
            (&self.fallbacks, activity.lapses),
            (&self.implausible, activity.implausible),
            (&self.recreations, activity.recreations),
        ] {
            if count > 0 {
                counter.fetch_add(count, Ordering::Relaxed);
            }
        }
    }
}

fn add(counter: &AtomicU64, count: usize) {
    if count > 0 {
        counter.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}
