//! Every response header of the service, one row each: its name, a value as the service sends it, and what the typed
//! accessor makes of it. The table is the protocol's list of response headers, line by line.

use std::collections::HashSet;
use std::fmt::Debug;

use http::HeaderMap;

use super::{ResponseHeaders, response_names};

struct Row {
    name: &'static str,
    value: &'static str,
    /// What the accessor gives, in its debug form.
    read: fn(&ResponseHeaders) -> Option<String>,
    expected: &'static str,
}

fn shown<T: Debug>(value: Option<T>) -> Option<String> {
    value.map(|value| format!("{value:?}"))
}

macro_rules! rows {
    ($($name:literal, $value:literal, $accessor:ident => $expected:literal;)*) => {
        &[$(Row {
            name: $name,
            value: $value,
            read: |headers| shown(headers.$accessor()),
            expected: $expected,
        },)*]
    };
}

#[rustfmt::skip]
const ROWS: &[Row] = rows! {
    "content-type", "application/json", content_type => r#""application/json""#;
    "date", "Thu, 27 Apr 2017 00:51:12 GMT", date => r#""Thu, 27 Apr 2017 00:51:12 GMT""#;
    "x-ms-activity-id", "6f0b6b0e-9b51-4a37-8b0f-3f1a7b6c2d10", activity_id => r#""6f0b6b0e-9b51-4a37-8b0f-3f1a7b6c2d10""#;
    "x-ms-request-charge", "5.71", request_charge => "RequestCharge(5.71)";
    "x-ms-session-token", "0:1#9#4=8", session_token => r#"SessionToken("0:1#9#4=8")"#;
    "etag", "\"0000d826-0000-0700-0000-5f6b1c5c0000\"", etag => r#"Etag("\"0000d826-0000-0700-0000-5f6b1c5c0000\"")"#;
    "x-ms-substatus", "3200", substatus => "SubStatusCode(RUBudgetExceeded (3200))";
    "x-ms-continuation", "+RID:~x#RT:1", continuation => r#""+RID:~x#RT:1""#;
    "x-ms-item-count", "100", item_count => "100";
    "x-ms-retry-after-ms", "17", retry_after => "17ms";
    "lsn", "9", lsn => "9";
    "x-ms-lsn", "9", lsn => "9";
    "x-ms-item-lsn", "7", item_lsn => "7";
    "x-ms-cosmos-llsn", "8", local_lsn => "8";
    "x-ms-cosmos-item-llsn", "6", item_local_lsn => "6";
    "x-ms-global-committed-lsn", "-1", global_committed_lsn => "-1";
    "x-ms-quorum-acked-lsn", "9", quorum_acked_lsn => "9";
    "x-ms-cosmos-quorum-acked-llsn", "-1", quorum_acked_local_lsn => "-1";
    "x-ms-current-write-quorum", "3", current_write_quorum => "3";
    "x-ms-current-replica-set-size", "4", current_replica_set_size => "4";
    "x-ms-number-of-read-regions", "0", number_of_read_regions => "0";
    "x-ms-xp-role", "2", xp_role => "2";
    "x-ms-transport-request-id", "4", transport_request_id => "4";
    "x-ms-last-state-change-utc", "Thu, 27 Apr 2017 00:51:12.123 GMT", last_state_change_utc => r#""Thu, 27 Apr 2017 00:51:12.123 GMT""#;
    "x-ms-schemaversion", "1.19", schema_version => r#""1.19""#;
    "x-ms-gatewayversion", "version=2.14.0", gateway_version => r#""version=2.14.0""#;
    "x-ms-serviceversion", "version=2.14.0.0", service_version => r#""version=2.14.0.0""#;
    "x-ms-request-duration-ms", "0.562", server_duration => "562µs";
    "x-ms-documentdb-partitionkeyrangeid", "0", partition_key_range_id => r#""0""#;
    "x-ms-cosmos-internal-partition-id", "p", internal_partition_id => r#""p""#;
    "x-ms-cosmos-physical-partition-id", "3", physical_partition_id => r#""3""#;
    "x-ms-resource-quota", "documentSize=10240;", resource_quota => r#""documentSize=10240;""#;
    "x-ms-resource-usage", "documentSize=0;", resource_usage => r#""documentSize=0;""#;
    "x-ms-alt-content-path", "dbs/MyDb/colls/C", owner_full_name => r#""dbs/MyDb/colls/C""#;
    "x-ms-content-path", "AAAAAA==", owner_id => r#""AAAAAA==""#;
    "x-ms-offer-replace-pending", "True", offer_replace_pending => "true";
    "x-ms-offer-min-throughput", "400", min_throughput => "400";
    "x-ms-cosmos-min-throughput", "400", min_throughput => "400";
    "x-ms-documentdb-collection-index-transformation-progress", "42", collection_index_transformation_progress => "42";
    "x-ms-documentdb-collection-lazy-indexing-progress", "100", collection_lazy_indexing_progress => "100";
    "x-ms-cosmos-is-partition-key-delete-pending", "true", is_partition_key_delete_pending => "true";
    "x-ms-documentdb-query-metrics", "totalExecutionTimeInMs=1.0", query_metrics => r#""totalExecutionTimeInMs=1.0""#;
    "x-ms-cosmos-index-utilization", "e30=", index_metrics => r#""e30=""#;
    "x-ms-cosmos-query-execution-info", "{}", query_execution_info => r#""{}""#;
    "x-ms-cosmos-query-advice", "%5B%5D", query_advice => r#""%5B%5D""#;
    "x-ms-documentdb-script-log-results", "hi%20there", script_log => r#""hi%20there""#;
    "x-ms-cosmos-conflict-resolved-timestamp", "17", conflict_resolved_timestamp => "17";
    "x-ms-cosmos-cachehit", "True", is_cache_hit => "true";
    "preference-applied", "return=minimal", preference_applied => r#""return=minimal""#;
    // Not in the list: the id that a client gave all pages of a query comes back.
    "x-ms-cosmos-correlated-activityid", "q", correlated_activity_id => r#""q""#;
    // Added by clients for their users.
    "x-ms-throttle-retry-count", "2", throttle_retry_count => "2";
    "x-ms-throttle-retry-wait-time-ms", "34", throttle_retry_wait_time => "34ms";
};

fn of(pairs: impl IntoIterator<Item = (&'static str, &'static str)>) -> ResponseHeaders {
    let pairs = pairs.into_iter();
    let map: HeaderMap = pairs
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect();
    ResponseHeaders::from(map)
}

#[test]
fn each_header_has_a_typed_accessor_and_stays_in_the_map() {
    let all = of(ROWS.iter().map(|row| (row.name, row.value)));
    for row in ROWS {
        let alone = of([(row.name, row.value)]);
        for headers in [&alone, &all] {
            let read = (row.read)(headers);
            assert_eq!(read.as_deref(), Some(row.expected), "{}", row.name);
            assert_eq!(headers.as_map()[row.name], row.value);
        }
        let absent = (row.read)(&ResponseHeaders::default());
        assert_eq!(absent, None, "{}", row.name);
        let unreadable = (row.read)(&of([(row.name, "")]));
        assert_ne!(unreadable.as_deref(), Some(row.expected), "{}", row.name);
    }
}

#[test]
fn the_table_names_every_response_header_once() {
    let table: HashSet<&str> = ROWS.iter().map(|row| row.name).collect();
    assert_eq!(table.len(), ROWS.len());
    for (constant, name) in response_names::all() {
        assert!(table.contains(name.as_str()), "{constant} has no row");
    }
}

#[test]
fn what_is_put_in_later_is_read() {
    let mut headers = of([("etag", "\"1\"")]);
    assert!(headers.etag().is_some() && headers.throttle_retry_count().is_none());
    headers.insert(super::THROTTLE_RETRY_COUNT, "3".parse().unwrap());
    headers.insert(super::ETAG, "\"2\"".parse().unwrap());
    assert_eq!(headers.throttle_retry_count(), Some(3));
    assert_eq!(headers.etag().unwrap().as_str(), "\"2\"");
}
