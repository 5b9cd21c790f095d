//! The integration suite, on every wire: each scenario of `suite` is one test in process, one over HTTP/1.1, one over
//! HTTP/2 and one over HTTPS, each with an account of its own. What concerns the testkit itself stands beside it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

#[path = "../../../query/tests/it/cases.rs"]
#[allow(dead_code, reason = "shared with the tests of the query crate")]
mod cases;
#[path = "../../../query/tests/it/compare.rs"]
#[allow(dead_code, reason = "shared with the tests of the query crate")]
mod compare;

mod bombs;
mod differential;
#[path = "../../../query/tests/it/exceptions.rs"]
mod exceptions;
mod hostile_tokens;
mod local_account;
mod query_terms;
mod recorded;
mod regions;
mod suite;

/// Makes the tests: one module per wire, in it one per area, in it one test per scenario.
macro_rules! scenarios {
    ($($area:ident { $($scenario:ident,)+ })+) => {
        scenarios!(@on in_process InProcess { $($area { $($scenario,)+ })+ });
        scenarios!(@on http1 Http1 { $($area { $($scenario,)+ })+ });
        scenarios!(@on http2 Http2 { $($area { $($scenario,)+ })+ });
        scenarios!(@on https Https { $($area { $($scenario,)+ })+ });
    };
    (@on $wire:ident $Wire:ident { $($area:ident { $($scenario:ident,)+ })+ }) => {
        mod $wire {
            $(mod $area {
                $(#[tokio::test]
                async fn $scenario() {
                    let local = crate::suite::stage::local(cosmokit_testkit::Wire::$Wire).await;
                    Box::pin(crate::suite::$area::$scenario(&local)).await.unwrap();
                })+
            })+
        }
    };
}

scenarios! {
    databases {
        create_read_delete,
        a_name_is_given_once,
        names_that_cannot_be,
        names_of_all_kinds,
        lists_come_in_pages,
        queries_by_id,
        a_query_that_is_none,
        deleting_takes_everything_along,
        resource_ids_address_too,
    }
    containers {
        create_read_replace_delete,
        the_service_fills_in_defaults,
        every_policy_round_trips,
        the_key_stays,
        what_cannot_be_created,
        lists_and_queries,
        throughput_is_read,
        a_container_made_again_is_met_again,
    }
    feed_ranges {
        they_tile_the_container,
        a_key_has_one_owner,
        keys_that_do_not_fit,
    }
    items {
        create_read_replace_upsert_delete,
        written_documents_come_back_when_asked_for,
        what_is_not_there_is_404,
        an_id_is_given_once_per_key,
        the_document_keeps_its_form,
        numbers_and_texts_survive,
        documents_that_are_refused,
        unique_keys_hold,
        sizes_have_a_limit,
    }
    keys {
        every_kind_of_value,
        texts_of_all_kinds,
        nested_and_quoted_paths,
        the_document_must_agree,
        the_key_is_found_in_the_document,
        ids_of_all_kinds,
        ids_that_cannot_be,
    }
    hierarchical_keys {
        items_live_under_the_whole_key,
        a_prefix_is_no_address,
        missing_levels_are_values_too,
    }
    preconditions {
        every_write_changes_the_etag,
        a_stale_etag_is_412,
        a_known_etag_is_304,
        containers_have_etags_too,
    }
    races {
        no_update_is_lost,
        one_creator_wins,
        many_writers_at_once,
        the_last_writer_is_one_of_them,
    }
    paging {
        every_item_comes_once,
        one_partition_key_only,
        streams_can_be_dropped,
    }
    sessions {
        own_writes_are_read,
        a_token_carries_to_another_client,
        a_token_from_the_future_is_404_1002,
        a_session_is_carried_apart_from_all_others,
    }
    answers {
        headers_say_what_happened,
        diagnostics_name_every_attempt,
        errors_say_what_happened,
        a_wrong_key_is_refused,
        a_read_only_key_reads_only,
        a_body_of_another_form_is_an_error,
    }
    patches {
        both_ways_come_to_the_same,
        the_document_comes_back_unless_refused,
        conditions_hold,
        what_cannot_be_patched,
        long_lists_are_applied_by_the_client,
        no_increment_is_lost,
    }
    batches {
        every_operation,
        bodies_come_only_when_asked_for,
        all_or_nothing,
        limits,
    }
    bulk {
        every_item_arrives,
        each_operation_fails_for_itself,
    }
    deletion_by_key {
        one_key_is_emptied,
        below_a_prefix,
    }
    change_feed {
        everything_from_the_beginning,
        keys_and_ranges,
        now_is_the_moment_of_the_call,
        resumed_elsewhere,
        tokens_fit_only_their_feed,
        an_end_time_ends_it,
        all_versions_and_deletes,
        all_versions_start_now,
        a_scope_is_read_in_parts,
    }
    queries {
        every_class_by_pages,
        the_answers_are_right,
        every_continuation_elsewhere,
        scopes_and_parameters,
        items_without_a_query,
        many_items_at_once,
        tokens_fit_only_their_query,
        what_is_refused,
        pages_say_what_they_took,
    }
    moves {
        the_change_feed_follows,
        queries_follow,
        bulk_and_single_items_follow,
    }
    recreated {
        a_query_that_has_given_nothing_begins_anew,
        a_query_that_has_given_rows_says_so,
        a_change_feed_begins_anew_or_says_so,
        another_key_is_told,
    }
    scripts {
        users_have_permissions,
        functions_are_called_in_queries,
        procedures_are_executed,
        triggers_run_with_writes,
    }
    throughput {
        it_is_replaced,
        what_has_none_is_404,
        the_account_is_read,
    }
}
