//! The indexing policy of a container.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::wire_word::wire_word;
use super::{FullTextIndex, SpatialIndex, UnknownProperties, VectorIndex};

/// Which properties of a container's items are indexed, and how.
///
/// ```
/// use cosmokit_protocol::resource::{CompositeIndex, CompositeIndexOrder, CompositeIndexProperty, IndexingPolicy};
///
/// let policy = IndexingPolicy::default()
///     .with_included_path("/*")
///     .with_excluded_path("/notes/?")
///     .with_composite_index(
///         CompositeIndex::default()
///             .with_property(CompositeIndexProperty::new("/name", CompositeIndexOrder::Ascending))
///             .with_property(CompositeIndexProperty::new("/age", CompositeIndexOrder::Descending)),
///     );
/// assert!(policy.automatic);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", remote = "Self")]
#[non_exhaustive]
pub struct IndexingPolicy {
    /// When indexing happens; `consistent` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indexing_mode: Option<IndexingMode>,
    /// Whether every item is indexed. When a document does not say, it is true unless the mode is `none`.
    pub automatic: bool,
    /// What is indexed: paths that end in `/?` (the scalar) or `/*` (everything below).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub included_paths: Vec<PropertyPath>,
    /// What is not indexed; the longer of two matching paths decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded_paths: Vec<PropertyPath>,
    /// Indexes of GeoJSON values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spatial_indexes: Vec<SpatialIndex>,
    /// Indexes of several properties together, for ORDER BY and filters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub composite_indexes: Vec<CompositeIndex>,
    /// Indexes of vectors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vector_indexes: Vec<VectorIndex>,
    /// Indexes of text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub full_text_indexes: Vec<FullTextIndex>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl Default for IndexingPolicy {
    /// A policy that names nothing: automatic, mode left to the service.
    fn default() -> Self {
        Self {
            indexing_mode: None,
            automatic: true,
            included_paths: Vec::new(),
            excluded_paths: Vec::new(),
            spatial_indexes: Vec::new(),
            composite_indexes: Vec::new(),
            vector_indexes: Vec::new(),
            full_text_indexes: Vec::new(),
            unknown: UnknownProperties::new(),
        }
    }
}

impl IndexingPolicy {
    /// Sets when indexing happens; [`IndexingMode::None`] also turns `automatic` off, which the service requires.
    pub fn with_indexing_mode(mut self, indexing_mode: IndexingMode) -> Self {
        if indexing_mode == IndexingMode::None {
            self.automatic = false;
        }
        self.indexing_mode = Some(indexing_mode);
        self
    }

    /// Adds a path to index.
    pub fn with_included_path(mut self, included_path: impl Into<PropertyPath>) -> Self {
        self.included_paths.push(included_path.into());
        self
    }

    /// Adds a path not to index.
    pub fn with_excluded_path(mut self, excluded_path: impl Into<PropertyPath>) -> Self {
        self.excluded_paths.push(excluded_path.into());
        self
    }

    /// Adds an index of GeoJSON values.
    pub fn with_spatial_index(mut self, spatial_index: SpatialIndex) -> Self {
        self.spatial_indexes.push(spatial_index);
        self
    }

    /// Adds an index of several properties together.
    pub fn with_composite_index(mut self, composite_index: CompositeIndex) -> Self {
        self.composite_indexes.push(composite_index);
        self
    }

    /// Adds an index of vectors.
    pub fn with_vector_index(mut self, vector_index: VectorIndex) -> Self {
        self.vector_indexes.push(vector_index);
        self
    }

    /// Adds an index of text.
    pub fn with_full_text_index(mut self, full_text_index: impl Into<FullTextIndex>) -> Self {
        self.full_text_indexes.push(full_text_index.into());
        self
    }
}

impl Serialize for IndexingPolicy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for IndexingPolicy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        if !fields.contains_key("automatic") {
            let off = fields.get("indexingMode").and_then(Value::as_str)
                == Some(IndexingMode::None.as_str());
            fields.insert("automatic".to_owned(), Value::Bool(!off));
        }
        Self::deserialize(Value::Object(fields)).map_err(D::Error::custom)
    }
}

wire_word! {
    /// When indexing happens.
    IndexingMode {
        /// With every write.
        Consistent = "consistent",
        /// Never; queries scan.
        None = "none",
        /// Later, at low priority; a legacy mode that new containers cannot have.
        Lazy = "lazy",
    }
}

/// A path of an indexing policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PropertyPath {
    /// The path, such as `/address/city/?`.
    pub path: String,
    /// Properties this version does not know, such as the `indexes` of old clients.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl PropertyPath {
    /// Changes the path.
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }
}

impl<T: Into<String>> From<T> for PropertyPath {
    fn from(path: T) -> Self {
        Self {
            path: path.into(),
            unknown: UnknownProperties::new(),
        }
    }
}

/// An index of several properties together; 2 to 8 of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct CompositeIndex {
    /// The properties, the most significant first.
    pub properties: Vec<CompositeIndexProperty>,
}

impl CompositeIndex {
    /// Adds a property.
    pub fn with_property(mut self, property: CompositeIndexProperty) -> Self {
        self.properties.push(property);
        self
    }
}

/// One property of a composite index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CompositeIndexProperty {
    /// Path without `/?` at its end, such as `/name`.
    pub path: String,
    /// The direction; `ascending` when absent.
    #[serde(default)]
    pub order: CompositeIndexOrder,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl CompositeIndexProperty {
    /// The property at `path` in the given direction.
    pub fn new(path: impl Into<String>, order: CompositeIndexOrder) -> Self {
        Self {
            path: path.into(),
            order,
            unknown: UnknownProperties::new(),
        }
    }

    /// Changes the path.
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Changes the direction.
    pub fn with_order(mut self, order: CompositeIndexOrder) -> Self {
        self.order = order;
        self
    }
}

wire_word! {
    /// The direction of a property in a composite index.
    #[derive(Default)]
    CompositeIndexOrder {
        /// Least first.
        #[default]
        Ascending = "ascending",
        /// Greatest first.
        Descending = "descending",
    }
}
