//! From a verb to its function.

use super::{
    batch::batch,
    create_container::create_container,
    create_database::create_database,
    create_item::create_item,
    delete_by_partition_key::delete_by_partition_key,
    delete_container::delete_container,
    delete_database::delete_database,
    delete_item::delete_item,
    list_containers::{list_containers, query_containers},
    list_databases::{list_databases, query_databases},
    list_items::list_items,
    list_offers::{list_offers, query_offers},
    list_partition_key_ranges::list_partition_key_ranges,
    patch_item::patch_item,
    plan_query::plan_query,
    query_items::query_items,
    read_change_feed::read_change_feed,
    read_container::read_container,
    read_database::read_database,
    read_item::read_item,
    read_offer::read_offer,
    replace_container::replace_container,
    replace_item::replace_item,
    replace_offer::replace_offer,
    upsert_item::upsert_item,
};
use crate::{
    account::Call,
    refuse,
    request::Verb,
    response::{Failure, Response},
};

/// Carries out a verb.
///
/// # Errors
/// Whatever the verb refuses.
pub(crate) fn run(call: &Call<'_>, verb: Verb) -> Result<Response, Failure> {
    match verb {
        Verb::CreateDatabase(input) => create_database(call, &input),
        Verb::ReadDatabase(input) => read_database(call, &input),
        Verb::DeleteDatabase(input) => delete_database(call, &input),
        Verb::ListDatabases(input) => list_databases(call, &input),
        Verb::QueryDatabases(input) => query_databases(call, &input),
        Verb::CreateContainer(input) => create_container(call, &input),
        Verb::ReadContainer(input) => read_container(call, &input),
        Verb::ReplaceContainer(input) => replace_container(call, &input),
        Verb::DeleteContainer(input) => delete_container(call, &input),
        Verb::ListContainers(input) => list_containers(call, &input),
        Verb::QueryContainers(input) => query_containers(call, &input),
        Verb::ListPartitionKeyRanges(input) => list_partition_key_ranges(call, &input),
        Verb::ReadOffer(input) => read_offer(call, &input),
        Verb::ReplaceOffer(input) => replace_offer(call, &input),
        Verb::ListOffers(input) => list_offers(call, &input),
        Verb::QueryOffers(input) => query_offers(call, &input),
        Verb::CreateItem(input) => create_item(call, &input),
        Verb::ReadItem(input) => read_item(call, &input),
        Verb::UpsertItem(input) => upsert_item(call, &input),
        Verb::ReplaceItem(input) => replace_item(call, &input),
        Verb::DeleteItem(input) => delete_item(call, &input),
        Verb::PatchItem(input) => patch_item(call, &input),
        Verb::Batch(input) => batch(call, &input),
        Verb::DeleteByPartitionKey(input) => delete_by_partition_key(call, &input),
        Verb::ListItems(input) => list_items(call, &input),
        Verb::QueryItems(input) => query_items(call, &input),
        Verb::PlanQuery(input) => plan_query(call, &input),
        Verb::ReadChangeFeed(input) => read_change_feed(call, &input),
        Verb::Unsupported(feature) => Err(refuse::not_implemented(feature)),
    }
}
