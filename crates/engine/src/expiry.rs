//! Time to live: whether an item is still there.

use cosmokit_protocol::resource::TimeToLive;

use crate::{clock::Timestamp, document::ItemTtl};

/// Whether an item written at `written` has expired at `now`.
///
/// An expired item is invisible from the second it expires on, whether or not its deletion is in
/// the log yet. Time counts from the whole seconds of `_ts`.
pub(crate) fn is_expired(
    container: TimeToLive,
    item: ItemTtl,
    written: Timestamp,
    now: Timestamp,
) -> bool {
    match lifetime_secs(container, item) {
        Some(lifetime) => now.secs() >= written.secs().saturating_add(lifetime.into()),
        None => false,
    }
}

/// How long the item lives; `None` for ever.
fn lifetime_secs(container: TimeToLive, item: ItemTtl) -> Option<u32> {
    let default = match container {
        TimeToLive::Seconds(seconds) => Some(seconds),
        TimeToLive::NoDefault => None,
        _ => return None,
    };
    match item {
        ItemTtl::Never => None,
        ItemTtl::Seconds(seconds) => Some(seconds),
        // An invalid value can be there since before expiry was turned on.
        ItemTtl::Absent | ItemTtl::Invalid => default,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn container_and_item_decide_together() {
        let check = |container, item, after_secs: u64, expected: bool| {
            let written = Timestamp::from_millis(1_000_500);
            let now = Timestamp::from_secs(1_000 + after_secs);
            assert_eq!(
                is_expired(container, item, written, now),
                expected,
                "{container:?} {item:?} {after_secs}"
            );
        };
        let (off, on, minute) = (
            TimeToLive::Forever,
            TimeToLive::NoDefault,
            TimeToLive::Seconds(60),
        );
        check(off, ItemTtl::Seconds(1), 1_000, false);
        check(on, ItemTtl::Absent, 1_000_000, false);
        check(on, ItemTtl::Seconds(5), 4, false);
        check(on, ItemTtl::Seconds(5), 5, true);
        check(minute, ItemTtl::Absent, 59, false);
        check(minute, ItemTtl::Absent, 60, true);
        check(minute, ItemTtl::Never, 1_000_000, false);
        check(minute, ItemTtl::Seconds(120), 61, false);
        check(minute, ItemTtl::Seconds(120), 120, true);
        check(minute, ItemTtl::Invalid, 60, true);
    }
}
