//! What the service refuses with 400, each rule on both sides of its bound.

use serde_json::{Value, json};

use crate::partition::{PartitionKeyDefinition, PartitionKeyVersion};
use crate::resource::*;

/// A container document with some properties changed, read as the service reads it.
fn container(changes: &Value) -> ContainerProperties {
    let mut document = json!({
        "id": "c", "partitionKey": {"paths": ["/pk"], "kind": "Hash", "version": 2},
        "vectorEmbeddingPolicy": {"vectorEmbeddings": [
            {"path": "/v", "dataType": "float32", "dimensions": 16, "distanceFunction": "cosine"},
            {"path": "/w", "dataType": "float32", "dimensions": 1000, "distanceFunction": "cosine"}]},
        "fullTextPolicy": {"defaultLanguage": "en-US", "fullTextPaths": [{"path": "/text"}]}
    });
    for (name, value) in changes.as_object().unwrap() {
        document[name] = value.clone();
    }
    serde_json::from_value(document).unwrap()
}

#[track_caller]
fn accepted(changes: &Value) {
    assert_eq!(container(changes).validate(), Ok(()), "{changes}");
}

/// Expects a refusal whose message holds `message`.
#[track_caller]
fn refused(changes: &Value, message: &str) {
    let refusal = container(changes)
        .validate()
        .expect_err(&changes.to_string())
        .to_string();
    assert!(refusal.contains(message), "{changes}: {refusal}");
}

fn indexing(policy: &Value) -> Value {
    json!({"indexingPolicy": policy})
}

fn vector_index(index: &Value) -> Value {
    indexing(&json!({"vectorIndexes": [index]}))
}

#[test]
fn ids_and_keys() {
    accepted(&json!({}));
    refused(&json!({"id": ""}), "the container has no 'id'");
    refused(
        &json!({"id": "a/b"}),
        "the container id \"a/b\" is not allowed",
    );
    let key = |paths: &[&str]| json!({"partitionKey": {"paths": paths, "kind": if paths.len() > 1 {"MultiHash"} else {"Hash"}, "version": 2}});
    accepted(&key(&["/a", "/b/c", "/\"d e\""]));
    refused(
        &key(&["/a", "/b", "/c", "/d"]),
        "there are 4 partition key paths, and the limit is 3",
    );
    refused(&key(&[]), "partitionKey.paths");
    refused(&key(&["/a", "/a"]), "more than once");
    refused(&key(&["a"]), "path");
    let old = PartitionKeyDefinition::from(("/a", "/b")).with_version(PartitionKeyVersion::V1);
    let refusal = ContainerProperties::new("c", old).validate().unwrap_err();
    assert!(refusal.to_string().contains("version 2"), "{refusal}");
}

#[test]
fn times_to_live() {
    for ttl in [json!(-1), json!(1), json!(2_147_483_647), Value::Null] {
        accepted(&json!({"defaultTtl": ttl, "analyticalStorageTtl": ttl}));
    }
    for ttl in [0, -2, 2_147_483_648_i64] {
        let text =
            json!({"id": "c", "partitionKey": {"paths": ["/a"]}, "defaultTtl": ttl}).to_string();
        assert!(
            serde_json::from_str::<ContainerProperties>(&text).is_err(),
            "{ttl}"
        );
    }
    let zero = ContainerProperties::new("c", "/a".into()).with_default_ttl(0);
    assert!(
        zero.validate()
            .unwrap_err()
            .to_string()
            .contains("is 0, and must be between 1 and 2147483647")
    );
}

#[test]
fn indexing_paths() {
    accepted(&indexing(&json!({})));
    accepted(&indexing(
        &json!({"includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/a/?"}, {"path": "/b/[]/*"}]}),
    ));
    accepted(&indexing(
        &json!({"includedPaths": [{"path": "/a/?"}], "excludedPaths": [{"path": "/*"}]}),
    ));
    refused(
        &indexing(&json!({"includedPaths": [{"path": "/a/?"}]})),
        "/* must stand in",
    );
    refused(
        &indexing(&json!({"includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/*"}]})),
        "more than once",
    );
    refused(
        &indexing(
            &json!({"includedPaths": [{"path": "/*"}, {"path": "/a/?"}, {"path": "/\"a\"/?"}]}),
        ),
        "more than once",
    );
    refused(
        &indexing(&json!({"includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/a"}]})),
        "must end in /? or /*",
    );
    refused(
        &indexing(&json!({"includedPaths": [{"path": "*"}]})),
        "every segment starts with '/'",
    );
    let many = |count: usize| {
        let paths: Vec<_> = (0..count)
            .map(|n| json!({"path": format!("/p{n}/?")}))
            .collect();
        indexing(&json!({"includedPaths": [{"path": "/*"}], "excludedPaths": paths}))
    };
    accepted(&many(1500));
    refused(
        &many(1501),
        "there are 1501 excluded paths, and the limit is 1500",
    );
}

#[test]
fn indexing_modes() {
    accepted(&indexing(&json!({"indexingMode": "none"})));
    accepted(&indexing(
        &json!({"indexingMode": "none", "automatic": false}),
    ));
    refused(
        &indexing(&json!({"indexingMode": "none", "automatic": true})),
        "requires 'automatic' to be false",
    );
    refused(
        &indexing(&json!({"indexingMode": "none", "includedPaths": [{"path": "/*"}]})),
        "allows no paths",
    );
    refused(
        &indexing(&json!({"indexingMode": "none", "fullTextIndexes": [{"path": "/text"}]})),
        "allows no paths and no indexes",
    );
    refused(
        &indexing(&json!({"indexingMode": "lazy"})),
        "'lazy' is not a value of indexingMode",
    );
    refused(
        &indexing(&json!({"indexingMode": "Consistent"})),
        "'Consistent' is not a value",
    );
}

#[test]
fn composite_and_spatial_indexes() {
    let composite = |count: usize| {
        let properties: Vec<_> = (0..count)
            .map(|n| json!({"path": format!("/p{n}")}))
            .collect();
        indexing(&json!({"compositeIndexes": [properties]}))
    };
    accepted(&composite(2));
    accepted(&composite(8));
    refused(
        &composite(0),
        "there are 0 properties in a composite index, and at least 2",
    );
    refused(&composite(1), "at least 2");
    refused(&composite(9), "the limit is 8");
    let pair = |a: Value, b: Value| indexing(&json!({"compositeIndexes": [[a, b]]}));
    refused(
        &pair(json!({"path": "/a/?"}), json!({"path": "/b"})),
        "wildcard",
    );
    refused(
        &pair(json!({"path": "/a"}), json!({"path": "/a"})),
        "more than once",
    );
    refused(
        &pair(json!({"path": "/a"}), json!({"path": "/b", "order": "up"})),
        "'up' is not a value of order",
    );
    let many = |count: usize| {
        indexing(&json!({"compositeIndexes": vec![json!([{"path": "/a"}, {"path": "/b"}]); count]}))
    };
    accepted(&many(100));
    refused(&many(101), "101 composite indexes");

    let spatial = |index: Value, kind: &str| json!({"geospatialConfig": {"type": kind}, "indexingPolicy": {"spatialIndexes": [index]}});
    accepted(&spatial(
        json!({"path": "/l/*", "types": ["Point"]}),
        "Geography",
    ));
    refused(
        &spatial(json!({"path": "/l/*", "types": ["Blob"]}), "Geography"),
        "'Blob' is not a value of types",
    );
    refused(
        &spatial(json!({"path": "/l/*"}), "Geometry"),
        "no 'boundingBox'",
    );
    let bounds = |xmax: i32| json!({"path": "/l/*", "boundingBox": {"xmin": 0, "ymin": 0, "xmax": xmax, "ymax": 1}});
    accepted(&spatial(bounds(1), "Geometry"));
    refused(&spatial(bounds(0), "Geometry"), "must lie below");
    refused(
        &json!({"geospatialConfig": {"type": "Flat"}}),
        "'Flat' is not a value of geospatialConfig.type",
    );
}

#[test]
fn vector_indexes() {
    accepted(&vector_index(&json!({"path": "/v", "type": "flat"})));
    accepted(&vector_index(
        &json!({"path": "/\"v\"", "type": "quantizedFlat", "quantizationByteSize": 16, "vectorIndexShardKey": ["/t"]}),
    ));
    accepted(&vector_index(
        &json!({"path": "/w", "type": "diskANN", "quantizationByteSize": 512, "indexingSearchListSize": 500}),
    ));
    refused(
        &vector_index(&json!({"path": "/x", "type": "flat"})),
        "not in the vector embedding policy",
    );
    refused(
        &vector_index(&json!({"path": "/v/?", "type": "flat"})),
        "wildcard",
    );
    refused(
        &vector_index(&json!({"path": "/v", "type": "round"})),
        "'round' is not a value of type",
    );
    refused(
        &vector_index(&json!({"path": "/w", "type": "flat"})),
        "is 1000, and must be between 1 and 505",
    );
    refused(
        &vector_index(&json!({"path": "/v", "type": "flat", "quantizerType": "product"})),
        "takes no quantizer",
    );
    refused(
        &vector_index(&json!({"path": "/v", "type": "flat", "vectorIndexShardKey": ["/t"]})),
        "no shard key",
    );
    refused(
        &vector_index(&json!({"path": "/v", "type": "diskANN", "quantizerType": "x"})),
        "'x' is not a value of quantizerType",
    );
    refused(
        &vector_index(&json!({"path": "/v", "type": "diskANN", "quantizationByteSize": 17})),
        "between 1 and 16",
    );
    refused(
        &vector_index(&json!({"path": "/w", "type": "diskANN", "quantizationByteSize": 513})),
        "between 1 and 512",
    );
    refused(
        &vector_index(&json!({"path": "/w", "type": "diskANN", "indexingSearchListSize": 24})),
        "between 25 and 500",
    );
    refused(
        &vector_index(
            &json!({"path": "/w", "type": "quantizedFlat", "indexingSearchListSize": 50}),
        ),
        "diskANN",
    );
}

#[test]
fn embeddings_and_full_text() {
    let embedding = |data_type: &str, dimensions: u32, function: &str, path: &str| {
        json!({"vectorEmbeddingPolicy": {"vectorEmbeddings": [
            {"path": "/o", "dataType": "int8", "dimensions": 1, "distanceFunction": "euclidean"},
            {"path": path, "dataType": data_type, "dimensions": dimensions, "distanceFunction": function}]}})
    };
    for data_type in ["float16", "float32", "int8", "uint8"] {
        accepted(&embedding(data_type, 4096, "dotproduct", "/a/b"));
    }
    refused(
        &embedding("float64", 1, "cosine", "/a"),
        "'float64' is not a value of dataType",
    );
    refused(
        &embedding("int8", 1, "Cosine", "/a"),
        "'Cosine' is not a value of distanceFunction",
    );
    refused(&embedding("int8", 0, "cosine", "/a"), "between 1 and 4096");
    refused(
        &embedding("int8", 4097, "cosine", "/a"),
        "between 1 and 4096",
    );
    refused(&embedding("int8", 1, "cosine", "/o"), "more than once");
    refused(&embedding("int8", 1, "cosine", "/a/[]/b"), "wildcard");

    accepted(&indexing(&json!({"fullTextIndexes": [{"path": "/text"}]})));
    refused(
        &indexing(&json!({"fullTextIndexes": [{"path": "/other"}]})),
        "not in the full text policy",
    );
    refused(
        &json!({"fullTextPolicy": {"fullTextPaths": [{"path": "/a/*"}]}}),
        "wildcard",
    );
    refused(
        &json!({"fullTextPolicy": {"fullTextPaths": [{"path": "/a"}, {"path": "/a"}]}}),
        "more than once",
    );
}

#[test]
fn unique_keys_and_computed_properties() {
    let keys = |count: usize, paths: usize| {
        let paths: Vec<_> = (0..paths).map(|n| format!("/p{n}")).collect();
        json!({"uniqueKeyPolicy": {"uniqueKeys": vec![json!({"paths": paths}); count]}})
    };
    accepted(&keys(0, 1));
    accepted(&keys(10, 16));
    refused(
        &keys(11, 1),
        "there are 11 unique keys, and the limit is 10",
    );
    refused(
        &keys(1, 17),
        "there are 17 paths in a unique key, and the limit is 16",
    );
    refused(&keys(1, 0), "at least 1");
    refused(
        &json!({"uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/a", "/a"]}]}}),
        "more than once",
    );
    refused(
        &json!({"uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/a/[]/b"]}]}}),
        "wildcard",
    );

    let computed = |names: &[&str]| {
        let list: Vec<_> = names
            .iter()
            .map(|name| json!({"name": name, "query": "SELECT VALUE 1"}))
            .collect();
        json!({"computedProperties": list})
    };
    let names: Vec<String> = (0..21).map(|n| format!("p{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    accepted(&computed(&names[..20]));
    refused(
        &computed(&names),
        "there are 21 computed properties, and the limit is 20",
    );
    for taken in ["id", "_ts", "_rid", "_etag"] {
        refused(&computed(&[taken]), "already taken");
    }
    refused(&computed(&["a", "a"]), "already taken");
    refused(&computed(&[""]), "no 'name'");
    refused(
        &json!({"computedProperties": [{"name": "a", "query": " "}]}),
        "no 'query'",
    );
}

#[test]
fn conflicts_change_feed_and_encryption() {
    let conflicts = |mode: &str, path: &str, procedure: &str| json!({"conflictResolutionPolicy": {"mode": mode, "conflictResolutionPath": path, "conflictResolutionProcedure": procedure}});
    accepted(&conflicts("LastWriterWins", "/a/b", ""));
    accepted(&conflicts("LastWriterWins", "", ""));
    accepted(&conflicts("Custom", "", "dbs/d/colls/c/sprocs/s"));
    refused(
        &conflicts("lastWriterWins", "", ""),
        "'lastWriterWins' is not a value of mode",
    );
    refused(
        &conflicts("LastWriterWins", "a", ""),
        "conflict resolution path",
    );
    refused(
        &conflicts("LastWriterWins", "/a", "s"),
        "goes with the conflict resolution mode Custom",
    );
    refused(
        &json!({"changeFeedPolicy": {"retentionDuration": 43_201}}),
        "between 0 and 43200",
    );

    let encrypted = |version: u32, path: &str, kind: &str, key: &str| {
        json!({"clientEncryptionPolicy": {"policyFormatVersion": version, "includedPaths": [{"path": path,
            "clientEncryptionKeyId": key, "encryptionType": kind, "encryptionAlgorithm": AEAD_AES_256_CBC_HMAC_SHA256}]}})
    };
    accepted(&encrypted(1, "/ssn", "Randomized", "k"));
    accepted(&encrypted(2, "/pk", "Deterministic", "k"));
    refused(&encrypted(3, "/ssn", "Randomized", "k"), "between 1 and 2");
    refused(&encrypted(1, "/a/b", "Randomized", "k"), "top level");
    refused(
        &encrypted(1, "/ssn", "Weak", "k"),
        "'Weak' is not a value of encryptionType",
    );
    refused(
        &encrypted(1, "/ssn", "Randomized", ""),
        "no 'clientEncryptionKeyId'",
    );
    refused(
        &encrypted(1, "/pk", "Deterministic", "k"),
        "need policyFormatVersion 2",
    );
    refused(
        &encrypted(2, "/id", "Randomized", "k"),
        "need deterministic encryption",
    );
}

#[test]
fn replacements_keep_what_is_fixed() {
    let stored = container(&json!({"uniqueKeyPolicy": {"uniqueKeys": []}})).with_service_defaults();
    let immutable = |changes: Value, property: Option<&'static str>| {
        let expected = property.map_or(Ok(()), |property| {
            Err(Refusal::Immutable {
                resource: "container",
                property,
            })
        });
        assert_eq!(
            container(&changes).validate_replacement_of(&stored),
            expected,
            "{changes}"
        );
    };
    immutable(json!({}), None);
    immutable(
        json!({"defaultTtl": 5, "indexingPolicy": {"automatic": false}}),
        None,
    );
    immutable(json!({"id": "d"}), Some("id"));
    immutable(
        json!({"partitionKey": {"paths": ["/x"], "kind": "Hash", "version": 2}}),
        Some("partitionKey"),
    );
    immutable(
        json!({"partitionKey": {"paths": ["/pk"], "kind": "Hash", "version": 1}}),
        Some("partitionKey"),
    );
    immutable(
        json!({"uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/a"]}]}}),
        Some("uniqueKeyPolicy"),
    );
    immutable(
        json!({"clientEncryptionPolicy": {"policyFormatVersion": 1}}),
        Some("clientEncryptionPolicy"),
    );
    immutable(
        json!({"vectorEmbeddingPolicy": {"vectorEmbeddings": []}}),
        Some("vectorEmbeddingPolicy"),
    );
}

#[test]
fn throughput() {
    let check = |offer: ThroughputProperties, message: Option<&str>| {
        let refusal = offer.validate().err().map(|refusal| refusal.to_string());
        assert_eq!(
            refusal.is_some(),
            message.is_some(),
            "{offer:?}: {refusal:?}"
        );
        assert!(
            refusal
                .unwrap_or_default()
                .contains(message.unwrap_or_default())
        );
    };
    check(ThroughputProperties::manual(400), None);
    check(ThroughputProperties::manual(1_000_000), None);
    check(
        ThroughputProperties::manual(300),
        Some("is 300, and must be between 400 and 1000000"),
    );
    check(
        ThroughputProperties::manual(450),
        Some("is 450, and must be a multiple of 100"),
    );
    check(ThroughputProperties::manual(u64::MAX), Some("between"));
    check(ThroughputProperties::autoscale(1000, None), None);
    check(
        ThroughputProperties::autoscale(900, None),
        Some("between 1000"),
    );
    check(
        ThroughputProperties::autoscale(1500, Some(10)),
        Some("multiple of 1000"),
    );
    let mut empty = ThroughputProperties::manual(400);
    empty.content.offer_throughput = None;
    check(empty, Some("no 'content.offerThroughput'"));
}

#[test]
fn users_permissions_and_scripts() {
    assert_eq!(User::new("u").validate(), Ok(()));
    assert!(User::new("").validate().is_err());
    assert!(DatabaseProperties::default().validate().is_err());
    let permission = |mode: &str, resource: &str, key: Value| -> Permission {
        serde_json::from_value(json!({"id": "p", "permissionMode": mode, "resource": resource, "resourcePartitionKey": key})).unwrap()
    };
    assert_eq!(permission("READ", "dbs/d", json!(["a"])).validate(), Ok(()));
    assert_eq!(
        Permission::new("p", PermissionMode::Read, "dbs/d").validate(),
        Ok(())
    );
    assert!(
        permission("write", "dbs/d", Value::Null)
            .validate()
            .is_err()
    );
    assert!(permission("all", "", Value::Null).validate().is_err());
    assert!(permission("all", "dbs/d", json!("a")).validate().is_err());
    assert_eq!(StoredProcedure::new("s", "function(){}").validate(), Ok(()));
    assert!(StoredProcedure::new("s", " ").validate().is_err());
    assert!(
        UserDefinedFunction::new("a/b", "function(){}")
            .validate()
            .is_err()
    );
    let mut trigger = Trigger::new("t", "function(){}", TriggerType::Pre, TriggerOperation::All);
    assert_eq!(trigger.validate(), Ok(()));
    trigger.trigger_operation = "sometimes".to_owned();
    assert!(
        trigger
            .validate()
            .unwrap_err()
            .to_string()
            .contains("triggerOperation")
    );
    trigger.trigger_type = String::new();
    assert!(
        trigger
            .validate()
            .unwrap_err()
            .to_string()
            .contains("triggerType")
    );
}
