//! Bodies of every shape against small limits.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::HeaderValue;
use http_body::{Frame, SizeHint};

use super::*;

/// A body of given pieces; after them it ends, breaks or hangs.
struct Pieces {
    left: VecDeque<&'static [u8]>,
    announced: Option<u64>,
    end: End,
    taken: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Whole,
    Broken,
    Silent,
}

impl Body for &mut Pieces {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        match this.left.pop_front() {
            Some(piece) => {
                this.taken += piece.len();
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(piece)))))
            }
            None => match this.end {
                End::Whole => Poll::Ready(None),
                End::Broken => Poll::Ready(Some(Err("cut off"))),
                End::Silent => Poll::Pending,
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && self.end == End::Whole
    }

    fn size_hint(&self) -> SizeHint {
        self.announced
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

fn limits() -> Limits {
    Limits {
        max_body_bytes: 8,
        max_discarded_bytes: 20,
        ..Limits::default()
    }
}

async fn check(
    pieces: &[&'static [u8]],
    announced: Option<u64>,
    end: End,
    expected: Result<&[u8], BodyRefusal>,
) -> usize {
    let mut body = Pieces {
        left: pieces.iter().copied().collect(),
        announced,
        end,
        taken: 0,
    };
    let gathered = gather(&HeaderMap::new(), &mut body, &limits()).await;
    assert_eq!(
        gathered.as_deref(),
        expected.as_ref().map(|bytes| *bytes),
        "{pieces:?}"
    );
    body.taken
}

#[tokio::test]
async fn bodies_within_the_limit_arrive_whole() {
    check(&[], None, End::Whole, Ok(b"")).await;
    check(&[], Some(0), End::Whole, Ok(b"")).await;
    check(&[b"12345678"], Some(8), End::Whole, Ok(b"12345678")).await;
    check(&[b"1234", b"5678"], None, End::Whole, Ok(b"12345678")).await;
    check(&[b"", b"1", b""], None, End::Whole, Ok(b"1")).await;
}

#[tokio::test]
async fn longer_bodies_are_read_away_up_to_a_bound() {
    let long: &[&'static [u8]] = &[b"123456789"];
    assert_eq!(
        check(long, Some(9), End::Whole, Err(BodyRefusal::TooLarge)).await,
        9
    );
    assert_eq!(
        check(long, None, End::Whole, Err(BodyRefusal::TooLarge)).await,
        9
    );
    let pieces: &[&'static [u8]] = &[b"12345678", b"9", b"more"];
    assert_eq!(
        check(pieces, None, End::Whole, Err(BodyRefusal::TooLarge)).await,
        13
    );
    let endless: Vec<&'static [u8]> = vec![b"0123456789"; 100];
    assert!(check(&endless, None, End::Whole, Err(BodyRefusal::TooLarge)).await <= 40);
    assert_eq!(
        check(&endless, Some(1000), End::Whole, Err(BodyRefusal::TooLarge)).await,
        0
    );
}

#[tokio::test]
async fn a_client_that_asks_first_is_refused_at_once() {
    let mut headers = HeaderMap::new();
    headers.insert(
        http::header::EXPECT,
        HeaderValue::from_static("100-Continue"),
    );
    let mut body = Pieces {
        left: [b"123456789".as_slice()].into(),
        announced: Some(9),
        end: End::Whole,
        taken: 0,
    };
    let refused = gather(&headers, &mut body, &limits()).await;
    assert_eq!((refused, body.taken), (Err(BodyRefusal::TooLarge), 0));
}

#[tokio::test(start_paused = true)]
async fn slow_and_broken_bodies_are_refused() {
    check(&[b"1"], Some(2), End::Silent, Err(BodyRefusal::TimedOut)).await;
    check(&[], Some(2), End::Silent, Err(BodyRefusal::TimedOut)).await;
    check(&[b"1"], Some(2), End::Broken, Err(BodyRefusal::Broken)).await;
    check(
        &[b"123456789"],
        Some(9),
        End::Silent,
        Err(BodyRefusal::TooLarge),
    )
    .await;
}

#[tokio::test]
async fn one_piece_is_not_copied() {
    let piece = Bytes::from_static(b"1234");
    let body = http_body_util::Full::new(piece.clone());
    let gathered = gather(
        &HeaderMap::new(),
        body.map_err(|never: Infallible| match never {}),
        &limits(),
    )
    .await
    .unwrap();
    assert_eq!(gathered.as_ptr(), piece.as_ptr());
}
