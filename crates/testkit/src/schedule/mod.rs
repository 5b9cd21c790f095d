//! Schedules: what is done to an account while actors work, drawn from a seed and kept as plain values, so that one can
//! be printed, shortened and played again.

mod draw;
mod faults;
mod network;
mod partitions;
mod play;
mod regions;
mod shrink;
mod topology;
mod trouble;

pub use self::draw::Menu;
pub use self::faults::ServerFault;
pub(crate) use self::regions::heal;
pub use self::shrink::shrink;
pub use self::trouble::{Schedule, Trouble, TroubleKind};
