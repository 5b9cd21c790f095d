//! How a database or container is addressed: by its name, or by the resource id that the service gave it.
//!
//! A name survives a delete and re-create of the resource, a resource id does not. The two are never mixed in one
//! address; what an address may contain is checked by the driver when an operation uses it.

use std::fmt;

/// A resource id (rid): the stable, base64 text that the service gives a resource at creation.
///
/// Any text is accepted here; an operation that uses a text which is no rid fails with status 400.
///
/// ```
/// use cosmokit::{ResourceId, ResourceIdentity};
///
/// let identity = ResourceIdentity::from(ResourceId::from("Xq3KAA=="));
/// assert!(identity.is_rid());
/// assert_eq!(identity.rid().map(ResourceId::as_str), Some("Xq3KAA=="));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResourceId(String);

impl ResourceId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ResourceId {
    fn from(rid: &str) -> Self {
        Self(rid.to_owned())
    }
}

impl From<String> for ResourceId {
    fn from(rid: String) -> Self {
        Self(rid)
    }
}

impl From<&String> for ResourceId {
    fn from(rid: &String) -> Self {
        Self(rid.clone())
    }
}

impl AsRef<str> for ResourceId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A database or container, by name or by resource id. Strings convert to names.
///
/// ```
/// use cosmokit::ResourceIdentity;
///
/// let identity: ResourceIdentity = "orders".into();
/// assert_eq!(identity.name(), Some("orders"));
/// assert!(!identity.is_rid());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResourceIdentity {
    /// The name that its creator gave it.
    Name(String),
    /// The resource id that the service gave it.
    Rid(ResourceId),
}

impl ResourceIdentity {
    /// Whether this is a resource id.
    pub fn is_rid(&self) -> bool {
        matches!(self, Self::Rid(_))
    }

    /// The name, when this is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Rid(_) => None,
        }
    }

    /// The resource id, when this is one.
    pub fn rid(&self) -> Option<&ResourceId> {
        match self {
            Self::Name(_) => None,
            Self::Rid(rid) => Some(rid),
        }
    }
}

impl From<&str> for ResourceIdentity {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<String> for ResourceIdentity {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

impl From<&String> for ResourceIdentity {
    fn from(name: &String) -> Self {
        Self::Name(name.clone())
    }
}

impl From<ResourceId> for ResourceIdentity {
    fn from(rid: ResourceId) -> Self {
        Self::Rid(rid)
    }
}

impl From<&ResourceId> for ResourceIdentity {
    fn from(rid: &ResourceId) -> Self {
        Self::Rid(rid.clone())
    }
}

impl From<&ResourceIdentity> for ResourceIdentity {
    fn from(identity: &ResourceIdentity) -> Self {
        identity.clone()
    }
}

impl fmt::Display for ResourceIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Rid(rid) => rid.fmt(f),
        }
    }
}
