//! Header names and the accessors of a response.

use std::collections::HashSet;
use std::time::Duration;

use http::HeaderMap;

use super::*;
use crate::session::SessionToken;

fn headers(pairs: &[(&'static str, &'static str)]) -> ResponseHeaders {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        map.append(*name, value.parse().unwrap());
    }
    ResponseHeaders::from(map)
}

fn all_names() -> Vec<(&'static str, http::HeaderName)> {
    [request_names::all(), response_names::all()].concat()
}

#[test]
fn no_name_occurs_twice() {
    let names = all_names();
    let distinct: HashSet<_> = names.iter().map(|(_, name)| name).collect();
    assert_eq!(distinct.len(), names.len());
    let constants: HashSet<_> = names.iter().map(|(constant, _)| constant).collect();
    assert_eq!(constants.len(), names.len());
}

#[test]
fn names_are_read_in_any_case() {
    for (_, name) in all_names() {
        let shouted = name.as_str().to_uppercase();
        assert_eq!(shouted.parse::<http::HeaderName>().unwrap(), name);
    }
}

/// A response as the service gives it for a point read.
#[test]
fn a_point_read_is_understood() {
    let response = headers(&[
        ("content-type", "application/json"),
        ("x-ms-activity-id", "6f0b6b0e-9b51-4a37-8b0f-3f1a7b6c2d10"),
        ("x-ms-request-charge", "1.05"),
        ("x-ms-session-token", "0:1#9#4=8"),
        ("etag", "\"0000d826-0000-0700-0000-5f6b1c5c0000\""),
        ("x-ms-substatus", "0"),
        ("lsn", "9"),
        ("x-ms-item-lsn", "7"),
        ("x-ms-cosmos-llsn", "8"),
        ("x-ms-cosmos-item-llsn", "6"),
        ("x-ms-global-committed-lsn", "-1"),
        ("x-ms-quorum-acked-lsn", "9"),
        ("x-ms-number-of-read-regions", "0"),
        ("x-ms-transport-request-id", "4"),
        ("x-ms-gatewayversion", "version=2.14.0"),
        ("x-ms-serviceversion", "version=2.14.0.0"),
        ("x-ms-request-duration-ms", "0.562"),
        ("x-ms-documentdb-partitionkeyrangeid", "0"),
        ("x-ms-resource-quota", "documentSize=10240;"),
        ("x-ms-resource-usage", "documentSize=0;"),
        ("x-ms-alt-content-path", "dbs/MyDb/colls/C"),
        ("x-ms-content-path", "AAAAAA=="),
    ]);
    let etag = response.etag().map(AsRef::<str>::as_ref);
    assert_eq!(etag, Some("\"0000d826-0000-0700-0000-5f6b1c5c0000\""));
    assert_eq!(
        response.activity_id().map(ToString::to_string).as_deref(),
        Some("6f0b6b0e-9b51-4a37-8b0f-3f1a7b6c2d10")
    );
    assert_eq!(response.request_charge().map(|c| c.value()), Some(1.05));
    let token = response.session_token().map(SessionToken::as_str);
    assert_eq!(token, Some("0:1#9#4=8"));
    assert_eq!(response.substatus().map(|code| code.value()), Some(0));
    assert_eq!(response.lsn(), Some(9));
    assert_eq!(response.item_lsn(), Some(7));
    assert_eq!(response.local_lsn(), Some(8));
    assert_eq!(response.item_local_lsn(), Some(6));
    assert_eq!(response.global_committed_lsn(), Some(-1));
    assert_eq!(response.quorum_acked_lsn(), Some(9));
    assert_eq!(response.number_of_read_regions(), Some(0));
    assert_eq!(response.transport_request_id(), Some(4));
    assert_eq!(response.gateway_version(), Some("version=2.14.0"));
    assert_eq!(response.service_version(), Some("version=2.14.0.0"));
    assert_eq!(response.server_duration(), Some(Duration::from_micros(562)));
    assert_eq!(response.partition_key_range_id(), Some("0"));
    assert_eq!(response.resource_quota(), Some("documentSize=10240;"));
    assert_eq!(response.resource_usage(), Some("documentSize=0;"));
    assert_eq!(response.owner_full_name(), Some("dbs/MyDb/colls/C"));
    assert_eq!(response.owner_id(), Some("AAAAAA=="));
}

#[test]
fn a_feed_page_is_understood() {
    let response = headers(&[
        ("x-ms-item-count", "100"),
        ("x-ms-continuation", "+RID:~x#RT:1"),
        ("x-ms-cosmos-correlated-activityid", "q"),
        (
            "x-ms-documentdb-query-metrics",
            "totalExecutionTimeInMs=1.0",
        ),
        ("x-ms-cosmos-index-utilization", "e30="),
        ("x-ms-cosmos-query-advice", "%5B%5D"),
        ("x-ms-cosmos-query-execution-info", "{}"),
        ("x-ms-cosmos-internal-partition-id", "p"),
        ("x-ms-cosmos-physical-partition-id", "3"),
    ]);
    assert_eq!(response.item_count(), Some(100));
    assert_eq!(response.continuation(), Some("+RID:~x#RT:1"));
    assert_eq!(response.correlated_activity_id(), Some("q"));
    assert_eq!(response.query_metrics(), Some("totalExecutionTimeInMs=1.0"));
    assert_eq!(response.index_metrics(), Some("e30="));
    assert_eq!(response.query_advice(), Some("%5B%5D"));
    assert_eq!(response.query_execution_info(), Some("{}"));
    assert_eq!(response.internal_partition_id(), Some("p"));
    assert_eq!(response.physical_partition_id(), Some("3"));
}

#[test]
fn a_throttled_or_pending_answer_is_understood() {
    let response = headers(&[
        ("x-ms-retry-after-ms", "17"),
        ("x-ms-substatus", "3200"),
        ("x-ms-offer-replace-pending", "True"),
        ("x-ms-offer-min-throughput", "400"),
        (
            "x-ms-documentdb-collection-index-transformation-progress",
            "42",
        ),
        ("x-ms-documentdb-collection-lazy-indexing-progress", "100"),
        ("x-ms-documentdb-script-log-results", "hi%20there"),
    ]);
    assert_eq!(response.retry_after(), Some(Duration::from_millis(17)));
    assert_eq!(response.substatus().map(|code| code.value()), Some(3200));
    assert_eq!(response.offer_replace_pending(), Some(true));
    assert_eq!(response.min_throughput(), Some(400));
    let progress = response.collection_index_transformation_progress();
    assert_eq!(progress, Some(42));
    assert_eq!(response.collection_lazy_indexing_progress(), Some(100));
    assert_eq!(response.script_log(), Some("hi%20there"));
}

#[test]
fn what_cannot_be_read_is_absent() {
    let response = headers(&[
        ("x-ms-request-charge", "much"),
        ("x-ms-session-token", "  "),
        ("x-ms-substatus", "70000"),
        ("lsn", "-1"),
        ("x-ms-lsn", "12"),
        ("x-ms-item-count", "1.5"),
        ("x-ms-retry-after-ms", "-4"),
        ("x-ms-request-duration-ms", "NaN"),
        ("x-ms-offer-replace-pending", "yes"),
    ]);
    assert_eq!(response.request_charge(), None);
    assert_eq!(response.session_token(), None);
    assert_eq!(response.substatus(), None);
    assert_eq!(response.lsn(), Some(12), "the alias stands in");
    assert_eq!(response.item_count(), None);
    assert_eq!(response.retry_after(), None);
    assert_eq!(response.server_duration(), None);
    assert_eq!(response.offer_replace_pending(), None);
    assert!(response.etag().is_none());
    assert!(response.activity_id().is_none());
    assert!(ResponseHeaders::default().continuation().is_none());
}

#[test]
fn all_headers_are_kept() {
    let response = headers(&[("x-new", "1"), ("x-new", "2"), ("etag", "\"e\"")]);
    let copy = response.clone();
    assert_eq!(copy.as_map().get_all("x-new").iter().count(), 2);
    assert_eq!(response.into_map(), *copy.as_map());
}

#[test]
fn truth_values_have_no_case() {
    let check = |text: &str, expected| assert_eq!(value::parse_bool(text), expected, "{text:?}");
    check("true", Some(true));
    check("True", Some(true));
    check(" FALSE ", Some(false));
    check("1", None);
    check("", None);
}
