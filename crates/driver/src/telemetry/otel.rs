//! OpenTelemetry by the semantic conventions for Azure Cosmos DB
//! (<https://opentelemetry.io/docs/specs/semconv/database/cosmosdb/>): a live span for each operation, whose
//! parent is the context that the caller is in, one below it for each attempt, and metrics.

use std::fmt;
use std::sync::Arc;

use cosmokit_protocol::status::SubStatusCode;
use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::global::{BoxedTracer, ObjectSafeTracer};
use opentelemetry::metrics::{Histogram, Meter, MeterProvider, UpDownCounter};
use opentelemetry::trace::{
    SpanBuilder, SpanKind, Status, TraceContextExt as _, Tracer as _, TracerProvider,
};
use opentelemetry::{Array, Context, ContextGuard, KeyValue, StringValue, Value, global};

use crate::diagnostics::{DiagnosticsContext, RequestDiagnostics};
use crate::operation::CosmosOperation;

/// The name of the instrumentation scope.
const SCOPE: &str = "cosmokit";

const DURATION_BOUNDS: [f64; 9] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];
const CHARGE_BOUNDS: [f64; 9] = [1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0];
const ROWS_BOUNDS: [f64; 10] = [
    1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 500.0, 1_000.0, 5_000.0,
];

/// Where traces and metrics go. Cheap to clone.
///
/// The span of an operation is a child of the OpenTelemetry context that is current when the operation's future is
/// first polled; each attempt is a span below it, and its request carries the W3C `traceparent` header.
#[derive(Clone)]
pub struct OpenTelemetry(Arc<Instruments>);

struct Instruments {
    tracer: BoxedTracer,
    duration: Histogram<f64>,
    request_charge: Histogram<f64>,
    returned_rows: Histogram<u64>,
    instances: UpDownCounter<i64>,
}

/// A span as the current one of a context.
#[derive(Clone)]
pub(crate) struct Scope(Context);

/// A driver, counted for as long as it exists.
pub(crate) struct Instance {
    telemetry: OpenTelemetry,
    attributes: [KeyValue; 1],
}

impl OpenTelemetry {
    /// The providers that the program has made global, as they are now.
    pub fn global() -> Self {
        Self::from_parts(global::tracer(SCOPE), &global::meter(SCOPE))
    }

    /// These providers.
    pub fn new<T>(tracers: &T, meters: &impl MeterProvider) -> Self
    where
        T: TracerProvider,
        T::Tracer: ObjectSafeTracer + Send + Sync + 'static,
    {
        let tracer = BoxedTracer::new(Box::new(tracers.tracer(SCOPE)));
        Self::from_parts(tracer, &meters.meter(SCOPE))
    }

    fn from_parts(tracer: BoxedTracer, meter: &Meter) -> Self {
        let duration = meter
            .f64_histogram("db.client.operation.duration")
            .with_unit("s")
            .with_description("Duration of database client operations.")
            .with_boundaries(DURATION_BOUNDS.to_vec())
            .build();
        let request_charge = meter
            .f64_histogram("azure.cosmosdb.client.operation.request_charge")
            .with_unit("{request_unit}")
            .with_description("Request units consumed by the operation.")
            .with_boundaries(CHARGE_BOUNDS.to_vec())
            .build();
        let returned_rows = meter
            .u64_histogram("db.client.response.returned_rows")
            .with_unit("{row}")
            .with_description("The number of items that an operation returned.")
            .with_boundaries(ROWS_BOUNDS.to_vec())
            .build();
        let instances = meter
            .i64_up_down_counter("azure.cosmosdb.client.active_instance.count")
            .with_unit("{instance}")
            .with_description("Number of active client instances.")
            .build();
        Self(Arc::new(Instruments {
            tracer,
            duration,
            request_charge,
            returned_rows,
            instances,
        }))
    }

    /// Counts a driver of the account at `host`.
    pub(crate) fn count_instance(&self, host: &str) -> Instance {
        let attributes = [KeyValue::new("server.address", host.to_owned())];
        self.0.instances.add(1, &attributes);
        Instance {
            telemetry: self.clone(),
            attributes,
        }
    }

    /// Begins the span of an operation below the current context.
    pub(crate) fn operation(&self, operation: &CosmosOperation) -> Scope {
        let endpoint = operation.account().endpoint();
        let mut attributes = vec![
            KeyValue::new("db.system.name", "azure.cosmosdb"),
            KeyValue::new("db.operation.name", operation.name()),
            KeyValue::new("azure.cosmosdb.connection.mode", "gateway"),
            KeyValue::new("server.address", endpoint.host().to_owned()),
        ];
        if endpoint.port() != 443 {
            attributes.push(KeyValue::new("server.port", i64::from(endpoint.port())));
        }
        let container = operation.container();
        if let Some(name) = container.and_then(|container| container.name()) {
            attributes.push(KeyValue::new("db.collection.name", name.to_owned()));
        }
        if let Some(name) = container.and_then(|container| container.database().name()) {
            attributes.push(KeyValue::new("db.namespace", name.to_owned()));
        }
        if !operation.body().is_empty() {
            attributes.push(KeyValue::new(
                "azure.cosmosdb.request.body.size",
                integer(operation.body().len()),
            ));
        }
        let name = match container.and_then(|container| container.name()) {
            Some(container) => format!("{} {container}", operation.name()),
            None => operation.name().to_owned(),
        };
        self.begin(name, attributes)
    }

    /// Begins the span of an attempt below the current one.
    pub(crate) fn attempt(&self, operation: &CosmosOperation) -> Scope {
        let method = operation.verb().method.as_str();
        let attributes = vec![KeyValue::new("http.request.method", method.to_owned())];
        self.begin(method.to_owned(), attributes)
    }

    fn begin(&self, name: String, attributes: Vec<KeyValue>) -> Scope {
        let parent = Context::current();
        let builder = SpanBuilder::from_name(name)
            .with_kind(SpanKind::Client)
            .with_attributes(attributes);
        let span = self.0.tracer.build_with_context(builder, &parent);
        Scope(parent.with_span(span))
    }

    /// Ends the span of an operation, and counts the operation.
    pub(crate) fn operation_ended(&self, scope: &Scope, diagnostics: &DiagnosticsContext) {
        let outcome = outcome(diagnostics);
        let span = scope.0.span();
        span.set_attributes(outcome.iter().cloned());
        let charge = diagnostics.total_request_charge().value();
        span.set_attribute(KeyValue::new(
            "azure.cosmosdb.operation.request_charge",
            charge,
        ));
        let attempts = integer(diagnostics.request_count());
        span.set_attribute(KeyValue::new("cosmokit.operation.attempts", attempts));
        if let Some(rows) = diagnostics.returned_rows() {
            span.set_attribute(KeyValue::new("db.response.returned_rows", i64::from(rows)));
        }
        if let Some(reason) = diagnostics.reason() {
            span.set_status(Status::error(reason.to_owned()));
        }
        span.end();
        let measured = with_subject(outcome, diagnostics);
        let seconds = diagnostics.duration().as_secs_f64();
        self.0.duration.record(seconds, &measured);
        self.0.request_charge.record(charge, &measured);
        if let Some(rows) = diagnostics.returned_rows() {
            self.0.returned_rows.record(u64::from(rows), &measured);
        }
    }
}

/// What an operation ended with.
fn outcome(diagnostics: &DiagnosticsContext) -> Vec<KeyValue> {
    let status = diagnostics.status();
    let code = status.status_code().as_str().to_owned();
    let mut attributes = vec![KeyValue::new("db.response.status_code", code.clone())];
    if let Some(code) = status.sub_status().map(SubStatusCode::value) {
        attributes.push(KeyValue::new(
            "azure.cosmosdb.response.sub_status_code",
            i64::from(code),
        ));
    }
    if diagnostics.is_failure() {
        attributes.push(KeyValue::new("error.type", code));
    }
    let regions = diagnostics.regions_contacted();
    let regions: Vec<StringValue> = regions
        .iter()
        .map(|region| StringValue::from(region.display_name().to_owned()))
        .collect();
    if !regions.is_empty() {
        attributes.push(KeyValue::new(
            "azure.cosmosdb.operation.contacted_regions",
            Value::Array(Array::String(regions)),
        ));
    }
    attributes
}

/// What metrics are told apart by: the outcome and what the operation was.
fn with_subject(mut attributes: Vec<KeyValue>, diagnostics: &DiagnosticsContext) -> Vec<KeyValue> {
    attributes.push(KeyValue::new("db.system.name", "azure.cosmosdb"));
    attributes.push(KeyValue::new(
        "db.operation.name",
        diagnostics.operation_name(),
    ));
    if let Some(name) = diagnostics.database_name() {
        attributes.push(KeyValue::new("db.namespace", name.into_owned()));
    }
    if let Some(name) = diagnostics.container_name() {
        attributes.push(KeyValue::new("db.collection.name", name.into_owned()));
    }
    attributes
}

fn integer(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Scope {
    /// Makes the span the current one until the guard is dropped.
    pub(crate) fn attach(&self) -> ContextGuard {
        self.0.clone().attach()
    }

    /// Adds the `traceparent` header, unless nothing is traced.
    pub(crate) fn propagate(&self, headers: &mut HeaderMap) {
        let span = self.0.span();
        let context = span.span_context();
        if !context.is_valid() {
            return;
        }
        let flags = u8::from(context.is_sampled());
        let text = format!(
            "00-{}-{}-{flags:02x}",
            context.trace_id(),
            context.span_id()
        );
        let name = HeaderName::from_static("traceparent");
        headers.insert(
            name,
            HeaderValue::try_from(text).expect("hexadecimal digits"),
        );
    }

    /// Ends the span of an attempt.
    pub(crate) fn attempt_ended(&self, attempt: &RequestDiagnostics) {
        let span = self.0.span();
        let status = attempt.status();
        let code = i64::from(status.status_code().as_u16());
        let endpoint = attempt.endpoint().parse::<crate::AccountEndpoint>();
        if let Ok(endpoint) = endpoint {
            span.set_attribute(KeyValue::new("server.address", endpoint.host().to_owned()));
            span.set_attribute(KeyValue::new("server.port", i64::from(endpoint.port())));
        }
        let activity_id = attempt.activity_id().as_str().to_owned();
        span.set_attribute(KeyValue::new("azure.service.request.id", activity_id));
        let context = attempt.execution_context().as_str();
        span.set_attribute(KeyValue::new("cosmokit.attempt.context", context));
        if let Some(substatus) = status.sub_status().map(SubStatusCode::value) {
            span.set_attribute(KeyValue::new(
                "azure.cosmosdb.response.sub_status_code",
                i64::from(substatus),
            ));
        }
        if let Some(error) = attempt.error() {
            span.set_attribute(KeyValue::new("error.type", "_OTHER"));
            span.set_status(Status::error(error.to_owned()));
        } else {
            span.set_attribute(KeyValue::new("http.response.status_code", code));
            if code >= 400 {
                span.set_attribute(KeyValue::new("error.type", code.to_string()));
                span.set_status(Status::error(""));
            }
        }
        span.end();
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.telemetry.0.instances.add(-1, &self.attributes);
    }
}

/// Equal are those that were cloned from each other, so that drivers with telemetry of their own are not shared.
impl PartialEq for OpenTelemetry {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for OpenTelemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenTelemetry")
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scope")
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Instance")
    }
}
