//! Answers that another try may turn into success: too much work, too little time, an outage.

use super::rows::rows;

#[rustfmt::skip]
rows! { Service;
    408 - REQUEST_TIMEOUT "RequestTimeout" RetryOtherRegion "the service ran out of time; a write may have been applied.";
    408 1900 REQUEST_PREEMPTED "RequestPreempted" RetryOtherRegion "more urgent work went first.";

    429 - TOO_MANY_REQUESTS "TooManyRequests" RetryWithBackoff "a rate limit is reached.";
    429 3075 REPLICATION_QUEUE_FULL "ReplicationQueueFull" RetryWithBackoff "replication cannot keep up.";
    429 3077 CONNECTION_RATE_LIMITER "ConnectionRateLimiter" RetryWithBackoff "too many new connections.";
    429 3084 STORED_PROCEDURE_CONCURRENCY "StoredProcedureConcurrency" RetryWithBackoff "too many stored procedures run at once.";
    429 3088 THROTTLE_DUE_TO_SPLIT "ThrottleDueToSplit" RetryWithBackoff "the partition is being split.";
    429 3090 QUOTA_EXCEEDED "QuotaExceeded" RetryWithBackoff "a quota of the account is used up.";
    429 3091 COLLECTION_QUOTA_EXCEEDED "CollectionQuotaExceeded" RetryWithBackoff "a quota of the container is used up.";
    429 3092 SYSTEM_RESOURCE_UNAVAILABLE "SystemResourceUnavailable" RetryOtherRegion "the node lacks a resource; another region may have it.";
    429 3093 PARTITIONED_RESOURCE_QUOTA_EXCEEDED "PartitionedResourceQuotaExceeded" RetryWithBackoff "a quota of the partition is used up.";
    429 3094 THROTTLE_DUE_TO_RESOURCE_EXHAUSTION "ThrottleDueToResourceExhaustion" RetryWithBackoff "the node is short of a resource.";
    429 3096 THROTTLE_DUE_TO_REPLICATION_BACKPRESSURE "ThrottleDueToReplicationBackpressure" RetryWithBackoff "other regions cannot keep up.";
    429 3102 THROTTLE_DUE_TO_TRAFFIC_REGULATION "ThrottleDueToTrafficRegulation" RetryWithBackoff "traffic is being regulated.";
    429 3200 RU_BUDGET_EXCEEDED "RUBudgetExceeded" RetryWithBackoff "the request units of this second are used up.";
    429 3201 GATEWAY_THROTTLED "GatewayThrottled" RetryWithBackoff "the gateway is overloaded.";
    429 3202 RUPM_PARTITION_LIMIT_EXCEEDED "RUpmPartitionLimitExceeded" RetryWithBackoff "the request units of this minute are used up in the partition.";
    429 3203 RUPM_SHARED_BUDGET_EXCEEDED "RUpmSharedBudgetExceeded" RetryWithBackoff "the shared request units of this minute are used up.";
    429 3204 THROTTLED_OFFER_SCALE_DOWN "ThrottledOfferScaleDown" RetryWithBackoff "throughput was lowered too often.";
    429 3207 PREPARE_TIME_LIMIT_EXCEEDED "PrepareTimeLimitExceeded" RetryWithBackoff "preparing the request took too long.";
    429 3210 RU_BUDGET_EXCEEDED_FOR_MASTER "RUBudgetExceededForMaster" RetryWithBackoff "too many requests for metadata.";
    429 3212 THROUGHPUT_BUCKET_LIMIT_EXHAUSTED "ThroughputBucketLimitExhausted" RetryWithBackoff "the throughput bucket is used up.";
    429 3213 TOO_MANY_THROUGHPUT_BUCKET_UPDATES "TooManyThroughputBucketUpdates" RetryWithBackoff "throughput buckets were changed too often.";
    429 3214 HOT_PARTITION_KEY_THROTTLED "HotPartitionKeyThrottled" RetryWithBackoff "one partition key takes too much of its partition.";

    449 - RETRY_WITH "RetryWith" RetryHere "two operations met; the same request will do in a moment.";
    449 5350 RBAC_AAD_GROUP_UNAVAILABLE "RbacAadGroupUnavailable" RetryHere "the principal's groups are not known yet.";
    449 5351 AZURE_RBAC_ACCESS_DECISION_UNAVAILABLE "AzureRbacAccessDecisionUnavailable" RetryHere "the access decision is not made yet.";
    449 5352 DTC_COORDINATOR_RACE_CONFLICT "DtcCoordinatorRaceConflict" RetryHere "two distributed transactions met.";

    500 - INTERNAL_SERVER_ERROR "InternalServerError" RetryOtherRegion "the service failed; a write may have been applied.";
    500 3001 CONFIGURATION_NAME_NOT_EMPTY "ConfigurationNameNotEmpty" Surface "the configuration is in use.";
    500 3002 CONFIGURATION_OPERATION_CANCELLED "ConfigurationOperationCancelled" Surface "the change of configuration was cancelled.";
    500 3003 INVALID_ACCOUNT_CONFIGURATION "InvalidAccountConfiguration" Surface "the account is configured wrongly.";
    500 3004 FEDERATION_DOES_NOT_EXIST_OR_IS_LOCKED "FederationDoesNotExistOrIsLocked" Surface "the cluster behind the account cannot be used.";
    500 3010 PARTITION_FAILOVER_ERROR "PartitionFailoverErrorCode" Surface "the partition could not fail over.";
    500 5411 DTC_LEDGER_FAILURE "DtcLedgerFailure" Surface "the distributed transaction's ledger failed.";
    500 5412 DTC_ACCOUNT_CONFIG_FAILURE "DtcAccountConfigFailure" Surface "the account is not set up for distributed transactions.";
    500 5413 DTC_DISPATCH_FAILURE "DtcDispatchFailure" Surface "the distributed transaction could not be handed out.";
    500 5415 DTC_OPERATION_ROLLED_BACK "DtcOperationRolledBack" Surface "the distributed transaction was rolled back.";

    502 - BAD_GATEWAY "BadGateway" RetryOtherRegion "something between client and service failed.";

    503 - SERVICE_UNAVAILABLE "ServiceUnavailable" RetryOtherRegion "the service cannot answer.";
    503 1007 INSUFFICIENT_BINDABLE_PARTITIONS "InsufficientBindablePartitions" RetryOtherRegion "no capacity to place partitions on.";
    503 1012 COMPUTE_FEDERATION_NOT_FOUND "ComputeFederationNotFound" RetryOtherRegion "the gateway cluster is not known.";
    503 1337 GONE_EXCEPTION "GoneException" RetryOtherRegion "a replica moved while it was answering.";
    503 1338 QUORUM_NOT_MET "QuorumNotMet" RetryOtherRegion "too few replicas answered.";
    503 1339 TOO_MANY_TENTATIVE_WRITES_TO_SATELLITE_REGION "TooManyTentativeWritesToSatelliteRegion" RetryOtherRegion "too many writes wait to be confirmed by the hub region.";
    503 9001 OPERATION_PAUSED "OperationPaused" RetryOtherRegion "operations on the resource are paused.";
    503 9002 SERVICE_IS_OFFLINE "ServiceIsOffline" RetryOtherRegion "the service is offline here.";
    503 9003 INSUFFICIENT_CAPACITY "InsufficientCapacity" RetryOtherRegion "the service has no capacity left here.";
    503 21006 GLOBAL_STRONG_WRITE_BARRIER_NOT_MET "GlobalStrongWriteBarrierNotMet" RetryOtherRegion "a strong write was not confirmed by enough regions in time; it may have been applied.";
    503 21007 READ_QUORUM_NOT_MET "ReadQuorumNotMet" RetryOtherRegion "too few replicas agreed on a read.";
    503 21008 SERVER_GENERATED_503 "ServerGenerated503" RetryOtherRegion "a replica could not answer.";

    504 - GATEWAY_TIMEOUT "GatewayTimeout" RetryOtherRegion "the gateway got no answer in time; a write may have been applied.";
}
