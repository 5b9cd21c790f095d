//! Carried sessions from anywhere: reading never panics, what is read is written and read again as it was, and
//! merging never takes anything back.

use cosmokit_session::budget::{Budget, fit};
use cosmokit_session::format::{decode, encode};

/// One run over arbitrary bytes; panics when a law is broken.
pub fn run(data: &[u8]) {
    // Two values, so that merging is reached. The first byte is the format, the same for both.
    let (left, right) = data.split_at(data.len() / 2);
    let Ok(left) = decode(left).or_else(|_| decode(&[&[1], left].concat())) else {
        return;
    };
    let again = decode(&encode(&left.carried, left.issued)).expect("what was written is read");
    assert_eq!(again.carried, left.carried);
    let budget = Budget {
        bytes: 64,
        lifetime: 600,
    };
    assert!(fit(&left.carried, budget, left.issued).bytes.len() <= 64);
    let Ok(right) = decode(&[&[1], right].concat()) else {
        return;
    };
    let mut both = left.carried.clone();
    if both.join(&right.carried).is_err() {
        return;
    }
    let mut other = right.carried.clone();
    other
        .join(&left.carried)
        .expect("it fits the other way round");
    assert_eq!(both, other, "whatever the order");
    let mut twice = both.clone();
    twice.join(&left.carried).expect("it is there already");
    assert_eq!(twice, both, "once is enough");
}
