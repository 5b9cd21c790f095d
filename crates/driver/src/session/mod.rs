//! Session consistency: what has been seen in each range of each container, and what of it a request must
//! carry. One user's [`Session`] is kept apart from what the driver has seen for all others. Keyed by the
//! container's resource id, so that a recreated container starts anew. A token that the caller gives replaces
//! all of this for its operation.

mod activity;
mod carried;
mod container;
mod entry;
mod handle;
#[cfg(test)]
mod handle_tests;
mod heights;
mod store;
#[cfg(test)]
mod tests;

pub use self::activity::SessionActivity;
pub(crate) use self::carried::{Captured, Carried, SessionChoice, WriteUnderWay};
pub(crate) use self::container::ContainerSession;
pub use self::entry::SessionEntry;
pub use self::handle::{Session, SessionPromise, SessionSource};
pub(crate) use self::heights::Heights;
pub(crate) use self::store::SessionStore;
