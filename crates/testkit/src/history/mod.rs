//! What happened in a world: who asked what when, what came back, and what was done to the account meanwhile.
//!
//! A [`History`] is plain values. A [`Recorder`] writes it while a world runs, [judges](crate::judge) read it, and as
//! text it is one JSON document per line. It holds no clock time, no activity id and no session token, so the same
//! seed gives the same bytes.

mod action;
mod disturbance;
mod mark;
mod moment;
mod operation;
mod outcome;
mod record;
mod recorder;
mod text;

#[cfg(test)]
mod tests;

pub use self::action::{Action, ChainId, FeedMode, WriteVerb};
pub use self::disturbance::{Disturbance, Impact};
pub use self::mark::{ActorId, ItemKey, Mark};
pub use self::moment::Moment;
pub use self::operation::{Asked, Operation, SessionId};
pub use self::outcome::{Change, Outcome, Seen, Standing};
pub(crate) use self::record::WriteOf;
pub use self::record::{History, Setting};
pub use self::recorder::{OpenOperation, Recorder};
pub use self::text::HistoryError;
