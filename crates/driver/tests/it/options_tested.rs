//! Every option changes what the driver does, and a test shows it: this table names that test, and fails when an option
//! has no row, or its test is gone or does not name the option.

use std::collections::BTreeSet;
use std::path::Path;

use cosmokit_driver::options::{
    ACCOUNT_REFRESH_ROWS, CONNECTION_POOL_ROWS, DIAGNOSTICS_ROWS, HEDGING_ROWS, OPERATION_ROWS,
    PARTITION_FAILOVER_ROWS, THROTTLING_ROWS, THROUGHPUT_ROWS,
};

/// Option, file of this crate, test.
#[rustfmt::skip]
const TESTS: &[(&str, &str, &str)] = &[
    ("read_consistency_strategy", "tests/it/session.rs", "weaker_reads_carry_no_token_and_stronger_wishes_do"),
    ("excluded_regions", "tests/it/availability/endpoints.rs", "excluded_regions_are_not_failed_over_to"),
    ("content_response_on_write", "tests/it/wire.rs", "options_become_headers"),
    ("end_to_end_latency_policy", "tests/it/retry.rs", "the_deadline_cuts_everything"),
    ("write_retry_policy", "tests/it/availability/doubts.rs", "the_policy_decides_what_is_sent_again"),
    ("endpoint_unavailability_ttl", "tests/it/availability/endpoints.rs", "how_long_is_up_to_the_operation"),
    ("hedging_enabled", "tests/it/availability/hedged.rs", "it_can_be_set_switched_off_and_is_off_when_the_service_says_so"),
    ("availability_strategy", "tests/it/availability/hedged.rs", "it_can_be_set_switched_off_and_is_off_when_the_service_says_so"),
    ("max_failover_retry_count", "tests/it/retry.rs", "unanswered_attempts_end_with_their_budget"),
    ("session", "tests/it/session.rs", "it_may_be_named_by_the_operation_which_beats_the_handle"),
    ("max_session_token_bytes", "tests/it/option_effects.rs", "max_session_token_bytes_cuts_the_session_of_a_feed"),
    ("session_disabled", "tests/it/session_from_outside.rs", "a_token_of_the_caller_is_merged_with_it"),
    ("session_capturing_disabled", "tests/it/session.rs", "capturing_can_be_turned_off"),
    ("max_session_retry_count", "tests/it/option_effects.rs", "max_session_retry_count_bounds_reads_behind_their_session"),
    ("custom_headers", "tests/it/option_effects.rs", "custom_headers_are_sent_with_each_request"),
    ("max_retry_count", "tests/it/retry.rs", "throttling_that_does_not_end_is_reported_as_such"),
    ("max_retry_wait_time", "tests/it/option_effects.rs", "max_retry_wait_time_bounds_the_waits_of_throttling"),
    ("group_name", "tests/it/option_effects.rs", "group_name_puts_an_operation_under_the_rate_of_its_group"),
    ("throughput_bucket", "tests/it/wire.rs", "options_become_headers"),
    ("priority_level", "tests/it/wire.rs", "options_become_headers"),
    ("account_refresh_interval", "tests/it/option_effects.rs", "account_refresh_interval_says_how_often_an_account_is_read"),
    ("account_refresh_jitter_percent", "tests/it/refresh.rs", "jitter_shortens_the_pause_and_never_lengthens_it"),
    ("max_concurrent_account_refreshes", "tests/it/refresh.rs", "at_most_so_many_accounts_are_read_at_once"),
    ("min_account_refresh_gap", "tests/it/option_effects.rs", "min_account_refresh_gap_says_how_soon_the_account_is_read_again"),
    ("max_connect_timeout", "tests/it/transport_options.rs", "max_connect_timeout_cuts_off_a_handshake_that_hangs"),
    ("min_dataplane_request_timeout", "tests/it/availability/endpoints.rs", "a_response_timeout_of_a_read_moves_on_and_later_ones_have_longer"),
    ("max_dataplane_request_timeout", "tests/it/option_effects.rs", "max_dataplane_request_timeout_cuts_off_attempts"),
    ("min_metadata_request_timeout", "tests/it/option_effects.rs", "min_and_max_metadata_request_timeout_escalate"),
    ("max_metadata_request_timeout", "tests/it/option_effects.rs", "min_and_max_metadata_request_timeout_escalate"),
    ("idle_connection_timeout", "tests/it/transport_options.rs", "idle_connection_timeout_closes_what_nobody_uses"),
    ("max_connection_lifetime", "tests/it/sockets.rs", "a_connection_that_is_too_old_is_replaced"),
    ("tcp_keepalive_time", "src/transport/http/addresses.rs", "tcp_keepalive_time_and_interval_are_set_on_sockets"),
    ("tcp_keepalive_interval", "src/transport/http/addresses.rs", "tcp_keepalive_time_and_interval_are_set_on_sockets"),
    ("is_proxy_allowed", "tests/it/proxy.rs", "exceptions_and_the_option_lead_around_the_proxy"),
    ("max_http1_connections_per_endpoint", "tests/it/sockets.rs", "connections_are_limited_and_requests_wait"),
    ("is_http2_allowed", "tests/it/transport_options.rs", "is_http2_allowed_says_what_tls_offers"),
    ("plain_http_version", "tests/it/transport_options.rs", "plain_http_version_chooses_http2_and_its_streams_share_connections"),
    ("max_http2_streams_per_client", "tests/it/transport_options.rs", "streams_threshold_and_connections_of_http2_bound_its_growth"),
    ("http2_fan_out_threshold_percent", "tests/it/transport_options.rs", "streams_threshold_and_connections_of_http2_bound_its_growth"),
    ("max_http2_connections_per_endpoint", "tests/it/transport_options.rs", "streams_threshold_and_connections_of_http2_bound_its_growth"),
    ("http2_keep_alive_interval", "tests/it/transport_options.rs", "http2_keep_alive_interval_and_timeout_find_a_dead_connection"),
    ("http2_keep_alive_timeout", "tests/it/transport_options.rs", "http2_keep_alive_interval_and_timeout_find_a_dead_connection"),
    ("max_response_body_bytes", "tests/it/sockets.rs", "bodies_are_limited"),
    ("server_certificate_validation", "tests/it/transport_options.rs", "server_certificate_validation_trusts_this_machine_when_told_to"),
    ("root_certificates", "tests/it/transport_options.rs", "server_certificate_validation_trusts_this_machine_when_told_to"),
    ("plain_http", "tests/it/proxy.rs", "a_plain_endpoint_is_asked_for_from_the_proxy_itself"),
    ("emulator_host", "tests/it/option_effects.rs", "emulator_host_names_one_that_may_be_spoken_to_in_the_clear"),
    ("local_address", "tests/it/transport_options.rs", "local_address_is_where_connections_start"),
    ("max_summary_size_bytes", "tests/it/option_effects.rs", "max_request_diagnostics_and_max_summary_size_bytes_bound_what_is_kept"),
    ("max_request_diagnostics", "tests/it/option_effects.rs", "max_request_diagnostics_and_max_summary_size_bytes_bound_what_is_kept"),
    ("circuit_breaker_enabled", "tests/it/availability/partitions.rs", "the_breaker_can_be_set_and_switched_off"),
    ("read_failure_threshold", "tests/it/availability/partitions.rs", "the_breaker_can_be_set_and_switched_off"),
    ("write_failure_threshold", "tests/it/option_effects.rs", "write_failure_threshold_trips_the_breaker_of_writes"),
    ("counter_reset_window", "tests/it/option_effects.rs", "counter_reset_window_forgets_failures_far_apart"),
    ("partition_unavailability_duration", "tests/it/option_effects.rs", "partition_unavailability_duration_says_when_a_probe_goes_back"),
    ("consecutive_hedge_win_threshold", "tests/it/option_effects.rs", "consecutive_hedge_win_threshold_passes_over_a_slow_region"),
    ("max_concurrent_hedges", "tests/it/availability/hedged.rs", "only_so_many_run_at_a_time"),
];

/// The text of a test, from its name to the next one; `None` when the file has no such test.
fn text_of(file: &str, test: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let source = std::fs::read_to_string(path).ok()?;
    let start = source.find(&format!("fn {test}("))?;
    let rest = source.get(start..)?;
    let end = rest.find("\n}\n").unwrap_or(rest.len());
    rest.get(..end).map(str::to_owned)
}

#[test]
fn every_option_has_a_test_that_names_it() {
    let groups = [
        OPERATION_ROWS,
        THROTTLING_ROWS,
        THROUGHPUT_ROWS,
        ACCOUNT_REFRESH_ROWS,
        CONNECTION_POOL_ROWS,
        DIAGNOSTICS_ROWS,
        PARTITION_FAILOVER_ROWS,
        HEDGING_ROWS,
    ];
    let mut without = BTreeSet::new();
    for row in groups.into_iter().flatten() {
        let Some((_, file, test)) = TESTS.iter().find(|(name, _, _)| *name == row.name) else {
            without.insert(format!("{}: no row", row.name));
            continue;
        };
        let named = text_of(file, test).is_some_and(|text| {
            // By its setter, by what it is called in an environment, or by a builder of the test's own.
            let setter = format!("with_{}", row.name);
            text.contains(&setter)
                || text.contains(row.name)
                || row.env.is_some_and(|name| text.contains(name))
        });
        if !named {
            without.insert(format!("{}: {file} has no {test} that names it", row.name));
        }
    }
    assert!(without.is_empty(), "{without:#?}");
    let known: BTreeSet<&str> = groups.into_iter().flatten().map(|row| row.name).collect();
    for (name, _, _) in TESTS {
        assert!(known.contains(name), "{name} is no option");
    }
}
