//! A world: an account and its clients in one process, in virtual time, from one seed.
//!
//! [`World::simulate`] runs a story in a world whose clock moves only when everybody waits, so an hour takes as long as
//! the work in it. Clients go through SDK, driver and gateway like any other; between them lies a [`Network`] with
//! seeded delays and losses. Everything random comes from the root seed, split per actor, so that one more actor
//! changes no other's choices, and the same seed gives the same [history](crate::history), byte by byte.

mod client;
mod front;
mod network;
mod seed;
mod settings;
mod time;
#[expect(clippy::module_inception, reason = "the folder is about this type")]
mod world;

pub use self::client::ClientSettings;
pub use self::front::Front;
pub use self::network::{Losses, Network};
pub use self::seed::Seed;
pub use self::settings::{Lags, WorldSettings};
pub use self::time::{VirtualClock, sleep};
pub(crate) use self::world::FOLLOWERS;
pub use self::world::World;
