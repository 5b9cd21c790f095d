//! Every method of the client's builder: what it does, and that a driver which exists is not combined with what it has
//! settled. A method without a row fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cosmokit::diagnostics::{DiagnosticsContext, DiagnosticsHandler, DiagnosticsThresholds};
use cosmokit::fault_injection::{
    FaultInjectionErrorType, FaultInjectionResultBuilder, FaultInjectionRule,
    FaultInjectionRuleBuilder,
};
use cosmokit::options::{
    ConnectionPoolOptions, ContentResponseOnWrite, DiagnosticsOptions, HedgingOptions,
    OperationOptions, PartitionFailoverOptions, Region, ThroughputControlGroupOptions,
    UserAgentSuffix,
};
use cosmokit::session::{Session, SessionSource};
use cosmokit::{
    AccountReference, CosmosClient, CosmosClientBuilder, CosmosError, CosmosRuntime,
    RoutingStrategy,
};
use cosmokit_testkit::LocalAccount;
use http::StatusCode;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::recorder::Recorder;

type Method = fn(CosmosClientBuilder) -> CosmosClientBuilder;

fn rule() -> FaultInjectionRule {
    let result = FaultInjectionResultBuilder::new()
        .with_error(FaultInjectionErrorType::ServiceUnavailable)
        .build();
    FaultInjectionRuleBuilder::new("rule", result).build()
}

struct Deaf;

impl DiagnosticsHandler for Deaf {
    fn handle(&self, _: &DiagnosticsContext) {}
}

/// The methods that say what a driver is made with.
const SETTLED: &[(&str, Method)] = &[
    ("with_transport", |builder| {
        builder.with_transport(Recorder::answering(StatusCode::OK))
    }),
    ("with_default_operation_options", |builder| {
        builder.with_default_operation_options(OperationOptions::default())
    }),
    ("with_custom_headers", |builder| {
        builder.with_custom_headers(Vec::new())
    }),
    ("with_application_region", |builder| {
        builder.with_application_region("West Europe")
    }),
    ("with_partition_failover_options", |builder| {
        builder.with_partition_failover_options(PartitionFailoverOptions::default())
    }),
    ("with_hedging_options", |builder| {
        builder.with_hedging_options(HedgingOptions::default())
    }),
    ("with_backup_endpoints", |builder| {
        builder.with_backup_endpoints(Vec::new())
    }),
    ("with_connection_pool", |builder| {
        builder.with_connection_pool(ConnectionPoolOptions::default())
    }),
    ("with_diagnostics_options", |builder| {
        builder.with_diagnostics_options(DiagnosticsOptions::default())
    }),
    ("with_user_agent_suffix", |builder| {
        builder.with_user_agent_suffix(UserAgentSuffix::try_from("app").unwrap())
    }),
    ("with_diagnostics_handler", |builder| {
        builder.with_diagnostics_handler(Arc::new(Deaf))
    }),
    ("with_diagnostics_thresholds", |builder| {
        builder.with_diagnostics_thresholds(DiagnosticsThresholds::default())
    }),
    #[cfg(feature = "otel")]
    ("with_open_telemetry", |builder| {
        builder.with_open_telemetry(cosmokit::diagnostics::OpenTelemetry::builder().build())
    }),
    ("register_throughput_control_group", |builder| {
        builder
            .register_throughput_control_group(ThroughputControlGroupOptions::new("group"))
            .unwrap()
    }),
    ("with_fault_injection_rules", |builder| {
        builder
            .with_fault_injection_rules(vec![Arc::new(rule())])
            .unwrap()
    }),
    ("with_fault_injection", |builder| {
        builder.with_fault_injection([rule()])
    }),
];

/// Those that a client over a driver which exists may use.
const FREE: [&str; 5] = [
    "builder",
    "new",
    "with_runtime",
    "with_driver",
    "with_session_source",
];

#[test]
fn every_method_has_a_row() {
    let source = include_str!("../../src/client/builder.rs");
    let names = source.lines().filter_map(|line| {
        let rest = line.trim_start().strip_prefix("pub fn ")?;
        rest.split(['(', '<']).next()
    });
    let otel = cfg!(not(feature = "otel"));
    for name in names {
        let has_row = FREE.contains(&name)
            || SETTLED.iter().any(|(row, _)| *row == name)
            || (otel && name == "with_open_telemetry");
        assert!(has_row, "{name} has no row");
    }
}

#[tokio::test]
async fn a_driver_brings_all_of_its_settings_with_it() {
    let local = LocalAccount::start().await.unwrap();
    let driver = local.client().driver();
    let over_driver = || CosmosClient::builder().with_driver(Arc::clone(driver));
    let build = |builder: CosmosClientBuilder| {
        builder.build(local.reference().clone(), RoutingStrategy::default())
    };
    for (name, method) in SETTLED {
        for builder in [method(over_driver()), {
            method(CosmosClient::builder()).with_driver(Arc::clone(driver))
        }] {
            let error = build(builder).await.unwrap_err();
            assert!(error.status().is_bad_request(), "{name}: {error}");
            let text = error.to_string();
            assert!(text.contains(&format!("{name}()")), "{name}: {text}");
        }
    }
    let other = CosmosRuntime::builder().build().await.unwrap();
    let error = build(over_driver().with_runtime(other)).await.unwrap_err();
    assert!(error.to_string().contains("with_runtime()"), "{error}");
    let both = over_driver()
        .with_custom_headers(Vec::new())
        .with_application_region("West Europe");
    let error = build(both).await.unwrap_err().to_string();
    assert!(error.contains("with_custom_headers(), with_application_region()"));

    let same = CosmosRuntime::from(Arc::clone(driver.runtime()));
    let client = build(over_driver().with_runtime(same)).await.unwrap();
    assert!(Arc::ptr_eq(client.driver(), driver));
}

/// A client whose account is never reached, and what it sent on the way.
async fn refused(
    builder: CosmosClientBuilder,
    strategy: RoutingStrategy,
) -> (CosmosError, Vec<http::Request<bytes::Bytes>>) {
    let recorder = Recorder::answering(StatusCode::SERVICE_UNAVAILABLE);
    let endpoint = "https://me.documents.azure.com/".parse().unwrap();
    let account = AccountReference::with_authentication_key(endpoint, "c2VjcmV0IGtleQ==");
    let builder = builder.with_transport(recorder.clone());
    let error = builder.build(account, strategy).await.unwrap_err();
    (error, recorder.take())
}

#[tokio::test(start_paused = true)]
async fn headers_suffix_and_backup_endpoints_show_on_the_wire() {
    let builder = CosmosClient::builder()
        .with_custom_headers([("x-team".parse().unwrap(), "blue".parse().unwrap())])
        .with_user_agent_suffix(UserAgentSuffix::try_from("my-app").unwrap())
        .with_backup_endpoints(vec![
            "https://me-westus.documents.azure.com/".parse().unwrap(),
        ]);
    let (_, sent) = refused(builder, RoutingStrategy::default()).await;
    let hosts: Vec<_> = sent.iter().filter_map(|sent| sent.uri().host()).collect();
    assert_eq!(hosts.first(), Some(&"me.documents.azure.com"));
    assert!(
        hosts.contains(&"me-westus.documents.azure.com"),
        "{hosts:?}"
    );
    for request in &sent {
        assert_eq!(request.headers()["x-team"], "blue");
        let agent = request.headers()["user-agent"].to_str().unwrap();
        assert!(agent.contains("my-app"), "{agent}");
    }
}

#[tokio::test(start_paused = true)]
async fn options_outside_their_bounds_are_refused_by_name() {
    let plain = CosmosClient::builder;
    let pool = ConnectionPoolOptions::default().with_max_connect_timeout(Duration::ZERO);
    let partitions = PartitionFailoverOptions::default().with_read_failure_threshold(0_u32);
    let operations = OperationOptions::default().with_max_failover_retry_count(1_000_000_u32);
    let table = [
        (plain().with_connection_pool(pool), "max_connect_timeout"),
        (
            plain().with_partition_failover_options(partitions),
            "read_failure_threshold",
        ),
        (
            plain().with_hedging_options(
                HedgingOptions::default().with_max_concurrent_hedges(usize::MAX),
            ),
            "max_concurrent_hedges",
        ),
        (
            plain().with_diagnostics_options(
                DiagnosticsOptions::default().with_max_request_diagnostics(1_usize),
            ),
            "max_request_diagnostics",
        ),
        (
            plain().with_default_operation_options(operations),
            "max_failover_retry_count",
        ),
    ];
    for (builder, name) in table {
        let (error, sent) = refused(builder, RoutingStrategy::default()).await;
        assert!(error.to_string().contains(name), "{name}: {error}");
        assert!(sent.is_empty(), "{name}: nothing is sent");
    }
    let rules = || vec![Arc::new(rule()), Arc::new(rule())];
    let error = plain().with_fault_injection_rules(rules()).unwrap_err();
    assert!(error.to_string().contains("rule"), "{error}");
    let late = plain().with_fault_injection(rules());
    let (error, sent) = refused(late, RoutingStrategy::default()).await;
    assert!(error.to_string().contains("rule") && sent.is_empty());
}

#[derive(Default)]
struct Counter(AtomicUsize);

impl DiagnosticsHandler for Counter {
    fn handle(&self, _: &DiagnosticsContext) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

struct Fixed(Session);

impl SessionSource for Fixed {
    fn current(&self) -> Option<Session> {
        Some(self.0.clone())
    }
}

#[tokio::test]
async fn what_a_client_is_built_with_is_in_force() {
    let local = LocalAccount::start().await.unwrap();
    let counter = Arc::new(Counter::default());
    let on_databases = Arc::new(
        FaultInjectionRuleBuilder::new(
            "once",
            FaultInjectionResultBuilder::new()
                .with_error(FaultInjectionErrorType::ServiceUnavailable)
                .build(),
        )
        .with_hit_limit(1)
        .build(),
    );
    let operations =
        OperationOptions::default().with_content_response_on_write(ContentResponseOnWrite::Enabled);
    let group = ThroughputControlGroupOptions::new("mine").with_target_throughput(400.0);
    let client = CosmosClient::builder()
        .with_transport(local.gateway().clone())
        .with_default_operation_options(operations.clone())
        .with_application_region("West Europe")
        .with_diagnostics_handler(counter.clone())
        .with_session_source(Arc::new(Fixed(Session::new())))
        .with_fault_injection_rules(vec![Arc::clone(&on_databases)])
        .unwrap()
        .register_throughput_control_group(group)
        .unwrap()
        .build(local.reference().clone(), RoutingStrategy::default())
        .await
        .unwrap();
    client.create_database("db", None).await.unwrap();
    assert_eq!(on_databases.hit_count(), 1);
    assert_eq!(counter.0.load(Ordering::SeqCst), 1);
    let options = client.driver().options();
    assert_eq!(**options.operation_options(), operations);
    assert_eq!(options.preferred_regions()[0], Region::WEST_EUROPE);

    let fixed = RoutingStrategy::PreferredRegions(vec![Region::EAST_US]);
    let chosen = CosmosClient::builder()
        .with_transport(local.gateway().clone())
        .with_application_region("West Europe")
        .build(local.reference().clone(), fixed)
        .await
        .unwrap();
    let regions = chosen.driver().options().preferred_regions();
    assert_eq!(regions, [Region::EAST_US], "the strategy counts more");
}

/// Counts the operations that are logged.
struct Logged(Arc<AtomicUsize>);

impl Subscriber for Logged {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target().ends_with("diagnostics::logging")
    }

    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn what_crosses_a_threshold_is_logged() {
    let local = LocalAccount::start().await.unwrap();
    let logged = async |name: &str, thresholds: DiagnosticsThresholds| {
        let client = CosmosClient::builder()
            .with_transport(local.gateway().clone())
            .with_diagnostics_thresholds(thresholds)
            .build(local.reference().clone(), RoutingStrategy::default())
            .await
            .unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let _listening = tracing::subscriber::set_default(Logged(Arc::clone(&count)));
        let absent = client.database_client("absent").read(None).await;
        assert!(absent.is_err());
        client.create_database(name, None).await.unwrap();
        count.load(Ordering::SeqCst)
    };
    let generous = DiagnosticsThresholds::default();
    assert_eq!(logged("a", generous).await, 1, "what failed");
    let strict = generous
        .with_point_operation_latency(Duration::ZERO)
        .with_non_point_operation_latency(Duration::ZERO);
    assert_eq!(logged("b", strict).await, 2);
}
