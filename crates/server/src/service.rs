//! The gateway: one HTTP request in, one HTTP response out, with an account in between. It needs no
//! socket; listeners and callers in process hand their requests to the same function.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use bytes::Bytes;
use cosmokit_engine::response::{Failure, Response as EngineResponse};
use cosmokit_engine::{Account, RegionAvailability};
use cosmokit_protocol::wire::fault::{FaultOperationType, FaultTarget};
use cosmokit_protocol::wire::region::Region;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use tokio::time::Instant;

use crate::admin::{AdminAccess, is_admin_path};
use crate::arrival::{Arrival, Scheme};
use crate::body::BodyRefusal;
use crate::endpoints::{Dialled, Endpoints};
use crate::error::ServerError;
use crate::fault::FaultStage;
use crate::gateway_builder::{Front, GatewayBuilder, Shared, system_time};
use crate::header::encode::Stamp;
use crate::host::HostLink;
use crate::observe::{ConnectionGauge, Ended, Identity, Note, RequestRecord};
use crate::process::{Processor, Refused, region_of};
use crate::refusal;
use crate::reply::Reply;
use crate::respond;

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

/// A request on its way: when it came, its number and name.
struct Begun {
    instant: Instant,
    number: u64,
    activity_id: HeaderValue,
    body_bytes: usize,
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
            seed: fastrand::u64(..),
            access: AdminAccess::default(),
            request_log: GatewayBuilder::DEFAULT_REQUEST_LOG,
            fault_rules: Vec::new(),
        }
    }

    pub(crate) fn from_parts(shared: Arc<Shared>, front: Front) -> Self {
        Self {
            shared,
            front: Arc::new(front),
        }
    }

    /// The account behind the gateway.
    pub fn account(&self) -> &Account {
        &self.shared.account
    }

    /// The admin API of this gateway.
    #[cfg(test)]
    pub(crate) fn admin(&self) -> &crate::admin::AdminRouter {
        &self.front.admin
    }

    /// Counts a connection to a region as long as the gauge lives.
    pub(crate) fn connection(&self, region: &Region) -> ConnectionGauge {
        self.shared.metrics.connection(region)
    }

    /// Whether a fault rule refuses a TLS connection that is being opened to a region.
    pub(crate) fn refuses_tls(&self, region: &Region) -> bool {
        let target = FaultTarget {
            region: Some(region),
            operation: FaultOperationType::Other,
            database: [None, None],
            container: [None, None],
            partition: None,
            headers: &HeaderMap::new(),
        };
        let now = self.shared.account.now();
        let struck = self
            .shared
            .faults
            .strike(FaultStage::Handshake, &target, now);
        struck.is_some()
    }

    /// What a socket would refuse before a request can be sent.
    fn refuse_in_process(
        &self,
        arrival: &Arrival,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> io::Result<()> {
        if arrival.scheme == Scheme::Http || self.shared.faults.is_empty() {
            return Ok(());
        }
        let topology = self.shared.account.topology();
        let region = region_of(arrival, (uri, headers), &topology);
        match region {
            Some(region) if self.refuses_tls(region) => Err(io::Error::new(
                io::ErrorKind::ConnectionRefused,
                "TLS was refused by a fault on purpose",
            )),
            _ => Ok(()),
        }
    }

    /// The same gateway, reached by other endpoints and with another body limit.
    pub(crate) fn with_front(
        self,
        endpoints: Arc<Endpoints>,
        max_body_bytes: usize,
        host: HostLink,
    ) -> Self {
        let front = Front::new(&self.shared, endpoints, max_body_bytes, host);
        Self {
            front: Arc::new(front),
            ..self
        }
    }

    /// Whether both have the same account, however they are reached.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// What does not depend on where the gateway listens.
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Whether connections to a region are taken and nothing is answered.
    pub(crate) fn is_black_hole(&self, region: &Region) -> bool {
        self.account().region_availability(region) == RegionAvailability::BlackHole
    }

    /// The present instant, by the clock that nobody moves.
    pub(crate) fn unsteered(&self) -> SystemTime {
        self.shared.unsteered()
    }

    /// Answers one request.
    pub(crate) async fn answer(&self, arrival: &Arrival, request: Request<Bytes>) -> Reply {
        if is_admin_path(request.uri().path()) {
            let dialled = Dialled::from_request(arrival.scheme, request.uri(), request.headers());
            let admin = &self.front.admin;
            let answer = admin.answer(request, arrival.is_local(), dialled).await;
            return Reply::Whole(answer);
        }
        let (parts, body) = request.into_parts();
        let begun = self.begin(&parts.headers, body.len());
        if arrival.only_admin {
            let refused = refusal::not_found("this port has the admin API only, under /_cosmokit/");
            return self.finish(begun, parts, Note::default(), Err(refused.into()));
        }
        let processor = Processor {
            shared: &self.shared,
            front: &self.front,
        };
        let mut note = Note::default();
        let answered = processor.process(arrival, &parts, body, &mut note).await;
        self.finish(begun, parts, note, answered)
    }

    /// Refuses a request whose body was not taken.
    pub(crate) fn refuse_body(&self, parts: Parts, refusal: BodyRefusal) -> Reply {
        let failure = match refusal {
            BodyRefusal::TooLarge => refusal::too_large(self.front.max_body_bytes),
            BodyRefusal::TimedOut => Failure::new(
                StatusCode::REQUEST_TIMEOUT,
                "the request's body did not arrive in time",
            ),
            BodyRefusal::Broken => refusal::bad_request("the request's body ended early"),
        };
        let begun = self.begin(&parts.headers, 0);
        self.finish(begun, parts, Note::default(), Err(failure.into()))
    }

    /// The answer in place of one that a defect prevented.
    pub(crate) fn panicked(&self) -> Reply {
        let (parts, ()) = Request::new(()).into_parts();
        let begun = self.begin(&parts.headers, 0);
        tracing::error!(activity_id = ?begun.activity_id, "a defect ended a request");
        let failure = Failure::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "a defect of cosmokit ended this request; the server's log has more",
        );
        self.finish(begun, parts, Note::default(), Err(failure.into()))
    }

    fn begin(&self, headers: &HeaderMap, body_bytes: usize) -> Begun {
        let number = self.shared.stamps.next_number();
        let activity_id = self.shared.stamps.activity_id(headers, number);
        Begun {
            instant: Instant::now(),
            number,
            activity_id,
            body_bytes,
        }
    }

    /// Makes the answer, counts it, and keeps it for those who look at the last requests.
    fn finish(
        &self,
        begun: Begun,
        parts: Parts,
        note: Note,
        answered: Result<EngineResponse, Refused>,
    ) -> Reply {
        let shared = &self.shared;
        let now = shared.account.now();
        let duration = begun.instant.elapsed();
        let stamp = Stamp {
            activity_id: begun.activity_id.clone(),
            date: shared.stamps.date(system_time(now)),
            last_state_change: shared.stamps.last_state_change(),
            request_number: begun.number,
            duration,
        };
        let answered = respond::respond(answered, &note, stamp);
        tracing::debug!(
            method = %parts.method,
            path = parts.uri.path(),
            status = answered.status.map(|status| status.as_u16()),
            "answered"
        );
        let ended = Ended {
            status: answered.status,
            refusal: answered.refusal,
            facts: answered.facts,
            duration,
        };
        shared.metrics.count(&note, &ended);
        if !shared.requests.is_off() {
            let identity = Identity {
                number: begun.number,
                at: now,
                activity_id: begun.activity_id,
                body_bytes: begun.body_bytes,
            };
            let record = RequestRecord::new(identity, parts, note, ended);
            shared.requests.keep(record);
        }
        answered.reply
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("account", self.account())
            .finish_non_exhaustive()
    }
}

/// Fails only on purpose: with an [`io::Error`] of the kind that a socket would have given, when a fault rule or an
/// offline region says that there is to be no answer.
impl tower::Service<Request<Bytes>> for Gateway {
    type Response = Response<Bytes>;
    type Error = io::Error;
    type Future = GatewayFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> GatewayFuture {
        let gateway = self.clone();
        GatewayFuture(Box::pin(async move {
            let arrival = Arrival::in_process(request.uri());
            gateway.refuse_in_process(&arrival, request.uri(), request.headers())?;
            gateway.answer(&arrival, request).await.in_process().await
        }))
    }
}

/// The answer of a [`Gateway`] in the making.
pub struct GatewayFuture(Pin<Box<dyn Future<Output = io::Result<Response<Bytes>>> + Send>>);

impl Future for GatewayFuture {
    type Output = io::Result<Response<Bytes>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for GatewayFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayFuture").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_is_answered_like_any_refusal() {
        let account = Account::builder().build().unwrap();
        let Reply::Whole(response) = Gateway::new(account).unwrap().panicked() else {
            panic!("no fault is in force");
        };
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["code"], "InternalServerError");
        assert!(response.headers().contains_key("x-ms-activity-id"));
    }
}
