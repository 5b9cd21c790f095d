//! Where an account answers: its document, read from the service, and the immutable snapshot of endpoints
//! that requests are routed by.

mod account;
mod endpoint;
mod location;
mod snapshot;
#[cfg(test)]
mod tests;

pub(crate) use self::account::read_properties;
pub(crate) use self::endpoint::RegionalEndpoint;
pub(crate) use self::location::LocationState;
pub(crate) use self::snapshot::Snapshot;
