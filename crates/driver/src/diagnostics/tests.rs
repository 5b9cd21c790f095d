//! Bounds and truth of diagnostics.

use std::sync::Arc;
use std::time::Duration;

use cosmokit_protocol::id::ActivityId;
use cosmokit_protocol::status::{CosmosStatus, StatusCode};
use cosmokit_protocol::wire::charge::RequestCharge;
use serde_json::Value;

use super::*;
use crate::clock::Clock;
use crate::topology::RegionalEndpoint;
use crate::transport::Transport;

fn endpoint() -> Arc<RegionalEndpoint> {
    let service =
        tower::service_fn(|_| async { Err::<http::Response<bytes::Bytes>, _>("not used") });
    let transport = Transport::from_service(service);
    RegionalEndpoint::new(
        Some("East US".into()),
        "https://east.test/".parse().unwrap(),
        &transport,
    )
    .unwrap()
}

fn subject() -> OperationSubject {
    OperationSubject {
        name: "read_item",
        path: http::uri::PathAndQuery::from_static("/dbs/a%20b/colls/c/docs/1"),
        is_point: true,
    }
}

fn request(number: u16, status: u16, error: Option<&str>) -> RequestDiagnostics {
    RequestDiagnostics {
        operation: "read_item",
        execution_context: ExecutionContext::OperationRetry,
        endpoint: endpoint(),
        status: CosmosStatus::new(StatusCode::from_u16(status).unwrap()).with_sub_status(3200),
        request_charge: RequestCharge::new(0.5),
        activity_id: ActivityId::from(format!("activity-{number}")),
        started: Duration::from_millis(u64::from(number)),
        duration: Duration::from_micros(1_500),
        phases: PhaseTimings {
            first_byte: Some(Duration::from_micros(1_234)),
            ..PhaseTimings::default()
        },
        request_sent: RequestSentStatus::Sent,
        error: error.map(Arc::from),
        request_body_bytes: 0,
        response_body_bytes: u64::from(number),
        server_duration: None,
        fault_evaluations: Box::default(),
    }
}

fn context(
    requests: Vec<RequestDiagnostics>,
    limit: usize,
    reason: Option<&str>,
) -> Arc<DiagnosticsContext> {
    let mut recorder = Recorder::new(subject(), Clock::system(), limit);
    for request in requests {
        recorder.record(request);
    }
    recorder.conclude(
        Clock::system(),
        Conclusion {
            status: CosmosStatus::new(StatusCode::TOO_MANY_REQUESTS),
            reason: reason.map(Arc::from),
            may_have_been_applied: false,
            summary_limit: 2_048,
        },
    )
}

#[test]
fn a_storm_is_bounded_and_counted_truly() {
    for (count, limit) in [(1, 4), (4, 4), (5, 4), (100, 8), (1_000, 64)] {
        let requests = (0..count)
            .map(|n| request(n, if n % 10 == 0 { 503 } else { 429 }, None))
            .collect();
        let context = context(requests, limit, None);
        assert_eq!(context.request_count(), usize::from(count));
        assert_eq!(
            context.retained_request_count(),
            usize::from(count).min(limit)
        );
        let omitted: u32 = context
            .omitted_requests()
            .iter()
            .map(|kind| kind.count)
            .sum();
        assert_eq!(
            usize::try_from(omitted).unwrap() + context.retained_request_count(),
            usize::from(count)
        );
        assert!((context.total_request_charge().value() - 0.5 * f64::from(count)).abs() < 1e-9);
        let ids: Vec<&str> = context
            .requests()
            .map(|r| r.activity_id().as_str())
            .collect();
        assert_eq!(ids.first(), Some(&"activity-0"));
        assert_eq!(*ids.last().unwrap(), format!("activity-{}", count - 1));
        assert_eq!(
            context.activity_id().unwrap().as_str(),
            *ids.last().unwrap()
        );
        let order: Vec<Duration> = context
            .requests()
            .map(RequestDiagnostics::started_after)
            .collect();
        assert!(order.is_sorted());
    }
}

#[test]
fn kinds_of_omitted_attempts_are_bounded() {
    let requests = (0..500).map(|n| request(n, 400 + n % 100, None)).collect();
    let context = context(requests, 4, None);
    assert_eq!(context.omitted_requests().len(), 16);
    let omitted: u32 = context
        .omitted_requests()
        .iter()
        .map(|kind| kind.count)
        .sum();
    assert_eq!(omitted, 496);
}

#[test]
fn the_summary_is_json_within_its_limit_with_the_reason_first() {
    let long = "é\"\\\n".repeat(2_000);
    for (count, reason, error) in [
        (0, None, None),
        (1, None, None),
        (1, Some("it failed"), Some("connection refused")),
        (64, Some("it failed"), Some(long.as_str())),
        (500, Some(long.as_str()), Some(long.as_str())),
    ] {
        let requests: Vec<_> = (0..count).map(|n| request(n, 429, error)).collect();
        let context = context(requests, 64, reason);
        let summary = context.summary();
        assert!(summary.len() <= 2_048, "{} bytes", summary.len());
        let read: Value = serde_json::from_str(&summary).unwrap();
        assert_eq!(read["attempts"], u64::from(count));
        let shown = read["requests"].as_array().unwrap().len();
        let hidden: u64 = match &read["not_shown"] {
            Value::Object(kinds) => kinds.values().map(|n| n.as_u64().unwrap()).sum(),
            _ => 0,
        };
        assert_eq!(u64::try_from(shown).unwrap() + hidden, u64::from(count));
        if let Some(reason) = reason {
            assert!(summary.starts_with("{\"reason\":"), "{summary}");
            assert!(reason.starts_with(read["reason"].as_str().unwrap().trim_end_matches('…')));
        }
    }
}

#[test]
fn a_short_operation_is_shown_whole() {
    let context = context(vec![request(0, 200, None), request(3, 200, None)], 64, None);
    let read: Value = serde_json::from_str(&context.summary()).unwrap();
    let entry = &read["requests"][1];
    assert_eq!(entry["region"], "eastus");
    assert_eq!(entry["context"], "operation_retry");
    assert_eq!(entry["status"], 200);
    assert_eq!(entry["substatus"], 3200);
    assert_eq!(entry["charge"], 0.5);
    assert_eq!(entry["at_ms"], 3.0);
    assert_eq!(entry["ms"], 1.5);
    assert_eq!(entry["first_byte_ms"], 1.234);
    assert_eq!(context.regions_contacted(), ["eastus".into()]);
}

#[test]
fn the_path_tells_database_and_container() {
    let named = |path: &'static str| {
        let subject = OperationSubject {
            path: http::uri::PathAndQuery::from_static(path),
            ..subject()
        };
        let recorder = Recorder::new(subject, Clock::system(), 4);
        let conclusion = Conclusion {
            status: CosmosStatus::new(StatusCode::OK),
            reason: None,
            may_have_been_applied: false,
            summary_limit: 2_048,
        };
        let context = recorder.conclude(Clock::system(), conclusion);
        let text = |name: Option<std::borrow::Cow<'_, str>>| name.map(std::borrow::Cow::into_owned);
        (
            text(context.database_name()),
            text(context.container_name()),
        )
    };
    let some = |text: &str| Some(text.to_owned());
    for (path, database, container) in [
        ("/dbs/a%20b/colls/c/docs/1", some("a b"), some("c")),
        ("/dbs/a/colls", some("a"), None),
        ("/dbs", None, None),
        ("/", None, None),
        ("/offers/x", None, None),
    ] {
        assert_eq!(named(path), (database, container), "{path}");
    }
}

#[test]
fn thresholds_are_crossed_one_by_one() {
    let thresholds = DiagnosticsThresholds::new();
    let context = context(vec![request(7, 200, None)], 4, None);
    assert_eq!(context.largest_payload_bytes(), 7);
    for (thresholds, expected) in [
        (thresholds, None),
        (
            thresholds.with_point_operation_latency(Duration::ZERO),
            Some(ThresholdBreach::PointLatency),
        ),
        (
            thresholds.with_non_point_operation_latency(Duration::ZERO),
            None,
        ),
        (
            thresholds.with_request_charge(0.4),
            Some(ThresholdBreach::RequestCharge),
        ),
        (thresholds.with_request_charge(f64::NAN), None),
        (
            thresholds.with_payload_size(6),
            Some(ThresholdBreach::PayloadSize),
        ),
    ] {
        assert_eq!(
            context.threshold_breach_for(&thresholds),
            expected,
            "{thresholds:?}"
        );
        assert_eq!(
            context.is_threshold_violated(&thresholds),
            expected.is_some()
        );
    }
}
