//! Services that call services, by reqwest: A calls B, B writes, A reads it.

use axum::Router;
use axum::routing::get as get_route;
use cosmokit_session::outgoing::{HostList, OutgoingMiddleware};
use http::StatusCode;
use reqwest_middleware::ClientBuilder;
use reqwest_middleware::reqwest::Client;
use reqwest_middleware::reqwest::redirect::Policy;

use crate::axum::app;
use crate::browser::Browser;
use crate::tier::{Tier, carrying};

#[tokio::test]
async fn what_another_service_has_written_is_read_here() {
    let mut tier = Tier::start().await;
    let sessions = carrying().header("cosmos-session").build().unwrap();
    let (there, here) = (tier.notes[0].clone(), tier.notes[1].clone());
    let b = tier.serve(app(&there).layer(sessions.layer())).await;
    let call = |allowed: &'static str| {
        let reqwest = Client::builder().redirect(Policy::none()).build().unwrap();
        let hosts = HostList::new([allowed]).unwrap();
        let client = ClientBuilder::new(reqwest)
            .with(OutgoingMiddleware::new(sessions.clone(), hosts))
            .build();
        async move |method: http::Method, id: &'static str| {
            let url = format!("http://{b}/notes/{id}");
            client.request(method, url).send().await.unwrap().status()
        }
    };
    let (ours, others) = (call("127.0.0.1"), call("*.internal"));
    let again = ours.clone();
    let calls = Router::new()
        .route(
            "/ours",
            get_route(async move || ours(http::Method::PUT, "a").await),
        )
        .route(
            "/ours-again",
            get_route(async move || again(http::Method::GET, "c").await),
        )
        .route(
            "/others",
            get_route(async move || others(http::Method::PUT, "b").await),
        );
    let a = app(&here).merge(calls).layer(sessions.layer());
    let a = tier.serve(a).await;

    let mut user = Browser::new();
    assert_eq!(user.get(a, "/ours").await, StatusCode::OK);
    assert_eq!(
        user.get(a, "/notes/a").await,
        StatusCode::OK,
        "A reads what B wrote for it"
    );
    // And on to B: what was written at A is read there.
    user.put(a, "/notes/c").await;
    assert_eq!(user.get(a, "/ours-again").await, StatusCode::OK);
    // Nothing is sent to, or taken from, hosts that are not on the list.
    let mut other = Browser::new();
    assert_eq!(other.get(a, "/others").await, StatusCode::OK);
    assert!(other.jar.is_empty());
    assert_eq!(other.get(a, "/notes/b").await, StatusCode::NOT_FOUND);
}
