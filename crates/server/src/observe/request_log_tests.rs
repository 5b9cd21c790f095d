//! What is kept of requests, and what is shown of it.

use std::time::Duration;

use cosmokit_engine::clock::Timestamp;
use cosmokit_engine::response::{Facts, Failure};
use http::{HeaderValue, Request, StatusCode};

use super::super::note::{Ended, Note};
use super::super::record::Identity;
use super::*;

fn record(number: u64, headers: &[(&'static str, &str)]) -> RequestRecord {
    let mut request = Request::get(format!("http://localhost/dbs/{number}"))
        .body(())
        .unwrap();
    for (name, value) in headers {
        request
            .headers_mut()
            .append(*name, HeaderValue::from_str(value).unwrap());
    }
    let identity = Identity {
        number,
        at: Timestamp::from_secs(number),
        activity_id: HeaderValue::from_static("a"),
        body_bytes: 7,
    };
    let failure = Failure::new(StatusCode::NOT_FOUND, "no such database");
    let ended = Ended {
        status: Some(failure.status()),
        refusal: Some(failure),
        facts: Facts::default(),
        duration: Duration::from_micros(1_500),
    };
    RequestRecord::new(identity, request.into_parts().0, Note::default(), ended)
}

fn numbers(log: &RequestLog, limit: usize) -> Vec<u64> {
    let lines = log.latest(limit, |_| true);
    lines.iter().map(|line| line.number).collect()
}

#[test]
fn the_latest_are_kept_and_come_first() {
    let log = RequestLog::new(3);
    assert_eq!(numbers(&log, 10), [] as [u64; 0]);
    for number in 1..=2 {
        log.keep(record(number, &[]));
    }
    assert_eq!(numbers(&log, 10), [2, 1]);
    for number in 3..=7 {
        log.keep(record(number, &[]));
    }
    assert_eq!(numbers(&log, 10), [7, 6, 5]);
    assert_eq!(numbers(&log, 2), [7, 6]);
    let odd = log.latest(10, |record| record.number % 2 == 1);
    assert_eq!(
        odd.iter().map(|line| line.number).collect::<Vec<_>>(),
        [7, 5]
    );
    log.clear();
    assert_eq!(numbers(&log, 10), [] as [u64; 0]);
}

#[test]
fn a_log_of_nothing_keeps_nothing() {
    let log = RequestLog::new(0);
    log.keep(record(1, &[]));
    assert!(log.is_off() && log.latest(1, |_| true).is_empty());
    assert_eq!(
        RequestLog::new(usize::MAX).capacity(),
        RequestLog::MAX_CAPACITY
    );
}

#[test]
fn a_line_says_what_happened_and_keeps_secrets() {
    let log = RequestLog::new(1);
    log.keep(record(
        9,
        &[
            ("authorization", "open sesame"),
            ("x-ms-version", "2020-07-15"),
        ],
    ));
    let line = serde_json::to_value(&log.latest(1, |_| true)[0]).unwrap();
    let expected = serde_json::json!({
        "number": 9, "timeMs": 9_000, "activityId": "a", "region": null, "method": "GET", "path": "/dbs/9",
        "operation": "Other", "status": 404, "message": "no such database", "requestCharge": 0.0,
        "durationMs": 1.5, "bodyBytes": 7,
        "headers": {"authorization": "(redacted)", "x-ms-version": "2020-07-15"},
    });
    assert_eq!(line, expected);
    let shown = format!("{:?}", record(1, &[("authorization", "open sesame")]));
    assert!(!shown.contains("sesame"), "{shown}");
}

#[test]
fn a_long_request_is_kept_without_its_headers() {
    let log = RequestLog::new(1);
    log.keep(record(1, &[("x-long", &"y".repeat(20_000))]));
    let line = serde_json::to_value(&log.latest(1, |_| true)[0]).unwrap();
    assert_eq!(line["headers"], serde_json::json!({}));
    assert_eq!(line["path"], "/dbs/1");
}
