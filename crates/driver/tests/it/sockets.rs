//! The built-in HTTP transport over real sockets: reuse, limits, broken peers, and that connections end.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use cosmokit_driver::options::{ConnectionPoolOptions, Environment, PlainHttpVersion};
use cosmokit_driver::{
    AccountReference, ContainerReference, CosmosDriver, CosmosDriverRuntime, CosmosError,
    CosmosOperation, DatabaseReference, DriverOptions, ErrorKind, ItemReference, OperationOptions,
    RequestSentStatus,
};
use futures_util::future::join_all;

use crate::fake::KEY;
use crate::raw_server::{RawServer, Step};

fn account(endpoint: &str) -> AccountReference {
    AccountReference::with_account_key(endpoint.parse().unwrap(), KEY)
}

fn item(driver: &CosmosDriver) -> ItemReference {
    let database = DatabaseReference::from_name(driver.account().clone(), "db");
    ItemReference::from_name(&ContainerReference::from_name(&database, "c"), "pk", "1")
}

fn pool() -> ConnectionPoolOptions {
    ConnectionPoolOptions::default()
}

fn runtime(pool: ConnectionPoolOptions) -> Arc<CosmosDriverRuntime> {
    let builder = CosmosDriverRuntime::builder().with_environment(Environment::empty());
    builder.with_connection_pool(pool).build().unwrap()
}

async fn connect(server: &RawServer, pool: ConnectionPoolOptions) -> Arc<CosmosDriver> {
    let driver = runtime(pool)
        .get_or_create_driver(account(&server.endpoint()), DriverOptions::default())
        .await
        .unwrap();
    driver
        .execute_operation(CosmosOperation::read_item(item(&driver)), &once())
        .await
        .unwrap();
    driver
}

/// No retries by the driver.
fn once() -> OperationOptions {
    OperationOptions::default().with_max_failover_retry_count(0_u32)
}

async fn read(driver: &CosmosDriver) -> Result<cosmokit_driver::CosmosResponse, CosmosError> {
    driver
        .execute_operation(CosmosOperation::read_item(item(driver)), &once())
        .await
}

#[tokio::test]
async fn a_connection_is_used_again_and_its_phases_are_told_once() {
    let server = RawServer::start();
    let driver = connect(&server, pool()).await;
    let account_phases = {
        let response = driver
            .execute_operation(
                CosmosOperation::read_account(driver.account().clone()),
                &once(),
            )
            .await;
        response
            .unwrap()
            .diagnostics()
            .requests()
            .next()
            .unwrap()
            .phases()
    };
    assert_eq!(account_phases.connect, None, "the connection was there");
    for _ in 0..10 {
        let phases = read(&driver)
            .await
            .unwrap()
            .diagnostics()
            .requests()
            .next()
            .unwrap()
            .phases();
        assert!(phases.queue.is_some() && phases.first_byte.is_some() && phases.body.is_some());
        assert_eq!((phases.dns, phases.connect, phases.tls), (None, None, None));
    }
    assert_eq!(server.connections(), 1);
    let fresh = runtime(pool())
        .get_or_create_driver(account(&server.endpoint()), DriverOptions::default())
        .await
        .unwrap();
    assert_eq!(server.connections(), 2);
    let response = fresh
        .execute_operation(
            CosmosOperation::read_account(fresh.account().clone()),
            &once(),
        )
        .await;
    assert!(response.is_ok());
}

#[tokio::test]
async fn the_first_request_on_a_connection_tells_how_it_was_made() {
    let server = RawServer::start();
    let driver = connect(&server, pool()).await;
    let barrier = Arc::new(Barrier::new(2));
    server.script([
        Step::Together(Arc::clone(&barrier)),
        Step::Together(barrier),
    ]);
    let phases: Vec<_> = join_all((0..2).map(|_| read(&driver)))
        .await
        .into_iter()
        .map(|outcome| {
            outcome
                .unwrap()
                .diagnostics()
                .requests()
                .next()
                .unwrap()
                .phases()
        })
        .collect();
    assert_eq!(
        phases
            .iter()
            .filter(|phases| phases.connect.is_some())
            .count(),
        1
    );
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_connection_that_the_peer_closed_costs_no_attempt() {
    let server = RawServer::start();
    let driver = connect(&server, pool()).await;
    for _ in 0..5 {
        server.script([Step::AnswerThenClose("{}")]);
        read(&driver).await.unwrap();
        server.wait_until_closed();
        // Long enough for the end of the connection to be noticed: the runtime looks at sockets every 61 turns.
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        let response = read(&driver).await.unwrap();
        assert_eq!(response.diagnostics().request_count(), 1);
    }
}

#[tokio::test]
async fn connections_are_limited_and_requests_wait() {
    let server = RawServer::start();
    let driver = connect(
        &server,
        pool().with_max_http1_connections_per_endpoint(3_usize),
    )
    .await;
    let outcomes = join_all((0..64).map(|_| read(&driver))).await;
    assert!(outcomes.into_iter().all(|outcome| outcome.is_ok()));
    assert!(server.log.most_open.load(Ordering::SeqCst) <= 3);
    assert_eq!(server.items(), 65);
}

#[tokio::test]
async fn parallel_requests_get_parallel_connections() {
    let server = RawServer::start();
    let driver = connect(&server, pool()).await;
    let barrier = Arc::new(Barrier::new(8));
    server.script(std::iter::repeat_n(Step::Together(barrier), 8));
    let outcomes = join_all((0..8).map(|_| read(&driver))).await;
    assert!(outcomes.into_iter().all(|outcome| outcome.is_ok()));
    assert_eq!(server.connections(), 8);
}

#[tokio::test]
async fn a_request_that_gives_up_takes_nothing_from_those_behind() {
    let server = RawServer::start();
    let driver = connect(
        &server,
        pool().with_max_http1_connections_per_endpoint(1_usize),
    )
    .await;
    let barrier = Arc::new(Barrier::new(2));
    server.script([Step::Together(Arc::clone(&barrier))]);
    let mut first = Box::pin(read(&driver));
    let mut second = Box::pin(read(&driver));
    let mut third = Box::pin(read(&driver));
    while server.items() < 2 {
        assert!(futures_util::poll!(&mut first).is_pending());
        tokio::task::yield_now().await;
    }
    assert!(futures_util::poll!(&mut second).is_pending());
    assert!(futures_util::poll!(&mut third).is_pending());
    drop(second);
    tokio::task::spawn_blocking(move || barrier.wait())
        .await
        .unwrap();
    first.await.unwrap();
    third.await.unwrap();
    assert_eq!(server.items(), 3, "the one that gave up was never sent");
}

#[tokio::test]
async fn broken_answers_are_told_apart() {
    let cut: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\"";
    for (bytes, substatus, sent) in [
        (cut, 20014, RequestSentStatus::Sent),
        (b"", 20011, RequestSentStatus::Unknown),
        (b"HTTP/1.1 200", 20011, RequestSentStatus::Unknown),
        (
            b"\x00\x01garbage\r\n\r\n",
            20011,
            RequestSentStatus::Unknown,
        ),
    ] {
        let server = RawServer::start();
        let driver = connect(&server, pool()).await;
        server.script([Step::Bytes(bytes)]);
        let error = read(&driver).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
        assert_eq!(
            error.status().sub_status().unwrap().value(),
            substatus,
            "{error}"
        );
        assert_eq!(
            error
                .diagnostics()
                .unwrap()
                .requests()
                .next()
                .unwrap()
                .request_sent(),
            sent,
            "{error}"
        );
        server.script([Step::Bytes(bytes)]);
        let write = CosmosOperation::upsert_item(item(&driver)).with_body("{}");
        let error = driver.execute_operation(write, &once()).await.unwrap_err();
        assert!(error.may_have_been_applied());
        read(&driver).await.unwrap();
    }
}

#[tokio::test]
async fn a_read_goes_on_after_a_broken_answer() {
    let server = RawServer::start();
    let driver = connect(&server, pool()).await;
    server.script([Step::Bytes(
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
    )]);
    let options = OperationOptions::default();
    let response = driver
        .execute_operation(CosmosOperation::read_item(item(&driver)), &options)
        .await
        .unwrap();
    assert_eq!(response.diagnostics().request_count(), 2);
}

#[tokio::test]
async fn bodies_are_limited() {
    let server = RawServer::start();
    let driver = connect(&server, pool().with_max_response_body_bytes(65_536_usize)).await;
    let fits: &'static str = "x".repeat(65_536).leak();
    let long: &'static str = "x".repeat(65_537).leak();
    server.script([Step::Answer(fits), Step::Answer(long)]);
    assert_eq!(read(&driver).await.unwrap().body().as_bytes().len(), 65_536);
    let error = read(&driver).await.unwrap_err();
    assert!(
        error.to_string().contains("max_response_body_bytes"),
        "{error}"
    );
    read(&driver).await.unwrap();
}

#[tokio::test]
async fn a_refused_connection_is_told_as_such() {
    let endpoint = {
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", gone.local_addr().unwrap())
    };
    let runtime = runtime(pool());
    runtime.set_default_operation_options(once()).unwrap();
    let error = runtime
        .get_or_create_driver(account(&endpoint), DriverOptions::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(error.status().sub_status().unwrap().value(), 20010);
    assert!(error.is_transient());
    let diagnostics = error.diagnostics().unwrap();
    assert_eq!(
        diagnostics.requests().next().unwrap().request_sent(),
        RequestSentStatus::NotSent
    );
    assert!(
        error.to_string().contains("no connection could be made"),
        "{error}"
    );
}

#[tokio::test]
async fn plain_http_stays_on_this_machine_unless_allowed() {
    let strict = runtime(pool());
    for endpoint in [
        "http://acct.example.com/",
        "http://10.1.2.3:8081/",
        "http://[2001:db8::1]/",
    ] {
        let error = strict
            .get_or_create_driver(account(endpoint), DriverOptions::default())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{endpoint}");
        assert!(error.to_string().contains("PlainHttp::Anywhere"), "{error}");
    }
}

#[tokio::test]
async fn a_connection_that_is_too_old_is_replaced() {
    let server = RawServer::start();
    let hour = Duration::from_secs(3_600);
    let options = pool()
        .with_idle_connection_timeout(hour)
        .with_max_connection_lifetime(Duration::from_secs(60));
    let driver = connect(&server, options).await;
    for (wait, connections) in [(59, 1), (2, 2), (58, 2), (3, 3)] {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(wait)).await;
        tokio::time::resume();
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        read(&driver).await.unwrap();
        assert_eq!(server.connections(), connections, "after {wait} s more");
    }
}

#[tokio::test]
async fn a_server_that_requires_http1_gets_it() {
    let server = RawServer::start();
    let options = pool().with_plain_http_version(PlainHttpVersion::Http2);
    let driver = connect(&server, options).await;
    assert_eq!(server.connections(), 2, "one of each kind");
    read(&driver).await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn dropping_the_driver_closes_its_connections() {
    let server = RawServer::start();
    let driver = connect(&server, pool()).await;
    assert!(
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
            > 1
    );
    let runtime = Arc::clone(driver.runtime());
    drop(driver);
    // The loop that refreshes accounts ends with the runtime.
    while tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks()
        > 1
    {
        tokio::task::yield_now().await;
    }
    tokio::task::spawn_blocking(move || server.wait_until_closed())
        .await
        .unwrap();
    drop(runtime);
}

#[tokio::test]
async fn dropping_a_request_in_flight_frees_its_place() {
    let server = RawServer::start();
    let driver = connect(
        &server,
        pool().with_max_http1_connections_per_endpoint(1_usize),
    )
    .await;
    let barrier = Arc::new(Barrier::new(2));
    server.script([Step::Together(Arc::clone(&barrier))]);
    {
        let mut stuck = Box::pin(read(&driver));
        while server.items() < 2 {
            assert!(futures_util::poll!(&mut stuck).is_pending());
            tokio::task::yield_now().await;
        }
    }
    read(&driver).await.unwrap();
    assert_eq!(
        server.connections(),
        2,
        "the connection with the abandoned answer is not used again"
    );
    tokio::task::spawn_blocking(move || barrier.wait())
        .await
        .unwrap();
}

/// A driver that several tokio runtimes use in turn, as tests with a shared client do.
#[test]
fn a_driver_outlives_the_tokio_runtime_that_made_its_connections() {
    let server = RawServer::start();
    let run = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let first = run();
    let driver = first.block_on(connect(&server, pool()));
    let barrier = Arc::new(Barrier::new(2));
    server.script([Step::Together(Arc::clone(&barrier))]);
    let mut stuck = Box::pin(read(&driver));
    first.block_on(async {
        while server.items() < 2 {
            assert!(futures_util::poll!(&mut stuck).is_pending());
            tokio::task::yield_now().await;
        }
    });
    drop(first);
    // Given back where there is no runtime, while another request waits.
    drop(stuck);
    barrier.wait();
    for _ in 0..3 {
        run().block_on(read(&driver)).unwrap();
    }
}
