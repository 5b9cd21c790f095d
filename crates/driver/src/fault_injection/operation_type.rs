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
    ("bulk",                                    Kind::BatchItem),
    ("read_change_feed",                        Kind::ChangeFeedItem),
    ("read_all_items",                          Kind::ReadFeedItem),
    ("delete_all_items_by_partition_key",       Kind::DeleteAllItemsByPartitionKey),
    ("execute_stored_procedure",                Kind::ExecuteStoredProcedure),
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
    ("plan_query",                              Kind::MetadataQueryPlan),
    ("read_offer",                              Kind::MetadataReadOffer),
    ("replace_offer",                           Kind::MetadataReplaceOffer),
    ("query_offers",                            Kind::MetadataQueryOffer),
    ("read_conflict",                           Kind::Conflict),
    ("delete_conflict",                         Kind::Conflict),
    ("read_all_conflicts",                      Kind::Conflict),
    ("query_conflicts",                         Kind::Conflict),
];

/// The kind of an operation.
pub(super) fn kind_of(operation: &CosmosOperation) -> Kind {
    let name = operation.name();
    let row = VERBS.iter().find(|(verb, _)| *verb == name);
    row.map_or(Kind::Other, |(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_verb_has_a_row() {
        for (verb, kind) in VERBS {
            assert_ne!(*kind, Kind::Other, "{verb}");
        }
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/operation");
        let mut found = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let names = text.lines().filter_map(|line| {
                let name = line.strip_prefix("    name: \"")?;
                name.strip_suffix("\",")
            });
            for name in names {
                found += 1;
                assert!(VERBS.iter().any(|(verb, _)| *verb == name), "{name}");
            }
        }
        assert!(found > 25, "the verbs are found: {found}");
    }
}
