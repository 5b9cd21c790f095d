//! Reading and writing documents: nothing is lost, names and order are the service's.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::resource::*;

/// Reads a document and expects every property of it back.
#[track_caller]
fn round_trip<T: DeserializeOwned + Serialize>(document: &Value) -> T {
    let typed: T = serde_json::from_str(&document.to_string()).unwrap();
    assert_eq!(&serde_json::to_value(&typed).unwrap(), document);
    typed
}

/// Adds to every object, at every depth, a property that no version knows.
fn with_unknown(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut map: serde_json::Map<_, _> = map
                .iter()
                .map(|(name, value)| (name.clone(), with_unknown(value)))
                .collect();
            map.insert("fromTheFuture".to_owned(), json!({"knob": [1, 2.5, null]}));
            Value::Object(map)
        }
        Value::Array(values) => values.iter().map(with_unknown).collect(),
        other => other.clone(),
    }
}

fn full_container() -> Value {
    json!({
        "id": "c", "_rid": "AAAAAIAAAAE=", "_self": "dbs/AAAAAA==/colls/AAAAAIAAAAE=/", "_etag": "\"e\"", "_ts": 1_700_000_000,
        "_docs": "docs/", "_sprocs": "sprocs/", "_triggers": "triggers/", "_udfs": "udfs/", "_conflicts": "conflicts/",
        "partitionKey": {"paths": ["/a", "/b"], "kind": "MultiHash", "version": 2},
        "indexingPolicy": {
            "indexingMode": "consistent", "automatic": true,
            "includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/\"_etag\"/?"}],
            "compositeIndexes": [[{"path": "/a", "order": "ascending"}, {"path": "/b", "order": "descending"}]],
            "spatialIndexes": [{"path": "/l/*", "types": ["Point", "LineString", "Polygon", "MultiPolygon"],
                                "boundingBox": {"xmin": -1, "ymin": -2.5, "xmax": 1, "ymax": 2}}],
            "vectorIndexes": [{"path": "/v", "type": "diskANN", "quantizerType": "product", "quantizationByteSize": 8,
                               "indexingSearchListSize": 50, "vectorIndexShardKey": ["/t"]}],
            "fullTextIndexes": [{"path": "/text"}]
        },
        "uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/a", "/b/c"]}]},
        "conflictResolutionPolicy": {"mode": "LastWriterWins", "conflictResolutionPath": "/_ts", "conflictResolutionProcedure": ""},
        "geospatialConfig": {"type": "Geometry"},
        "vectorEmbeddingPolicy": {"vectorEmbeddings": [
            {"path": "/v", "dataType": "float32", "dimensions": 8, "distanceFunction": "dotproduct"}]},
        "fullTextPolicy": {"defaultLanguage": "en-US", "fullTextPaths": [{"path": "/text", "language": "de-DE"}]},
        "changeFeedPolicy": {"retentionDuration": 60},
        "computedProperties": [{"name": "low", "query": "SELECT VALUE LOWER(c.n) FROM c"}],
        "clientEncryptionPolicy": {"policyFormatVersion": 2, "includedPaths": [
            {"path": "/ssn", "clientEncryptionKeyId": "k", "encryptionType": "Deterministic",
             "encryptionAlgorithm": "AEAD_AES_256_CBC_HMAC_SHA256"}]},
        "materializedViewDefinition": {"sourceCollectionId": "s", "sourceCollectionRid": "r", "definition": "SELECT c.a FROM c", "status": "Initialized"},
        "globalSecondaryIndexDefinition": {"sourceCollectionId": "s", "definition": "SELECT c.a FROM c"},
        "defaultTtl": -1, "analyticalStorageTtl": 3600,
        "statistics": [{"id": "0", "sizeInKB": 1, "documentCount": 2, "sampledDistinctPartitionKeyCount": 3, "partitionKeys": [{"partitionKey": ["x"], "sizeInKB": 4}]}]
    })
}

#[test]
fn containers_keep_everything() {
    let container: ContainerProperties = round_trip(&full_container());
    let unknown = &container.unknown;
    assert!(unknown.is_empty(), "not modelled: {unknown:?}");
    assert_eq!(container.links, ContainerLinks::service());
    assert_eq!(container.default_ttl, TimeToLive::NoDefault);
    assert_eq!(
        container.change_feed_policy.unwrap().retention_duration(),
        Some(Duration::from_secs(3600))
    );
    let spatial = &container.indexing_policy.unwrap().spatial_indexes[0];
    assert_eq!(spatial.bounding_box.as_ref().unwrap().min(), (-1.0, -2.5));
}

#[test]
fn unknown_properties_survive_at_every_level() {
    let mut document = with_unknown(&full_container());
    // A bounding box is four numbers and nothing else.
    document["indexingPolicy"]["spatialIndexes"][0]["boundingBox"]
        .as_object_mut()
        .unwrap()
        .remove("fromTheFuture");
    round_trip::<ContainerProperties>(&document);
}

#[test]
fn unknown_words_survive() {
    let mut document = full_container();
    document["indexingPolicy"]["indexingMode"] = json!("eager");
    document["vectorEmbeddingPolicy"]["vectorEmbeddings"][0]["dataType"] = json!("bit");
    document["conflictResolutionPolicy"]["mode"] = json!("Coin");
    let container: ContainerProperties = round_trip(&document);
    let mode = container.indexing_policy.unwrap().indexing_mode.unwrap();
    assert!(!mode.is_known());
    assert_eq!(mode, IndexingMode::Other("eager".into()));
    assert_eq!(IndexingMode::from("none"), IndexingMode::None);
}

#[test]
fn a_new_container_is_small_on_the_wire() {
    let properties = ContainerProperties::new("c", "/pk".into());
    let text = serde_json::to_string(&properties).unwrap();
    assert_eq!(
        text,
        r#"{"id":"c","partitionKey":{"paths":["/pk"],"kind":"Hash","version":2}}"#
    );
}

#[test]
fn builders_make_the_full_document() {
    let built = ContainerProperties::new("c", ("/a", "/b").into())
        .with_indexing_policy(
            IndexingPolicy::default()
                .with_indexing_mode(IndexingMode::Consistent)
                .with_included_path("/*")
                .with_excluded_path(PropertyPath::from("/x/?").with_path("/y/?"))
                .with_composite_index(
                    CompositeIndex::default()
                        .with_property(CompositeIndexProperty::new(
                            "/a",
                            CompositeIndexOrder::Ascending,
                        ))
                        .with_property(CompositeIndexProperty::new(
                            "/b",
                            CompositeIndexOrder::Descending,
                        )),
                )
                .with_spatial_index(SpatialIndex::new("/l/*").with_type(SpatialType::Point))
                .with_vector_index(
                    VectorIndex::new("/v", VectorIndexType::DiskANN).with_shard_key_path("/t"),
                )
                .with_full_text_index("/text"),
        )
        .with_unique_key_policy(
            UniqueKeyPolicy::default().with_unique_key(UniqueKey::default().with_path("/n")),
        )
        .with_conflict_resolution_policy(
            ConflictResolutionPolicy::new(ConflictResolutionMode::Custom)
                .with_resolution_procedure("p"),
        )
        .with_vector_embedding_policy(VectorEmbeddingPolicy::default().with_embedding(
            VectorEmbedding::new(
                "/v",
                VectorDataType::Int8,
                8,
                VectorDistanceFunction::Cosine,
            ),
        ))
        .with_full_text_policy(FullTextPolicy::new("en-US").with_full_text_path("/text"))
        .with_change_feed_policy(
            ChangeFeedPolicy::default().with_retention_duration(Duration::from_secs(600)),
        )
        .with_computed_property(ComputedProperty::new("p", "SELECT VALUE 1"))
        .with_client_encryption_policy(ClientEncryptionPolicy::new(1).with_included_path(
            ClientEncryptionIncludedPath::new("/s", "k", EncryptionType::Randomized),
        ))
        .with_geospatial_config(GeospatialConfig::default())
        .with_default_ttl(60)
        .with_analytical_storage_ttl(TimeToLive::NoDefault);
    let expected = json!({
        "id": "c", "partitionKey": {"paths": ["/a", "/b"], "kind": "MultiHash", "version": 2},
        "indexingPolicy": {
            "indexingMode": "consistent", "automatic": true, "includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/y/?"}],
            "compositeIndexes": [[{"path": "/a", "order": "ascending"}, {"path": "/b", "order": "descending"}]],
            "spatialIndexes": [{"path": "/l/*", "types": ["Point"]}],
            "vectorIndexes": [{"path": "/v", "type": "diskANN", "vectorIndexShardKey": ["/t"]}],
            "fullTextIndexes": [{"path": "/text"}]
        },
        "uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/n"]}]},
        "conflictResolutionPolicy": {"mode": "Custom", "conflictResolutionPath": "", "conflictResolutionProcedure": "p"},
        "vectorEmbeddingPolicy": {"vectorEmbeddings": [{"path": "/v", "dataType": "int8", "dimensions": 8, "distanceFunction": "cosine"}]},
        "fullTextPolicy": {"defaultLanguage": "en-US", "fullTextPaths": [{"path": "/text"}]},
        "changeFeedPolicy": {"retentionDuration": 10},
        "computedProperties": [{"name": "p", "query": "SELECT VALUE 1"}],
        "clientEncryptionPolicy": {"policyFormatVersion": 1, "includedPaths": [{"path": "/s", "clientEncryptionKeyId": "k",
            "encryptionType": "Randomized", "encryptionAlgorithm": "AEAD_AES_256_CBC_HMAC_SHA256"}]},
        "geospatialConfig": {"type": "Geography"}, "defaultTtl": 60, "analyticalStorageTtl": -1
    });
    assert_eq!(serde_json::to_value(&built).unwrap(), expected);
    assert_eq!(built.validate(), Ok(()));
}

#[test]
fn automatic_is_true_unless_indexing_is_off() {
    let check = |document: Value, automatic: bool| {
        let policy: IndexingPolicy = serde_json::from_value(document.clone()).unwrap();
        assert_eq!(policy.automatic, automatic, "{document}");
    };
    check(json!({}), true);
    check(json!({"indexingMode": "consistent"}), true);
    check(json!({"indexingMode": "none"}), false);
    check(json!({"indexingMode": "none", "automatic": true}), true);
    check(json!({"automatic": false}), false);
}

#[test]
fn databases() {
    let system = json!({"id": "d", "_rid": "AAAAAA==", "_self": "dbs/AAAAAA==/", "_etag": "\"e\"", "_ts": 1, "_colls": "colls/", "_users": "users/"});
    let database: DatabaseProperties = round_trip(&system);
    assert_eq!(database.id.as_deref(), Some("d"));
    assert_eq!(database.links, DatabaseLinks::service());
    assert_eq!(
        database.system_properties.last_modified,
        Some(Timestamp::from_unix_timestamp(1))
    );
    round_trip::<DatabaseProperties>(&with_unknown(&system));
    assert_eq!(
        serde_json::to_string(&DatabaseProperties::new("d")).unwrap(),
        r#"{"id":"d"}"#
    );
}

#[test]
fn accounts() {
    let document = json!({
        "_self": "", "id": "a", "_rid": "a.sql.cosmos.azure.com", "media": "//media/", "addresses": "//addresses/", "_dbs": "//dbs/",
        "writableLocations": [{"name": "West US", "databaseAccountEndpoint": "https://127.0.0.1:8081/"}],
        "readableLocations": [{"name": "West US", "databaseAccountEndpoint": "https://127.0.0.1:8081/"}],
        "enableMultipleWriteLocations": false, "continuousBackupEnabled": false, "enableNRegionSynchronousCommit": false,
        "enablePerPartitionFailoverBehavior": false, "disableCrossRegionalHedging": false,
        "userReplicationPolicy": {"asyncReplication": false, "minReplicaSetSize": 3, "maxReplicasetSize": 4},
        "systemReplicationPolicy": {"minReplicaSetSize": 3, "maxReplicasetSize": 4, "asyncReplication": false},
        "userConsistencyPolicy": {"defaultConsistencyLevel": "Session", "maxStalenessPrefix": 100, "maxIntervalInSeconds": 5},
        "readPolicy": {"primaryReadCoefficient": 1, "secondaryReadCoefficient": 1},
        "queryEngineConfiguration": AccountProperties::QUERY_ENGINE_CONFIGURATION
    });
    let account: AccountProperties = round_trip(&document);
    let region = AccountRegion::new("West US", "https://127.0.0.1:8081/");
    let mut built = AccountProperties::new("a", "a.sql.cosmos.azure.com");
    built.writable_locations.push(region.clone());
    built.readable_locations.push(region.clone());
    assert_eq!(account, built);
    assert_eq!(account.write_region(), Some(&region));
    assert_eq!(region.region().as_str(), "westus");
    assert!(serde_json::from_str::<Value>(AccountProperties::QUERY_ENGINE_CONFIGURATION).is_ok());
    let bare: AccountProperties = serde_json::from_str(r#"{"id":"a"}"#).unwrap();
    assert_eq!(bare.user_replication_policy.max_replica_set_size, 4);
    assert_eq!(bare.disable_cross_regional_hedging, None);
}

#[test]
fn partition_key_ranges() {
    let document = json!({
        "id": "1", "_rid": "r", "_self": "s/", "_etag": "\"e\"", "_ts": 1, "_lsn": 7, "minInclusive": "", "maxExclusive": "FF",
        "ridPrefix": 0, "throughputFraction": 1.0, "status": "online", "parents": ["0"], "ownedArchivalPKRangeIds": []
    });
    let range: PartitionKeyRange = round_trip(&document);
    assert_eq!(range.parents(), ["0"]);
    assert_eq!(range.max_exclusive.to_hex(), "FF");
    let bare: PartitionKeyRange =
        serde_json::from_value(json!({"id": "0", "minInclusive": "05C1", "maxExclusive": "FF"}))
            .unwrap();
    assert_eq!(
        (bare.status.clone(), bare.parents().len()),
        (PartitionKeyRangeStatus::Online, 0)
    );
    let built = PartitionKeyRange::new(
        "0".to_owned(),
        bare.min_inclusive.clone(),
        bare.max_exclusive.clone(),
    );
    assert_eq!(built, bare);
    assert!(
        serde_json::from_value::<PartitionKeyRange>(
            json!({"id": "0", "minInclusive": "x", "maxExclusive": "FF"})
        )
        .is_err()
    );
}

#[test]
fn offers() {
    let document = json!({
        "id": "Xq3K", "_rid": "Xq3K", "_self": "offers/Xq3K/", "_etag": "\"e\"", "_ts": 1_700_000_000,
        "resource": "dbs/AAAAAA==/colls/AAAAAIAAAAE=/", "offerResourceId": "AAAAAIAAAAE=", "offerType": "Invalid", "offerVersion": "V2",
        "content": {"offerThroughput": 400, "offerIsRUPerMinuteThroughputEnabled": false,
            "offerMinimumThroughputParameters": {"maxThroughputEverProvisioned": 400, "maxConsumedStorageEverInKB": 0},
            "offerAutopilotSettings": {"tier": 0, "maximumTierThroughput": 4000, "autoUpgrade": false, "maxThroughput": 4000,
                "autoUpgradePolicy": {"throughputPolicy": {"incrementPercent": 10}}}}
    });
    let offer: ThroughputProperties = round_trip(&document);
    assert_eq!(
        (
            offer.throughput(),
            offer.autoscale_maximum(),
            offer.autoscale_increment()
        ),
        (Some(400), Some(4000), Some(10))
    );
    round_trip::<ThroughputProperties>(&with_unknown(&document));
    let manual = ThroughputProperties::manual(500);
    assert_eq!(
        (
            manual.throughput(),
            manual.is_autoscale(),
            manual.autoscale_increment()
        ),
        (Some(500), false, None)
    );
    let header = serde_json::to_string(
        &ThroughputProperties::autoscale(4000, Some(5))
            .content
            .offer_autopilot_settings,
    )
    .unwrap();
    assert_eq!(
        header,
        r#"{"maxThroughput":4000,"autoUpgradePolicy":{"throughputPolicy":{"incrementPercent":5}}}"#
    );
}

#[test]
fn the_rest() {
    let user: User =
        round_trip(&json!({"id": "u", "_rid": "r", "_permissions": "permissions/", "x": 1}));
    assert_eq!(
        user.permissions_link.as_deref(),
        Some(User::PERMISSIONS_LINK)
    );
    let permission: Permission = round_trip(&json!({
        "id": "p", "permissionMode": "all", "resource": "dbs/d/colls/c", "resourcePartitionKey": ["a"], "_token": "t", "x": 1
    }));
    assert_eq!(permission.mode(), Some(PermissionMode::All));
    assert_eq!(
        permission.partition_key(),
        Some(crate::partition::PartitionKey::from("a"))
    );
    let trigger: Trigger = round_trip(&json!({
        "id": "t", "body": "function(){}", "triggerType": "pre", "triggerOperation": "CREATE", "_ts": 1, "x": 1
    }));
    assert_eq!(
        (trigger.when(), trigger.operation()),
        (Some(TriggerType::Pre), Some(TriggerOperation::Create))
    );
    let built = Trigger::new("t", "b", TriggerType::Post, TriggerOperation::All);
    assert_eq!(
        (
            built.trigger_type.as_str(),
            built.trigger_operation.as_str()
        ),
        ("Post", "All")
    );
    round_trip::<StoredProcedure>(
        &json!({"id": "s", "body": "function(){}", "_etag": "\"e\"", "x": {"y": 1}}),
    );
    round_trip::<UserDefinedFunction>(
        &json!({"id": "u", "body": "function(){}", "_self": "s", "x": null}),
    );
    round_trip::<Conflict>(&json!({
        "id": "c", "operationType": "replace", "resourceType": "document", "resourceId": "r", "content": "{}", "conflict_lsn": 3, "x": 1
    }));
    round_trip::<ClientEncryptionKey>(&with_unknown(&json!({
        "id": "k", "encryptionAlgorithm": AEAD_AES_256_CBC_HMAC_SHA256, "wrappedDataEncryptionKey": "AQID",
        "keyWrapMetadata": {"type": "t", "name": "n", "value": "v", "algorithm": "RSA-OAEP"}
    })));
}
