//! The gateway: one HTTP request in, one HTTP response out, with an account in between. It needs no
//! socket; listeners and callers in process hand their requests to the same function.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use bytes::Bytes;
use cosmokit_engine::Account;
use cosmokit_engine::response::{Failure, Response as EngineResponse};
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode};
use tokio::time::Instant;

use crate::admin::{AdminAccess, is_admin_path};
use crate::arrival::Arrival;
use crate::body::BodyRefusal;
use crate::endpoints::{Dialled, Endpoints};
use crate::error::ServerError;
use crate::gateway_builder::{Front, GatewayBuilder, Shared};
use crate::header::encode::Stamp;
use crate::process::{Processor, Refused};
use crate::refusal;
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
        }
    }

    pub(crate) fn from_parts(shared: Shared, front: Front) -> Self {
        Self {
            shared: Arc::new(shared),
            front: Arc::new(front),
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

    /// The present instant, by the clock that nobody moves.
    pub(crate) fn unsteered(&self) -> SystemTime {
        self.shared.unsteered()
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
        let processor = Processor {
            shared: &self.shared,
            front: &self.front,
        };
        let answered = processor.process(arrival, &parts, body).await;
        let response = self.finish(begun, answered);
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
            BodyRefusal::TooLarge => refusal::too_large(self.front.max_body_bytes),
            BodyRefusal::TimedOut => Failure::new(
                StatusCode::REQUEST_TIMEOUT,
                "the request's body did not arrive in time",
            ),
            BodyRefusal::Broken => refusal::bad_request("the request's body ended early"),
        };
        self.finish(self.begin(parts), Err(failure.into()))
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
            Err(failure.into()),
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

    fn finish(&self, begun: Begun, answered: Result<EngineResponse, Refused>) -> Response<Bytes> {
        let stamp = Stamp {
            activity_id: begun.activity_id,
            date: self.shared.stamps.date(self.shared.now()),
            last_state_change: self.shared.stamps.last_state_change(),
            request_number: begun.number,
            duration: begun.instant.elapsed(),
        };
        match answered {
            Ok(response) => respond::success(response, stamp),
            Err(Refused::Failure(failure)) => respond::failure(&failure, stamp),
            Err(Refused::NoSuchMethod(allowed)) => respond::no_such_method(&allowed, stamp),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_is_answered_like_any_refusal() {
        let account = Account::builder().build().unwrap();
        let response = Gateway::new(account).unwrap().panicked();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["code"], "InternalServerError");
        assert!(response.headers().contains_key("x-ms-activity-id"));
    }
}
