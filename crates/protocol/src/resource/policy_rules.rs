//! What the service refuses of the smaller policies of a container, and what it fills in.

use std::collections::HashSet;

use super::index_path::{IndexPath, IndexPathEnd, IndexStep};
use super::{
    AEAD_AES_256_CBC_HMAC_SHA256, ClientEncryptionPolicy, ConflictResolutionMode,
    ConflictResolutionPolicy, EncryptionType, FullTextPolicy, GeospatialConfig, GeospatialType,
    Refusal, UniqueKeyPolicy, VectorDataType, VectorDistanceFunction, VectorEmbeddingPolicy,
};
use crate::partition::PartitionKeyDefinition;

const MAX_UNIQUE_KEYS: usize = 10;
const MAX_UNIQUE_KEY_PATHS: usize = 16;
/// The most elements of a vector.
const MAX_VECTOR_DIMENSIONS: u32 = 4096;

/// Parses a path without any wildcard.
pub(super) fn plain_path(policy: &'static str, text: &str) -> Result<IndexPath, Refusal> {
    let path = IndexPath::parse(policy, text)?;
    if path.end() != IndexPathEnd::Exact || path.steps().contains(&IndexStep::AnyElement) {
        return Err(Refusal::Path {
            policy,
            path: text.into(),
            reason: "it may not hold a wildcard",
        });
    }
    Ok(path)
}

/// Parses paths without wildcards and refuses one that stands twice.
fn distinct_plain_paths<'a>(
    policy: &'static str,
    texts: impl Iterator<Item = &'a str>,
) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    for text in texts {
        if !seen.insert(plain_path(policy, text)?) {
            return Err(Refusal::DuplicatePath {
                policy,
                path: text.into(),
            });
        }
    }
    Ok(())
}

/// Refuses a word that the service does not take.
pub(super) fn known_word(
    property: &'static str,
    word: &str,
    known: &'static [&'static str],
) -> Result<(), Refusal> {
    if known.contains(&word) {
        Ok(())
    } else {
        Err(Refusal::UnknownWord {
            property,
            word: word.into(),
            known,
        })
    }
}

impl VectorEmbeddingPolicy {
    pub(super) fn validate(&self) -> Result<(), Refusal> {
        distinct_plain_paths(
            "vector embedding",
            self.embeddings
                .iter()
                .map(|embedding| embedding.path.as_str()),
        )?;
        for embedding in &self.embeddings {
            known_word(
                "dataType",
                embedding.data_type.as_str(),
                VectorDataType::KNOWN,
            )?;
            let function = embedding.distance_function.as_str();
            known_word("distanceFunction", function, VectorDistanceFunction::KNOWN)?;
            let dimensions = i64::from(embedding.dimensions);
            Refusal::within(
                "'dimensions' of a vector",
                dimensions,
                1..=i64::from(MAX_VECTOR_DIMENSIONS),
            )?;
        }
        Ok(())
    }
}

impl FullTextPolicy {
    pub(super) fn validate(&self) -> Result<(), Refusal> {
        distinct_plain_paths(
            "full text",
            self.full_text_paths.iter().map(|path| path.path.as_str()),
        )
    }
}

impl UniqueKeyPolicy {
    pub(super) fn validate(&self) -> Result<(), Refusal> {
        Refusal::at_most("unique keys", self.unique_keys.len(), MAX_UNIQUE_KEYS)?;
        for key in &self.unique_keys {
            Refusal::at_least("paths in a unique key", key.paths.len(), 1)?;
            Refusal::at_most(
                "paths in a unique key",
                key.paths.len(),
                MAX_UNIQUE_KEY_PATHS,
            )?;
            distinct_plain_paths("unique key", key.paths.iter().map(String::as_str))?;
        }
        Ok(())
    }
}

impl ConflictResolutionPolicy {
    pub(super) fn validate(&self) -> Result<(), Refusal> {
        known_word("mode", self.mode.as_str(), ConflictResolutionMode::KNOWN)?;
        if self.mode != ConflictResolutionMode::LastWriterWins {
            return Ok(());
        }
        if !self.resolution_procedure.is_empty() {
            return Err(Refusal::Contradiction(
                "'conflictResolutionProcedure' goes with the conflict resolution mode Custom"
                    .into(),
            ));
        }
        if !self.resolution_path.is_empty() {
            plain_path("conflict resolution", &self.resolution_path)?;
        }
        Ok(())
    }

    /// Fills in the path of a last-writer-wins policy that names none.
    pub(super) fn with_service_defaults(mut self) -> Self {
        if self.mode == ConflictResolutionMode::LastWriterWins && self.resolution_path.is_empty() {
            self.resolution_path = Self::service_default().resolution_path;
        }
        self
    }
}

impl GeospatialConfig {
    pub(super) fn validate(&self) -> Result<(), Refusal> {
        known_word(
            "geospatialConfig.type",
            self.geospatial_type.as_str(),
            GeospatialType::KNOWN,
        )
    }
}

impl ClientEncryptionPolicy {
    pub(super) fn validate(&self, partition_key: &PartitionKeyDefinition) -> Result<(), Refusal> {
        let policy = "client encryption";
        Refusal::within(
            "'policyFormatVersion'",
            i64::from(self.policy_format_version),
            1..=2,
        )?;
        distinct_plain_paths(
            policy,
            self.included_paths.iter().map(|path| path.path.as_str()),
        )?;
        for included in &self.included_paths {
            let refuse = |reason| {
                Err(Refusal::Path {
                    policy,
                    path: included.path.as_str().into(),
                    reason,
                })
            };
            let path = plain_path(policy, &included.path)?;
            if path.steps().len() != 1 {
                return refuse("only properties at the top level can be encrypted");
            }
            if included.client_encryption_key_id.is_empty() {
                return Err(Refusal::Missing {
                    resource: "encrypted path",
                    property: "clientEncryptionKeyId",
                });
            }
            known_word(
                "encryptionType",
                included.encryption_type.as_str(),
                EncryptionType::KNOWN,
            )?;
            known_word(
                "encryptionAlgorithm",
                &included.encryption_algorithm,
                &[AEAD_AES_256_CBC_HMAC_SHA256],
            )?;
            let is_key = included.path == "/id"
                || top_level_paths(partition_key).any(|key_path| key_path == path);
            if is_key && self.policy_format_version < 2 {
                return refuse("the id and the partition key need policyFormatVersion 2");
            }
            if is_key && included.encryption_type != EncryptionType::Deterministic {
                return refuse("the id and the partition key need deterministic encryption");
            }
        }
        Ok(())
    }
}

/// The top-level properties in which a partition key stands.
fn top_level_paths(partition_key: &PartitionKeyDefinition) -> impl Iterator<Item = IndexPath> {
    let paths = partition_key.property_paths().unwrap_or_default();
    paths
        .iter()
        .filter_map(|path| Some(IndexPath::property(path.segments().next()?)))
}
