//! One verb, one file: check, charge, append, answer.
//!
//! Verbs are plain functions over a [`Call`](crate::account::Call). What several of them share
//! stands in [`item_target`] (finding items), [`item_write`] (storing them) and [`answer`]
//! (facts of the response).

mod answer;
mod batch;
mod batch_operation;
mod change_entry;
mod change_position;
mod conflict_document;
mod create_container;
mod create_database;
mod create_item;
mod create_resource;
mod delete_by_partition_key;
mod delete_conflict;
mod delete_container;
mod delete_database;
mod delete_item;
mod delete_resource;
mod execute_stored_procedure;
mod feed_scope;
mod feed_token;
mod feed_walk;
mod item_target;
mod item_version;
mod item_write;
mod list_conflicts;
mod list_containers;
mod list_databases;
mod list_items;
mod list_offers;
mod list_partition_key_ranges;
mod list_resources;
mod metadata_answer;
mod ordinal_merge;
mod patch_condition;
mod patch_item;
mod plan_query;
mod query;
mod read_change_feed;
mod read_conflict;
mod read_container;
mod read_database;
mod read_item;
mod read_offer;
mod read_resource;
mod replace_container;
mod replace_item;
mod replace_offer;
mod replace_resource;
mod resource_target;
mod run;
mod script_transaction;
mod sweep;
mod triggered_write;
mod upsert_item;

pub(crate) use self::{item_target::header_point, run::run, sweep::sweep};
