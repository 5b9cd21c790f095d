//! The ways to come by a client.

use cosmokit::models::ContainerProperties;
use cosmokit::options::{ContentResponseOnWrite, OperationOptions, Region, UserAgentSuffix};
use cosmokit::{
    AccountEndpoint, AccountReference, CosmosClient, CosmosClientBuilder, CosmosRuntime,
    RoutingStrategy,
};
use cosmokit_testkit::{LocalAccount, Wire};
use http::StatusCode;
use http::header::USER_AGENT;

use crate::recorder::Recorder;

const KEY: &str = "c2VjcmV0IGtleQ==";

fn account(endpoint: &str) -> AccountReference {
    AccountReference::with_authentication_key(endpoint.parse().unwrap(), KEY)
}

#[tokio::test]
async fn a_transport_gets_the_requests() {
    let recorder = Recorder::answering(StatusCode::UNAUTHORIZED);
    let error = CosmosClient::builder()
        .with_transport(recorder.clone())
        .with_user_agent_suffix(UserAgentSuffix::try_from("my-app").unwrap())
        .build(
            account("https://me.documents.azure.com/"),
            RoutingStrategy::ProximityTo(Region::EAST_US),
        )
        .await
        .unwrap_err();
    assert!(error.status().is_unauthorized(), "{error}");
    let sent = recorder.take();
    assert_eq!(sent.len(), 1, "a refused key is not tried again");
    assert_eq!(sent[0].uri(), "https://me.documents.azure.com/");
    let agent = sent[0].headers()[USER_AGENT].to_str().unwrap();
    assert!(
        agent.contains("my-app") && agent.contains("cosmokit"),
        "{agent}"
    );
}

#[tokio::test]
async fn endpoints_that_cannot_be_are_refused_before_anything_is_sent() {
    let recorder = Recorder::answering(StatusCode::OK);
    let url: url::Url = "ftp://me.documents.azure.com/".parse().unwrap();
    let account = AccountReference::with_authentication_key(AccountEndpoint::from(url), KEY);
    let error = CosmosClient::builder()
        .with_transport(recorder.clone())
        .build(account, RoutingStrategy::default())
        .await
        .unwrap_err();
    assert!(error.status().is_bad_request(), "{error}");
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_key_never_travels_over_plain_http_to_another_machine() {
    let error = CosmosClient::builder()
        .build(
            account("http://me.documents.azure.com/"),
            RoutingStrategy::default(),
        )
        .await
        .unwrap_err();
    assert!(error.status().is_bad_request(), "{error}");
}

#[tokio::test]
async fn a_connection_string_is_enough() {
    let local = LocalAccount::builder()
        .over(Wire::Http1)
        .start()
        .await
        .unwrap();
    let key = local.account().keys().primary.clone();
    let text = format!(
        "AccountEndpoint={};AccountKey={};",
        local.reference().endpoint(),
        key.secret()
    );
    let client = CosmosClient::from_connection_string(&text).await.unwrap();
    client.create_database("db", None).await.unwrap();
    local
        .client()
        .database_client("db")
        .read(None)
        .await
        .unwrap();

    for text in [
        "",
        "AccountKey=a2V5",
        "AccountEndpoint=https://a/",
        "nonsense",
    ] {
        let error = CosmosClient::from_connection_string(text)
            .await
            .unwrap_err();
        assert!(error.status().is_bad_request(), "{text:?}: {error}");
    }
}

#[tokio::test]
async fn clients_share_a_driver_per_runtime_and_account() {
    let local = LocalAccount::builder()
        .over(Wire::Http1)
        .start()
        .await
        .unwrap();
    let build = async |builder: CosmosClientBuilder, regions: Vec<Region>| {
        let account = local.reference().clone();
        builder
            .build(account, RoutingStrategy::PreferredRegions(regions))
            .await
            .unwrap()
    };
    let plain = async || build(CosmosClient::builder(), Vec::new()).await;
    let same = |a: &CosmosClient, b: &CosmosClient| std::sync::Arc::ptr_eq(a.driver(), b.driver());
    let (first, second) = (plain().await, plain().await);
    assert!(
        same(&first, &second),
        "without a runtime of their own, clients share one"
    );

    let runtime = CosmosRuntime::builder().build().await.unwrap();
    let own = async || {
        build(
            CosmosClient::builder().with_runtime(runtime.clone()),
            Vec::new(),
        )
        .await
    };
    let (third, fourth) = (own().await, own().await);
    assert!(same(&third, &fourth));
    assert!(!same(&first, &third), "two runtimes, two drivers");

    let elsewhere = build(CosmosClient::builder(), vec![Region::WEST_EUROPE]).await;
    assert!(!same(&first, &elsewhere), "other options, another driver");
    assert!(same(&first, &plain().await));
    let error = CosmosClient::builder()
        .with_runtime(runtime.clone())
        .build(
            local.reference().clone(),
            RoutingStrategy::PreferredRegions(vec![Region::WEST_EUROPE]),
        )
        .await
        .unwrap_err();
    assert_eq!(
        error.kind(),
        cosmokit::error::ErrorKind::Configuration,
        "a runtime that was chosen has one driver per account"
    );
    let mut operation = OperationOptions::default();
    operation.content_response_on_write = Some(ContentResponseOnWrite::Enabled);
    let builder = CosmosClient::builder().with_default_operation_options(operation);
    let talkative = build(builder, Vec::new()).await;
    let created = talkative
        .create_database("db", None)
        .await
        .map(|_| talkative.database_client("db"))
        .unwrap();
    created
        .create_container(ContainerProperties::new("c", "/pk".into()), None)
        .await
        .unwrap();
    for (client, answers) in [(&first, false), (&talkative, true)] {
        let items = client
            .database_client("db")
            .container_client("c", None)
            .await
            .unwrap();
        let written = items
            .upsert_item("p", "1", serde_json::json!({"id": "1", "pk": "p"}), None)
            .await
            .unwrap();
        assert_eq!(
            written.body().is_empty(),
            !answers,
            "each client has its own defaults"
        );
    }
}
