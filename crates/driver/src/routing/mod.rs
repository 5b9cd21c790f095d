//! Which endpoint the next attempt goes to: a pure choice from the snapshot, the caller's exclusions and what
//! this operation has met so far.

mod choice;

pub(crate) use self::choice::{Access, Route, choose, usable};
