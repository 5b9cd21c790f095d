//! Conduct: how clients behave on the wire and towards their callers, judged like what the account promises.
//!
//! A [`Rule`] is a bound on what a client may do: how long an operation takes, which regions it contacts, how often it
//! repeats itself. The judges look at the [history](crate::history) and at the [`Traffic`] and know nothing of drivers,
//! so they judge any client.

mod rule;
mod traffic;

pub use self::rule::{Breach, Rule};
pub(crate) use self::traffic::UnderWay;
pub use self::traffic::{Sent, Traffic};
