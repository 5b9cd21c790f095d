//! What a container is partitioned by: paths, kind and hash version.
//!
//! Reading is lenient about what it does not know (unknown properties survive a round trip) and strict about
//! what routing depends on; [`PartitionKeyDefinition::validate`] holds the service's rules for new containers.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::{PartitionKey, PartitionKeyError};
use crate::value::PropertyPath;

/// How the values of a key are turned into a hash point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum PartitionKeyKind {
    /// One hash over the whole key: the ordinary container.
    #[default]
    Hash,
    /// One hash per level: the hierarchical key.
    MultiHash,
    /// No hash at all; a legacy form in which the encoded values are the point.
    Range,
}

impl PartitionKeyKind {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hash => "Hash",
            Self::MultiHash => "MultiHash",
            Self::Range => "Range",
        }
    }
}

/// Which hash function turns a key into a hash point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
#[non_exhaustive]
pub enum PartitionKeyVersion {
    /// 32-bit hash; only the first 100 UTF-16 units of a string count.
    V1,
    /// 128-bit hash; strings count whole.
    V2,
}

impl PartitionKeyVersion {
    /// The number on the wire.
    pub const fn value(self) -> u32 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it with a reference"
    )]
    fn is_first(&self) -> bool {
        *self == Self::V1
    }
}

impl TryFrom<u32> for PartitionKeyVersion {
    type Error = &'static str;

    fn try_from(value: u32) -> Result<Self, &'static str> {
        match value {
            1 => Ok(Self::V1),
            2 => Ok(Self::V2),
            _ => Err("a partition key version is 1 or 2"),
        }
    }
}

impl From<PartitionKeyVersion> for u32 {
    fn from(version: PartitionKeyVersion) -> Self {
        version.value()
    }
}

/// The partition key definition of a container, immutable once the container exists.
///
/// One path makes a `Hash` definition, several make a `MultiHash` one; both start at version 2. Definitions
/// read from JSON without `kind` are `Hash`, and without `version` they are version 1, as the service means it.
///
/// ```
/// use cosmokit_protocol::partition::{PartitionKey, PartitionKeyDefinition};
///
/// let by_tenant = PartitionKeyDefinition::from(("/tenant", "/user/id"));
/// let key = by_tenant.extract(br#"{"id":"1","user":{"id":7},"tenant":"contoso"}"#)?;
/// assert_eq!(key, PartitionKey::from(("contoso", 7)));
/// # Ok::<(), cosmokit_protocol::partition::PartitionKeyError>(())
/// ```
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PartitionKeyDefinition {
    paths: Vec<Cow<'static, str>>,
    kind: PartitionKeyKind,
    /// The service leaves version 1 out, and every client takes an absent version for 1.
    #[serde(skip_serializing_if = "PartitionKeyVersion::is_first")]
    version: PartitionKeyVersion,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_key: Option<bool>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
    /// `paths`, parsed once; a path that cannot be read is reported when it is needed.
    #[serde(skip)]
    parsed: Result<Vec<PropertyPath>, PartitionKeyError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    paths: Vec<Cow<'static, str>>,
    #[serde(default)]
    kind: PartitionKeyKind,
    version: Option<PartitionKeyVersion>,
    system_key: Option<bool>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

impl PartitionKeyDefinition {
    /// The most levels of a hierarchical key.
    pub const MAX_LEVELS: usize = PartitionKey::MAX_VALUES;

    /// A definition over `paths`: `Hash` for one path, `MultiHash` for several, version 2.
    ///
    /// The parameter is exactly what the published Rust client takes, so that `.collect()` and `.into()` in a caller
    /// find their type; [`from_paths`](Self::from_paths) takes everything else.
    pub fn new(paths: Vec<Cow<'static, str>>) -> Self {
        let kind = if paths.len() > 1 {
            PartitionKeyKind::MultiHash
        } else {
            PartitionKeyKind::Hash
        };
        let parsed = parse(&paths);
        Self {
            paths,
            kind,
            version: PartitionKeyVersion::V2,
            system_key: None,
            unknown: Map::new(),
            parsed,
        }
    }

    /// As [`new`](Self::new), from any sequence of paths.
    pub fn from_paths(paths: impl IntoIterator<Item = impl Into<Cow<'static, str>>>) -> Self {
        Self::new(paths.into_iter().map(Into::into).collect())
    }

    /// Replaces the kind that [`new`](Self::new) derived from the number of paths.
    pub fn with_kind(mut self, kind: PartitionKeyKind) -> Self {
        self.kind = kind;
        self
    }

    /// Replaces the version; default 2.
    pub fn with_version(mut self, version: PartitionKeyVersion) -> Self {
        self.version = version;
        self
    }

    /// Marks the key as one that the service added to a container made without any.
    pub fn with_system_key(mut self) -> Self {
        self.system_key = Some(true);
        self
    }

    /// The paths as given, outermost level first.
    pub fn paths(&self) -> &[Cow<'static, str>] {
        &self.paths
    }

    /// How keys become hash points.
    pub fn kind(&self) -> PartitionKeyKind {
        self.kind
    }

    /// Which hash function is used.
    pub fn version(&self) -> PartitionKeyVersion {
        self.version
    }

    /// Whether the service added this key to a container made without any; such containers also hold items
    /// under the empty key.
    pub fn system_key(&self) -> bool {
        self.system_key == Some(true)
    }

    /// The properties of the definition that this type has no name for.
    pub fn unknown_properties(&self) -> &Map<String, Value> {
        &self.unknown
    }

    /// Whether `key` has a value for every path.
    pub fn is_complete(&self, key: &PartitionKey) -> bool {
        key.len() == self.paths.len()
    }

    /// Whether `key` names an upper level of a hierarchical key and not the whole of it.
    pub fn is_prefix(&self, key: &PartitionKey) -> bool {
        self.kind == PartitionKeyKind::MultiHash && !key.is_empty() && key.len() < self.paths.len()
    }

    /// The paths as property names.
    ///
    /// # Errors
    ///
    /// [`PartitionKeyError::InvalidPath`] for the first path that cannot be read.
    pub fn property_paths(&self) -> Result<&[PropertyPath], PartitionKeyError> {
        self.parsed.as_deref().map_err(Clone::clone)
    }

    /// Checks what the service checks when a container is created.
    ///
    /// # Errors
    ///
    /// [`PartitionKeyError::WrongNumberOfPaths`], [`PartitionKeyError::InvalidPath`] or
    /// [`PartitionKeyError::MultiHashNeedsVersion2`].
    pub fn validate(&self) -> Result<(), PartitionKeyError> {
        // A Hash definition over several paths is a legacy form, but alive.
        let (allowed, range) = match self.kind {
            PartitionKeyKind::Hash | PartitionKeyKind::MultiHash => {
                ("1 to 3", 1..=Self::MAX_LEVELS)
            }
            PartitionKeyKind::Range => ("1", 1..=1),
        };
        let actual = self.paths.len();
        if !range.contains(&actual) {
            return Err(PartitionKeyError::WrongNumberOfPaths {
                kind: self.kind.as_str(),
                allowed,
                actual,
            });
        }
        if self.kind == PartitionKeyKind::MultiHash && self.version != PartitionKeyVersion::V2 {
            return Err(PartitionKeyError::MultiHashNeedsVersion2);
        }
        self.property_paths().map(|_| ())
    }

    /// Reads the key out of a document, in one pass over its bytes and without building a tree.
    ///
    /// A missing property, an array and an object count as undefined; of a property that is there twice the
    /// last one counts. What no path leads to is skipped, checked for balanced JSON but not for valid text.
    ///
    /// # Errors
    ///
    /// [`PartitionKeyError::InvalidDocument`] when the bytes are not one JSON object or a value at a path is no
    /// valid string or number; [`PartitionKeyError::InvalidPath`] and
    /// [`PartitionKeyError::WrongNumberOfPaths`] when the definition itself is broken.
    pub fn extract(&self, document: &[u8]) -> Result<PartitionKey, PartitionKeyError> {
        let paths = self.property_paths()?;
        if paths.len() > PartitionKey::MAX_VALUES {
            return Err(PartitionKeyError::WrongNumberOfPaths {
                kind: self.kind.as_str(),
                allowed: "at most 3",
                actual: paths.len(),
            });
        }
        super::extract::extract(document, paths)
    }
}

fn parse(paths: &[Cow<'static, str>]) -> Result<Vec<PropertyPath>, PartitionKeyError> {
    let parse_one = |path: &Cow<'static, str>| {
        path.parse()
            .map_err(|reason| PartitionKeyError::InvalidPath {
                path: path.to_string(),
                reason,
            })
    };
    paths.iter().map(parse_one).collect()
}

impl PartialEq for PartitionKeyDefinition {
    fn eq(&self, other: &Self) -> bool {
        self.paths == other.paths
            && self.kind == other.kind
            && self.version == other.version
            && self.system_key == other.system_key
            && self.unknown == other.unknown
    }
}

impl Eq for PartitionKeyDefinition {}

impl<'de> Deserialize<'de> for PartitionKeyDefinition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let version = wire.version.unwrap_or(PartitionKeyVersion::V1);
        if wire.kind == PartitionKeyKind::MultiHash && version != PartitionKeyVersion::V2 {
            return Err(D::Error::custom(PartitionKeyError::MultiHashNeedsVersion2));
        }
        let parsed = parse(&wire.paths);
        Ok(Self {
            paths: wire.paths,
            kind: wire.kind,
            version,
            system_key: wire.system_key,
            unknown: wire.unknown,
            parsed,
        })
    }
}

impl From<&str> for PartitionKeyDefinition {
    fn from(path: &str) -> Self {
        Self::from_paths([path.to_owned()])
    }
}

impl From<String> for PartitionKeyDefinition {
    fn from(path: String) -> Self {
        Self::from_paths([path])
    }
}

impl<A: Into<String>, B: Into<String>> From<(A, B)> for PartitionKeyDefinition {
    fn from((first, second): (A, B)) -> Self {
        Self::from_paths([first.into(), second.into()])
    }
}

impl<A: Into<String>, B: Into<String>, C: Into<String>> From<(A, B, C)> for PartitionKeyDefinition {
    fn from((first, second, third): (A, B, C)) -> Self {
        Self::from_paths([first.into(), second.into(), third.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> serde_json::Result<PartitionKeyDefinition> {
        serde_json::from_str(json)
    }

    #[test]
    fn json_defaults_are_hash_and_version_1() {
        let definition = read(r#"{"paths":["/pk"]}"#).unwrap();
        assert_eq!(
            (definition.kind(), definition.version()),
            (PartitionKeyKind::Hash, PartitionKeyVersion::V1)
        );
        assert!(!definition.system_key());
    }

    #[test]
    fn unknown_properties_survive_a_round_trip() {
        let json = r#"{"paths":["/pk"],"kind":"Hash","version":2,"systemKey":true,"isBig":{"x":[1,null]}}"#;
        let definition = read(json).unwrap();
        assert!(definition.system_key());
        assert_eq!(definition.unknown_properties().len(), 1);
        assert_eq!(serde_json::to_string(&definition).unwrap(), json);
    }

    #[test]
    fn what_routing_cannot_work_with_is_refused() {
        for json in [
            r#"{"paths":["/a","/b"],"kind":"MultiHash"}"#,
            r#"{"paths":["/a","/b"],"kind":"MultiHash","version":1}"#,
            r#"{"paths":["/a"],"version":3}"#,
            r#"{"paths":["/a"],"kind":"hash"}"#,
            r#"{"paths":"/a"}"#,
            r#"{"kind":"Hash"}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn the_number_of_paths_decides_the_kind() {
        for (definition, kind, paths) in [
            (
                PartitionKeyDefinition::from("/a"),
                PartitionKeyKind::Hash,
                1,
            ),
            (
                PartitionKeyDefinition::from(String::from("/a")),
                PartitionKeyKind::Hash,
                1,
            ),
            (
                PartitionKeyDefinition::from(("/a", "/b")),
                PartitionKeyKind::MultiHash,
                2,
            ),
            (
                PartitionKeyDefinition::from(("/a", "/b", "/c")),
                PartitionKeyKind::MultiHash,
                3,
            ),
        ] {
            assert_eq!((definition.kind(), definition.paths().len()), (kind, paths));
            assert_eq!(definition.version(), PartitionKeyVersion::V2);
            assert_eq!(definition.validate(), Ok(()));
        }
    }

    #[test]
    fn validation_names_what_is_wrong() {
        let wrong = |definition: PartitionKeyDefinition| definition.validate().unwrap_err();
        assert!(matches!(
            wrong(PartitionKeyDefinition::new(Vec::new())),
            PartitionKeyError::WrongNumberOfPaths { actual: 0, .. }
        ));
        assert!(matches!(
            wrong(PartitionKeyDefinition::from_paths(["/a", "/b", "/c", "/d"])),
            PartitionKeyError::WrongNumberOfPaths { actual: 4, .. }
        ));
        assert!(matches!(
            wrong(PartitionKeyDefinition::from("a")),
            PartitionKeyError::InvalidPath { .. }
        ));
        let old = PartitionKeyDefinition::from(("/a", "/b")).with_version(PartitionKeyVersion::V1);
        assert_eq!(wrong(old), PartitionKeyError::MultiHashNeedsVersion2);
    }
}
