//! The path of a request, read the way the service reads it: slashes at the ends and empty segments do not
//! count, each segment is percent-decoded once, `+` is a plus.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;

use super::ResourceType;
use super::name_link::write_segment;
use crate::id::error::{IdError, excerpt};
use crate::id::{Rid, RidKind};

/// The most resources that can stand one below the other in a path.
const MAX_LEVELS: usize = 4;

/// How a path names its resources; one way for the whole path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Addressing {
    /// By the ids that users gave.
    Name,
    /// By resource ids.
    Rid,
}

/// What a path asks for that is neither a resource nor a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PathAction {
    /// `dbs/{db}/colls/{c}/operations/partitionkeydelete`: delete all items of one logical partition.
    PartitionKeyDelete,
    /// `operations/dtc`: a distributed transaction.
    DistributedTransaction,
    /// `probe`: is the endpoint reachable.
    Probe,
    /// `connectivity-probe`: is the thin-client endpoint reachable.
    ConnectivityProbe,
}

/// Actions by what they belong to and the segments that call them.
const ACTIONS: [(ResourceType, &[&str], PathAction); 4] = [
    (
        ResourceType::Containers,
        &["operations", "partitionkeydelete"],
        PathAction::PartitionKeyDelete,
    ),
    (
        ResourceType::Account,
        &["operations", "dtc"],
        PathAction::DistributedTransaction,
    ),
    (ResourceType::Account, &["probe"], PathAction::Probe),
    (
        ResourceType::Account,
        &["connectivity-probe"],
        PathAction::ConnectivityProbe,
    ),
];

/// A request path, parsed: the resource, the feed or the action that it addresses.
///
/// Segments are decoded and borrowed from the path where nothing was encoded.
///
/// ```
/// use cosmokit_protocol::id::{ResourcePath, ResourceType};
///
/// let path = ResourcePath::parse("/dbs/My%20Db/colls//Items/docs/")?;
/// assert_eq!(path.resource_type(), ResourceType::Documents);
/// assert!(path.is_feed());
/// assert_eq!(path.database(), Some("My Db"));
/// assert_eq!(path.signing_link(), "dbs/My Db/colls/Items");
/// # Ok::<(), cosmokit_protocol::id::IdError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourcePath<'a> {
    /// The resources named from the account down; those in use are the first `depth`.
    levels: [(ResourceType, Cow<'a, str>); MAX_LEVELS],
    depth: usize,
    feed: Option<ResourceType>,
    action: Option<PathAction>,
}

impl<'a> ResourcePath<'a> {
    /// Reads the path of a request: what stands between the authority and the `?`.
    ///
    /// # Errors
    ///
    /// [`IdError::UnknownPath`] when a segment leads nowhere, [`IdError::InvalidEncoding`] when one is not UTF-8.
    pub fn parse(path: &'a str) -> Result<Self, IdError> {
        const NONE: (ResourceType, Cow<'static, str>) = (ResourceType::Account, Cow::Borrowed(""));
        let mut parsed = Self {
            levels: [NONE; MAX_LEVELS],
            depth: 0,
            feed: None,
            action: None,
        };
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        while let Some(segment) = segments.next() {
            let parent = parsed.resource_type();
            let Some(child) = parent.child_by_segment(segment) else {
                parsed.action = Some(parse_action(parent, segment, segments)?);
                return Ok(parsed);
            };
            match segments.next() {
                None => parsed.feed = Some(child),
                Some(id) => {
                    let id = percent_decode_str(id)
                        .decode_utf8()
                        .map_err(|_| IdError::InvalidEncoding)?;
                    if let Some(level) = parsed.levels.get_mut(parsed.depth) {
                        *level = (child, id);
                        parsed.depth += 1;
                    }
                }
            }
        }
        Ok(parsed)
    }

    /// The same path without borrowing.
    pub fn into_owned(self) -> ResourcePath<'static> {
        let levels = self
            .levels
            .map(|(kind, id)| (kind, Cow::Owned(id.into_owned())));
        ResourcePath {
            levels,
            depth: self.depth,
            feed: self.feed,
            action: self.action,
        }
    }

    /// The kind of the resource or of the feed's resources; for an action, of the resource it belongs to.
    pub fn resource_type(&self) -> ResourceType {
        self.feed
            .or(self.owner().map(|(kind, _)| *kind))
            .unwrap_or(ResourceType::Account)
    }

    /// Whether the path names a feed and not one resource.
    pub fn is_feed(&self) -> bool {
        self.feed.is_some()
    }

    /// What the path asks for besides resources.
    pub fn action(&self) -> Option<PathAction> {
        self.action
    }

    /// The id of the one resource that the path names; `None` for feeds, actions and the account.
    pub fn id(&self) -> Option<&str> {
        if self.feed.is_some() || self.action.is_some() {
            return None;
        }
        self.owner().map(|(_, id)| id.as_ref())
    }

    /// The id of the resource of that kind which the path names or passes through.
    pub fn id_of(&self, kind: ResourceType) -> Option<&str> {
        self.levels()
            .iter()
            .find(|(level, _)| *level == kind)
            .map(|(_, id)| id.as_ref())
    }

    /// The database that the path names or passes through.
    pub fn database(&self) -> Option<&str> {
        self.id_of(ResourceType::Databases)
    }

    /// The container that the path names or passes through.
    pub fn container(&self) -> Option<&str> {
        self.id_of(ResourceType::Containers)
    }

    /// How the first identifier, and with it the whole path, names its resources.
    ///
    /// A database whose *name* looks like a resource id makes this ambiguous: look for a database with that
    /// resource id first, then for one with that name.
    pub fn addressing(&self) -> Addressing {
        match self.levels() {
            [(ResourceType::Offers, _), ..] => Addressing::Rid,
            [(ResourceType::Databases, id), ..] if is_database_rid(id) => Addressing::Rid,
            _ => Addressing::Name,
        }
    }

    /// The resource id of the resource that the path names, or of the one whose feed it names.
    ///
    /// # Errors
    ///
    /// [`IdError::MixedAddressing`] when one of the ids on the way is no resource id of its kind below its
    /// parent; [`IdError::UnknownPath`] when the path names no resource at all.
    pub fn rid(&self) -> Result<Rid, IdError> {
        let mut parent: Option<Rid> = None;
        for (kind, id) in self.levels() {
            let mixed = || IdError::MixedAddressing {
                id: excerpt(id),
                expected: *kind,
            };
            let rid: Rid = id.parse().map_err(|_| mixed())?;
            if Some(rid.kind()) != kind.rid_kind() || rid.parent() != parent {
                return Err(mixed());
            }
            parent = Some(rid);
        }
        parent.ok_or(IdError::UnknownPath {
            segment: String::new(),
        })
    }

    /// The link that a request to this path signs, by the way the path names its resources.
    pub fn signing_link(&self) -> String {
        self.signing_link_by(self.addressing())
    }

    /// The link that a request to this path signs: names raw and joined by slashes, resource ids in lower case
    /// and only the last one. Feeds sign their parent.
    pub fn signing_link_by(&self, addressing: Addressing) -> String {
        let Some((_, last)) = self.owner() else {
            return String::new();
        };
        if addressing == Addressing::Rid {
            return last.to_ascii_lowercase();
        }
        let room = |(kind, id): &(ResourceType, Cow<'_, str>)| kind.segment().len() + id.len() + 2;
        let mut link = String::with_capacity(self.levels().iter().map(room).sum());
        for (kind, id) in self.levels() {
            for part in [
                if link.is_empty() { "" } else { "/" },
                kind.segment(),
                "/",
                id,
            ] {
                link.push_str(part);
            }
        }
        link
    }

    /// The resource type that a request to this path signs: `docs`, empty for the account.
    pub fn signing_resource_type(&self) -> &'static str {
        self.resource_type().segment()
    }

    fn levels(&self) -> &[(ResourceType, Cow<'a, str>)] {
        self.levels.get(..self.depth).unwrap_or_default()
    }

    fn owner(&self) -> Option<&(ResourceType, Cow<'a, str>)> {
        self.levels().last()
    }
}

fn parse_action<'s>(
    parent: ResourceType,
    first: &'s str,
    rest: impl Iterator<Item = &'s str>,
) -> Result<PathAction, IdError> {
    // One more than the longest action has, so that what follows an action is noticed.
    let segments: Vec<&str> = std::iter::once(first).chain(rest).take(3).collect();
    let action = ACTIONS
        .iter()
        .find(|(owner, path, _)| *owner == parent && *path == segments);
    action
        .map(|(_, _, action)| *action)
        .ok_or_else(|| IdError::UnknownPath {
            segment: excerpt(first),
        })
}

/// Whether a text is the resource id of a database: 8 characters that decode to 4 bytes.
fn is_database_rid(text: &str) -> bool {
    text.parse::<Rid>()
        .is_ok_and(|rid| rid.kind() == RidKind::Database)
}

impl fmt::Display for ResourcePath<'_> {
    /// Prints the path in its canonical form: percent-encoded, a slash in front and none at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.depth == 0 && self.feed.is_none() && self.action.is_none() {
            return f.write_str("/");
        }
        for (kind, id) in self.levels() {
            write!(f, "/{}/", kind.segment())?;
            write_segment(id, f)?;
        }
        if let Some(feed) = self.feed {
            write!(f, "/{}", feed.segment())?;
        }
        let action = ACTIONS
            .iter()
            .find(|(_, _, action)| Some(*action) == self.action);
        action.map_or(Ok(()), |(_, path, _)| {
            path.iter().try_for_each(|segment| write!(f, "/{segment}"))
        })
    }
}
