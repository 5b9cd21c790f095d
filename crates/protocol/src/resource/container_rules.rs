//! What the service refuses of a container document, what it fills in, and what cannot change.

use super::{
    ConflictResolutionPolicy, ContainerProperties, GeospatialConfig, IdRule, Refusal,
    SystemProperties, TimeToLive, UniqueKeyPolicy,
};
use crate::partition::PartitionKeyDefinition;

/// The most computed properties of a container.
const MAX_COMPUTED_PROPERTIES: usize = 20;

impl ContainerProperties {
    /// Checks everything for which the service refuses to create a container with 400.
    ///
    /// # Errors
    /// The first [`Refusal`] found, in the order of the properties.
    pub fn validate(&self) -> Result<(), Refusal> {
        IdRule::CONTAINER.check(&self.id)?;
        self.validate_partition_key()?;
        validate_ttl("'defaultTtl' in seconds", self.default_ttl)?;
        validate_ttl(
            "'analyticalStorageTtl' in seconds",
            self.analytical_storage_ttl,
        )?;
        if let Some(policy) = &self.vector_embedding_policy {
            policy.validate()?;
        }
        if let Some(policy) = &self.full_text_policy {
            policy.validate()?;
        }
        if let Some(policy) = &self.indexing_policy {
            policy.validate(self)?;
        }
        if let Some(policy) = &self.unique_key_policy {
            policy.validate()?;
        }
        if let Some(policy) = &self.conflict_resolution_policy {
            policy.validate()?;
        }
        if let Some(config) = &self.geospatial_config {
            config.validate()?;
        }
        if let Some(policy) = &self.change_feed_policy {
            policy.validate()?;
        }
        if let Some(policy) = &self.client_encryption_policy {
            policy.validate(&self.partition_key)?;
        }
        self.validate_computed_properties()
    }

    fn validate_partition_key(&self) -> Result<(), Refusal> {
        let paths = self.partition_key.paths();
        if paths.is_empty() {
            return Err(Refusal::Missing {
                resource: "container",
                property: "partitionKey.paths",
            });
        }
        Refusal::at_most(
            "partition key paths",
            paths.len(),
            PartitionKeyDefinition::MAX_LEVELS,
        )?;
        for (at, path) in paths.iter().enumerate() {
            if paths.iter().take(at).any(|earlier| earlier == path) {
                return Err(Refusal::DuplicatePath {
                    policy: "partition key",
                    path: path.as_ref().into(),
                });
            }
        }
        self.partition_key
            .validate()
            .map_err(|error| Refusal::Contradiction(error.to_string().into()))
    }

    fn validate_computed_properties(&self) -> Result<(), Refusal> {
        let properties = self.computed_properties.as_deref().unwrap_or_default();
        Refusal::at_most(
            "computed properties",
            properties.len(),
            MAX_COMPUTED_PROPERTIES,
        )?;
        for (at, property) in properties.iter().enumerate() {
            let resource = "computed property";
            if property.name.is_empty() {
                return Err(Refusal::Missing {
                    resource,
                    property: "name",
                });
            }
            if property.query.trim().is_empty() {
                return Err(Refusal::Missing {
                    resource,
                    property: "query",
                });
            }
            let taken = property.name == "id"
                || SystemProperties::ITEM_NAMES.contains(&property.name.as_str());
            if taken
                || properties
                    .iter()
                    .take(at)
                    .any(|earlier| earlier.name == property.name)
            {
                return Err(Refusal::Contradiction(
                    format!(
                        "the computed property name {:?} is already taken",
                        property.name
                    )
                    .into(),
                ));
            }
        }
        Ok(())
    }

    /// Checks that a replacement changes nothing that is fixed at creation, beside [`validate`](Self::validate).
    ///
    /// # Errors
    /// [`Refusal::Immutable`] with the property that would change.
    pub fn validate_replacement_of(&self, stored: &Self) -> Result<(), Refusal> {
        let immutable = |property| {
            Err(Refusal::Immutable {
                resource: "container",
                property,
            })
        };
        if self.id != stored.id {
            return immutable("id");
        }
        if !same_routing(&self.partition_key, &stored.partition_key) {
            return immutable("partitionKey");
        }
        if unique_keys(self) != unique_keys(stored) {
            return immutable("uniqueKeyPolicy");
        }
        if self.client_encryption_policy != stored.client_encryption_policy {
            return immutable("clientEncryptionPolicy");
        }
        let embeddings = |properties: &Self| {
            properties
                .vector_embedding_policy
                .as_ref()
                .map(|policy| policy.embeddings.clone())
                .unwrap_or_default()
        };
        let (new, old) = (embeddings(self), embeddings(stored));
        if old.iter().any(|embedding| !new.contains(embedding)) {
            return immutable("vectorEmbeddingPolicy");
        }
        Ok(())
    }

    /// Fills in what the service fills in when a container is created without it.
    ///
    /// The result names its indexing policy, unique keys, conflict resolution and geospatial configuration.
    pub fn with_service_defaults(mut self) -> Self {
        self.indexing_policy = Some(
            self.indexing_policy
                .unwrap_or_default()
                .with_service_defaults(),
        );
        self.unique_key_policy.get_or_insert_default();
        self.geospatial_config
            .get_or_insert_with(GeospatialConfig::default);
        let conflicts = self.conflict_resolution_policy.take();
        self.conflict_resolution_policy = Some(
            conflicts.map_or_else(ConflictResolutionPolicy::service_default, |policy| {
                policy.with_service_defaults()
            }),
        );
        self
    }
}

fn unique_keys(properties: &ContainerProperties) -> Option<&UniqueKeyPolicy> {
    properties
        .unique_key_policy
        .as_ref()
        .filter(|policy| !policy.unique_keys.is_empty())
}

/// Whether two definitions send every key to the same place.
fn same_routing(a: &PartitionKeyDefinition, b: &PartitionKeyDefinition) -> bool {
    a.paths() == b.paths() && a.kind() == b.kind() && a.version() == b.version()
}

fn validate_ttl(what: &'static str, ttl: TimeToLive) -> Result<(), Refusal> {
    match ttl {
        TimeToLive::Seconds(seconds) => Refusal::within(
            what,
            i64::from(seconds),
            1..=i64::from(TimeToLive::MAX_SECONDS),
        ),
        TimeToLive::Forever | TimeToLive::NoDefault => Ok(()),
    }
}
