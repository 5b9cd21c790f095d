//! The gateway: one HTTP request in, one HTTP response out, with an account in between. It needs no
//! socket; listeners and callers in process hand their requests to the same function.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use cosmokit_engine::clock::{Clock, SystemClock};
use cosmokit_engine::request::Request as EngineRequest;
use cosmokit_engine::response::{Facts, Failure, Response as EngineResponse};
use cosmokit_engine::{Account, Topology};
use cosmokit_protocol::id::link::Addressing;
use cosmokit_protocol::id::{IdError, ResourcePath};
use cosmokit_protocol::wire::region::Region;
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode};
use tokio::time::Instant;

use crate::account_document::account_document;
use crate::admin::{AdminAccess, AdminRouter, AdminState, is_admin_path};
use crate::arrival::Arrival;
use crate::authorize::{KeyRing, Signed};
use crate::body::BodyRefusal;
use crate::config::Limits;
use crate::endpoints::{Dialled, Endpoints};
use crate::error::ServerError;
use crate::header::decode;
use crate::header::encode::Stamp;
use crate::refusal;
use crate::respond;
use crate::route::{Operation, Route, route};
use crate::stamps::Stamps;
use crate::verb::{Inputs, verb};

/// An account as an HTTP service. Clones are cheap and share everything.
///
/// In process, the region that a request is for is read off its host name: `shop-westeurope.local`
/// is the West Europe region of the account, any other name its first region.
///
/// ```
/// use bytes::Bytes;
/// use cosmokit_server::Gateway;
/// use tower::ServiceExt as _;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let account = cosmokit_engine::Account::builder().build().unwrap();
/// let gateway = Gateway::new(account).unwrap();
/// let request = http::Request::get("http://localhost/dbs").body(Bytes::new()).unwrap();
/// let response = gateway.oneshot(request).await.unwrap();
/// assert_eq!(response.status(), 401, "a request must be signed");
/// # });
/// ```
#[derive(Clone)]
pub struct Gateway {
    shared: Arc<Shared>,
    front: Arc<Front>,
}

/// What does not depend on where the gateway listens.
struct Shared {
    account: Account,
    keys: KeyRing,
    stamps: Stamps,
    clock: Arc<dyn Clock>,
    access: AdminAccess,
}

/// What does.
struct Front {
    endpoints: Arc<Endpoints>,
    admin: AdminRouter,
    max_body_bytes: usize,
}

/// Prepares a [`Gateway`]; every setting has a default.
#[derive(Debug)]
pub struct GatewayBuilder {
    account: Account,
    clock: Arc<dyn Clock>,
    seed: u64,
    access: AdminAccess,
}

impl GatewayBuilder {
    /// Where the gateway takes the time from that it compares with the dates of signatures. Default:
    /// the computer's clock, which is not the account's, because moving the account's clock must not
    /// age every signature.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Seed of the activity ids that the gateway makes. Default: a different one each time.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Who may use the admin API. Default: callers on this machine.
    pub fn admin_access(mut self, access: AdminAccess) -> Self {
        self.access = access;
        self
    }

    /// Makes the gateway.
    ///
    /// # Errors
    /// [`ServerError::Key`] when a key of the account is not base64.
    pub fn build(self) -> Result<Gateway, ServerError> {
        let keys = KeyRing::new(self.account.keys())?;
        let stamps = Stamps::new(self.seed, system_time(self.clock.as_ref()));
        let shared = Shared {
            account: self.account,
            keys,
            stamps,
            clock: self.clock,
            access: self.access,
        };
        let limits = Limits::default();
        let front = Front::new(&shared, Endpoints::Names, limits.max_body_bytes);
        Ok(Gateway {
            shared: Arc::new(shared),
            front: Arc::new(front),
        })
    }
}

impl Front {
    fn new(shared: &Shared, endpoints: Endpoints, max_body_bytes: usize) -> Self {
        let endpoints = Arc::new(endpoints);
        let admin = AdminRouter::new(AdminState {
            account: shared.account.clone(),
            endpoints: Arc::clone(&endpoints),
            access: shared.access,
        });
        Self {
            endpoints,
            admin,
            max_body_bytes,
        }
    }
}

/// A request on its way: when it came, its number and name.
struct Begun {
    instant: Instant,
    number: u64,
    activity_id: HeaderValue,
}

/// What a request comes to.
enum Answer {
    Engine(EngineResponse),
    Refused(Failure),
    NoSuchMethod(String),
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        Self::Refused(failure)
    }
}

impl Gateway {
    /// A gateway with default settings.
    ///
    /// # Errors
    /// [`ServerError::Key`] when a key of the account is not base64.
    pub fn new(account: Account) -> Result<Self, ServerError> {
        Self::builder(account).build()
    }

    /// Starts to prepare a gateway.
    pub fn builder(account: Account) -> GatewayBuilder {
        GatewayBuilder {
            account,
            clock: Arc::new(SystemClock::default()),
            seed: fastrand::u64(..),
            access: AdminAccess::default(),
        }
    }

    /// The account behind the gateway.
    pub fn account(&self) -> &Account {
        &self.shared.account
    }

    /// The same gateway, reached by other endpoints and with another body limit.
    pub(crate) fn with_front(self, endpoints: Endpoints, max_body_bytes: usize) -> Self {
        let front = Front::new(&self.shared, endpoints, max_body_bytes);
        Self {
            front: Arc::new(front),
            ..self
        }
    }

    /// The present instant by the gateway's clock.
    pub(crate) fn now(&self) -> SystemTime {
        system_time(self.shared.clock.as_ref())
    }

    /// Answers one request.
    pub(crate) async fn answer(
        &self,
        arrival: &Arrival,
        request: Request<Bytes>,
    ) -> Response<Bytes> {
        if is_admin_path(request.uri().path()) {
            let dialled = Dialled::from_request(arrival.scheme, request.uri(), request.headers());
            return self
                .front
                .admin
                .answer(request, arrival.is_local(), dialled)
                .await;
        }
        let (parts, body) = request.into_parts();
        let begun = self.begin(&parts);
        let answer = match self.process(arrival, &parts, body).await {
            Ok(response) => Answer::Engine(response),
            Err(answer) => answer,
        };
        let response = self.finish(begun, answer);
        tracing::debug!(
            method = %parts.method,
            path = parts.uri.path(),
            status = response.status().as_u16(),
            "answered"
        );
        response
    }

    /// Refuses a request whose body was not taken.
    pub(crate) fn refuse_body(&self, parts: &Parts, refusal: BodyRefusal) -> Response<Bytes> {
        let failure = match refusal {
            BodyRefusal::TooLarge => self.too_large(),
            BodyRefusal::TimedOut => Failure::new(
                StatusCode::REQUEST_TIMEOUT,
                "the request's body did not arrive in time",
            ),
            BodyRefusal::Broken => refusal::bad_request("the request's body ended early"),
        };
        self.finish(self.begin(parts), failure.into())
    }

    /// The answer in place of one that a defect prevented.
    pub(crate) fn panicked(&self) -> Response<Bytes> {
        let number = self.shared.stamps.next_number();
        let activity_id = self
            .shared
            .stamps
            .activity_id(&http::HeaderMap::new(), number);
        tracing::error!(?activity_id, "a defect ended a request");
        let failure = Failure::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "a defect of cosmokit ended this request; the server's log has more",
        );
        self.finish(
            Begun {
                instant: Instant::now(),
                number,
                activity_id,
            },
            failure.into(),
        )
    }

    fn begin(&self, parts: &Parts) -> Begun {
        let number = self.shared.stamps.next_number();
        let activity_id = self.shared.stamps.activity_id(&parts.headers, number);
        Begun {
            instant: Instant::now(),
            number,
            activity_id,
        }
    }

    fn finish(&self, begun: Begun, answer: Answer) -> Response<Bytes> {
        let stamp = Stamp {
            activity_id: begun.activity_id,
            date: self.shared.stamps.date(self.now()),
            last_state_change: self.shared.stamps.last_state_change(),
            request_number: begun.number,
            duration: begun.instant.elapsed(),
        };
        match answer {
            Answer::Engine(response) => respond::success(response, stamp),
            Answer::Refused(failure) => respond::failure(&failure, stamp),
            Answer::NoSuchMethod(allowed) => respond::no_such_method(&allowed, stamp),
        }
    }

    /// From the request to the engine's answer: route, authorize, decode, execute.
    async fn process(
        &self,
        arrival: &Arrival,
        parts: &Parts,
        body: Bytes,
    ) -> Result<EngineResponse, Answer> {
        let path =
            ResourcePath::parse(parts.uri.path()).map_err(|error| unreadable_path(&error))?;
        let Route { operation, effect } = route(&path, &parts.method, &parts.headers)
            .map_err(|refused| Answer::NoSuchMethod(refused.allowed))?;
        if operation == Operation::Probe {
            return Ok(ok(Bytes::new()));
        }
        let other_link = match path.addressing() {
            Addressing::Name => None,
            Addressing::Rid => Some(path.signing_link_by(Addressing::Name)),
        };
        let signed = Signed {
            method: &parts.method,
            resource_type: path.signing_resource_type(),
            link: &path.signing_link(),
            other_link: other_link.as_deref(),
        };
        self.shared
            .keys
            .authorize(signed, effect, &parts.headers, self.now())?;
        decode::check_api_version(&parts.headers)?;
        if body.len() > self.front.max_body_bytes {
            return Err(self.too_large().into());
        }
        let topology = self.account().topology();
        let inputs = Inputs {
            path: &path,
            headers: &parts.headers,
            body,
        };
        let Some(verb) = verb(operation, inputs)? else {
            return Ok(ok(self.account_document(arrival, parts, &topology)));
        };
        let region = self
            .region(arrival, parts, &topology)
            .ok_or_else(no_region)?;
        let options = decode::options(&parts.headers)?;
        let request = EngineRequest::new(verb).with_options(options);
        Ok(self.account().execute(region, request).await?)
    }

    /// The region that the request is for.
    fn region<'a>(
        &self,
        arrival: &'a Arrival,
        parts: &Parts,
        topology: &'a Topology,
    ) -> Option<&'a Region> {
        if let Some(region) = &arrival.region {
            return Some(region);
        }
        let first = topology.regions().first().map(|entry| &entry.region);
        if topology.regions().len() < 2 {
            return first;
        }
        let dialled = Dialled::from_request(arrival.scheme, &parts.uri, &parts.headers);
        let mut regions = topology.regions().iter().map(|entry| &entry.region);
        regions.find(|region| dialled.is_for(region)).or(first)
    }

    fn account_document(&self, arrival: &Arrival, parts: &Parts, topology: &Topology) -> Bytes {
        let dialled = Dialled::from_request(arrival.scheme, &parts.uri, &parts.headers);
        let name = self.account().name();
        let document = account_document(name, topology, &self.front.endpoints, &dialled);
        serde_json::to_vec(&document)
            .expect("strings and numbers always serialize")
            .into()
    }

    fn too_large(&self) -> Failure {
        let limit = self.front.max_body_bytes;
        Failure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the request's body is larger than the limit of {limit} bytes"),
        )
    }
}

fn ok(body: Bytes) -> EngineResponse {
    EngineResponse {
        status: StatusCode::OK,
        body,
        facts: Facts::default(),
    }
}

fn unreadable_path(error: &IdError) -> Failure {
    match error {
        IdError::InvalidEncoding => refusal::bad_request(error.to_string()),
        _ => refusal::not_found(error.to_string()),
    }
}

fn no_region() -> Failure {
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, "the account has no region")
}

fn system_time(clock: &dyn Clock) -> SystemTime {
    // Saturates far beyond the last date that a header can carry.
    let since_1970 = Duration::from_millis(clock.now().millis().min(u64::MAX / 2_000));
    UNIX_EPOCH + since_1970
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("account", self.account())
            .finish_non_exhaustive()
    }
}

impl tower::Service<Request<Bytes>> for Gateway {
    type Response = Response<Bytes>;
    type Error = Infallible;
    type Future = GatewayFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> GatewayFuture {
        let gateway = self.clone();
        GatewayFuture(Box::pin(async move {
            let arrival = Arrival::in_process(request.uri());
            gateway.answer(&arrival, request).await
        }))
    }
}

/// The answer of a [`Gateway`] in the making.
pub struct GatewayFuture(Pin<Box<dyn Future<Output = Response<Bytes>> + Send>>);

impl Future for GatewayFuture {
    type Output = Result<Response<Bytes>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx).map(Ok)
    }
}

impl fmt::Debug for GatewayFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayFuture").finish_non_exhaustive()
    }
}
