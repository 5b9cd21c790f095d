//! The options of an operation, one row each.

use std::collections::HashMap;
use std::time::Duration;

use cosmokit_protocol::wire::consistency::ReadConsistencyStrategy;
use http::{HeaderName, HeaderValue};

use super::table::option_table;
use crate::session::Session;

use super::words::HEDGE_AFTER;
use super::{
    AvailabilityStrategy, ContentResponseOnWrite, EndToEndOperationLatencyPolicy, ExcludedRegions,
    PriorityLevel, ThroughputControlGroupName, WriteRetryPolicy,
};

option_table! {
    /// How operations behave. May be given to a runtime, to an account's driver and to one operation.
    options OperationOptions, builder OperationOptionsBuilder, settings OperationSettings,
    rows OPERATION_ROWS;

    /// What reads may see, instead of the account's default level.
    read_consistency_strategy, with_read_consistency_strategy:
    ReadConsistencyStrategy => ReadConsistencyStrategy {
        env: "AZURE_COSMOS_READ_CONSISTENCY_STRATEGY", unit: "",
        default: ReadConsistencyStrategy::Default, shown: "Default",
        bounds: "Default, Eventual, Session, LatestCommitted or GlobalStrong",
        accepts: |_| true, layers: highest,
        why: "a read may do with less than the account promises, or needs the latest committed version",
    }

    /// Regions that operations are not sent to, unless no other is left.
    excluded_regions, with_excluded_regions: ExcludedRegions => ExcludedRegions {
        env: none, unit: "", default: ExcludedRegions::new(), shown: "none",
        bounds: "any regions", accepts: |_| true, layers: highest,
        why: "keeps traffic out of a region without a new client",
    }

    /// Whether writes send the stored document back.
    content_response_on_write, with_content_response_on_write:
    ContentResponseOnWrite => ContentResponseOnWrite {
        env: "AZURE_COSMOS_CONTENT_RESPONSE_ON_WRITE", unit: "",
        default: ContentResponseOnWrite::Disabled, shown: "disabled",
        bounds: "enabled or disabled", accepts: |_| true, layers: highest,
        why: "the document is wanted with the system properties that the service gave it",
    }

    /// How long the operation may take, with all attempts, waits and pages.
    end_to_end_latency_policy, with_end_to_end_latency_policy:
    EndToEndOperationLatencyPolicy => Option<EndToEndOperationLatencyPolicy> {
        env: none, unit: "ms", default: None, shown: "no limit",
        bounds: "more than 0", accepts: |policy| !policy.timeout().is_zero(), layers: highest,
        why: "a caller would rather fail in time than succeed late",
    }

    /// Whether a write is sent again when an earlier attempt may have been applied.
    write_retry_policy, with_write_retry_policy: WriteRetryPolicy => WriteRetryPolicy {
        env: "AZURE_COSMOS_WRITE_RETRY_POLICY", unit: "",
        default: WriteRetryPolicy::IfIdempotent, shown: "IfIdempotent",
        bounds: "Never, IfIdempotent or Always", accepts: |_| true, layers: highest,
        why: "a caller that must know of each doubt, or one that does not mind to apply a change twice",
    }

    /// How long an endpoint that did not answer is passed over before one operation tries it again.
    endpoint_unavailability_ttl, with_endpoint_unavailability_ttl: Duration => Duration {
        env: "AZURE_COSMOS_ENDPOINT_UNAVAILABLE_TTL_MS", unit: "ms",
        default: Duration::from_secs(60), shown: "60000",
        bounds: "at most 1 day", accepts: |t| *t <= Duration::from_secs(86_400), layers: highest,
        why: "how soon traffic returns to a region that has recovered",
    }

    /// Whether reads may be hedged at all.
    hedging_enabled, with_hedging_enabled: bool => bool {
        env: "AZURE_COSMOS_HEDGING_ENABLED", unit: "", default: true, shown: "true",
        bounds: "true or false; AZURE_COSMOS_HEDGING_ENABLED_OVERRIDE beats the program",
        accepts: |_| true, layers: highest,
        why: "a switch that needs no new build",
    }

    /// Whether another region is asked as well when one is slow to answer a read.
    availability_strategy, with_availability_strategy: AvailabilityStrategy => AvailabilityStrategy {
        env: none, unit: "", default: AvailabilityStrategy::Hedging(HEDGE_AFTER),
        shown: "hedging after 1000 ms, or half of the end-to-end timeout",
        bounds: "Disabled, or Hedging after more than 0",
        accepts: |strategy| *strategy != AvailabilityStrategy::Hedging(Duration::ZERO), layers: highest,
        why: "sooner costs more charges and cuts longer tails",
    }

    /// How often an operation that failed is sent to another region, or to the same one when there is no other.
    max_failover_retry_count, with_max_failover_retry_count: u32 => u32 {
        env: "AZURE_COSMOS_MAX_FAILOVER_RETRY_COUNT", unit: "attempts", default: 3, shown: "3",
        bounds: "at most 100", accepts: |count| *count <= 100, layers: highest,
        why: "more regions to try, or a caller that retries by itself",
    }

    /// The user's session that the operation is in; its tokens are sent and added to, and no others.
    session, with_session: Session => Option<Session> {
        env: none, unit: "", default: None, shown: "what the whole process has seen",
        bounds: "any", accepts: |_| true, layers: highest,
        why: "one user's reads must see that user's writes, and nobody else's tokens",
    }

    /// Whether the operation is outside of any session, though its client or its task has one.
    session_disabled, with_session_disabled: bool => bool {
        env: none, unit: "", default: false, shown: "false",
        bounds: "true or false", accepts: |_| true, layers: highest,
        why: "work that is nobody's, such as a cache that all users share, stays out of the user's session",
    }

    /// How long the session token of a request to several ranges may be; a range alone always has its own.
    max_session_token_bytes, with_max_session_token_bytes: usize => usize {
        env: "AZURE_COSMOS_MAX_SESSION_TOKEN_BYTES", unit: "bytes", default: 8_192, shown: "8192",
        bounds: "256 to 65536", accepts: |bytes| (256..=65_536).contains(bytes), layers: highest,
        why: "gateways refuse long headers (431); beyond it the ranges that advanced last are sent",
    }

    /// Turns off keeping the session tokens of answers and sending them, except in a session of one's own.
    session_capturing_disabled, with_session_capturing_disabled: bool => bool {
        env: none, unit: "", default: false, shown: "false",
        bounds: "true or false", accepts: |_| true, layers: highest,
        why: "the program carries session tokens itself",
    }

    /// How often a read that met a replica behind its session is repeated.
    max_session_retry_count, with_max_session_retry_count: u32 => Option<u32> {
        env: "AZURE_COSMOS_MAX_SESSION_RETRY_COUNT", unit: "attempts", default: None,
        shown: "2; with several write regions, their number",
        bounds: "at most 100", accepts: |count| *count <= 100, layers: highest,
        why: "replication lags more than usual, or an early error is preferred",
    }

    /// Headers to add to each request; they cannot replace those that sign and identify it.
    custom_headers, with_custom_headers:
    HashMap<HeaderName, HeaderValue> => HashMap<HeaderName, HeaderValue> {
        env: none, unit: "", default: HashMap::new(), shown: "none",
        bounds: "at most 64", accepts: |headers| headers.len() <= 64, layers: union,
        why: "a service feature that has no option of its own",
    }

    => groups {
        /// How throttled operations are repeated.
        throttling_retry_options, with_throttling_retry_options:
        ThrottlingRetryOptions => ThrottlingRetrySettings;
        /// Which share of the throughput the operation uses.
        throughput_control, with_throughput_control:
        ThroughputControlOptions => ThroughputControlSettings;
    }
}

option_table! {
    /// How operations that the service throttles (429) are repeated.
    options ThrottlingRetryOptions, builder ThrottlingRetryOptionsBuilder,
    settings ThrottlingRetrySettings, rows THROTTLING_ROWS;

    /// How often a throttled attempt is repeated.
    max_retry_count, with_max_retry_count: u32 => u32 {
        env: "AZURE_COSMOS_MAX_THROTTLE_RETRY_COUNT", unit: "attempts", default: 9, shown: "9",
        bounds: "at most 1000", accepts: |count| *count <= 1_000, layers: highest,
        why: "0 hands throttling to the caller; more rides out longer bursts",
    }

    /// How long the waits between throttled attempts may last together.
    max_retry_wait_time, with_max_retry_wait_time: Duration => Duration {
        env: "AZURE_COSMOS_MAX_THROTTLE_RETRY_WAIT_TIME_MS", unit: "ms",
        default: Duration::from_secs(30), shown: "30000",
        bounds: "at most 1 hour", accepts: |wait| *wait <= Duration::from_secs(3_600), layers: highest,
        why: "a batch job can wait longer than a web request",
    }
}

option_table! {
    /// Which share of the throughput operations use.
    options ThroughputControlOptions, builder ThroughputControlOptionsBuilder,
    settings ThroughputControlSettings, rows THROUGHPUT_ROWS;

    /// The group of this client that the operation joins.
    group_name, with_group_name: ThroughputControlGroupName => Option<ThroughputControlGroupName> {
        env: none, unit: "", default: None, shown: "the client's default group, if it has one",
        bounds: "a registered group", accepts: |_| true, layers: highest,
        why: "keeps the operations of a job within a rate together",
    }

    /// The bucket that the container's throughput policy names.
    throughput_bucket, with_throughput_bucket: u32 => Option<u32> {
        env: none, unit: "", default: None, shown: "none",
        bounds: "1 to 5", accepts: |bucket| (1..=5).contains(bucket), layers: highest,
        why: "keeps a bulk load from starving interactive work",
    }

    /// How urgent the operation is when the service must throttle.
    priority_level, with_priority_level: PriorityLevel => Option<PriorityLevel> {
        env: none, unit: "", default: None, shown: "none",
        bounds: "High or Low", accepts: |_| true, layers: highest,
        why: "low-priority work gives way first",
    }
}

impl OperationOptionsBuilder {
    /// The options. Bounds are checked where the options are used.
    pub fn build(self) -> OperationOptions {
        self.0
    }
}

impl ThrottlingRetryOptionsBuilder {
    /// The options. Bounds are checked where the options are used.
    pub fn build(self) -> ThrottlingRetryOptions {
        self.0
    }
}

impl ThroughputControlOptionsBuilder {
    /// The options. Bounds are checked where the options are used.
    pub fn build(self) -> ThroughputControlOptions {
        self.0
    }
}
