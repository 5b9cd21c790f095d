//! The fuzz target over values and their neighbours: what libFuzzer would find first, on any toolchain.

use cosmokit_session::format::encode;
use proptest::prelude::*;

use crate::sample::{NOW, any_carried};

#[path = "../../../../fuzz/src/carried_session.rs"]
#[allow(
    unreachable_pub,
    reason = "public in the fuzz package, which shares the file"
)]
mod carried_session;

proptest! {
    #[test]
    fn holds_for_values_and_what_is_left_of_them(
        (left, right) in (any_carried(), any_carried()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let left = encode(&left, NOW);
        let mut right = encode(&right, NOW).split_off(1);
        right.truncate(left.len());
        let mut data = [left, right].concat();
        for (at, byte) in changes {
            let at = at.index(data.len());
            data[at] = byte;
        }
        carried_session::run(&data);
        carried_session::run(&data[..cut.index(data.len())]);
    }

    #[test]
    fn holds_for_any_bytes(data in prop::collection::vec(any::<u8>(), 0..200)) {
        carried_session::run(&data);
    }
}
