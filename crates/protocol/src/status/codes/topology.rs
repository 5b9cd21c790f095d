//! Answers that say "not here, or not any more": the account, the region, the container or the
//! partition has changed under the client, which refreshes its view and goes on.

use super::rows::rows;

#[rustfmt::skip]
rows! { Service;
    403 3 WRITE_FORBIDDEN "WriteForbidden" RefreshAccount "this region takes no writes; the write region has moved.";
    403 1008 DATABASE_ACCOUNT_NOT_FOUND "DatabaseAccountNotFound" RefreshAccount "this region no longer has the account.";

    404 1002 READ_SESSION_NOT_AVAILABLE "ReadSessionNotAvailable" RetryOtherRegion "this region has not come as far as the session token asks.";
    404 1031 PARTITION_MIGRATING_COLLECTION_DELETED "PartitionMigratingCollectionDeleted" Surface "the container went away while its partition was moving.";

    410 - GONE "Gone" RetryOtherRegion "what the request was aimed at is not here any more.";
    410 1000 NAME_CACHE_STALE "NameCacheIsStale" RefreshContainer "the container was deleted and made again; the client has the old one.";
    410 1002 PARTITION_KEY_RANGE_GONE "PartitionKeyRangeGone" RefreshRanges "the partition key range was split, merged or never existed.";
    410 1007 COMPLETING_SPLIT "CompletingSplitOrMerge" RefreshRanges "a split or merge of the partition is being completed.";
    410 1008 COMPLETING_PARTITION_MIGRATION "CompletingPartitionMigration" RefreshRanges "the partition is moving and about to arrive.";
    410 1022 LEASE_NOT_FOUND "LeaseNotFound" RetryOtherRegion "the replica lost its lease.";
    410 1024 ARCHIVAL_PARTITION_NOT_PRESENT "ArchivalPartitionNotPresent" RetryOtherRegion "the archive of the partition is not here.";
}
