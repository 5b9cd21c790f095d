//! The JSON summary of an operation: reason first, then the whole, then as many attempts as fit, from both
//! ends inwards. Always valid JSON and never longer than the limit.

use std::time::Duration;

use cosmokit_protocol::status::SubStatusCode;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{DiagnosticsContext, RequestDiagnostics};

/// Characters that the reason may have in the shortest summary.
const MIN_REASON_CHARS: usize = 200;

/// Characters of one attempt's error.
const MAX_ERROR_CHARS: usize = 200;

#[derive(Serialize)]
struct Summary<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    operation: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    substatus: Option<u16>,
    #[serde(skip_serializing_if = "is_false")]
    may_have_been_applied: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    activity_id: Option<String>,
    duration_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    throughput_wait_ms: Option<f64>,
    request_charge: f64,
    attempts: usize,
    /// Attempts by status, of those that are not among `requests`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    not_shown: Map<String, Value>,
    requests: Vec<Value>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(value: &bool) -> bool {
    !*value
}

/// The summary in at most `limit` bytes; a limit below 600 is taken as 600.
pub(super) fn write(context: &DiagnosticsContext, limit: usize) -> String {
    let limit = limit.max(600);
    let reason = context.reason();
    let kept: Vec<&RequestDiagnostics> = context.requests().collect();
    let mut shown = kept.len();
    let mut reason_chars = limit / 2;
    loop {
        let text = attempt(
            context,
            reason.map(|reason| shorten(reason, reason_chars)),
            &kept,
            shown,
        );
        if text.len() <= limit {
            return text;
        }
        // Fewer attempts first, then a shorter reason.
        if shown > 2 {
            shown -= 1;
        } else if reason_chars > MIN_REASON_CHARS {
            reason_chars = (reason_chars / 2).max(MIN_REASON_CHARS);
        } else if shown > 0 {
            shown -= 1;
        } else if reason_chars > 0 {
            reason_chars /= 2;
        } else {
            return text;
        }
    }
}

fn attempt(
    context: &DiagnosticsContext,
    reason: Option<String>,
    kept: &[&RequestDiagnostics],
    shown: usize,
) -> String {
    let head = shown.div_ceil(2);
    let tail_starts = kept.len() - (shown - head);
    let mut not_shown = Map::new();
    for omitted in context.omitted_requests() {
        add(
            &mut not_shown,
            omitted.status.to_string(),
            u64::from(omitted.count),
        );
    }
    let mut requests = Vec::with_capacity(shown);
    for (at, request) in kept.iter().enumerate() {
        if at < head || at >= tail_starts {
            requests.push(entry(request, context.operation_name()));
        } else {
            add(&mut not_shown, request.status().to_string(), 1);
        }
    }
    let status = context.status();
    let summary = Summary {
        reason,
        operation: context.operation_name(),
        status: status.status_code().as_u16(),
        substatus: status.sub_status().map(SubStatusCode::value),
        may_have_been_applied: context.may_have_been_applied(),
        activity_id: context.activity_id().map(ToString::to_string),
        duration_ms: ms(context.duration()),
        throughput_wait_ms: Some(context.throughput_wait())
            .filter(|wait| !wait.is_zero())
            .map(ms),
        request_charge: context.total_request_charge().value(),
        attempts: context.request_count(),
        not_shown,
        requests,
    };
    serde_json::to_string(&summary).unwrap_or_default()
}

fn add(counts: &mut Map<String, Value>, status: String, more: u64) {
    let count = counts.entry(status).or_insert(Value::from(0_u64));
    *count = Value::from(count.as_u64().unwrap_or(0) + more);
}

fn entry(request: &RequestDiagnostics, whole: &str) -> Value {
    let mut out = Map::new();
    if request.operation_name() != whole {
        out.insert("operation".into(), request.operation_name().into());
    }
    out.insert(
        "context".into(),
        request.execution_context().as_str().into(),
    );
    match request.region() {
        Some(region) => out.insert("region".into(), region.as_str().into()),
        None => out.insert("endpoint".into(), request.endpoint().into()),
    };
    out.insert(
        "status".into(),
        request.status().status_code().as_u16().into(),
    );
    if let Some(code) = request.status().sub_status() {
        out.insert("substatus".into(), code.value().into());
    }
    out.insert("charge".into(), json!(request.request_charge().value()));
    out.insert("at_ms".into(), json!(ms(request.started_after())));
    out.insert("ms".into(), json!(ms(request.duration())));
    let phases = request.phases();
    let named = [
        ("queue_ms", phases.queue),
        ("dns_ms", phases.dns),
        ("connect_ms", phases.connect),
        ("tls_ms", phases.tls),
        ("first_byte_ms", phases.first_byte),
        ("body_ms", phases.body),
    ];
    for (name, duration) in named {
        if let Some(duration) = duration {
            out.insert(name.into(), json!(ms(duration)));
        }
    }
    let matched: Vec<Value> = request
        .fault_injection_evaluations()
        .iter()
        .filter(|evaluation| evaluation.matched())
        .map(|evaluation| evaluation.to_string().into())
        .collect();
    if !matched.is_empty() {
        out.insert("faults".into(), matched.into());
    }
    if request.error().is_some() {
        out.insert("sent".into(), request.request_sent().as_str().into());
    }
    if let Some(error) = request.error() {
        out.insert("error".into(), shorten(error, MAX_ERROR_CHARS).into());
    }
    Value::Object(out)
}

/// Milliseconds with three decimals.
fn ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

fn shorten(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(chars.saturating_sub(1)).collect();
    short.push('…');
    short
}
