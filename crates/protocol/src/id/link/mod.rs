//! Links and request paths: how a resource is named in a URL and in the text that a request signs.
//!
//! [`ResourcePath`] reads what any client sends; [`DatabaseLink`], [`ContainerLink`] and [`ItemLink`] write what
//! this client sends. Both know the same table of [`ResourceType`]s.

mod name_link;
mod path;
mod resource_type;

pub use name_link::{ContainerLink, DatabaseLink, ItemLink, encode_segment};
pub use path::{Addressing, PathAction, ResourcePath};
pub use resource_type::ResourceType;
