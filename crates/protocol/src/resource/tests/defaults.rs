//! What the service fills in.

use serde_json::{Value, json};

use crate::resource::*;

#[track_caller]
fn policy(given: &Value, expected: &Value) {
    let policy: IndexingPolicy = serde_json::from_value(given.clone()).unwrap();
    let filled = policy.with_service_defaults();
    assert_eq!(&serde_json::to_value(&filled).unwrap(), expected, "{given}");
    assert_eq!(
        filled.clone().with_service_defaults(),
        filled,
        "filling in twice changes nothing"
    );
}

#[test]
fn indexing_policies() {
    let default = json!({
        "indexingMode": "consistent", "automatic": true,
        "includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/\"_etag\"/?"}]
    });
    policy(&json!({}), &default);
    policy(&default, &default);
    policy(
        &json!({"indexingMode": "consistent", "includedPaths": [{"path": "/*"}]}),
        &default,
    );
    let old = json!({"includedPaths": [{"path": "/*", "indexes": [{"kind": "Range", "dataType": "String", "precision": -1}]}]});
    policy(&old, &default);
    policy(
        &json!({"automatic": false, "includedPaths": [{"path": "/a/?"}], "excludedPaths": [{"path": "/*"}]}),
        &json!({
            "indexingMode": "consistent", "automatic": true, "includedPaths": [{"path": "/a/?"}],
            "excludedPaths": [{"path": "/*"}, {"path": "/\"_etag\"/?"}]
        }),
    );
    let unquoted = json!({
        "indexingMode": "consistent", "automatic": true, "includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/_etag/?"}]
    });
    policy(&unquoted, &unquoted);
    let included = json!({
        "indexingMode": "consistent", "automatic": true, "includedPaths": [{"path": "/*"}, {"path": "/_etag/?"}]
    });
    policy(&included, &included);
    policy(
        &json!({"indexingMode": "none"}),
        &json!({"indexingMode": "none", "automatic": false}),
    );
    assert_eq!(
        IndexingPolicy::service_default(),
        serde_json::from_value(default).unwrap()
    );
}

#[test]
fn containers() {
    let filled = ContainerProperties::new("c", "/pk".into()).with_service_defaults();
    let expected = json!({
        "id": "c", "partitionKey": {"paths": ["/pk"], "kind": "Hash", "version": 2},
        "indexingPolicy": {
            "indexingMode": "consistent", "automatic": true,
            "includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/\"_etag\"/?"}]
        },
        "uniqueKeyPolicy": {"uniqueKeys": []},
        "conflictResolutionPolicy": {"mode": "LastWriterWins", "conflictResolutionPath": "/_ts", "conflictResolutionProcedure": ""},
        "geospatialConfig": {"type": "Geography"}
    });
    assert_eq!(serde_json::to_value(&filled).unwrap(), expected);
    assert_eq!(filled.validate(), Ok(()));
    assert_eq!(filled.clone().with_service_defaults(), filled);
}

#[test]
fn conflict_policies() {
    let fill = |policy: ConflictResolutionPolicy| {
        let container =
            ContainerProperties::new("c", "/pk".into()).with_conflict_resolution_policy(policy);
        container
            .with_service_defaults()
            .conflict_resolution_policy
            .unwrap()
    };
    let last = ConflictResolutionPolicy::new(ConflictResolutionMode::LastWriterWins);
    assert_eq!(
        fill(last.clone()),
        ConflictResolutionPolicy::service_default()
    );
    let by_age = last.with_resolution_path("/age");
    assert_eq!(fill(by_age.clone()), by_age);
    let custom = ConflictResolutionPolicy::new(ConflictResolutionMode::Custom);
    assert_eq!(fill(custom.clone()), custom);
}
