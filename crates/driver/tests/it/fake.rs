//! A scripted account: answers the account, container and range reads like the service, and item requests
//! with what the test scripts. Records everything it sees.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use cosmokit_driver::options::Environment;
use cosmokit_driver::{
    AccountReference, Clock, ContainerReference, CosmosDriver, CosmosDriverRuntime,
    CosmosDriverRuntimeBuilder, DatabaseReference, DriverOptions, Entropy, ItemReference,
    Transport, TransportError,
};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::json;

pub(crate) const KEY: &str = cosmokit_protocol::wire::signing::EMULATOR_KEY;

/// A request as the account saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// One scripted answer.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: &'static str,
    },
    Fail(TransportError),
    Never,
    After(Duration, Box<Reply>),
}

pub(crate) fn answer(status: u16) -> Reply {
    Reply::Answer {
        status,
        headers: Vec::new(),
        body: "",
    }
}

impl Reply {
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }

    pub(crate) fn body(mut self, text: &'static str) -> Self {
        if let Self::Answer { body, .. } = &mut self {
            *body = text;
        }
        self
    }

    pub(crate) fn substatus(self, code: u16) -> Self {
        self.with("x-ms-substatus", code.to_string())
    }

    pub(crate) fn after(self, delay: Duration) -> Self {
        Self::After(delay, Box::new(self))
    }
}

#[derive(Clone)]
pub(crate) struct Fake(Arc<Mutex<State>>);

pub(crate) struct State {
    pub(crate) regions: Vec<(&'static str, &'static str)>,
    pub(crate) multiple_write_regions: bool,
    pub(crate) partitions_fail_over: bool,
    pub(crate) forbids_hedging: bool,
    /// The host that answers writes of items with 403/3, a little later.
    pub(crate) refuses_writes: Option<&'static str>,
    pub(crate) consistency: &'static str,
    pub(crate) container_rid: String,
    pub(crate) key_path: &'static str,
    pub(crate) ranges: Vec<serde_json::Value>,
    pub(crate) ranges_etag: String,
    pub(crate) account: VecDeque<Reply>,
    pub(crate) container: VecDeque<Reply>,
    pub(crate) pkranges: VecDeque<Reply>,
    pub(crate) items: VecDeque<Reply>,
    /// Answers to everything else.
    pub(crate) others: VecDeque<Reply>,
    pub(crate) seen: Vec<Seen>,
}

pub(crate) fn range(id: &str, min: &str, max: &str, parents: &[&str]) -> serde_json::Value {
    json!({"id": id, "_rid": "r", "_etag": "\"e\"", "minInclusive": min, "maxExclusive": max,
           "status": "online", "throughputFraction": 1, "parents": parents})
}

impl Default for Fake {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State {
            regions: vec![("East US", "http://east.test/")],
            multiple_write_regions: false,
            partitions_fail_over: false,
            forbids_hedging: false,
            refuses_writes: None,
            consistency: "Session",
            container_rid: "AAAAAIAAAAE=".to_owned(),
            key_path: "/pk",
            ranges: vec![range("0", "", "FF", &[])],
            ranges_etag: "\"1\"".to_owned(),
            account: VecDeque::new(),
            container: VecDeque::new(),
            pkranges: VecDeque::new(),
            items: VecDeque::new(),
            others: VecDeque::new(),
            seen: Vec::new(),
        })))
    }
}

impl Fake {
    pub(crate) fn set<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    /// How many handles there are, this one included.
    pub(crate) fn handles(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    pub(crate) fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.set(|state| state.items.extend(replies));
    }

    /// The requests whose path ends like this, in order.
    pub(crate) fn seen(&self, end: &str) -> Vec<Seen> {
        self.set(|state| {
            state
                .seen
                .iter()
                .filter(|seen| seen.path.ends_with(end))
                .cloned()
                .collect()
        })
    }

    pub(crate) fn items_seen(&self) -> Vec<Seen> {
        self.set(|state| {
            state
                .seen
                .iter()
                .filter(|seen| seen.path.contains("/docs"))
                .cloned()
                .collect()
        })
    }

    pub(crate) fn hosts(&self) -> Vec<String> {
        self.items_seen()
            .into_iter()
            .map(|seen| seen.host)
            .collect()
    }

    pub(crate) fn runtime(&self) -> CosmosDriverRuntimeBuilder {
        CosmosDriverRuntime::builder()
            .with_environment(Environment::empty())
            .with_clock(Clock::anchored(
                UNIX_EPOCH + Duration::from_secs(1_700_000_000),
            ))
            .with_entropy(Entropy::seeded(7))
            .with_transport(Transport::from_service(self.clone()))
    }

    pub(crate) async fn driver(&self) -> Arc<CosmosDriver> {
        self.driver_with(DriverOptions::default()).await
    }

    pub(crate) async fn driver_with(&self, options: DriverOptions) -> Arc<CosmosDriver> {
        let runtime = self.runtime().build().unwrap();
        runtime
            .get_or_create_driver(account(), options)
            .await
            .unwrap()
    }

    fn reply(&self, request: Request<Bytes>) -> Reply {
        let (parts, body) = request.into_parts();
        let seen = Seen {
            method: parts.method,
            host: parts.uri.authority().unwrap().to_string(),
            path: parts.uri.path().to_owned(),
            headers: parts.headers,
            body,
        };
        let mut state = self.0.lock().unwrap();
        state.seen.push(seen.clone());
        let (path, get) = (seen.path.as_str(), seen.method == Method::GET);
        if path == "/" {
            return state
                .account
                .pop_front()
                .unwrap_or_else(|| account_document(&state));
        }
        if path.ends_with("/pkranges") {
            return state
                .pkranges
                .pop_front()
                .unwrap_or_else(|| ranges_page(&state, &seen));
        }
        if path.contains("/docs") && !get && state.refuses_writes == Some(seen.host.as_str()) {
            let refusal = answer(403).substatus(3);
            return refusal.after(Duration::from_millis(30));
        }
        if path.contains("/docs") {
            return state.items.pop_front().unwrap_or_else(|| {
                answer(200)
                    .with("x-ms-request-charge", "1")
                    .body(r#"{"id":"1"}"#)
            });
        }
        if (path.ends_with("/colls/c") || path.ends_with("/colls/d")) && get {
            return state
                .container
                .pop_front()
                .unwrap_or_else(|| container_document(&state));
        }
        let other = state.others.pop_front();
        other.unwrap_or_else(|| answer(200).body("{}"))
    }
}

pub(crate) fn account_document(state: &State) -> Reply {
    let locations: Vec<_> = state
        .regions
        .iter()
        .map(|(name, url)| json!({"name": name, "databaseAccountEndpoint": url}))
        .collect();
    let writes = if state.multiple_write_regions {
        &locations[..]
    } else {
        &locations[..1]
    };
    let document = json!({
        "_self": "", "id": "acct", "_rid": "acct.test",
        "readableLocations": locations, "writableLocations": writes,
        "enableMultipleWriteLocations": state.multiple_write_regions,
        "enablePerPartitionFailoverBehavior": state.partitions_fail_over,
        "disableCrossRegionalHedging": state.forbids_hedging,
        "userConsistencyPolicy": {"defaultConsistencyLevel": state.consistency},
    });
    answer(200).body(document.to_string().leak())
}

fn container_document(state: &State) -> Reply {
    let document = json!({
        "id": "c", "_rid": state.container_rid, "_etag": "\"c\"", "_ts": 1,
        "partitionKey": {"paths": [state.key_path], "kind": "Hash", "version": 2},
    });
    answer(200)
        .with("x-ms-request-charge", "1")
        .body(document.to_string().leak())
}

fn ranges_page(state: &State, seen: &Seen) -> Reply {
    if seen.header("if-none-match") == Some(&state.ranges_etag) {
        return answer(304).with("etag", state.ranges_etag.clone());
    }
    let document =
        json!({"_rid": "x", "PartitionKeyRanges": state.ranges, "_count": state.ranges.len()});
    answer(200)
        .with("etag", state.ranges_etag.clone())
        .body(document.to_string().leak())
}

impl tower::Service<Request<Bytes>> for Fake {
    type Response = Response<Bytes>;
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let mut reply = self.reply(request);
        Box::pin(async move {
            loop {
                match reply {
                    Reply::After(delay, next) => {
                        Box::pin(tokio::time::sleep_until(
                            tokio::time::Instant::now() + delay,
                        ))
                        .await;
                        reply = *next;
                    }
                    Reply::Never => std::future::pending().await,
                    Reply::Fail(error) => return Err(error),
                    Reply::Answer {
                        status,
                        headers,
                        body,
                    } => {
                        let mut response = Response::new(Bytes::from_static(body.as_bytes()));
                        *response.status_mut() = StatusCode::from_u16(status).unwrap();
                        for (name, value) in headers {
                            response.headers_mut().insert(name, value.parse().unwrap());
                        }
                        return Ok(response);
                    }
                }
            }
        })
    }
}

pub(crate) fn account() -> AccountReference {
    AccountReference::with_account_key("http://acct.test/".parse().unwrap(), KEY)
}

pub(crate) fn database() -> DatabaseReference {
    DatabaseReference::from_name(account(), "db")
}

pub(crate) fn container() -> ContainerReference {
    ContainerReference::from_name(&database(), "c")
}

pub(crate) fn item() -> ItemReference {
    ItemReference::from_name(&container(), "pk", "1")
}
