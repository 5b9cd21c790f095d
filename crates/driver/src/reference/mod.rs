//! Addresses of resources: immutable, cheap to clone, with the request path and the text to sign built
//! once. An address says where something is; what is known about it (rid, partition key definition,
//! ranges) lives in the driver's caches, so that a container that is deleted and created again under the
//! same name needs no new address.

mod account;
mod address;
mod container;
mod database;
mod endpoint;
mod item;
mod named_resource;

pub use self::account::{AccountReference, Credential};
pub(crate) use self::address::{ResourceAddress, SigningLink, refuse_id};
pub(crate) use self::container::ContainerKey;
pub use self::container::ContainerReference;
pub use self::database::DatabaseReference;
pub(crate) use self::database::check_id;
pub use self::endpoint::AccountEndpoint;
pub use self::item::ItemReference;
pub(crate) use self::item::partition_key_header;
pub use self::named_resource::{NamedResourceFeed, NamedResourceKind, NamedResourceReference};
