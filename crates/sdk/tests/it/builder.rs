//! The ways to come by a client.

use cosmokit::options::{Region, UserAgentSuffix};
use cosmokit::{AccountEndpoint, AccountReference, CosmosClient, CosmosRuntime, RoutingStrategy};
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
    let build = async |runtime: Option<&CosmosRuntime>| {
        let mut builder = CosmosClient::builder();
        if let Some(runtime) = runtime {
            builder = builder.with_runtime(runtime.clone());
        }
        builder
            .build(local.reference().clone(), RoutingStrategy::default())
            .await
            .unwrap()
    };
    let same = |a: &CosmosClient, b: &CosmosClient| std::sync::Arc::ptr_eq(a.driver(), b.driver());
    let (first, second) = (build(None).await, build(None).await);
    assert!(
        same(&first, &second),
        "without a runtime of their own, clients share one"
    );
    let runtime = CosmosRuntime::builder().build().await.unwrap();
    let (third, fourth) = (build(Some(&runtime)).await, build(Some(&runtime)).await);
    assert!(same(&third, &fourth));
    assert!(!same(&first, &third), "two runtimes, two drivers");
}
