//! What clients put on the wire: each request, seen where it leaves the client, whatever the client tells about it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The number of the client.
    pub client: u64,
    /// The region whose endpoint it was sent to; `None` for the account's own.
    pub region: Option<String>,
    /// How.
    pub method: Method,
    /// Path of what it is about.
    pub path: String,
    /// What was sent: two requests with the same path and body are one write that was sent twice.
    pub body: Bytes,
    /// When, since the world began.
    pub at: Duration,
    /// When the answer came; `None` while none has, also when the client has given it up.
    pub ended: Option<Duration>,
    /// The status; `None` when the connection broke.
    pub status: Option<u16>,
}

impl Sent {
    /// Whether it is about items of a container.
    pub fn is_about_items(&self) -> bool {
        self.path.contains("/docs")
    }

    /// Whether it may change an item.
    pub fn is_write(&self) -> bool {
        let changes = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        self.is_about_items() && changes.contains(&self.method)
    }

    /// Whether it went wrong in a way that says something of the region.
    pub fn has_failed(&self) -> bool {
        self.ended.is_some() && self.status.is_none_or(|status| status >= 500)
    }
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let region = self.region.as_deref().unwrap_or("the account");
        write!(f, "{:?}", self.at)?;
        self.ended
            .iter()
            .try_for_each(|ended| write!(f, "..{ended:?}"))?;
        write!(
            f,
            " client {} sends {} {} to {region}",
            self.client, self.method, self.path
        )?;
        match (self.status, self.ended) {
            (Some(status), _) => write!(f, ": {status}"),
            (None, Some(_)) => f.write_str(": the connection broke"),
            (None, None) => f.write_str(": no answer"),
        }
    }
}

/// Everything that the clients of a world sent. Clones are one and the same; as long as a history, which is kept whole.
#[derive(Clone, Debug, Default)]
pub struct Traffic(Arc<Mutex<Vec<Sent>>>);

/// A request that is under way.
#[derive(Debug)]
pub(crate) struct UnderWay {
    traffic: Traffic,
    at: usize,
}

impl Traffic {
    /// What was sent so far, in order.
    pub fn sent(&self) -> Vec<Sent> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn note(
        &self,
        client: u64,
        region: Option<String>,
        request: &Request<Bytes>,
        at: Duration,
    ) -> UnderWay {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Sent {
            client,
            region,
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            body: request.body().clone(),
            at,
            ended: None,
            status: None,
        });
        UnderWay {
            traffic: self.clone(),
            at: all.len() - 1,
        }
    }
}

impl UnderWay {
    pub(crate) fn ends(self, at: Duration, status: Option<u16>) {
        let mut all = self
            .traffic
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(sent) = all.get_mut(self.at) {
            sent.ended = Some(at);
            sent.status = status;
        }
    }
}
