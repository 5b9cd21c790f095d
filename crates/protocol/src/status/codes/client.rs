//! What clients make up themselves; never on the wire. The numbers are those of Azure's own
//! clients, so that dashboards and runbooks keep working.

use super::rows::rows;

#[rustfmt::skip]
rows! { Client;
    // Arguments and settings (20100 to 20158).
    400 20007 MALFORMED_CONTINUATION_TOKEN "MalformedContinuationToken" Surface "the continuation token cannot be read.";
    400 20021 SERIALIZATION_REQUEST_BODY_INVALID "SerializationRequestBodyInvalid" Surface "the value cannot be written as JSON.";
    400 20100 CLIENT_PARTITION_KEY_EMPTY "ClientPartitionKeyEmpty" Surface "the partition key has no component.";
    400 20101 CLIENT_PARTITION_KEY_TOO_MANY_COMPONENTS "ClientPartitionKeyTooManyComponents" Surface "the partition key has more components than the container's definition.";
    400 20102 CLIENT_PREFIX_PARTITION_KEY_REQUIRES_MULTIHASH "ClientPrefixPartitionKeyRequiresMultiHash" Surface "only hierarchical partition keys have prefixes.";
    400 20103 CLIENT_NON_MULTIHASH_PARTITION_KEY_ARITY_MISMATCH "ClientNonMultiHashPartitionKeyArityMismatch" Surface "the partition key has another number of components than the container's definition.";
    400 20104 CLIENT_CONNECTION_STRING_EMPTY "ClientConnectionStringEmpty" Surface "the connection string is empty.";
    400 20105 CLIENT_CONNECTION_STRING_MALFORMED_PART "ClientConnectionStringMalformedPart" Surface "a part of the connection string is not name=value.";
    400 20106 CLIENT_CONNECTION_STRING_MISSING_ACCOUNT_ENDPOINT "ClientConnectionStringMissingAccountEndpoint" Surface "the connection string has no endpoint.";
    400 20107 CLIENT_CONNECTION_STRING_MISSING_ACCOUNT_KEY "ClientConnectionStringMissingAccountKey" Surface "the connection string has no key.";
    400 20108 CLIENT_INVALID_ACCOUNT_ENDPOINT_URL "ClientInvalidAccountEndpointUrl" Surface "the account endpoint is not a URL.";
    400 20109 CLIENT_INVALID_URL "ClientInvalidUrl" Surface "a URL cannot be read.";
    400 20110 CLIENT_UNKNOWN_CONSISTENCY_LEVEL "ClientUnknownConsistencyLevel" Surface "no such consistency level.";
    400 20111 CLIENT_UNKNOWN_PRIORITY_LEVEL "ClientUnknownPriorityLevel" Surface "no such priority level.";
    400 20112 CLIENT_FEED_RANGE_REQUIRES_FANOUT_PIPELINE "ClientFeedRangeRequiresFanoutPipeline" Surface "the feed range spans partitions, which this operation cannot.";
    400 20113 CLIENT_UNSUPPORTED_QUERY_FEATURE "ClientUnsupportedQueryFeature" Surface "the client cannot merge this query.";
    400 20114 CLIENT_QUERY_PLAN_INVALID_TOP_OFFSET_LIMIT "ClientQueryPlanInvalidTopOffsetLimit" Surface "TOP, OFFSET or LIMIT is out of range.";
    400 20115 CLIENT_QUERY_PLAN_COMPLEX_PROJECTION_UNSUPPORTED "ClientQueryPlanComplexProjectionUnsupported" Surface "GROUP BY or ORDER BY uses an expression the client cannot merge by.";
    400 20116 CLIENT_OPAQUE_TOKEN_INVALID_FOR_CROSS_PARTITION_QUERY "ClientOpaqueTokenInvalidForCrossPartitionQuery" Surface "a server's continuation token cannot resume a query over several partitions.";
    400 20117 CLIENT_CONTINUATION_TOKEN_NON_QUERY_OPERATION "ClientContinuationTokenNonQueryOperation" Surface "this operation takes no such continuation token.";
    400 20118 CLIENT_CROSS_PARTITION_FAN_OUT_EXCEEDED "ClientCrossPartitionFanOutExceeded" Surface "the query needs more partitions than allowed.";
    400 20119 CLIENT_ORDER_BY_COMPLEX_VALUE_UNSUPPORTED "ClientOrderByComplexValueUnsupported" Surface "ORDER BY met an array or object.";
    400 20120 CLIENT_INVALID_RESOURCE_ID "ClientInvalidResourceId" Surface "the resource id cannot be read.";
    400 20121 CLIENT_MIXED_NAME_RID_ADDRESSING "ClientMixedNameRidAddressing" Surface "a link mixes names and resource ids.";
    400 20122 CLIENT_QUERY_REWRITE_BODY_INVALID "ClientQueryRewriteBodyInvalid" Surface "the query body cannot be rewritten.";
    400 20123 CLIENT_DISTINCT_VALUE_TOO_DEEPLY_NESTED "ClientDistinctValueTooDeeplyNested" Surface "DISTINCT met a value nested too deeply.";
    400 20124 CLIENT_BUFFERED_QUERY_CONTINUATION_UNSUPPORTED "ClientBufferedQueryContinuationUnsupported" Surface "a query that must hold all rows has no continuation.";
    400 20125 CLIENT_BUFFERED_QUERY_REQUIRES_FINITE_WINDOW "ClientBufferedQueryRequiresFiniteWindow" Surface "a query that must hold all rows needs TOP or LIMIT.";
    400 20126 CLIENT_NON_STREAMING_ORDER_BY_WINDOW_TOO_LARGE "ClientNonStreamingOrderByWindowTooLarge" Surface "TOP or LIMIT asks to hold too many rows.";
    400 20127 CLIENT_PARTITION_KEY_NUMBER_NON_FINITE "ClientPartitionKeyNumberNonFinite" Surface "NaN and infinity cannot be partition keys.";
    400 20128 CLIENT_USER_AGENT_SUFFIX_INVALID "ClientUserAgentSuffixInvalid" Surface "the user agent suffix has characters a header cannot hold.";
    400 20129 CLIENT_USER_AGENT_PROPERTY_INVALID "ClientUserAgentPropertyInvalid" Surface "a user agent property has characters a header cannot hold.";
    400 20150 CLIENT_DUPLICATE_FAULT_INJECTION_RULE_ID "ClientDuplicateFaultInjectionRuleId" Surface "two fault injection rules have the same id.";
    400 20153 CLIENT_HTTP_CLIENT_CONSTRUCTION_FAILED "ClientHttpClientConstructionFailed" Surface "the HTTP transport could not be set up.";
    400 20154 CLIENT_TRANSPORT_FEATURE_REQUIRED "ClientReqwestFeatureRequired" Surface "the program was built without an HTTP transport.";
    400 20155 CLIENT_REQUEST_URL_MISSING_HOST "ClientRequestUrlMissingHost" Surface "the request URL has no host.";
    400 20156 CLIENT_REQUEST_URL_MISSING_KNOWN_PORT "ClientRequestUrlMissingKnownPort" Surface "the request URL has no port and its scheme has no default.";
    400 20157 CLIENT_IMDS_HTTP_CLIENT_CONSTRUCTION_FAILED "ClientImdsHttpClientConstructionFailed" Surface "the transport to the machine's metadata service could not be set up.";
    400 20158 CLIENT_IMDS_TRANSPORT_FEATURE_REQUIRED "ClientImdsReqwestFeatureRequired" Surface "the program was built without a transport to the machine's metadata service.";

    401 20401 CLIENT_GENERATED_401 "ClientGenerated401" Surface "the client has no credential to sign with.";
    401 20402 AUTHENTICATION_TOKEN_ACQUISITION_FAILED "AuthenticationTokenAcquisitionFailed" Surface "no Entra ID token could be had.";

    404 10004 OFFER_NOT_CONFIGURED "OfferNotConfigured" Surface "the resource has no throughput of its own.";
    404 20301 CLIENT_NO_THROUGHPUT_OFFER_FOR_RESOURCE "ClientNoThroughputOfferForResource" Surface "the resource has no throughput of its own.";

    // Time.
    408 20008 CLIENT_OPERATION_TIMEOUT "ClientOperationTimeout" Surface "the operation's deadline passed; a write may have been applied.";
    408 20304 CLIENT_THROUGHPUT_POLLER_INCOMPLETE "ClientThroughputPollerIncomplete" Surface "the change of throughput did not end in time; it goes on.";
    408 20901 NEGATIVE_TIMEOUT_PROVIDED "NegativeTimeoutProvided" Surface "the deadline had passed before the first try.";
    408 20911 TRANSIT_TIMEOUT "TransitTimeout" RetryOtherRegion "no answer came within the time of one try.";
    408 21010 SERVER_GENERATED_408 "ServerGenerated408" RetryOtherRegion "a replica ran out of time.";
    408 21011 SERVER_BARRIER_THROTTLED "ServerBarrierThrottled" RetryOtherRegion "waiting for other replicas was throttled.";

    410 20001 TRANSPORT_GENERATED_410 "TransportGenerated410" RefreshRanges "the connection to a replica failed.";
    410 20002 TIMEOUT_GENERATED_410 "TimeoutGenerated410" RefreshRanges "a replica did not answer in time.";
    410 20300 CLIENT_NO_OVERLAPPING_FEED_RANGES_FOR_SESSION_TOKEN "ClientNoOverlappingFeedRangesForSessionToken" Surface "no session token covers the feed range.";

    // What should not happen (20200 to 20217, 20302 to 20309).
    500 20020 SERIALIZATION_RESPONSE_BODY_INVALID "SerializationResponseBodyInvalid" Surface "the response body cannot be read as the wanted type.";
    500 20200 CLIENT_CONTINUATION_TOKEN_FETCH_IN_FLIGHT "ClientContinuationTokenFetchInFlight" Surface "a page is being fetched; there is no continuation until it arrives.";
    500 20201 CLIENT_TOPOLOGY_PROVIDER_MISSING "ClientTopologyProviderMissing" Surface "the plan needs the partitions and has no way to ask.";
    500 20202 CLIENT_DRIVER_NOT_INITIALIZED "ClientDriverNotInitialized" Surface "the driver has not read the account yet.";
    500 20203 CLIENT_CONTINUATION_TOKEN_SHAPE_MISMATCH "ClientContinuationTokenShapeMismatch" Surface "the continuation token is of another kind of operation.";
    500 20204 CLIENT_CONTINUATION_TOKEN_UNEXPECTED_NESTED_SHAPE "ClientContinuationTokenUnexpectedNestedShape" Surface "the continuation token has a part of another kind of operation.";
    500 20205 CLIENT_CONTINUATION_TOKEN_INVALID_EPK_RANGE "ClientContinuationTokenInvalidEpkRange" Surface "the continuation token has an impossible range.";
    500 20206 CLIENT_SPLIT_RETRIES_EXHAUSTED "ClientSplitRetriesExhausted" Surface "partitions changed more often than the client follows.";
    500 20207 CLIENT_BUILD_RESPONSE_INVOKED_ON_FAILURE "ClientBuildResponseInvokedOnFailure" Surface "a failure was taken for a response.";
    500 20208 CLIENT_ROOT_NODE_CANNOT_REQUEST_SPLIT "ClientRootNodeCannotRequestSplit" Surface "the whole plan asked to be split.";
    500 20209 CLIENT_CROSS_PARTITION_QUERY_REQUIRES_CONTAINER_REF "ClientCrossPartitionQueryRequiresContainerRef" Surface "a query over partitions needs its container resolved.";
    500 20210 CLIENT_SINGLETON_OPERATION_RETURNED_EMPTY_PAGE "ClientSingletonOperationReturnedEmptyPage" Surface "an operation with one result had none.";
    500 20211 CLIENT_COMPUTE_RANGE_INVOKED_WITH_EMPTY_PARTITION_KEY "ClientComputeRangeInvokedWithEmptyPartitionKey" Surface "an empty partition key has no range.";
    500 20212 CLIENT_CHANGE_FEED_PIPELINE_UNEXPECTEDLY_DRAINED "ClientChangeFeedPipelineUnexpectedlyDrained" Surface "a change feed came to an end, which it has not.";
    500 20213 CLIENT_CONTINUATION_TOKEN_SAVED_RANGE_UNHONORED "ClientContinuationTokenSavedRangeUnhonored" Surface "a range of the continuation token is not covered any more.";
    500 20214 CLIENT_CONTINUATION_TOKEN_ORDER_BY_STATE_INVALID "ClientContinuationTokenOrderByStateInvalid" Surface "the ORDER BY part of the continuation token is inconsistent.";
    500 20215 CLIENT_STREAMING_MERGE_SPLIT_REPLACEMENT_INVALID "ClientStreamingMergeSplitReplacementInvalid" Surface "the ranges that replace a split one do not cover it.";
    500 20216 CLIENT_CONTINUATION_TOKEN_AFTER_TRANSCODE_FAILURE "ClientContinuationTokenAfterTranscodeFailure" Surface "a page could not be decoded, so there is no continuation after it.";
    500 20217 CLIENT_DISTINCT_CANNOT_FORWARD_SPLIT "ClientDistinctCannotForwardSplit" Surface "DISTINCT cannot pass a split on.";
    500 20302 CLIENT_QUERY_PLAN_PRODUCED_EMPTY_RANGES "ClientQueryPlanProducedEmptyRanges" Surface "the query plan names no range.";
    500 20303 SERVICE_RETURNED_OFFER_WITHOUT_ID "ServiceReturnedOfferWithoutId" Surface "the service returned an offer without id.";
    500 20306 SERVICE_RETURNED_OBJECT_WITHOUT_RID "ServiceReturnedObjectWithoutRid" Surface "the service returned a resource without resource id.";
    500 20307 CLIENT_QUERY_PLAN_RANGE_NOT_COVERED_BY_TOPOLOGY "ClientQueryPlanRangeNotCoveredByTopology" Surface "the query plan names a range that no partition covers.";
    500 20308 SERVICE_ORDER_BY_ENVELOPE_INVALID "ServiceOrderByEnvelopeInvalid" Surface "a row of an ORDER BY query lacks its sort values.";
    500 20309 SERVICE_QUERY_PLAN_ORDER_BY_MISSING_REWRITTEN_QUERY "ServiceQueryPlanOrderByMissingRewrittenQuery" Surface "the plan of an ORDER BY query has no rewritten query.";

    // No answer, or none that could be used.
    503 20003 TRANSPORT_GENERATED_503 "TransportGenerated503" RetryOtherRegion "no answer came from the endpoint.";
    503 20004 CLIENT_CPU_OVERLOAD "ClientCpuOverload" RetryOtherRegion "the client's processor is overloaded, so it missed its times.";
    503 20005 CLIENT_THREAD_STARVATION "ClientThreadStarvation" RetryOtherRegion "the client's tasks wait too long for a thread.";
    503 20006 CHANNEL_CLOSED "ChannelClosed" RetryOtherRegion "the connection was closed.";
    503 20010 TRANSPORT_CONNECTION_FAILED "TransportConnectionFailed" RetryOtherRegion "no connection; nothing was sent.";
    503 20011 TRANSPORT_IO_FAILED "TransportIoFailed" RetryOtherRegion "the connection failed while sending or waiting; a write may have been applied.";
    503 20012 TRANSPORT_DNS_FAILED "TransportDnsFailed" RetryOtherRegion "the host name was not found; nothing was sent.";
    503 20014 TRANSPORT_BODY_READ_FAILED "TransportBodyReadFailed" RetryOtherRegion "the connection failed while reading the answer; a write was applied or refused.";
    503 20015 TRANSPORT_HTTP2_INCOMPATIBLE "TransportHttp2Incompatible" RetryOtherRegion "the endpoint does not speak HTTP/2 as expected.";
    503 20305 CLIENT_TOPOLOGY_RESOLUTION_FAILED "ClientTopologyResolutionFailed" Surface "the partitions could not be read.";
    503 20310 CLIENT_READ_SESSION_NOT_AVAILABLE "ClientReadSessionNotAvailable" Surface "404/1002 everywhere: no region has come as far as the session token asks.";
    503 20311 CLIENT_WRITE_FORBIDDEN "ClientWriteForbidden" Surface "403/3 to the end: no region took the write.";
    503 20312 CLIENT_DATABASE_ACCOUNT_NOT_FOUND "ClientDatabaseAccountNotFound" Surface "403/1008 to the end: no region has the account.";
    503 20912 CLOSED_CLIENT "ClosedClient" Surface "the client is closed.";
    503 21015 ROUTING_MAP_INCONSISTENT "RoutingMapInconsistent" Surface "the partitions as read leave a gap or overlap.";
}
