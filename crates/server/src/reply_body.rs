//! The body of an answer on its way to a socket: whole, or paced and cut as a fault wants it.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use cosmokit_protocol::wire::fault::SlowBody;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use tokio::time::Sleep;

use crate::pause::pause;
use crate::reply::body_broke_off;

/// Time for the bytes before a cut to leave: an error would overtake them.
const TIME_TO_LEAVE: Duration = Duration::from_millis(20);

/// A body for hyper.
#[derive(Debug)]
pub(crate) enum ReplyBody {
    /// In one piece.
    Whole(Full<Bytes>),
    /// In pieces with pauses between them.
    Paced(Box<PacedBody>),
}

/// A body that comes in pieces.
#[derive(Debug)]
pub(crate) struct PacedBody {
    rest: Bytes,
    /// Length that was announced and is still to come; more than `rest` when the body is to break off.
    announced: u64,
    chunk: usize,
    between: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl ReplyBody {
    pub(crate) fn whole(body: Bytes) -> Self {
        Self::Whole(Full::new(body))
    }

    /// A body of which only the first bytes come.
    pub(crate) fn cut(body: &Bytes, kept: usize) -> Self {
        Self::Paced(Box::new(PacedBody {
            rest: body.slice(..kept.min(body.len())),
            announced: u64::try_from(body.len()).unwrap_or(u64::MAX),
            chunk: usize::MAX,
            between: TIME_TO_LEAVE,
            waiting: None,
        }))
    }

    /// A body that comes a few bytes at a time.
    pub(crate) fn slow(body: Bytes, slow: SlowBody) -> Self {
        Self::Paced(Box::new(PacedBody {
            announced: u64::try_from(body.len()).unwrap_or(u64::MAX),
            rest: body,
            chunk: usize::try_from(slow.chunk_bytes.max(1)).unwrap_or(usize::MAX),
            between: Duration::from_millis(slow.pause_ms.into()),
            waiting: None,
        }))
    }
}

impl PacedBody {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.announced == 0 {
            return Poll::Ready(None);
        }
        if let Some(waiting) = &mut self.waiting {
            ready!(waiting.as_mut().poll(cx));
        }
        if self.rest.is_empty() && self.waiting.is_some() {
            return Poll::Ready(Some(Err(body_broke_off())));
        }
        let piece = self.rest.split_to(self.chunk.min(self.rest.len()));
        self.announced = self
            .announced
            .saturating_sub(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        self.waiting = Some(Box::pin(pause(self.between)));
        if piece.is_empty() {
            // Nothing was kept: the headers still get their time to leave.
            return self.poll_piece(cx);
        }
        Poll::Ready(Some(Ok(piece)))
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Whole(body) => Pin::new(body)
                .poll_frame(cx)
                .map_err(|never: Infallible| match never {}),
            Self::Paced(body) => body
                .poll_piece(cx)
                .map(|piece| piece.map(|bytes| bytes.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Paced(body) => body.announced == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Paced(body) => SizeHint::with_exact(body.announced),
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    async fn pieces(mut body: ReplyBody) -> (Vec<usize>, bool) {
        let mut lengths = Vec::new();
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => lengths.push(frame.into_data().unwrap().len()),
                Err(_) => return (lengths, false),
            }
        }
        (lengths, true)
    }

    #[tokio::test(start_paused = true)]
    async fn bodies_come_as_announced_or_break_off() {
        let ten = Bytes::from_static(b"0123456789");
        let slow = SlowBody {
            chunk_bytes: 4,
            pause_ms: 5,
        };
        assert_eq!(
            pieces(ReplyBody::whole(ten.clone())).await,
            (vec![10], true)
        );
        assert_eq!(pieces(ReplyBody::whole(Bytes::new())).await, (vec![], true));
        assert_eq!(
            pieces(ReplyBody::slow(ten.clone(), slow)).await,
            (vec![4, 4, 2], true)
        );
        assert_eq!(
            pieces(ReplyBody::slow(Bytes::new(), slow)).await,
            (vec![], true)
        );
        assert_eq!(pieces(ReplyBody::cut(&ten, 3)).await, (vec![3], false));
        assert_eq!(pieces(ReplyBody::cut(&ten, 0)).await, (vec![], false));
        assert_eq!(
            pieces(ReplyBody::cut(&Bytes::new(), 0)).await,
            (vec![], true)
        );
        assert_eq!(ReplyBody::cut(&ten, 3).size_hint().exact(), Some(10));
    }
}
