//! What the service refuses of an indexing policy, and what it fills in.

use std::collections::HashSet;

use super::index_path::{IndexPath, IndexPathEnd, IndexStep};
use super::policy_rules::{known_word, plain_path};
use super::{
    CompositeIndex, CompositeIndexOrder, ContainerProperties, FullTextIndex, GeospatialType,
    IndexingMode, IndexingPolicy, PropertyPath, QuantizerType, Refusal, SpatialIndex, SpatialType,
    VectorEmbedding, VectorIndex, VectorIndexType,
};

const MAX_PATHS: usize = 1500;
const MAX_COMPOSITE_INDEXES: usize = 100;
const COMPOSITE_PROPERTIES: std::ops::RangeInclusive<usize> = 2..=8;
const MAX_FLAT_DIMENSIONS: u32 = 505;
const MAX_QUANTIZATION_BYTES: u32 = 512;
const SEARCH_LIST_SIZE: std::ops::RangeInclusive<i64> = 25..=500;
const ETAG_PATH: &str = "/\"_etag\"/?";

impl IndexingPolicy {
    /// What the service stores for a container that names no policy: everything but `_etag`.
    pub fn service_default() -> Self {
        Self::default().with_service_defaults()
    }

    /// Fills in what the service fills in: the mode, `automatic` for every mode but `none`, `/*` when no path is
    /// named, `_etag` among the excluded paths; drops the `indexes` that old clients send with a path.
    pub fn with_service_defaults(mut self) -> Self {
        let mode = self.indexing_mode.get_or_insert(IndexingMode::Consistent);
        if *mode == IndexingMode::None {
            self.automatic = false;
            return self;
        }
        self.automatic = true;
        for path in self
            .included_paths
            .iter_mut()
            .chain(&mut self.excluded_paths)
        {
            path.unknown.remove("indexes");
        }
        if self.included_paths.is_empty() && self.excluded_paths.is_empty() {
            self.included_paths.push("/*".into());
        }
        let etag = [IndexStep::Property("_etag".into())];
        let names_etag = |path: &PropertyPath| {
            IndexPath::parse("indexing", &path.path).is_ok_and(|path| path.steps() == etag)
        };
        if !self
            .included_paths
            .iter()
            .chain(&self.excluded_paths)
            .any(names_etag)
        {
            self.excluded_paths.push(ETAG_PATH.into());
        }
        self
    }

    /// Checks the policy within its container.
    pub(super) fn validate(&self, container: &ContainerProperties) -> Result<(), Refusal> {
        match &self.indexing_mode {
            Some(IndexingMode::None) => return self.validate_off(),
            Some(mode @ (IndexingMode::Lazy | IndexingMode::Other(_))) => {
                return known_word("indexingMode", mode.as_str(), &["consistent", "none"]);
            }
            Some(IndexingMode::Consistent) | None => {}
        }
        self.validate_paths()?;
        Refusal::at_most(
            "composite indexes",
            self.composite_indexes.len(),
            MAX_COMPOSITE_INDEXES,
        )?;
        self.composite_indexes
            .iter()
            .try_for_each(CompositeIndex::validate)?;
        self.spatial_indexes
            .iter()
            .try_for_each(|index| index.validate(container))?;
        self.vector_indexes
            .iter()
            .try_for_each(|index| index.validate(container))?;
        self.full_text_indexes
            .iter()
            .try_for_each(|index| index.validate(container))
    }

    fn validate_off(&self) -> Result<(), Refusal> {
        if self.automatic {
            return Err(Refusal::Contradiction(
                "the indexing mode 'none' requires 'automatic' to be false".into(),
            ));
        }
        let paths = self.included_paths.len() + self.excluded_paths.len();
        let indexes = self.composite_indexes.len()
            + self.spatial_indexes.len()
            + self.vector_indexes.len()
            + self.full_text_indexes.len();
        if paths + indexes > 0 {
            return Err(Refusal::Contradiction(
                "the indexing mode 'none' allows no paths and no indexes".into(),
            ));
        }
        Ok(())
    }

    /// Every path once, with a wildcard at its end, and `/*` in exactly one list.
    fn validate_paths(&self) -> Result<(), Refusal> {
        Refusal::at_most("included paths", self.included_paths.len(), MAX_PATHS)?;
        Refusal::at_most("excluded paths", self.excluded_paths.len(), MAX_PATHS)?;
        let policy = "indexing";
        let mut seen = HashSet::new();
        for text in self
            .included_paths
            .iter()
            .chain(&self.excluded_paths)
            .map(|path| path.path.as_str())
        {
            let path = IndexPath::parse(policy, text)?;
            if path.end() == IndexPathEnd::Exact {
                return Err(Refusal::Path {
                    policy,
                    path: text.into(),
                    reason: "it must end in /? or /*",
                });
            }
            if !seen.insert(path) {
                return Err(Refusal::DuplicatePath {
                    policy,
                    path: text.into(),
                });
            }
        }
        if seen.is_empty() || seen.iter().any(IndexPath::is_root) {
            return Ok(());
        }
        Err(Refusal::Contradiction(
            "the indexing path /* must stand in 'includedPaths' or in 'excludedPaths'".into(),
        ))
    }
}

impl CompositeIndex {
    fn validate(&self) -> Result<(), Refusal> {
        let what = "properties in a composite index";
        Refusal::at_least(what, self.properties.len(), *COMPOSITE_PROPERTIES.start())?;
        Refusal::at_most(what, self.properties.len(), *COMPOSITE_PROPERTIES.end())?;
        let policy = "composite index";
        let mut seen = HashSet::new();
        for property in &self.properties {
            known_word("order", property.order.as_str(), CompositeIndexOrder::KNOWN)?;
            if !seen.insert(plain_path(policy, &property.path)?) {
                return Err(Refusal::DuplicatePath {
                    policy,
                    path: property.path.as_str().into(),
                });
            }
        }
        Ok(())
    }
}

impl SpatialIndex {
    fn validate(&self, container: &ContainerProperties) -> Result<(), Refusal> {
        IndexPath::parse("spatial index", &self.path)?;
        for spatial_type in &self.types {
            known_word("types", spatial_type.as_str(), SpatialType::KNOWN)?;
        }
        let on_plane = container
            .geospatial_config
            .as_ref()
            .is_some_and(|config| config.geospatial_type == GeospatialType::Geometry);
        match &self.bounding_box {
            None if on_plane => Err(Refusal::Missing {
                resource: "spatial index",
                property: "boundingBox",
            }),
            Some(bounds)
                if bounds.min().0 >= bounds.max().0 || bounds.min().1 >= bounds.max().1 =>
            {
                Err(Refusal::Contradiction(
                    "xmin and ymin of a 'boundingBox' must lie below xmax and ymax".into(),
                ))
            }
            _ => Ok(()),
        }
    }
}

impl VectorIndex {
    fn validate(&self, container: &ContainerProperties) -> Result<(), Refusal> {
        let policy = "vector index";
        let path = plain_path(policy, &self.path)?;
        known_word("type", self.index_type.as_str(), VectorIndexType::KNOWN)?;
        let embeddings = container
            .vector_embedding_policy
            .as_ref()
            .map(|policy| policy.embeddings.as_slice());
        let embedding = embeddings
            .unwrap_or_default()
            .iter()
            .find(|embedding| plain_path(policy, &embedding.path).is_ok_and(|other| other == path));
        let Some(embedding) = embedding else {
            let reason = "it is not in the vector embedding policy of the container";
            return Err(Refusal::Path {
                policy,
                path: self.path.as_str().into(),
                reason,
            });
        };
        self.vector_index_shard_key
            .iter()
            .try_for_each(|key| plain_path(policy, key).map(drop))?;
        self.validate_tuning(embedding)
    }

    fn validate_tuning(&self, embedding: &VectorEmbedding) -> Result<(), Refusal> {
        let flat = self.index_type == VectorIndexType::Flat;
        if flat {
            let dimensions = i64::from(embedding.dimensions);
            Refusal::within(
                "'dimensions' of a vector with a flat index",
                dimensions,
                1..=i64::from(MAX_FLAT_DIMENSIONS),
            )?;
        }
        let quantized = self.quantizer_type.is_some() || self.quantization_byte_size.is_some();
        if flat && (quantized || !self.vector_index_shard_key.is_empty()) {
            return Err(Refusal::Contradiction(
                "a flat vector index takes no quantizer and no shard key".into(),
            ));
        }
        if let Some(quantizer) = &self.quantizer_type {
            known_word("quantizerType", quantizer.as_str(), QuantizerType::KNOWN)?;
        }
        if let Some(bytes) = self.quantization_byte_size {
            let most = i64::from(embedding.dimensions.min(MAX_QUANTIZATION_BYTES));
            Refusal::within(
                "'quantizationByteSize' in bytes",
                i64::from(bytes),
                1..=most,
            )?;
        }
        match self.indexing_search_list_size {
            Some(_) if self.index_type != VectorIndexType::DiskANN => Err(Refusal::Contradiction(
                "'indexingSearchListSize' goes with the vector index type diskANN".into(),
            )),
            Some(size) => Refusal::within(
                "'indexingSearchListSize'",
                i64::from(size),
                SEARCH_LIST_SIZE,
            ),
            None => Ok(()),
        }
    }
}

impl FullTextIndex {
    fn validate(&self, container: &ContainerProperties) -> Result<(), Refusal> {
        let policy = "full text index";
        let path = plain_path(policy, &self.path)?;
        let paths = container
            .full_text_policy
            .as_ref()
            .map(|policy| policy.full_text_paths.as_slice());
        let declared = |text: &str| plain_path(policy, text).is_ok_and(|other| other == path);
        if paths
            .unwrap_or_default()
            .iter()
            .any(|entry| declared(&entry.path))
        {
            return Ok(());
        }
        let reason = "it is not in the full text policy of the container";
        Err(Refusal::Path {
            policy,
            path: self.path.as_str().into(),
            reason,
        })
    }
}
