//! Campaigns: a cast of actors works in a world while a schedule disturbs it; then there is quiet, and the judges come.

mod cast;
mod named;
mod promise;
mod replay;
mod run;
mod tally;

pub use self::named::CAMPAIGNS;
pub use self::promise::promised;
pub use self::replay::Replay;
pub use self::run::{Campaign, Run};
pub use self::tally::{Findings, Observers, Tally};
