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
use cosmokit_engine::{Account, RegionAvailability};
use cosmokit_protocol::wire::region::Region;
use fastrand::Rng;
use http::{Request, Response, Uri};
use tower::{Service, ServiceExt as _};

use super::{VirtualClock, sleep};
use crate::conduct::{Traffic, UnderWay};

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
    service: S,
    home: Region,
    account: Account,
    losses: Losses,
    log: Log,
    rng: Arc<Mutex<Rng>>,
}

/// Where it is written down what a client sends.
#[derive(Clone, Debug)]
pub(super) struct Log {
    pub(super) client: u64,
    pub(super) traffic: Traffic,
    pub(super) clock: VirtualClock,
}

impl Log {
    fn note(&self, region: Option<&Region>, request: &Request<Bytes>) -> UnderWay {
        let region = region.map(ToString::to_string);
        let now = self.clock.elapsed();
        self.traffic.note(self.client, region, request, now)
    }
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
        service: S,
        home: Region,
        account: Account,
        losses: Losses,
        log: Log,
        rng: Rng,
    ) -> Self {
        Self {
            service,
            home,
            account,
            losses,
            log,
            rng: Arc::new(Mutex::new(rng)),
        }
    }

    fn draw(&self, to: &Uri) -> Passage {
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        let is_near = self.destination(to).as_ref() == Some(&self.home);
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

    /// The region that a request goes to: the one in its host name, else the first.
    fn destination(&self, uri: &Uri) -> Option<Region> {
        let topology = self.account.topology();
        let mut regions = topology.all_regions().iter().map(|entry| &entry.region);
        let named = regions.find(|region| is_for(uri, region));
        let first = topology.all_regions().first().map(|entry| &entry.region);
        named.or(first).cloned()
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
        let service = self.service.clone();
        let destination = self.destination(request.uri());
        let availability = destination
            .as_ref()
            .map(|region| self.account.region_availability(region));
        let under_way = self.log.note(destination.as_ref(), &request);
        let clock = self.log.clock;
        Box::pin(async move {
            let answer = exchange(service, request, passage, availability).await;
            let status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
            under_way.ends(clock.elapsed(), status);
            answer
        })
    }
}

/// There and back, as far as the passage goes.
async fn exchange<S>(
    service: S,
    request: Request<Bytes>,
    passage: Passage,
    availability: Option<RegionAvailability>,
) -> Result<Response<Bytes>, Box<dyn std::error::Error + Send + Sync>>
where
    S: Service<Request<Bytes>, Response = Response<Bytes>>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    sleep(passage.there).await;
    match availability {
        Some(RegionAvailability::Refuses) => return Err(refused()),
        Some(RegionAvailability::BlackHole) => return std::future::pending().await,
        _ => {}
    }
    if passage.request_lost {
        return Err(broken());
    }
    let answer = service.oneshot(request).await.map_err(Into::into);
    sleep(passage.back).await;
    if passage.answer_lost {
        return Err(broken());
    }
    answer
}

/// Nobody listens there.
fn refused() -> Box<dyn std::error::Error + Send + Sync> {
    Box::new(TransportError::new(
        TransportErrorKind::Connect,
        RequestSentStatus::NotSent,
    ))
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
