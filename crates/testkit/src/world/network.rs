//! What lies between a client and the account: delays between regions, lost requests, lost answers.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use cosmokit_driver::{RequestSentStatus, TransportError, TransportErrorKind};
use cosmokit_protocol::wire::region::Region;
use fastrand::Rng;
use http::{Request, Response, Uri};
use tower::{Service, ServiceExt as _};

use super::sleep;

/// One way inside a region, in microseconds.
const NEAR_US: std::ops::Range<u64> = 300..1_500;

/// One way between regions, in microseconds.
const FAR_US: std::ops::Range<u64> = 15_000..45_000;

/// What the network of a world loses, to be changed while it runs. Clones are one and the same.
#[derive(Clone, Debug, Default)]
pub struct Losses(Arc<Shares>);

#[derive(Debug, Default)]
struct Shares {
    requests: AtomicU32,
    answers: AtomicU32,
}

impl Losses {
    /// Loses this share of requests, of a thousand: the connection breaks before the account gets them.
    pub fn lose_requests(&self, per_mille: u32) {
        self.0.requests.store(per_mille, Ordering::Relaxed);
    }

    /// Loses this share of answers, of a thousand: the connection breaks after the account has carried out the request.
    pub fn lose_answers(&self, per_mille: u32) {
        self.0.answers.store(per_mille, Ordering::Relaxed);
    }
}

/// The way from a client in one region to the account.
#[derive(Clone)]
pub struct Network<S> {
    account: S,
    home: Region,
    regions: Arc<[Region]>,
    losses: Losses,
    rng: Arc<Mutex<Rng>>,
}

/// What becomes of one request.
#[derive(Clone, Copy, Debug)]
struct Passage {
    there: Duration,
    back: Duration,
    request_lost: bool,
    answer_lost: bool,
}

impl<S> Network<S> {
    pub(super) fn new(
        account: S,
        home: Region,
        regions: Arc<[Region]>,
        losses: Losses,
        rng: Rng,
    ) -> Self {
        Self {
            account,
            home,
            regions,
            losses,
            rng: Arc::new(Mutex::new(rng)),
        }
    }

    fn draw(&self, to: &Uri) -> Passage {
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        let named = self.regions.iter().find(|region| is_for(to, region));
        // The name without a region leads to the first one.
        let is_near = named.or(self.regions.first()) == Some(&self.home);
        let way = if is_near { NEAR_US } else { FAR_US };
        let mut one_way = || Duration::from_micros(rng.u64(way.clone()));
        let (there, back) = (one_way(), one_way());
        let mut lost = |share: &AtomicU32| rng.u32(0..1_000) < share.load(Ordering::Relaxed);
        Passage {
            there,
            back,
            request_lost: lost(&self.losses.0.requests),
            answer_lost: lost(&self.losses.0.answers),
        }
    }
}

/// Whether a request goes to the endpoint of this region.
fn is_for(uri: &Uri, region: &Region) -> bool {
    let label = uri.host().unwrap_or_default().split('.').next();
    label.is_some_and(|label| {
        label
            .strip_suffix(region.as_str())
            .is_some_and(|name| name.ends_with('-'))
    })
}

/// The answer of a [`Network`] in the making.
type Exchange<E> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, E>> + Send>>;

impl<S> Service<Request<Bytes>> for Network<S>
where
    S: Service<Request<Bytes>, Response = Response<Bytes>> + Clone + Send + Sync + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    S::Future: Send + 'static,
{
    type Response = Response<Bytes>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Exchange<Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let passage = self.draw(request.uri());
        let account = self.account.clone();
        Box::pin(async move {
            sleep(passage.there).await;
            if passage.request_lost {
                return Err(broken());
            }
            let answer = account.oneshot(request).await.map_err(Into::into);
            sleep(passage.back).await;
            if passage.answer_lost {
                return Err(broken());
            }
            answer
        })
    }
}

/// The connection broke, and the client cannot tell when.
fn broken() -> Box<dyn std::error::Error + Send + Sync> {
    Box::new(TransportError::new(
        TransportErrorKind::Broken,
        RequestSentStatus::Unknown,
    ))
}

impl<S> fmt::Debug for Network<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}
