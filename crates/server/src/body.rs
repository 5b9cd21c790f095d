//! Takes a request body off the wire as one `Bytes`, within a limit. A body that arrived in one
//! piece is handed on without a copy; one that is too long is thrown away, never gathered.

use std::pin::{Pin, pin};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body::Body;
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use crate::config::Limits;

/// Why a body was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyRefusal {
    /// Longer than the limit: 413.
    TooLarge,
    /// The peer stopped sending: 408.
    TimedOut,
    /// The peer broke off or sent a malformed body: 400.
    Broken,
}

/// Most room reserved on the word of a `content-length` alone.
const TRUSTED_CAPACITY_BYTES: usize = 64 * 1024;

/// Gathers the body within [`Limits::max_body_bytes`] and [`Limits::body_read_timeout`].
///
/// # Errors
/// A [`BodyRefusal`] when the body is too long, too slow or cut off.
pub(crate) async fn gather<B>(
    headers: &HeaderMap,
    body: B,
    limits: &Limits,
) -> Result<Bytes, BodyRefusal>
where
    B: Body<Data = Bytes>,
{
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let announced = body.size_hint().lower();
    let too_large = exceeds(announced, limits.max_body_bytes);
    let whole = async {
        let body = pin!(body);
        if too_large {
            discard(headers, body, announced, limits).await
        } else {
            pieces(headers, body, announced, limits).await
        }
    };
    match timeout(limits.body_read_timeout, whole).await {
        Ok(gathered) => gathered,
        Err(_) if too_large => Err(BodyRefusal::TooLarge),
        Err(_) => Err(BodyRefusal::TimedOut),
    }
}

async fn pieces<B>(
    headers: &HeaderMap,
    mut body: Pin<&mut B>,
    announced: u64,
    limits: &Limits,
) -> Result<Bytes, BodyRefusal>
where
    B: Body<Data = Bytes>,
{
    let Some(first) = next_piece(&mut body).await? else {
        return Ok(Bytes::new());
    };
    if first.len() > limits.max_body_bytes {
        return discard(headers, body, 0, limits).await;
    }
    if body.is_end_stream() {
        return Ok(first);
    }
    let capacity = usize::try_from(announced)
        .unwrap_or(usize::MAX)
        .min(TRUSTED_CAPACITY_BYTES);
    let mut gathered = BytesMut::with_capacity(capacity.max(first.len()));
    gathered.extend_from_slice(&first);
    drop(first);
    while let Some(piece) = next_piece(&mut body).await? {
        if gathered.len() + piece.len() > limits.max_body_bytes {
            drop(gathered);
            return discard(headers, body, 0, limits).await;
        }
        gathered.extend_from_slice(&piece);
    }
    Ok(gathered.freeze())
}

/// Reads on so that a client which writes before it reads gets to see the refusal, unless it waits
/// for permission to send or announced more than is worth reading.
async fn discard<B>(
    headers: &HeaderMap,
    mut body: Pin<&mut B>,
    announced: u64,
    limits: &Limits,
) -> Result<Bytes, BodyRefusal>
where
    B: Body<Data = Bytes>,
{
    let waits_for_permission = headers
        .get(http::header::EXPECT)
        .is_some_and(|expected| expected.as_bytes().eq_ignore_ascii_case(b"100-continue"));
    if announced > 0 && (waits_for_permission || announced > limits.max_discarded_bytes) {
        return Err(BodyRefusal::TooLarge);
    }
    let mut discarded = 0_u64;
    while discarded <= limits.max_discarded_bytes {
        match next_piece(&mut body).await {
            Ok(Some(piece)) => {
                let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                discarded = discarded.saturating_add(length);
            }
            Ok(None) | Err(_) => break,
        }
    }
    Err(BodyRefusal::TooLarge)
}

/// The next piece of the body; trailers are skipped.
async fn next_piece<B>(body: &mut Pin<&mut B>) -> Result<Option<Bytes>, BodyRefusal>
where
    B: Body<Data = Bytes>,
{
    loop {
        match body.as_mut().frame().await {
            None => return Ok(None),
            Some(Err(_)) => return Err(BodyRefusal::Broken),
            Some(Ok(frame)) => {
                if let Ok(piece) = frame.into_data() {
                    return Ok(Some(piece));
                }
            }
        }
    }
}

fn exceeds(announced: u64, limit: usize) -> bool {
    usize::try_from(announced).map_or(true, |announced| announced > limit)
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
