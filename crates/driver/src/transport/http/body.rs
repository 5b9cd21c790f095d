//! Reads a response body whole, within a limit. A body that comes in one piece is not copied.

use std::future::poll_fn;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use http_body::Body;

use crate::diagnostics::RequestSentStatus;
use crate::transport::error::{TransportError, TransportErrorKind};

/// The whole of `body`.
pub(crate) async fn read<B>(mut body: B, limit: usize) -> Result<Bytes, TransportError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    loop {
        let frame = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
        let Some(frame) = frame else { break };
        let frame = frame.map_err(|error| failure(TransportErrorKind::Body).with_source(error))?;
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        if first.len() + rest.len() + piece.len() > limit {
            return Err(failure(TransportErrorKind::TooLarge));
        }
        if first.is_empty() && rest.is_empty() {
            first = piece;
            continue;
        }
        if rest.is_empty() {
            let expected = usize::try_from(body.size_hint().lower())
                .unwrap_or(0)
                .min(limit);
            rest.reserve(first.len() + piece.len() + expected);
            rest.extend_from_slice(&std::mem::take(&mut first));
        }
        rest.extend_from_slice(&piece);
    }
    Ok(if rest.is_empty() {
        first
    } else {
        rest.freeze()
    })
}

fn failure(kind: TransportErrorKind) -> TransportError {
    TransportError::new(kind, RequestSentStatus::Sent)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;
    use http_body::Frame;
    use http_body_util::StreamBody;

    use super::*;

    async fn read_pieces(
        pieces: &[&'static [u8]],
        limit: usize,
    ) -> Result<Bytes, TransportErrorKind> {
        let frames: Vec<Result<Frame<Bytes>, Infallible>> = pieces
            .iter()
            .map(|piece| Ok(Frame::data(Bytes::from_static(piece))))
            .collect();
        read(StreamBody::new(stream::iter(frames)), limit)
            .await
            .map_err(|error| error.kind())
    }

    #[tokio::test]
    async fn pieces_are_joined_and_the_limit_holds() {
        for (pieces, limit, expected) in [
            (&[][..], 0, Ok(&b""[..])),
            (&[b"abc".as_slice()], 3, Ok(b"abc")),
            (&[b"abc", b"", b"de"], 5, Ok(b"abcde")),
            (&[b"", b"de"], 5, Ok(b"de")),
            (&[b"abc", b"de", b"f"], 5, Err(TransportErrorKind::TooLarge)),
            (&[b"abcdef"], 5, Err(TransportErrorKind::TooLarge)),
        ] {
            let read = read_pieces(pieces, limit).await;
            assert_eq!(
                read.as_deref().map_err(|kind| *kind),
                expected,
                "{pieces:?}"
            );
        }
    }

    #[tokio::test]
    async fn one_piece_is_not_copied() {
        let piece = Bytes::from(vec![7_u8; 100]);
        let frame: Result<_, Infallible> = Ok(Frame::data(piece.clone()));
        let whole = read(StreamBody::new(stream::iter([frame])), 1_000)
            .await
            .unwrap();
        assert_eq!(whole.as_ptr(), piece.as_ptr());
    }
}
