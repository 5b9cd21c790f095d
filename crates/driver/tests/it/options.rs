//! Layers: whatever is set where, the highest wish counts; bounds hold everywhere.

use std::collections::HashMap;
use std::time::Duration;

use cosmokit_driver::options::{
    CONNECTION_POOL_ROWS, ConnectionPoolOptions, ContentResponseOnWrite, DIAGNOSTICS_ROWS,
    Environment, OPERATION_ROWS, OptionRow, THROTTLING_ROWS, THROUGHPUT_ROWS,
    ThrottlingRetryOptions,
};
use cosmokit_driver::{DriverOptions, OperationOptions};
use http::{HeaderName, HeaderValue};
use proptest::prelude::*;

use crate::fake::{Fake, account};

/// What one layer wishes: retries of three kinds, and a header.
#[derive(Clone, Debug, Default)]
struct Wishes {
    failover: Option<u32>,
    session: Option<u32>,
    throttle: Option<u32>,
    wait_ms: Option<u64>,
    content: Option<bool>,
    header: Option<u8>,
}

fn wishes() -> impl Strategy<Value = Wishes> {
    let count = || prop::option::of(0_u32..100);
    (
        count(),
        count(),
        count(),
        prop::option::of(0_u64..3_600_000),
        prop::option::of(any::<bool>()),
        prop::option::of(0_u8..4),
    )
        .prop_map(
            |(failover, session, throttle, wait_ms, content, header)| Wishes {
                failover,
                session,
                throttle,
                wait_ms,
                content,
                header,
            },
        )
}

fn header(layer: usize) -> HeaderValue {
    HeaderValue::from(u64::try_from(layer).unwrap())
}

fn name(number: u8) -> HeaderName {
    HeaderName::try_from(format!("x-{number}")).unwrap()
}

fn options(wishes: &Wishes, layer: usize) -> OperationOptions {
    let mut throttling = ThrottlingRetryOptions::default();
    throttling.max_retry_count = wishes.throttle;
    throttling.max_retry_wait_time = wishes.wait_ms.map(Duration::from_millis);
    let mut options = OperationOptions::default();
    options.max_failover_retry_count = wishes.failover;
    options.max_session_retry_count = wishes.session;
    options.throttling_retry_options = Some(throttling);
    options.content_response_on_write = wishes.content.map(ContentResponseOnWrite::from);
    options.custom_headers = wishes
        .header
        .map(|number| HashMap::from([(name(number), header(layer))]));
    options
}

fn environment(wishes: &Wishes) -> Environment {
    let mut variables: Vec<(&str, String)> = Vec::new();
    let numbers = [
        (
            "AZURE_COSMOS_MAX_FAILOVER_RETRY_COUNT",
            wishes.failover.map(u64::from),
        ),
        (
            "AZURE_COSMOS_MAX_SESSION_RETRY_COUNT",
            wishes.session.map(u64::from),
        ),
        (
            "AZURE_COSMOS_MAX_THROTTLE_RETRY_COUNT",
            wishes.throttle.map(u64::from),
        ),
        (
            "AZURE_COSMOS_MAX_THROTTLE_RETRY_WAIT_TIME_MS",
            wishes.wait_ms,
        ),
    ];
    variables.extend(
        numbers
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?.to_string()))),
    );
    if let Some(content) = wishes.content {
        variables.push((
            "AZURE_COSMOS_CONTENT_RESPONSE_ON_WRITE",
            content.to_string(),
        ));
    }
    Environment::fixed(variables)
}

fn pick<T: Copy>(layers: &[Wishes; 4], get: fn(&Wishes) -> Option<T>) -> Option<T> {
    layers.iter().find_map(get)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// For every option on its own: the operation's wish, else the account's, else the runtime's, else the
    /// environment's, else the default. Setting the runtime's later counts as well as setting it first.
    #[test]
    fn the_highest_wish_counts(layers in prop::array::uniform4(wishes()), late in any::<bool>()) {
        let [operation, account_layer, runtime_layer, environment_layer] = &layers;
        let tokio = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let settings = tokio.block_on(async {
            let first = if late { OperationOptions::default() } else { options(runtime_layer, 2) };
            let builder = Fake::default().runtime().with_environment(environment(environment_layer));
            let runtime = builder.with_default_operation_options(first).build().unwrap();
            let driver = DriverOptions::builder().with_operation_options(options(account_layer, 1)).build();
            let driver = runtime.get_or_create_driver(account(), driver).await.unwrap();
            if late {
                runtime.set_default_operation_options(options(runtime_layer, 2)).unwrap();
            }
            driver.resolve_options(&options(operation, 0)).unwrap()
        });
        prop_assert_eq!(settings.max_failover_retry_count, pick(&layers, |w| w.failover).unwrap_or(3));
        prop_assert_eq!(settings.max_session_retry_count, pick(&layers, |w| w.session));
        let throttling = &settings.throttling_retry_options;
        prop_assert_eq!(throttling.max_retry_count, pick(&layers, |w| w.throttle).unwrap_or(9));
        let wait = Duration::from_millis(pick(&layers, |w| w.wait_ms).unwrap_or(30_000));
        prop_assert_eq!(throttling.max_retry_wait_time, wait);
        let content = ContentResponseOnWrite::from(pick(&layers, |w| w.content).unwrap_or(false));
        prop_assert_eq!(settings.content_response_on_write, content);
        // Headers of all layers count; where two meet, the higher decides. The environment has none.
        for number in 0..4 {
            let set = layers[..3].iter().position(|w| w.header == Some(number));
            let holds = settings.custom_headers.get(&name(number)).cloned();
            prop_assert_eq!(holds, set.map(header));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn changing_the_runtime_layer_counts_for_later_operations() {
    let runtime = Fake::default().runtime().build().unwrap();
    let driver = runtime
        .get_or_create_driver(account(), DriverOptions::default())
        .await
        .unwrap();
    let none = OperationOptions::default();
    assert_eq!(
        driver
            .resolve_options(&none)
            .unwrap()
            .max_failover_retry_count,
        3
    );
    runtime
        .set_default_operation_options(
            OperationOptions::default().with_max_failover_retry_count(8_u32),
        )
        .unwrap();
    assert_eq!(
        driver
            .resolve_options(&none)
            .unwrap()
            .max_failover_retry_count,
        8
    );
    let refused = runtime.set_default_operation_options(
        OperationOptions::default().with_max_failover_retry_count(101_u32),
    );
    assert!(refused.unwrap_err().to_string().contains("at most 100"));
    assert_eq!(
        driver
            .resolve_options(&none)
            .unwrap()
            .max_failover_retry_count,
        8
    );
}

#[tokio::test(start_paused = true)]
async fn a_stray_variable_is_ignored() {
    let variables = [
        ("AZURE_COSMOS_MAX_FAILOVER_RETRY_COUNT", "many"),
        ("AZURE_COSMOS_MAX_SESSION_RETRY_COUNT", "101"),
        ("AZURE_COSMOS_CONTENT_RESPONSE_ON_WRITE", "perhaps"),
        ("AZURE_COSMOS_CONNECTION_POOL_MAX_CONNECT_TIMEOUT_MS", "1"),
        ("AZURE_COSMOS_DIAGNOSTICS_MAX_SUMMARY_SIZE_BYTES", "-5"),
    ];
    let runtime = Fake::default()
        .runtime()
        .with_environment(Environment::fixed(variables))
        .build()
        .unwrap();
    assert_eq!(
        **runtime.env_operation_options(),
        OperationOptions::default()
    );
}

#[test]
fn bounds_are_checked_where_options_are_given() {
    let too_short = ConnectionPoolOptions::builder()
        .with_max_connect_timeout(Duration::from_millis(99))
        .build();
    let error = too_short.unwrap_err();
    assert!(error.to_string().contains("max_connect_timeout"), "{error}");
    assert!(
        ConnectionPoolOptions::builder()
            .with_max_http2_streams_per_client(0_u32)
            .build()
            .is_err()
    );
    let builder = Fake::default().runtime();
    assert!(
        builder
            .with_default_operation_options(
                OperationOptions::default().with_max_session_retry_count(101_u32)
            )
            .build()
            .is_err()
    );
}

#[test]
fn every_option_is_written_down() {
    let groups: [&[OptionRow]; 5] = [
        OPERATION_ROWS,
        THROTTLING_ROWS,
        THROUGHPUT_ROWS,
        CONNECTION_POOL_ROWS,
        DIAGNOSTICS_ROWS,
    ];
    let rows: Vec<&OptionRow> = groups.into_iter().flatten().collect();
    assert!(rows.len() > 25);
    let mut names = std::collections::HashSet::new();
    let mut variables = std::collections::HashSet::new();
    for row in rows {
        assert!(names.insert((row.group, row.name)), "{row:?}");
        assert!(
            row.env
                .is_none_or(|env| env.starts_with("AZURE_COSMOS_") && variables.insert(env)),
            "{row:?}"
        );
        for text in [row.default, row.bounds, row.why] {
            assert!(!text.is_empty(), "{row:?}");
        }
    }
}
