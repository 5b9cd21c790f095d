//! Answers that trying again does not change: the request, its credentials or its target are at
//! fault, or a limit is reached.

use super::rows::rows;

#[rustfmt::skip]
rows! { Service;
    304 - NOT_MODIFIED "NotModified" Finish "nothing changed since the given etag.";

    400 - BAD_REQUEST "BadRequest" Surface "the request is malformed, or lacks something.";
    400 1001 PARTITION_KEY_MISMATCH "PartitionKeyMismatch" Surface "the partition key header and the document disagree, or the client's definition of the key is stale.";
    400 1004 CROSS_PARTITION_QUERY_NOT_SERVABLE "CrossPartitionQueryNotServable" PlanQuery "the gateway cannot merge this query; the client must.";
    400 1013 PARTITION_KEY_DEFINITION_NOT_SPECIFIED "PartitionKeyDefinitionNotSpecified" Surface "a container needs a partition key definition.";
    400 1016 SCHEMA_OWNER_ID_MISMATCH "SchemaOwnerIdMismatch" Surface "the schema belongs to another resource.";
    400 1017 SCHEMA_HASH_OR_ID_MISMATCH "SchemaHashOrIdMismatch" Surface "the schema is another version than the request names.";
    400 1018 PARTITION_KEY_DEFINITION_MISSING_FOR_AUTOPILOT "PartitionKeyDefinitionMissingForAutopilot" Surface "an autoscale container needs a partition key definition.";
    400 1024 COLLECTION_RID_MISMATCH "CollectionRidMismatch" RefreshContainer "the container was deleted and made again; the client has the old resource id.";
    400 1102 TRANSACTION_ALREADY_ACTIVE "TransactionAlreadyActive" Surface "a transaction is active already.";
    400 1103 INVALID_TRANSACTION_ID "InvalidTransactionId" Surface "no such transaction.";
    400 1104 CROSS_COLLECTION_TRANSACTION_NOT_SUPPORTED "CrossCollectionTransactionNotSupported" Surface "a transaction stays within one container.";
    400 1105 INVALID_TOPOLOGY_CHANGE_REQUEST "InvalidTopologyChangeRequest" Surface "this change of partitions is not possible.";
    400 3205 OFFER_REPLACE_IN_PROGRESS "AnotherOfferReplaceOperationIsInProgress" Surface "an earlier change of throughput is still running.";
    400 65535 SCRIPT_COMPILE_ERROR "ScriptCompileError" Surface "the script does not compile.";

    401 - UNAUTHORIZED "Unauthorized" Surface "the authorization is missing, malformed or wrong.";
    401 5000 MISSING_AUTH_HEADER "MissingAuthHeader" Surface "no authorization header.";
    401 5001 INVALID_AUTH_HEADER_FORMAT "InvalidAuthHeaderFormat" Surface "the authorization header is malformed.";
    401 5002 AAD_AUTH_DISABLED "AadAuthDisabled" Surface "the account takes no Entra ID tokens.";
    401 5003 AAD_TOKEN_INVALID_FORMAT "AadTokenInvalidFormat" Surface "the Entra ID token is malformed.";
    401 5004 AAD_TOKEN_INVALID_SIGNATURE "AadTokenInvalidSignature" Surface "the Entra ID token's signature is wrong.";
    401 5005 AAD_TOKEN_NOT_YET_VALID "AadTokenNotYetValid" Surface "the Entra ID token is for later.";
    401 5006 AAD_TOKEN_EXPIRED "AadTokenExpired" Surface "the Entra ID token has expired.";
    401 5007 AAD_TOKEN_INVALID_ISSUER "AadTokenInvalidIssuer" Surface "the Entra ID token is from a foreign tenant.";
    401 5008 AAD_TOKEN_INVALID_AUDIENCE "AadTokenInvalidAudience" Surface "the Entra ID token is for another resource.";
    401 5009 AAD_TOKEN_INVALID_SCOPE "AadTokenInvalidScope" Surface "the Entra ID token lacks the scope.";
    401 5010 FAILED_TO_GET_AAD_TOKEN "FailedToGetAadToken" Surface "the service could not get an Entra ID token.";
    401 5011 AAD_TOKEN_MISSING_OBJECT_IDENTIFIER "AadTokenMissingObjectIdentifier" Surface "the Entra ID token names no principal.";
    401 5012 SAS_TOKEN_AUTH_DISABLED "SasTokenAuthDisabled" Surface "the account takes no shared access signatures.";
    401 5200 AAD_TOKEN_INVALID_SIGNING_KEY "AadTokenInvalidSigningKey" Surface "the Entra ID token is signed with an unknown key.";
    401 5201 AAD_TOKEN_GROUP_EXPANSION_ERROR "AadTokenGroupExpansionError" Surface "the groups of the principal could not be resolved.";
    401 5202 LOCAL_AUTH_DISABLED "LocalAuthDisabled" Surface "the account takes no keys, only Entra ID tokens.";

    403 - FORBIDDEN "Forbidden" Surface "the request is understood and not allowed.";
    403 1005 PROVISION_LIMIT_REACHED "ProvisionLimitReached" Surface "the account may not have more resources of this kind.";
    403 1009 REDUNDANT_COLLECTION_PUT "RedundantCollectionPut" Surface "the container already is as the request wants it.";
    403 1010 SHARED_THROUGHPUT_DATABASE_QUOTA_EXCEEDED "SharedThroughputDatabaseQuotaExceeded" Surface "the database's shared throughput is given out.";
    403 1011 SHARED_THROUGHPUT_OFFER_GROW_NOT_NEEDED "SharedThroughputOfferGrowNotNeeded" Surface "the shared throughput is large enough.";
    403 1012 REDUNDANT_DATABASE_PUT "RedundantDatabasePut" Surface "the database already is as the request wants it.";
    403 1014 PARTITION_KEY_QUOTA_OVER_LIMIT "PartitionKeyQuotaOverLimit" Surface "one logical partition is full (20 GB).";
    403 1015 OFFER_REPLACE_DISABLED_AUTOSCALE_OFFER "OfferReplaceDisabledAutoScaleOffer" Surface "the autoscale offer cannot be changed this way.";
    403 1019 SHARED_THROUGHPUT_DATABASE_COLLECTION_COUNT_EXCEEDED "SharedThroughputDatabaseCollectionCountExceeded" Surface "the database may not have more containers with shared throughput.";
    403 1020 SHARED_THROUGHPUT_DATABASE_COUNT_EXCEEDED "SharedThroughputDatabaseCountExceeded" Surface "the account may not have more databases with shared throughput.";
    403 1026 CLIENT_ID_MISMATCH "ClientIdMismatch" Surface "the request is from another client than the resource expects.";
    403 1027 UNIQUE_INDEX_REINDEX_IN_PROGRESS "UniqueIndexReIndexInProgress" Surface "unique keys are being indexed anew.";
    403 1028 THROUGHPUT_CAP_QUOTA_EXCEEDED "ThroughputCapQuotaExceeded" Surface "the account's throughput cap is reached.";
    403 1029 INVALID_THROUGHPUT_CAP_VALUE "InvalidThroughputCapValue" Surface "the throughput cap is below what is provisioned.";
    403 1031 SYSTEM_PARTITION_KEY_NOT_ALLOWED "SystemPartitionKeyNotAllowed" Surface "the container uses a system partition key.";
    403 1032 PARTITION_KEY_DELETE_REQUEST_LIMIT_EXCEEDED "PartitionKeyDeleteRequestLimitExceeded" Surface "too many deletions by partition key are running.";
    403 1034 RESOURCE_SOFT_DELETED "ResourceSoftDeleted" Surface "the resource is deleted and waits to be restored or purged.";
    403 5300 RBAC_OPERATION_NOT_SUPPORTED "RbacOperationNotSupported" Surface "Entra ID principals may not do this; use the control plane.";
    403 5301 RBAC_UNAUTHORIZED_METADATA_REQUEST "RbacUnauthorizedMetadataRequest" Surface "the principal's roles do not allow reading metadata.";
    403 5302 RBAC_UNAUTHORIZED_NAME_BASED_DATA_REQUEST "RbacUnauthorizedNameBasedDataRequest" Surface "the principal's roles do not allow this request by name.";
    403 5303 RBAC_UNAUTHORIZED_RID_BASED_DATA_REQUEST "RbacUnauthorizedRidBasedDataRequest" Surface "the principal's roles do not allow this request by resource id.";
    403 5304 RBAC_RID_CANNOT_BE_RESOLVED "RbacRidCannotBeResolved" Surface "the resource id could not be resolved to check roles.";
    403 5305 RBAC_MISSING_USER_ID "RbacMissingUserId" Surface "the principal has no id.";
    403 5306 RBAC_MISSING_ACTION "RbacMissingAction" Surface "the request names no action to check.";
    403 5307 NSP_INBOUND_DENIED "NspInboundDenied" Surface "the network security perimeter keeps the request out.";
    403 5400 RBAC_REQUEST_NOT_AUTHORIZED "RbacRequestWasNotAuthorized" Surface "the principal's roles do not allow this request.";

    404 - NOT_FOUND "NotFound" Surface "the resource does not exist.";
    404 1003 OWNER_RESOURCE_NOT_FOUND "OwnerResourceNotFound" Surface "the database or container above it does not exist.";
    404 1013 COLLECTION_CREATE_IN_PROGRESS "CollectionCreateInProgress" Surface "the container is still being created.";
    404 1023 STORE_NOT_READY "StoreNotReady" Surface "the partition is not ready to be read.";
    404 1030 AUTH_TOKEN_NOT_FOUND_IN_CACHE "AuthTokenNotFoundInCache" Surface "the resource token is unknown.";

    405 - METHOD_NOT_ALLOWED "MethodNotAllowed" Surface "this resource has no such verb.";

    409 - CONFLICT "Conflict" Surface "the id or a unique value is taken.";
    409 1006 CONFLICT_WITH_CONTROL_PLANE "ConflictWithControlPlane" Surface "an operation of the control plane is in the way.";
    409 3206 DATABASE_NAME_ALREADY_EXISTS "DatabaseNameAlreadyExists" Surface "the database's name is taken.";
    409 3207 CONFIGURATION_NAME_ALREADY_EXISTS "ConfigurationNameAlreadyExists" Surface "the configuration's name is taken.";
    409 3301 UNIQUE_INDEX_CONFLICT "UniqueIndexConflict" Surface "a unique value is taken, found while indexing.";
    409 3302 PARTITION_KEY_HASH_COLLISION_FOR_ID "PartitionKeyHashCollisionForId" Surface "two partition keys with the same hash use the same id.";

    412 - PRECONDITION_FAILED "PreconditionFailed" Surface "the etag given is not the resource's.";
    412 1110 PATCH_CONDITION_NOT_MET "PatchConditionNotMet" Surface "the condition of the patch is false.";
    412 2001 SPLIT_IS_DISABLED "SplitIsDisabled" Surface "the partition may not be split.";
    412 2012 MERGE_IS_DISABLED "MergeIsDisabled" Surface "the partitions may not be merged.";

    413 - REQUEST_ENTITY_TOO_LARGE "RequestEntityTooLarge" Surface "the item, batch or request is too large.";
    413 3401 TRANSACTION_LIMIT_EXCEEDED "TransactionLimitExceeded" Surface "the transaction holds too much.";
    413 3402 BATCH_RESPONSE_SIZE_EXCEEDED "BatchResponseSizeExceeded" Surface "the batch's answers do not fit a response; send fewer operations.";

    423 - LOCKED "Locked" Surface "a scale operation is running on the resource.";
    424 - FAILED_DEPENDENCY "FailedDependency" Surface "another operation of the same batch failed; this one was not run. Only inside batch results.";
    431 - REQUEST_HEADER_FIELDS_TOO_LARGE "RequestHeaderFieldsTooLarge" Surface "the headers are too large, mostly the session token.";

    501 - NOT_IMPLEMENTED "NotImplemented" Surface "the server does not do this.";
    505 - HTTP_VERSION_NOT_SUPPORTED "HttpVersionNotSupported" Surface "the server does not speak this version of HTTP.";
}
