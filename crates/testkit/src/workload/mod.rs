//! Workloads: what actors do, as long as the world is open for business.
//!
//! A [`Citizen`] writes items of its own and reads everybody's; a [`Rival`] competes with others for the same items; a
//! [`Claimant`] competes for values of a unique key; a [`Traveller`] takes its session from region to region; a
//! [`Rogue`] sends tokens that no account gave out; a [`Follower`] reads the change feed.

mod citizen;
mod claimant;
mod follower;
mod pace;
mod player;
mod rival;
mod rogue;
mod traveller;

pub use self::citizen::Citizen;
pub use self::claimant::Claimant;
pub use self::follower::Follower;
pub use self::pace::Pace;
pub use self::player::Player;
pub use self::rival::Rival;
pub use self::rogue::Rogue;
pub use self::traveller::Traveller;
