//! What liars have in common: they see each request before the account does, and each answer before the client does.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cosmokit_server::Gateway;
use cosmokit_testkit::world::{Front, Seed};
use futures_util::FutureExt as _;
use http::{Method, Request, Response, StatusCode};
use tower::ServiceExt as _;

/// A lie, told request by request.
pub(super) type Lie = Box<dyn Telling>;

/// How a liar goes about it. What it does not override is the truth.
pub(super) trait Telling: Send {
    /// Changes a request before the account gets it, or answers it right away.
    fn before(&mut self, _request: &mut Request<Bytes>) -> Option<Response<Bytes>> {
        None
    }

    /// The answer for a client that is not to wait until the account is done; the account goes on.
    fn acknowledges_early(&mut self, _asked: &Asked) -> Option<Response<Bytes>> {
        None
    }

    /// Changes an answer before the client gets it.
    fn after(&mut self, _asked: &Asked, _answer: &mut Response<Bytes>) {}
}

/// What was asked, as far as liars care.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) uri: String,
    pub(super) headers: http::HeaderMap,
}

impl Asked {
    pub(super) fn of(request: &Request<Bytes>) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().to_string(),
            headers: request.headers().clone(),
        }
    }

    /// Whether it is about the documents of a container, or one of them.
    pub(super) fn is_about_items(&self) -> bool {
        self.uri.contains("/colls/items/docs")
    }

    /// Whether it is a point read.
    pub(super) fn is_read(&self) -> bool {
        self.method == Method::GET && self.uri.contains("/colls/items/docs/")
    }

    /// Whether it reads all items under a partition key.
    pub(super) fn is_list(&self) -> bool {
        self.method == Method::GET
            && self.uri.ends_with("/colls/items/docs")
            && !self.headers.contains_key("a-im")
    }

    /// Whether it reads a page of the change feed.
    pub(super) fn is_feed(&self) -> bool {
        self.is_about_items() && self.headers.contains_key("a-im")
    }

    /// Whether it writes one item.
    pub(super) fn is_write(&self) -> bool {
        let batch = self.headers.contains_key("x-ms-cosmos-is-batch-request");
        let query = self.headers.contains_key("x-ms-documentdb-isquery");
        self.is_about_items() && self.method != Method::GET && !batch && !query
    }
}

/// Puts a liar before a gateway.
pub(super) fn front(gateway: &Gateway, lie: Lie) -> Front {
    let (gateway, lie) = (gateway.clone(), Arc::new(Mutex::new(lie)));
    Front::new(move |mut request| {
        let (gateway, lie) = (gateway.clone(), Arc::clone(&lie));
        async move {
            let asked = Asked::of(&request);
            let early = lie.lock().unwrap().before(&mut request);
            let hasty = lie.lock().unwrap().acknowledges_early(&asked);
            let mut answer = match (early, hasty) {
                (Some(answer), _) => answer,
                (None, None) => gateway.oneshot(request).await?,
                // Verbs run to their end at once; what is waited for afterwards is other replicas.
                (None, Some(hasty)) => match gateway.oneshot(request).now_or_never() {
                    Some(answer) => answer?,
                    None => hasty,
                },
            };
            lie.lock().unwrap().after(&asked, &mut answer);
            Ok(answer)
        }
    })
}

/// An answer without a body.
pub(super) fn bare(status: StatusCode) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = status;
    answer
}

/// One in so many, from a seed.
pub(super) struct Dice(fastrand::Rng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(Seed::root(seed).split("liar", 0).rng())
    }

    pub(super) fn one_in(&mut self, many: u32) -> bool {
        self.0.u32(0..many) == 0
    }
}

/// Changes the documents of a page; leaves other bodies alone.
pub(super) fn edit_page(
    answer: &mut Response<Bytes>,
    edit: impl FnOnce(&mut Vec<serde_json::Value>),
) {
    let Ok(mut page) = serde_json::from_slice::<serde_json::Value>(answer.body()) else {
        return;
    };
    let Some(documents) = page["Documents"].as_array_mut() else {
        return;
    };
    edit(documents);
    *answer.body_mut() = Bytes::from(page.to_string());
}
