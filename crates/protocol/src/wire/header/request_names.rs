//! Names of request headers, and of those that travel both ways.
//!
//! Values and effects of most are documented at
//! <https://learn.microsoft.com/rest/api/cosmos-db/common-cosmosdb-rest-request-headers>; the rest
//! was seen in the traffic of Azure's own clients.

use super::names::header_names;

#[rustfmt::skip]
header_names! {
    // On nearly every request.
    VERSION "x-ms-version" "API version, such as `2020-07-15`.";
    DATE "x-ms-date" "when the request was made, RFC 1123; part of the signature.";
    MS_USER_AGENT "x-ms-useragent" "the user agent of clients in browsers.";
    ACTIVITY_ID "x-ms-activity-id" "a GUID naming this request, echoed in the response.";
    CLIENT_ID "x-ms-client-id" "a GUID naming the client instance.";
    SUPPORTED_CAPABILITIES "x-ms-cosmos-sdk-supportedcapabilities" "a decimal bit mask of what the client copes with.";
    ALLOW_TENTATIVE_WRITES "x-ms-cosmos-allow-tentative-writes" "`true` on writes to accounts with several write regions.";
    RESPONSE_CONTINUATION_LIMIT_KB "x-ms-documentdb-responsecontinuationtokenlimitinkb" "upper bound of the response continuation in KiB.";
    CONSISTENCY_LEVEL "x-ms-consistency-level" "a level at most as strong as the account's.";
    READ_CONSISTENCY_STRATEGY "x-ms-cosmos-read-consistency-strategy" "replaces the consistency level on reads.";
    SESSION_TOKEN "x-ms-session-token" "positions seen (request) or reached (response); never empty.";
    NO_RETRY_449 "x-ms-noretry-449" "`true`: the gateway must not retry 449 by itself.";
    THINCLIENT_PROXY_OPERATION_TYPE "x-ms-thinclient-proxy-operation-type" "operation kind, for thin-client proxies.";
    THINCLIENT_PROXY_RESOURCE_TYPE "x-ms-thinclient-proxy-resource-type" "resource kind, for thin-client proxies.";
    USE_THINCLIENT "x-ms-cosmos-use-thinclient" "`true` on account reads: the client could use thin-client endpoints.";
    THINCLIENT_PKRANGE_MIN "x-ms-thinclient-pkrange-min" "lower EPK bound of the partition, hex.";
    THINCLIENT_PKRANGE_MAX "x-ms-thinclient-pkrange-max" "upper EPK bound of the partition, hex.";
    THINCLIENT_RANGE_MIN "x-ms-thinclient-range-min" "lower EPK bound of the request, hex.";
    THINCLIENT_RANGE_MAX "x-ms-thinclient-range-max" "upper EPK bound of the request, hex.";
    GLOBAL_DATABASE_ACCOUNT_NAME "globaldatabaseaccountname" "the account's name, for thin-client proxies.";
    HUB_REGION_PROCESSING_ONLY "x-ms-cosmos-hub-region-processing-only" "`true` on the retry after 404/1002.";
    PRIORITY_LEVEL "x-ms-cosmos-priority-level" "`High` or `Low`.";
    THROUGHPUT_BUCKET "x-ms-cosmos-throughput-bucket" "number of the throughput bucket, 1 to 5.";
    INTENDED_COLLECTION_RID "x-ms-cosmos-intended-collection-rid" "the container's resource id as the client knows it; 400/1024 when it is another.";
    COLLECTION_RID "x-ms-documentdb-collection-rid" "the container's resource id, for thin-client proxies.";
    CORRELATED_ACTIVITY_ID "x-ms-cosmos-correlated-activityid" "a GUID shared by all pages of a query.";

    // Items and containers.
    PARTITION_KEY "x-ms-documentdb-partitionkey" "the partition key as a JSON array in ASCII.";
    IS_UPSERT "x-ms-documentdb-is-upsert" "`true`: a POST that replaces what exists.";
    PREFER "prefer" "`return=minimal`: a write answers without body.";
    INDEXING_DIRECTIVE "x-ms-indexing-directive" "`Default`, `Include` or `Exclude` for this item.";
    PRE_TRIGGER_INCLUDE "x-ms-documentdb-pre-trigger-include" "triggers to run before, comma-separated.";
    PRE_TRIGGER_EXCLUDE "x-ms-documentdb-pre-trigger-exclude" "triggers not to run before, comma-separated.";
    POST_TRIGGER_INCLUDE "x-ms-documentdb-post-trigger-include" "triggers to run after, comma-separated.";
    POST_TRIGGER_EXCLUDE "x-ms-documentdb-post-trigger-exclude" "triggers not to run after, comma-separated.";
    PARTITION_KEY_RANGE_ID "x-ms-documentdb-partitionkeyrangeid" "the physical partition: `0`, or `{container rid},0`.";
    START_EPK "x-ms-start-epk" "lower EPK bound of the slice to read, hex, inclusive.";
    END_EPK "x-ms-end-epk" "upper EPK bound of the slice to read, hex, exclusive.";
    READ_KEY_TYPE "x-ms-read-key-type" "what the two bounds are: `EffectivePartitionKeyRange`.";
    POPULATE_QUOTA_INFO "x-ms-documentdb-populatequotainfo" "`true` on container reads: fill the quota headers.";
    POPULATE_PARTITION_STATISTICS "x-ms-documentdb-populatepartitionstatistics" "`true` on container reads: fill `statistics`.";
    IS_CLIENT_ENCRYPTED "x-ms-cosmos-is-client-encrypted" "`true`: the body holds encrypted properties.";
    DEDICATED_GATEWAY_MAX_AGE "x-ms-dedicatedgateway-max-age" "how stale the integrated cache may be, in milliseconds.";
    DEDICATED_GATEWAY_BYPASS_CACHE "x-ms-dedicatedgateway-bypass-cache" "`true`: do not use the integrated cache.";
    ALLOW_CACHED_READS "x-ms-cosmos-allow-cachedreads" "`true` on reads of client encryption keys.";
    DATABASE_RID "x-ms-cosmos-database-rid" "the database's resource id, on reads of client encryption keys.";

    // Feeds and queries.
    MAX_ITEM_COUNT "x-ms-max-item-count" "page size; `-1` lets the server decide.";
    CONTINUATION "x-ms-continuation" "where to resume (request), where to go on (response); opaque.";
    IS_QUERY "x-ms-documentdb-isquery" "`true`: the body is a query.";
    ENABLE_CROSS_PARTITION_QUERY "x-ms-documentdb-query-enablecrosspartition" "`true`: the query may need several partitions.";
    ENABLE_SCAN_IN_QUERY "x-ms-documentdb-query-enable-scan" "`true`: paths without index may be scanned.";
    PARALLELIZE_CROSS_PARTITION_QUERY "x-ms-documentdb-query-parallelizecrosspartitionquery" "`true`: read partitions in parallel.";
    EMIT_QUERY_TRACES "x-ms-documentdb-query-emit-traces" "`true`: write traces in the service.";
    ENABLE_LOW_PRECISION_ORDER_BY "x-ms-documentdb-query-enable-low-precision-order-by" "`true`: order by indexed precision.";
    IS_CONTINUATION_EXPECTED "x-ms-documentdb-query-iscontinuationexpected" "whether the client will ask for a continuation.";
    POPULATE_QUERY_METRICS "x-ms-documentdb-populatequerymetrics" "`true`: fill the query metrics.";
    POPULATE_INDEX_METRICS "x-ms-cosmos-populateindexmetrics" "`true`: fill the index metrics, first form.";
    POPULATE_INDEX_METRICS_V2 "x-ms-cosmos-populateindexmetrics-v2" "`true`: fill the index metrics, second form.";
    POPULATE_QUERY_ADVICE "x-ms-cosmos-populatequeryadvice" "`true`: fill the query advice.";
    IS_QUERY_PLAN_REQUEST "x-ms-cosmos-is-query-plan-request" "`true`: answer with the plan, not with rows.";
    SUPPORTED_QUERY_FEATURES "x-ms-cosmos-supported-query-features" "what the client can merge, comma-separated.";
    QUERY_VERSION "x-ms-cosmos-query-version" "version of the plan format.";
    OPTIMISTIC_DIRECT_EXECUTE "x-ms-cosmos-query-optimisticdirectexecute" "`true`: run single-partition queries without a plan.";
    SUPPORTED_SERIALIZATION_FORMATS "x-ms-cosmos-supported-serialization-formats" "`JsonText` and `CosmosBinary`, comma-separated.";
    A_IM "a-im" "the kind of change feed, or incremental partition key ranges.";
    CHANGEFEED_WIRE_FORMAT_VERSION "x-ms-cosmos-changefeed-wire-format-version" "`2021-09-15`: change items in envelopes.";
    IS_BATCH_REQUEST "x-ms-cosmos-is-batch-request" "`true`: the body is a batch.";
    BATCH_ATOMIC "x-ms-cosmos-batch-atomic" "`true`: all operations or none.";
    BATCH_CONTINUE_ON_ERROR "x-ms-cosmos-batch-continue-on-error" "`true`: a failed operation does not stop the rest.";
    BATCH_ORDERED "x-ms-cosmos-batch-ordered" "`true`: run in the given order.";

    // Control plane, scripts, permissions.
    OFFER_THROUGHPUT "x-ms-offer-throughput" "manual throughput of a new database or container, RU/s.";
    OFFER_AUTOPILOT_SETTINGS "x-ms-cosmos-offer-autopilot-settings" "autoscale settings of a new database or container, JSON.";
    MIGRATE_OFFER_TO_AUTOPILOT "x-ms-cosmos-migrate-offer-to-autopilot" "`true`: switch an offer to autoscale.";
    MIGRATE_OFFER_TO_MANUAL_THROUGHPUT "x-ms-cosmos-migrate-offer-to-manual-throughput" "`true`: switch an offer to manual throughput.";
    EXPIRY_SECONDS "x-ms-documentdb-expiry-seconds" "lifetime of a resource token, in seconds.";
    SCRIPT_ENABLE_LOGGING "x-ms-documentdb-script-enable-logging" "`true`: return the script's log.";
    DISABLE_RU_PER_MINUTE_USAGE "x-ms-documentdb-disable-ru-per-minute-usage" "obsolete; ignored.";
    IDEMPOTENCY_TOKEN "x-ms-cosmos-idempotency-token" "names a distributed transaction across retries.";
    OPERATION_TYPE "x-ms-cosmos-operation-type" "operation kind of a distributed transaction.";
    RESOURCE_TYPE "x-ms-cosmos-resource-type" "resource kind of a distributed transaction.";
}
