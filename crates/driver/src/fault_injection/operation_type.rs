//! Which kind of operation each verb is, for rules that are restricted to one.

use cosmokit_protocol::wire::fault::FaultOperationType as Kind;

use crate::operation::CosmosOperation;

#[rustfmt::skip]
const VERBS: &[(&str, Kind)] = &[
    ("read_item",                               Kind::ReadItem),
    ("query_items",                             Kind::QueryItem),
    ("create_item",                             Kind::CreateItem),
    ("upsert_item",                             Kind::UpsertItem),
    ("replace_item",                            Kind::ReplaceItem),
    ("delete_item",                             Kind::DeleteItem),
    ("patch_item",                              Kind::PatchItem),
    ("batch",                                   Kind::BatchItem),
    ("change_feed",                             Kind::ChangeFeedItem),
    ("change_feed_all_versions_and_deletes",    Kind::ChangeFeedItem),
    ("read_all_items",                          Kind::ReadFeedItem),
    ("read_all_items_cross_partition",          Kind::ReadFeedItem),
    ("delete_all_items_by_partition_key",       Kind::DeleteAllItemsByPartitionKey),
    ("read_account",                            Kind::MetadataReadDatabaseAccount),
    ("create_database",                         Kind::MetadataCreateDatabase),
    ("read_database",                           Kind::MetadataReadDatabase),
    ("delete_database",                         Kind::MetadataDeleteDatabase),
    ("read_all_databases",                      Kind::MetadataReadFeedDatabase),
    ("query_databases",                         Kind::MetadataQueryDatabase),
    ("create_container",                        Kind::MetadataCreateContainer),
    ("read_container",                          Kind::MetadataReadContainer),
    ("replace_container",                       Kind::MetadataReplaceContainer),
    ("delete_container",                        Kind::MetadataDeleteContainer),
    ("read_all_containers",                     Kind::MetadataReadFeedContainer),
    ("query_containers",                        Kind::MetadataQueryContainer),
    ("read_partition_key_ranges",               Kind::MetadataPartitionKeyRanges),
    ("query_plan",                              Kind::MetadataQueryPlan),
    ("read_offer",                              Kind::MetadataReadOffer),
    ("replace_offer",                           Kind::MetadataReplaceOffer),
    ("query_offers",                            Kind::MetadataQueryOffer),
];

/// The kind of an operation.
pub(super) fn kind_of(operation: &CosmosOperation) -> Kind {
    let name = operation.name();
    let row = VERBS.iter().find(|(verb, _)| *verb == name);
    row.map_or(Kind::Other, |(_, kind)| *kind)
}
