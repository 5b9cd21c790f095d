//! How a change comes from one place of an account to another.
//!
//! [`lag`] is how long a link takes; [`record`] what travels; [`trail`] a position that follows a
//! log through a link; [`progress`] how much of each region's writes a position contains.

mod conform;
pub(crate) mod inbound;
pub(crate) mod lag;
pub(crate) mod progress;
pub(crate) mod record;
pub(crate) mod trail;
