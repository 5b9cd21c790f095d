//! OpenTelemetry with a provider of the test: spans below the caller's, attempts below operations, metrics by
//! the names of the semantic conventions.

use std::sync::Arc;

use cosmokit_driver::{
    CosmosDriver, CosmosOperation, DriverOptions, OpenTelemetry, OperationOptions,
};
use opentelemetry::trace::{
    FutureExt as _, SpanKind, Status, TraceContextExt as _, Tracer as _, TracerProvider as _,
};
use opentelemetry::{Context, Value};
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, HistogramDataPoint, Metric, MetricData, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};

use crate::fake::{Fake, answer, container, item};

struct Observed {
    spans: InMemorySpanExporter,
    tracers: SdkTracerProvider,
    metrics: InMemoryMetricExporter,
    meters: SdkMeterProvider,
}

impl Observed {
    fn new() -> Self {
        let (spans, metrics) = (
            InMemorySpanExporter::default(),
            InMemoryMetricExporter::default(),
        );
        let reader = PeriodicReader::builder(metrics.clone()).build();
        Self {
            tracers: SdkTracerProvider::builder()
                .with_simple_exporter(spans.clone())
                .build(),
            meters: SdkMeterProvider::builder().with_reader(reader).build(),
            spans,
            metrics,
        }
    }

    async fn driver(&self, fake: &Fake) -> Arc<CosmosDriver> {
        let telemetry = OpenTelemetry::new(&self.tracers, &self.meters);
        let options = DriverOptions::builder().with_open_telemetry(telemetry);
        fake.driver_with(options.build()).await
    }

    /// The spans that have ended, oldest first.
    fn spans(&self) -> Vec<SpanData> {
        let spans = self.spans.get_finished_spans().unwrap();
        self.spans.reset();
        spans
    }
}

fn attribute(span: &SpanData, name: &str) -> Option<String> {
    let found = span
        .attributes
        .iter()
        .find(|known| known.key.as_str() == name);
    found.map(|known| known.value.as_str().into_owned())
}

fn plain() -> OperationOptions {
    OperationOptions::default()
}

#[tokio::test]
async fn an_operation_is_a_live_span_below_the_callers_and_attempts_are_below_it() {
    let (fake, observed) = (Fake::default(), Observed::new());
    let driver = observed.driver(&fake).await;
    driver
        .execute_operation(CosmosOperation::read_item(item()), &plain())
        .await
        .unwrap();
    observed.spans();
    fake.script([
        answer(449),
        answer(200).with("x-ms-request-charge", "2.5").body("{}"),
    ]);
    let caller = observed.tracers.tracer("test").start("caller");
    let context = Context::current_with_span(caller);
    let caller_id = context.span().span_context().span_id();
    let trace_id = context.span().span_context().trace_id();
    driver
        .execute_operation(
            CosmosOperation::create_item(item()).with_body(r#"{"id":"1"}"#),
            &plain(),
        )
        .with_context(context.clone())
        .await
        .unwrap();
    let spans = observed.spans();
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_ref()).collect();
    assert_eq!(names, ["POST", "POST", "create_item c"]);
    let operation = &spans[2];
    assert_eq!(operation.parent_span_id, caller_id);
    assert_eq!(operation.span_context.trace_id(), trace_id);
    assert_eq!(operation.span_kind, SpanKind::Client);
    assert_eq!(operation.status, Status::Unset);
    for (name, expected) in [
        ("db.system.name", "azure.cosmosdb"),
        ("db.operation.name", "create_item"),
        ("db.namespace", "db"),
        ("db.collection.name", "c"),
        ("db.response.status_code", "200"),
        ("server.address", "acct.test"),
        ("server.port", "80"),
        ("azure.cosmosdb.connection.mode", "gateway"),
        ("azure.cosmosdb.request.body.size", "10"),
        ("azure.cosmosdb.operation.request_charge", "2.5"),
        (
            "azure.cosmosdb.operation.contacted_regions",
            r#"["East US"]"#,
        ),
    ] {
        assert_eq!(
            attribute(operation, name).as_deref(),
            Some(expected),
            "{name}"
        );
    }
    for (attempt, status) in spans.iter().zip(["449", "200"]) {
        assert_eq!(attempt.parent_span_id, operation.span_context.span_id());
        assert_eq!(
            attribute(attempt, "http.response.status_code").unwrap(),
            status
        );
        assert_eq!(attribute(attempt, "http.request.method").unwrap(), "POST");
    }
    let sent = fake.items_seen();
    for (seen, attempt) in sent.iter().skip(1).zip(&spans) {
        let span_id = attempt.span_context.span_id();
        let expected = format!("00-{trace_id}-{span_id}-01");
        assert_eq!(seen.header("traceparent"), Some(expected.as_str()));
    }
}

#[tokio::test]
async fn a_failure_and_a_dropped_operation_end_their_spans() {
    let (fake, observed) = (Fake::default(), Observed::new());
    let driver = observed.driver(&fake).await;
    fake.script([answer(404).substatus(42)]);
    driver
        .execute_operation(CosmosOperation::read_item(item()), &plain())
        .await
        .unwrap_err();
    let spans = observed.spans();
    let operation = spans.last().unwrap();
    assert!(
        matches!(&operation.status, Status::Error { description } if description.contains("refused"))
    );
    assert_eq!(attribute(operation, "error.type").unwrap(), "404");
    let substatus = attribute(operation, "azure.cosmosdb.response.sub_status_code");
    assert_eq!(substatus.unwrap(), "42");
    fake.script([crate::fake::Reply::Never]);
    {
        let options = plain();
        let dropped = driver.execute_operation(CosmosOperation::read_item(item()), &options);
        let mut dropped = Box::pin(dropped);
        assert!(futures_util::poll!(&mut dropped).is_pending());
        assert!(observed.spans().is_empty(), "the spans are live");
    }
    assert_eq!(observed.spans().len(), 2);
}

#[tokio::test]
async fn metrics_have_the_names_of_the_conventions() {
    let (fake, observed) = (Fake::default(), Observed::new());
    let driver = observed.driver(&fake).await;
    fake.script([
        answer(200).with("x-ms-request-charge", "3"),
        answer(200)
            .with("x-ms-request-charge", "4")
            .with("x-ms-item-count", "7"),
        answer(404),
    ]);
    let read = || CosmosOperation::read_item(item());
    driver.execute_operation(read(), &plain()).await.unwrap();
    let query = CosmosOperation::query_items(container(), None).with_body("{}");
    driver.execute_operation(query, &plain()).await.unwrap();
    driver
        .execute_operation(read(), &plain())
        .await
        .unwrap_err();
    observed.meters.force_flush().unwrap();
    let exported = observed.metrics.get_finished_metrics().unwrap();
    let mut names = Vec::new();
    for metric in exported
        .iter()
        .flat_map(ResourceMetrics::scope_metrics)
        .flat_map(ScopeMetrics::metrics)
    {
        names.push(metric.name().to_owned());
        match metric.data() {
            AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
                let count: u64 = histogram.data_points().map(HistogramDataPoint::count).sum();
                assert_eq!(count, 3, "{}", metric.name());
                let sum: f64 = histogram.data_points().map(HistogramDataPoint::sum).sum();
                if metric.name().contains("request_charge") {
                    assert!((sum - 7.0).abs() < 1e-9);
                    assert_eq!(metric.unit(), "{request_unit}");
                }
                let failed = histogram.data_points().filter(|point| {
                    point
                        .attributes()
                        .any(|known| known.key.as_str() == "error.type")
                });
                assert_eq!(failed.count(), 1);
            }
            AggregatedMetrics::U64(MetricData::Histogram(rows)) => {
                let point = rows.data_points().next().unwrap();
                assert_eq!(point.sum(), 7);
                let operation = point
                    .attributes()
                    .find(|known| known.key.as_str() == "db.operation.name");
                assert_eq!(operation.unwrap().value, Value::from("query_items"));
            }
            AggregatedMetrics::I64(MetricData::Sum(instances)) => {
                assert_eq!(instances.data_points().next().unwrap().value(), 1);
            }
            other => panic!("{} is {other:?}", metric.name()),
        }
    }
    names.sort();
    assert_eq!(
        names,
        [
            "azure.cosmosdb.client.active_instance.count",
            "azure.cosmosdb.client.operation.request_charge",
            "db.client.operation.duration",
            "db.client.response.returned_rows",
        ]
    );
    drop(driver);
    observed.metrics.reset();
    observed.meters.force_flush().unwrap();
    let after = observed.metrics.get_finished_metrics().unwrap();
    let gone = after
        .iter()
        .flat_map(ResourceMetrics::scope_metrics)
        .flat_map(ScopeMetrics::metrics)
        .find(|metric| metric.name().ends_with("active_instance.count"));
    let Some(AggregatedMetrics::I64(MetricData::Sum(instances))) = gone.map(Metric::data) else {
        panic!("the counter is there");
    };
    assert_eq!(instances.data_points().next().unwrap().value(), 0);
}
