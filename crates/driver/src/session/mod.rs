//! Session consistency: what a driver has seen in each range of each container, and what of it a request
//! must carry. Keyed by the container's resource id, so that a recreated container starts anew. A token
//! that the caller gives replaces all of this for its operation.

mod container;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use self::container::ContainerSession;
pub(crate) use self::store::SessionStore;
