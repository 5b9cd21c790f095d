//! Names of response headers. Those that also travel in requests (`ACTIVITY_ID`,
//! `SESSION_TOKEN`, `CONTINUATION`, `PARTITION_KEY_RANGE_ID`, …) stand with the request headers.
//!
//! Documented in part at
//! <https://learn.microsoft.com/rest/api/cosmos-db/common-cosmosdb-rest-response-headers>.

use super::names::header_names;

#[rustfmt::skip]
header_names! {
    REQUEST_CHARGE "x-ms-request-charge" "request units, decimal.";
    SUBSTATUS "x-ms-substatus" "refines the status; absent means 0.";
    ITEM_COUNT "x-ms-item-count" "items in this page.";
    RETRY_AFTER_MS "x-ms-retry-after-ms" "how long to wait, in milliseconds.";
    SERVER_DURATION_MS "x-ms-request-duration-ms" "time in the service, in milliseconds, decimal.";

    // Positions.
    LSN "lsn" "LSN of the partition.";
    MS_LSN "x-ms-lsn" "LSN of the partition; an alias of `lsn`.";
    ITEM_LSN "x-ms-item-lsn" "LSN of the item's last change.";
    LOCAL_LSN "x-ms-cosmos-llsn" "LSN of the partition in this region.";
    ITEM_LOCAL_LSN "x-ms-cosmos-item-llsn" "LSN of the item's last change in this region.";
    GLOBAL_COMMITTED_LSN "x-ms-global-committed-lsn" "LSN that every region has, or -1.";
    QUORUM_ACKED_LSN "x-ms-quorum-acked-lsn" "LSN that a quorum of replicas has, or -1.";
    QUORUM_ACKED_LOCAL_LSN "x-ms-cosmos-quorum-acked-llsn" "the same, in this region's numbering.";
    CURRENT_WRITE_QUORUM "x-ms-current-write-quorum" "replicas that must confirm a write.";
    CURRENT_REPLICA_SET_SIZE "x-ms-current-replica-set-size" "replicas of the partition.";
    NUMBER_OF_READ_REGIONS "x-ms-number-of-read-regions" "read regions; 0 for one region.";
    XP_ROLE "x-ms-xp-role" "role of the replica: 1 primary, 2 secondary.";
    TRANSPORT_REQUEST_ID "x-ms-transport-request-id" "counter of the connection inside the service.";

    // Who answered.
    LAST_STATE_CHANGE_UTC "x-ms-last-state-change-utc" "when the replica changed its role.";
    SCHEMA_VERSION "x-ms-schemaversion" "version of the storage schema.";
    GATEWAY_VERSION "x-ms-gatewayversion" "version of the gateway.";
    SERVICE_VERSION "x-ms-serviceversion" "version of the backend.";
    INTERNAL_PARTITION_ID "x-ms-cosmos-internal-partition-id" "GUID of the partition.";
    PHYSICAL_PARTITION_ID "x-ms-cosmos-physical-partition-id" "number of the physical partition.";

    // Owner and quota.
    OWNER_FULL_NAME "x-ms-alt-content-path" "the owner's path by name: `dbs/MyDb/colls/C`.";
    OWNER_ID "x-ms-content-path" "the owner's resource id.";
    RESOURCE_QUOTA "x-ms-resource-quota" "limits, `name=value;`.";
    RESOURCE_USAGE "x-ms-resource-usage" "current values of the same names.";
    OFFER_REPLACE_PENDING "x-ms-offer-replace-pending" "`true` while a change of throughput is running.";
    OFFER_MIN_THROUGHPUT "x-ms-offer-min-throughput" "least throughput the offer may have, RU/s.";
    MIN_THROUGHPUT "x-ms-cosmos-min-throughput" "the same under its newer name.";
    COLLECTION_INDEX_TRANSFORMATION_PROGRESS "x-ms-documentdb-collection-index-transformation-progress" "percent of a reindexing, 0 to 100.";
    COLLECTION_LAZY_INDEXING_PROGRESS "x-ms-documentdb-collection-lazy-indexing-progress" "percent of lazy indexing, 0 to 100.";
    PENDING_PARTITION_KEY_DELETE "x-ms-cosmos-is-partition-key-delete-pending" "`true` while a deletion by partition key is running.";

    // Queries, scripts, others.
    QUERY_METRICS "x-ms-documentdb-query-metrics" "`name=value;name=value`, no semicolon at the end.";
    INDEX_METRICS "x-ms-cosmos-index-utilization" "indexes used and missed, encoded JSON.";
    QUERY_EXECUTION_INFO "x-ms-cosmos-query-execution-info" "JSON of how a query was run.";
    QUERY_ADVICE "x-ms-cosmos-query-advice" "percent-encoded JSON array of hints.";
    LOG_RESULTS "x-ms-documentdb-script-log-results" "a script's log, percent-encoded.";
    CONFLICT_RESOLVED_TIMESTAMP "x-ms-cosmos-conflict-resolved-timestamp" "when a conflict between regions was resolved.";
    CACHE_HIT "x-ms-cosmos-cachehit" "`true` when the integrated cache answered.";
    PREFERENCE_APPLIED "preference-applied" "`return=minimal` when that was honoured.";

    // Added by clients for their users.
    THROTTLE_RETRY_COUNT "x-ms-throttle-retry-count" "how often the client was throttled.";
    THROTTLE_RETRY_WAIT_TIME_MS "x-ms-throttle-retry-wait-time-ms" "how long it waited for that, in milliseconds.";
}
