//! What comes back for a request: an answer, whole or spoilt on purpose, or nothing at all. Sockets act it out; in
//! process it becomes an error of the kind that a socket would have given.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use cosmokit_protocol::wire::fault::{FaultAction, FaultEffect, FaultMoment, SlowBody};
use http::Response;

use crate::pause::pause;

/// The outcome of a request, as its connection is to act it out.
#[derive(Debug)]
pub(crate) enum Reply {
    /// An answer.
    Whole(Response<Bytes>),
    /// An answer whose body breaks off after so many bytes.
    Cut(Response<Bytes>, usize),
    /// An answer whose body comes slowly.
    Slow(Response<Bytes>, SlowBody),
    /// The connection ends without an answer.
    Dropped,
    /// No answer comes, and the connection stays.
    Silent,
    /// There is no connection to begin with; one that was there ends.
    Refused,
}

impl Reply {
    /// The answer to a request that was carried out, spoilt as a fault's effect says.
    pub(crate) fn spoilt(response: Response<Bytes>, effect: &FaultEffect) -> Self {
        match &effect.action {
            Some(FaultAction::DropConnection(FaultMoment::After)) => Self::Dropped,
            Some(FaultAction::NoAnswer(FaultMoment::After)) => Self::Silent,
            Some(FaultAction::CutBody(cut)) => {
                let kept = cut.kept(response.body().len());
                Self::Cut(response, kept)
            }
            Some(FaultAction::SlowBody(slow)) => Self::Slow(response, *slow),
            _ => Self::Whole(response),
        }
    }

    /// The outcome for a caller in this process.
    ///
    /// # Errors
    /// [`io::ErrorKind::ConnectionReset`] for a dropped connection, [`io::ErrorKind::UnexpectedEof`] for a body that
    /// breaks off, [`io::ErrorKind::ConnectionRefused`] for a region that is offline.
    pub(crate) async fn in_process(self) -> io::Result<Response<Bytes>> {
        match self {
            Self::Whole(response) => Ok(response),
            Self::Cut(..) => Err(body_broke_off()),
            Self::Slow(response, slow) => {
                pause(whole_time(response.body().len(), slow)).await;
                Ok(response)
            }
            Self::Dropped => Err(io::Error::new(
                io::ErrorKind::ConnectionReset,
                "the connection was dropped by a fault on purpose",
            )),
            Self::Silent => std::future::pending().await,
            Self::Refused => Err(io::Error::new(
                io::ErrorKind::ConnectionRefused,
                "the region is offline",
            )),
        }
    }
}

/// What a body that breaks off ends with.
pub(crate) fn body_broke_off() -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        "the body was cut by a fault on purpose",
    )
}

/// How long a slow body takes to its last byte.
fn whole_time(body_bytes: usize, slow: SlowBody) -> Duration {
    let chunk = usize::try_from(slow.chunk_bytes.max(1)).unwrap_or(usize::MAX);
    let pauses = body_bytes.div_ceil(chunk).saturating_sub(1);
    let pauses = u32::try_from(pauses).unwrap_or(u32::MAX);
    Duration::from_millis(u64::from(slow.pause_ms)).saturating_mul(pauses)
}

#[cfg(test)]
mod tests {
    use cosmokit_protocol::wire::fault::{BodyCut, FaultResponse};
    use http::StatusCode;

    use super::*;

    fn spoilt(action: FaultAction) -> Reply {
        let response = Response::new(Bytes::from_static(b"0123456789"));
        Reply::spoilt(response, &FaultEffect::action(action))
    }

    #[tokio::test(start_paused = true)]
    async fn in_process_a_broken_connection_is_an_error_of_its_kind() {
        let table = [
            (
                FaultAction::DropConnection(FaultMoment::After),
                io::ErrorKind::ConnectionReset,
            ),
            (
                FaultAction::CutBody(BodyCut::default()),
                io::ErrorKind::UnexpectedEof,
            ),
        ];
        for (action, kind) in table {
            let error = spoilt(action.clone()).in_process().await.unwrap_err();
            assert_eq!(error.kind(), kind, "{action:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn in_process_a_slow_body_takes_its_time() {
        let slow = SlowBody {
            chunk_bytes: 4,
            pause_ms: 1_000,
        };
        let begun = tokio::time::Instant::now();
        let response = spoilt(FaultAction::SlowBody(slow))
            .in_process()
            .await
            .unwrap();
        assert_eq!(response.body().len(), 10);
        assert_eq!(begun.elapsed(), Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn silence_has_no_end() {
        let silent = spoilt(FaultAction::NoAnswer(FaultMoment::After)).in_process();
        let day = Duration::from_secs(86_400);
        assert!(tokio::time::timeout(day, silent).await.is_err());
    }

    #[test]
    fn what_happened_before_leaves_the_answer_alone() {
        for action in [
            FaultAction::Respond(FaultResponse::new(StatusCode::GONE)),
            FaultAction::RefuseTls,
            FaultAction::DropConnection(FaultMoment::Before),
        ] {
            assert!(matches!(spoilt(action), Reply::Whole(_)));
        }
    }
}
