//! Containers: documents with every policy, lists, queries, throughput, and what may not change.

use std::num::NonZeroU32;
use std::time::Duration;

use cosmokit::models::{
    ChangeFeedPolicy, ClientEncryptionIncludedPath, ClientEncryptionPolicy, CompositeIndex,
    CompositeIndexOrder, CompositeIndexProperty, ComputedProperty, ConflictResolutionMode,
    ConflictResolutionPolicy, ContainerProperties, EncryptionType, FullTextIndex, FullTextPath,
    FullTextPolicy, GeospatialConfig, GeospatialType, IndexingMode, IndexingPolicy,
    PartitionKeyDefinition, PartitionKeyKind, PartitionKeyVersion, SpatialIndex, SpatialType,
    ThroughputProperties, TimeToLive, UniqueKey, UniqueKeyPolicy, VectorDataType,
    VectorDistanceFunction, VectorEmbedding, VectorEmbeddingPolicy, VectorIndex, VectorIndexType,
};
use cosmokit::options::{CreateContainerOptions, ListContainersOptions, MaxItemCountHint};
use cosmokit::{Query, Result, SubStatusCode};
use cosmokit_testkit::LocalAccount;
use futures_util::TryStreamExt as _;

use super::stage::{self, DATABASE, document, refused};

pub(crate) async fn create_read_replace_delete(local: &LocalAccount) -> Result<()> {
    let database = stage::database(local).await?;
    let created = database
        .create_container(ContainerProperties::new("items", "/pk".into()), None)
        .await?;
    assert_eq!(created.status().status_code(), 201);
    let created = created.into_model()?;
    assert_eq!(
        (created.id.as_ref(), created.partition_key.paths()),
        ("items", ["/pk".into()].as_slice())
    );
    assert_eq!(created.partition_key.kind(), PartitionKeyKind::Hash);
    assert_eq!(created.partition_key.version(), PartitionKeyVersion::V2);

    let container = database.container_client("items", None).await?;
    assert_eq!(container.name(), Some("items"));
    let read = container.read(None).await?;
    assert_eq!(read.status().status_code(), 200);
    assert_eq!(read.into_model()?, created);

    let indexed = IndexingPolicy::default()
        .with_included_path("/name/?")
        .with_excluded_path("/*");
    let wished = created
        .clone()
        .with_default_ttl(TimeToLive::Seconds(60))
        .with_indexing_policy(indexed);
    let replaced = container.replace(wished, None).await?;
    assert_eq!(replaced.status().status_code(), 200);
    let replaced = replaced.into_model()?;
    assert_eq!(replaced.default_ttl, TimeToLive::Seconds(60));
    assert_eq!(
        paths(&replaced.indexing_policy.clone().unwrap_or_default()).0,
        ["/name/?"]
    );
    assert_eq!(
        replaced.system_properties.resource_id,
        created.system_properties.resource_id
    );
    assert_ne!(
        replaced.system_properties.etag,
        created.system_properties.etag
    );
    assert_eq!(container.read(None).await?.into_model()?, replaced);

    assert_eq!(container.delete(None).await?.status().status_code(), 204);
    refused(container.read(None).await, 404);
    refused(database.container_client("none", None).await, 404);
    Ok(())
}

pub(crate) async fn the_service_fills_in_defaults(local: &LocalAccount) -> Result<()> {
    let container = stage::container(local, "/pk").await?;
    let properties = container.read(None).await?.into_model()?;
    let indexing = properties.indexing_policy.unwrap();
    assert_eq!(
        (indexing.automatic, &indexing.indexing_mode),
        (true, &Some(IndexingMode::Consistent))
    );
    let (included, excluded) = paths(&indexing);
    assert_eq!(
        (included, excluded),
        (vec!["/*".to_owned()], vec!["/\"_etag\"/?".to_owned()])
    );
    let conflicts = properties.conflict_resolution_policy.unwrap();
    assert_eq!(conflicts.mode, ConflictResolutionMode::LastWriterWins);
    assert_eq!(
        (
            conflicts.resolution_path.as_str(),
            conflicts.resolution_procedure.as_str()
        ),
        ("/_ts", "")
    );
    assert_eq!(
        properties.geospatial_config.unwrap(),
        GeospatialConfig::new(GeospatialType::Geography)
    );
    assert_eq!(properties.default_ttl, TimeToLive::Forever);
    Ok(())
}

pub(crate) async fn every_policy_round_trips(local: &LocalAccount) -> Result<()> {
    let database = stage::database(local).await?;
    let wished = with_every_policy();
    let created = database
        .create_container(wished.clone(), None)
        .await?
        .into_model()?;
    let container = database.container_client("rich", None).await?;
    let read = container.read(None).await?.into_model()?;
    assert_eq!(read, created);

    assert_eq!(read.unique_key_policy, wished.unique_key_policy);
    assert_eq!(
        read.conflict_resolution_policy,
        wished.conflict_resolution_policy
    );
    assert_eq!(read.vector_embedding_policy, wished.vector_embedding_policy);
    assert_eq!(read.full_text_policy, wished.full_text_policy);
    assert_eq!(read.change_feed_policy, wished.change_feed_policy);
    assert_eq!(read.computed_properties, wished.computed_properties);
    assert_eq!(
        read.client_encryption_policy,
        wished.client_encryption_policy
    );
    assert_eq!(read.geospatial_config, wished.geospatial_config);
    assert_eq!(
        (read.default_ttl, read.analytical_storage_ttl),
        (wished.default_ttl, wished.analytical_storage_ttl)
    );
    let (read, wished) = (
        read.indexing_policy.unwrap(),
        wished.indexing_policy.unwrap(),
    );
    assert_eq!(read.composite_indexes, wished.composite_indexes);
    assert_eq!(read.spatial_indexes, wished.spatial_indexes);
    assert_eq!(read.vector_indexes, wished.vector_indexes);
    assert_eq!(read.full_text_indexes, wished.full_text_indexes);
    assert_eq!(read.included_paths, wished.included_paths);
    Ok(())
}

fn with_every_policy() -> ContainerProperties {
    let order = |path, order| CompositeIndexProperty::new(path, order);
    let indexing = IndexingPolicy::default()
        .with_indexing_mode(IndexingMode::Consistent)
        .with_included_path("/*")
        .with_excluded_path("/blob/*")
        .with_excluded_path("/vector/*")
        .with_composite_index(
            CompositeIndex::default()
                .with_property(order("/name", CompositeIndexOrder::Ascending))
                .with_property(order("/age", CompositeIndexOrder::Descending)),
        )
        .with_spatial_index(SpatialIndex::new("/place/*").with_type(SpatialType::Point))
        .with_vector_index(VectorIndex::new("/vector", VectorIndexType::Flat))
        .with_full_text_index(FullTextIndex::new("/text"));
    let vectors = VectorEmbeddingPolicy::default().with_embedding(VectorEmbedding::new(
        "/vector",
        VectorDataType::Float32,
        3,
        VectorDistanceFunction::Cosine,
    ));
    let encrypted =
        ClientEncryptionIncludedPath::new("/secret", "key-1", EncryptionType::Deterministic);
    ContainerProperties::new("rich", ("/tenant", "/user").into())
        .with_indexing_policy(indexing)
        .with_unique_key_policy(
            UniqueKeyPolicy::default()
                .with_unique_key(UniqueKey::default().with_path("/mail").with_path("/a/b")),
        )
        .with_conflict_resolution_policy(
            ConflictResolutionPolicy::new(ConflictResolutionMode::LastWriterWins)
                .with_resolution_path("/version"),
        )
        .with_geospatial_config(GeospatialConfig::new(GeospatialType::Geography))
        .with_vector_embedding_policy(vectors)
        .with_full_text_policy(
            FullTextPolicy::new("en-US").with_full_text_path(FullTextPath::new("/text")),
        )
        .with_change_feed_policy(
            ChangeFeedPolicy::default().with_retention_duration(Duration::from_secs(10 * 60)),
        )
        .with_computed_property(ComputedProperty::new(
            "lower",
            "SELECT VALUE LOWER(c.name) FROM c",
        ))
        .with_client_encryption_policy(ClientEncryptionPolicy::new(2).with_included_path(encrypted))
        .with_default_ttl(TimeToLive::Seconds(3600))
}

pub(crate) async fn the_key_stays(local: &LocalAccount) -> Result<()> {
    let container = stage::container(local, "/pk").await?;
    let before = container.read(None).await?.into_model()?;
    for other in [
        ContainerProperties::new("items", "/other".into()),
        ContainerProperties::new("items", ("/pk", "/more").into()),
        ContainerProperties::new("renamed", "/pk".into()),
    ] {
        refused(container.replace(other, None).await, 400);
    }
    assert_eq!(container.read(None).await?.into_model()?, before);
    Ok(())
}

pub(crate) async fn what_cannot_be_created(local: &LocalAccount) -> Result<()> {
    let database = stage::database(local).await?;
    let plain = |id: &'static str| ContainerProperties::new(id, "/pk".into());
    database.create_container(plain("taken"), None).await?;
    refused(database.create_container(plain("taken"), None).await, 409);
    let missing = local.client().database_client("missing");
    refused(missing.create_container(plain("items"), None).await, 404);

    let faulty = [
        plain(""),
        plain("a/b"),
        ContainerProperties::new("items", "pk".into()),
        ContainerProperties::new(
            "items",
            PartitionKeyDefinition::from_paths(["/a", "/b", "/c", "/d"]),
        ),
        ContainerProperties::new("items", PartitionKeyDefinition::new(Vec::new())),
        plain("items").with_default_ttl(TimeToLive::Seconds(0)),
        plain("items")
            .with_indexing_policy(IndexingPolicy::default().with_included_path("no-slash")),
    ];
    for properties in faulty {
        let text = format!("{properties:?}");
        let error = database
            .create_container(properties, None)
            .await
            .expect_err(&text);
        assert!(error.status().is_bad_request(), "{text}: {error}");
    }
    let cheap =
        CreateContainerOptions::default().with_throughput(ThroughputProperties::manual(150));
    refused(
        database.create_container(plain("items"), Some(cheap)).await,
        400,
    );
    let left: Vec<_> = database.list_containers(None)?.try_collect().await?;
    assert_eq!(left.len(), 1);
    Ok(())
}

pub(crate) async fn lists_and_queries(local: &LocalAccount) -> Result<()> {
    let database = stage::database(local).await?;
    let expected: Vec<_> = (0..5).map(|n| format!("c{n}")).collect();
    for id in &expected {
        database
            .create_container(ContainerProperties::new(id.clone(), "/pk".into()), None)
            .await?;
    }
    for size in [1, 2, 5, 100] {
        let limit = MaxItemCountHint::Limit(NonZeroU32::new(size).unwrap());
        let options = ListContainersOptions::default().with_max_item_count(limit);
        let found: Vec<_> = database
            .list_containers(Some(options))?
            .try_collect()
            .await?;
        assert_eq!(
            found.iter().map(|c| c.id.as_ref()).collect::<Vec<_>>(),
            expected,
            "pages of {size}"
        );
    }
    let query = Query::from("SELECT * FROM root r WHERE r.id = @id").with_parameter("@id", "c3")?;
    let found: Vec<_> = database
        .query_containers(query, None)
        .await?
        .try_collect()
        .await?;
    assert_eq!(
        found.iter().map(|c| c.id.as_ref()).collect::<Vec<_>>(),
        ["c3"]
    );

    let missing = local.client().database_client("missing");
    refused(missing.list_containers(None)?.try_next().await, 404);
    refused(
        missing
            .query_containers("SELECT * FROM c", None)
            .await?
            .try_next()
            .await,
        404,
    );
    Ok(())
}

pub(crate) async fn throughput_is_read(local: &LocalAccount) -> Result<()> {
    let database = stage::database(local).await?;
    assert!(database.read_throughput(None).await?.is_none());
    let wishes = [
        ("default", None, (Some(400), None)),
        (
            "manual",
            Some(ThroughputProperties::manual(700)),
            (Some(700), None),
        ),
        (
            "auto",
            Some(ThroughputProperties::autoscale(4000, None)),
            (Some(400), Some(4000)),
        ),
    ];
    for (id, wish, expected) in wishes {
        let options = wish.map(|wish| CreateContainerOptions::default().with_throughput(wish));
        database
            .create_container(ContainerProperties::new(id, "/pk".into()), options)
            .await?;
        let container = database.container_client(id, None).await?;
        let read = container.read_throughput(None).await?.unwrap();
        assert_eq!(
            (read.throughput(), read.autoscale_maximum()),
            expected,
            "{id}"
        );
    }
    refused(
        local
            .client()
            .database_client("missing")
            .read_throughput(None)
            .await,
        404,
    );
    Ok(())
}

pub(crate) async fn a_container_made_again_is_met_again(local: &LocalAccount) -> Result<()> {
    let container = stage::container(local, "/pk").await?;
    container
        .create_item("p", "1", document("1", "p", 1), None)
        .await?;
    let before = container
        .read(None)
        .await?
        .into_model()?
        .system_properties
        .resource_id;

    // Someone else deletes it and makes it again: same name, another container.
    let other = local.new_client().await?;
    let database = other.database_client(DATABASE);
    database
        .container_client("items", None)
        .await?
        .delete(None)
        .await?;
    database
        .create_container(ContainerProperties::new("items", "/pk".into()), None)
        .await?;

    // The first call is told that it means another container; from then on the client knows the new one.
    let error = container
        .read_item("p", "1", None)
        .await
        .expect_err("the item went with its container");
    let substatus = error.substatus().map(SubStatusCode::value);
    assert!(
        error.status().is_not_found() || substatus == Some(1024),
        "{error}"
    );
    container
        .create_item("p", "1", document("1", "p", 2), None)
        .await?;
    let read: serde_json::Value = container.read_item("p", "1", None).await?.into_model()?;
    assert_eq!(read["number"], 2);
    assert_ne!(
        container
            .read(None)
            .await?
            .into_model()?
            .system_properties
            .resource_id,
        before
    );
    Ok(())
}

fn paths(policy: &IndexingPolicy) -> (Vec<String>, Vec<String>) {
    let of = |paths: &[cosmokit::models::PropertyPath]| {
        paths.iter().map(|path| path.path.clone()).collect()
    };
    (of(&policy.included_paths), of(&policy.excluded_paths))
}
