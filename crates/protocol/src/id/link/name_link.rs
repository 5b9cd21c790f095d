//! Links by name, as a client writes them: percent-encoded in the path, raw in the text that is signed.

use std::borrow::Cow;
use std::fmt::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::ResourceType;

/// What must be encoded inside a segment: all but the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Percent-encodes an id so that it is one segment of a path.
pub fn encode_segment(id: &str) -> Cow<'_, str> {
    if matches!(id, "." | "..") {
        return Cow::Owned(id.replace('.', "%2E")); // plain dots would be taken for relative segments
    }
    utf8_percent_encode(id, ENCODED).into()
}

pub(super) fn write_segment(id: &str, out: &mut impl Write) -> fmt::Result {
    if matches!(id, "." | "..") {
        return out.write_str(&encode_segment(id));
    }
    utf8_percent_encode(id, ENCODED).try_for_each(|part| out.write_str(part))
}

/// The path and the signing link of a resource, made once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Link {
    path: Box<str>,
    signing: Box<str>,
}

impl Link {
    fn new(parent: Option<&Self>, kind: ResourceType, id: &str) -> Self {
        let (parent_path, parent_signing) =
            parent.map_or(("", ""), |link| (&*link.path, &*link.signing));
        let joint = if parent_signing.is_empty() { "" } else { "/" };
        let segment = kind.segment();
        Self {
            path: [parent_path, "/", segment, "/", &encode_segment(id)]
                .concat()
                .into(),
            signing: [parent_signing, joint, segment, "/", id].concat().into(),
        }
    }

    fn feed_path(&self, kind: ResourceType) -> String {
        [&self.path, "/", kind.segment()].concat()
    }
}

macro_rules! link_methods {
    ($what:literal) => {
        #[doc = concat!("The request path of ", $what, ": percent-encoded, a slash in front, none at the end.")]
        pub fn path(&self) -> &str {
            &self.link.path
        }

        #[doc = concat!("The link that requests to ", $what, " and to the feeds below it sign.")]
        pub fn signing_link(&self) -> &str {
            &self.link.signing
        }

        /// The request path of the feed of `kind` below it.
        pub fn feed_path(&self, kind: ResourceType) -> String {
            self.link.feed_path(kind)
        }
    };
}

/// The address of a database by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DatabaseLink {
    link: Link,
}

impl DatabaseLink {
    /// The database `id`.
    pub fn new(id: &str) -> Self {
        Self {
            link: Link::new(None, ResourceType::Databases, id),
        }
    }

    /// A container of the database.
    pub fn container(&self, id: &str) -> ContainerLink {
        ContainerLink {
            link: Link::new(Some(&self.link), ResourceType::Containers, id),
        }
    }

    /// Another child of the database: a user or a client encryption key.
    pub fn child<'a>(&'a self, kind: ResourceType, id: &'a str) -> ItemLink<'a> {
        ItemLink {
            parent: &self.link,
            kind,
            id,
        }
    }

    link_methods!("the database");
}

/// The address of a container by name.
///
/// ```
/// use cosmokit_protocol::id::{DatabaseLink, ResourceType};
///
/// let container = DatabaseLink::new("My Db").container("größen");
/// assert_eq!(container.path(), "/dbs/My%20Db/colls/gr%C3%B6%C3%9Fen");
/// assert_eq!(container.signing_link(), "dbs/My Db/colls/größen");
/// assert_eq!(container.feed_path(ResourceType::PartitionKeyRanges), "/dbs/My%20Db/colls/gr%C3%B6%C3%9Fen/pkranges");
/// assert_eq!(container.item("a+b").path(), "/dbs/My%20Db/colls/gr%C3%B6%C3%9Fen/docs/a%2Bb");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContainerLink {
    link: Link,
}

impl ContainerLink {
    /// The container `id` of the database `database`.
    pub fn new(database: &str, id: &str) -> Self {
        DatabaseLink::new(database).container(id)
    }

    /// An item of the container.
    pub fn item<'a>(&'a self, id: &'a str) -> ItemLink<'a> {
        self.child(ResourceType::Documents, id)
    }

    /// A child of the container of any kind: a script, a conflict, an item.
    pub fn child<'a>(&'a self, kind: ResourceType, id: &'a str) -> ItemLink<'a> {
        ItemLink {
            parent: &self.link,
            kind,
            id,
        }
    }

    link_methods!("the container");
}

/// The address by name of a resource below a container or a database, borrowed from its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ItemLink<'a> {
    parent: &'a Link,
    kind: ResourceType,
    id: &'a str,
}

impl ItemLink<'_> {
    /// The kind of resource.
    pub fn resource_type(&self) -> ResourceType {
        self.kind
    }

    /// The request path: percent-encoded, a slash in front, none at the end.
    pub fn path(&self) -> String {
        let segment = self.kind.segment();
        let mut path =
            String::with_capacity(self.parent.path.len() + segment.len() + self.id.len() + 2);
        for part in [&*self.parent.path, "/", segment, "/"] {
            path.push_str(part);
        }
        write_segment(self.id, &mut path).unwrap_or_default(); // a String takes everything
        path
    }

    /// The link that requests to the resource sign.
    pub fn signing_link(&self) -> String {
        [
            &*self.parent.signing,
            "/",
            self.kind.segment(),
            "/",
            self.id,
        ]
        .concat()
    }
}
