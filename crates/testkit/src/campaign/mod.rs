//! Campaigns: a cast of actors works in a world while a schedule disturbs it; then there is quiet, and the judges come.

mod cast;
mod named;
mod promise;
mod replay;
mod run;
mod scoreboard;
mod tally;

pub use self::named::CAMPAIGNS;
pub use self::promise::{Owed, PROMISES, Promise, Standpoint, owed};
pub use self::replay::Replay;
pub use self::run::{Campaign, Run};
pub use self::scoreboard::Scoreboard;
pub use self::tally::{Findings, Observers, Tally};
