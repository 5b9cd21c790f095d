//! Bad habits: what a driver without a policy would do, done between driver and network.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cosmokit_testkit::world::Front;
use futures_util::future::{Either, select};
use http::{Method, Request, Response, Uri};
use tower::ServiceExt as _;

/// The same request for the endpoint of another region.
fn sent_to(request: &Request<Bytes>, region: &str) -> Request<Bytes> {
    let mut other = request.clone();
    let path = request.uri().path_and_query().unwrap();
    let uri = format!("http://world-{region}.local{path}");
    *other.uri_mut() = uri.parse::<Uri>().unwrap();
    other
}

fn is_about_items(request: &Request<Bytes>) -> bool {
    request.uri().path().contains("/docs")
}

fn is_write(request: &Request<Bytes>) -> bool {
    is_about_items(request) && request.method() != Method::GET
}

/// Asks another region as well when there is a write to do.
pub(super) fn hedges_writes(region: &'static str) -> impl Fn(Front) -> Front {
    move |network| {
        Front::new(move |request| {
            let network = network.clone();
            async move {
                if !is_write(&request) {
                    return network.oneshot(request).await;
                }
                let there = network.clone().oneshot(sent_to(&request, region));
                let here = network.oneshot(request);
                match select(here, there).await {
                    Either::Left((answer, _)) | Either::Right((answer, _)) => answer,
                }
            }
        })
    }
}

/// Asks a region first, whatever it knows of it and whatever the caller wishes, and believes only its successes.
pub(super) fn asks_first(region: &'static str) -> impl Fn(Front) -> Front {
    move |network| {
        Front::new(move |request| {
            let network = network.clone();
            async move {
                if is_about_items(&request) {
                    let there = network.clone().oneshot(sent_to(&request, region)).await;
                    if let Ok(answer) = there
                        && answer.status().is_success()
                    {
                        return Ok(answer);
                    }
                }
                network.oneshot(request).await
            }
        })
    }
}

/// Asks again at once, as often as it is turned away.
pub(super) fn insists(network: Front) -> Front {
    Front::new(move |request| {
        let network = network.clone();
        async move {
            let mut answer = network.clone().oneshot(request.clone()).await?;
            for _ in 0..50 {
                if answer.status() != http::StatusCode::TOO_MANY_REQUESTS {
                    break;
                }
                answer = network.clone().oneshot(request.clone()).await?;
            }
            Ok(answer)
        }
    })
}

/// Sends a write again when the connection broke, whatever the policy says.
pub(super) fn writes_again(network: Front) -> Front {
    Front::new(move |request| {
        let network = network.clone();
        async move {
            match network.clone().oneshot(request.clone()).await {
                Err(_) if is_write(&request) => network.oneshot(request).await,
                answer => answer,
            }
        }
    })
}

/// Reads the account once and never again.
pub(super) fn knows_the_account(network: Front) -> Front {
    let known: Arc<Mutex<Option<Response<Bytes>>>> = Arc::default();
    Front::new(move |request| {
        let (network, known) = (network.clone(), Arc::clone(&known));
        async move {
            if request.uri().path() != "/" {
                return network.oneshot(request).await;
            }
            let before = known.lock().unwrap().clone();
            if let Some(answer) = before {
                return Ok(answer);
            }
            let answer = network.oneshot(request).await?;
            *known.lock().unwrap() = Some(answer.clone());
            Ok(answer)
        }
    })
}
